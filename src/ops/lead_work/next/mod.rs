//! Whom to contact next: leads in the order of the sum, without those that may not be contacted, and what becomes of them.

pub mod barred;
pub mod judge;
pub mod outcomes;
mod search;
pub mod tasks;
pub mod waiting;

use std::collections::{BTreeMap, HashMap};

use crate::db::models::lead_work::next::Scope;
use crate::db::models::lead_work::next::candidates::{self, Open};
use crate::db::models::lead_work::next::contacts::{self, Contact};
use crate::db::models::lead_work::next::pace::territories_of;
use crate::db::models::lead_work::next::recommendations::{self, NewRecommendation};
use crate::db::models::leads::{self, Lead, lead_merges};
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId, Stamp};
use crate::domain::dnc::hours::{Callable, OpenNow};
use crate::domain::lead_work::next::left_out::LeftOut;
use crate::domain::lead_work::next::priority::{Priority, Reason, priority_of};
use crate::domain::lead_work::next::{Arm, ContactChannel, DAY, holdout};
use crate::domain::timestamp::Timestamp;
use judge::{Judge, Said};
use search::{Search, Seen};

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Whose leads are meant; `None`: everybody's.
    pub person: Option<i64>,
    pub channel: ContactChannel,
    pub limit: usize,
    /// Whether calling hours are not looked at.
    pub at_any_hour: bool,
    /// So many of a hundred leads are held out.
    pub holdout: Option<u8>,
}

impl Ask {
    /// The area codes to which everybody's leads are narrowed: those where it is the hour, when they are the fewer ones. Nobody with
    /// another first number may be contacted then, whatever the lists and addresses say.
    fn areas(&self, now: Timestamp) -> Option<Vec<String>> {
        if self.person.is_some() || self.at_any_hour || self.channel == ContactChannel::Email {
            return None;
        }
        let hours = OpenNow::at(now);
        let open = hours.areas(Callable::Yes);
        let others = hours.areas(Callable::No).len() + hours.areas(Callable::Unknown).len();
        (open.len() < others).then_some(open)
    }
}

/// A lead that may be contacted now, and why it should be.
#[derive(Debug)]
pub struct Recommendation {
    pub lead: Lead,
    /// The number or the address.
    pub reach: String,
    pub points: i32,
    pub priority: Priority,
    pub reasons: Vec<Reason>,
}

/// The leads to contact next, the first first: `considered = shown + left out`.
#[derive(Debug, Default)]
pub struct Answer {
    pub shown: Vec<Recommendation>,
    /// Leads that would stand before the last one shown, by why they do not.
    pub left_out: BTreeMap<LeftOut, u64>,
    pub considered: u64,
    /// Whether every open lead was considered, of those area codes: there are no further ones.
    pub is_whole: bool,
    /// In so many area codes it is the hour, and nobody else was considered; `None`: wherever they are.
    pub open_areas: Option<usize>,
    /// What is to be stored for the comparison.
    arms: Vec<NewRecommendation>,
}

impl Answer {
    /// Whether every lead is accounted for.
    pub fn reconciles(&self) -> bool {
        self.considered == self.shown.len() as u64 + self.left_out.values().sum::<u64>()
    }
}

/// Finds the leads to contact next.
///
/// # Errors
/// The database cannot be read.
pub fn recommend(conn: &mut Db, ask: &Ask, stamp: &Stamp) -> Result<Answer, DbError> {
    let (org, now) = (stamp.org, stamp.now);
    let scope = scope_of(conn, org, ask.person)?;
    let open = Open { org, areas: ask.areas(now) };
    let mut answer = Answer { open_areas: open.areas.as_ref().map(Vec::len), ..Answer::default() };
    if answer.open_areas == Some(0) {
        answer.is_whole = true;
        return Ok(answer);
    }
    let mut search = Search::begin(conn, open, scope, now)?;
    let mut judge = Judge::open(conn, ask, org, now)?;
    let mut together = ask.limit.clamp(16, 200);
    while answer.shown.len() < ask.limit {
        let found = search.next(conn, together)?;
        if found.is_empty() {
            answer.is_whole = true;
            break;
        }
        consider(conn, &mut answer, found, &search, &mut judge, stamp)?;
        // Where many are left out, more are looked at together.
        together = (together * 2).min(2000);
    }
    Ok(answer)
}

/// The leads that are meant.
fn scope_of(conn: &mut Db, org: OrgId, person: Option<i64>) -> Result<Scope, DbError> {
    Ok(match person {
        None => Scope::All,
        Some(user) => Scope::Of { user, territories: territories_of(conn, org, user)? },
    })
}

/// Takes the next leads in their order, up to the limit.
fn consider(
    conn: &mut Db,
    answer: &mut Answer,
    found: Vec<Seen>,
    search: &Search,
    judge: &mut Judge,
    stamp: &Stamp,
) -> Result<(), DbError> {
    let ids: Vec<i64> = found.iter().map(|seen| seen.rank.id()).collect();
    let rows: HashMap<i64, Contact> =
        contacts::of_ids(conn, stamp.org, &ids)?.into_iter().map(|lead| (lead.id, lead)).collect();
    let mut said = judge.judge(conn, rows.values())?;
    let mut chosen = Vec::new();
    let mut shown = answer.shown.len();
    for seen in found {
        if shown == judge.ask.limit {
            break;
        }
        let id = seen.rank.id();
        let Some((lead, said)) = rows.get(&id).zip(said.remove(&id)) else { continue };
        answer.considered += 1;
        // While a lead is in a group it stays there, also when another share is held out by now.
        let arm = match (judge.ask.holdout, said.left_out, said.arm) {
            (Some(percent), None, None) => Some(holdout::arm_of(lead.uid.0, percent)),
            _ => None,
        };
        let left_out = said.left_out.or((arm == Some(Arm::HeldOut)).then_some(LeftOut::HeldOut));
        match left_out {
            Some(why) => *answer.left_out.entry(why).or_default() += 1,
            None => shown += 1,
        }
        if left_out.is_none() || arm.is_some() {
            chosen.push((seen, said.reach.unwrap_or_default(), arm, left_out.is_none()));
        }
    }
    // Of those left out nobody reads the whole row and the reasons.
    let ids: Vec<i64> = chosen.iter().map(|(seen, ..)| seen.rank.id()).collect();
    let mut rows: HashMap<i64, Lead> =
        leads::by_ids(conn, stamp.org, &ids)?.into_iter().map(|lead| (lead.id, lead)).collect();
    for (seen, reach, arm, is_shown) in chosen {
        let Some(lead) = rows.remove(&seen.rank.id()) else {
            // Somebody deleted it meanwhile.
            answer.considered -= u64::from(is_shown);
            continue;
        };
        let points = seen.rank.points;
        let reasons = priority_of(&search.inputs(&seen.candidate));
        let recommended = Recommendation { lead, reach, points, priority: Priority::of(points), reasons };
        answer.arms.extend(arm.map(|arm| row(&recommended, judge.ask, stamp, arm)));
        if is_shown {
            answer.shown.push(recommended);
        }
    }
    Ok(())
}

/// A row that keeps in which group a lead is.
fn row(recommended: &Recommendation, ask: &Ask, stamp: &Stamp, arm: Arm) -> NewRecommendation {
    NewRecommendation {
        organization_id: stamp.org.0,
        lead_id: recommended.lead.id,
        user_id: ask.person.or(recommended.lead.owner_id).or(stamp.changed_by),
        channel: ask.channel,
        priority: recommended.priority,
        points: recommended.points,
        reasons: kept(&recommended.reasons),
        arm: Some(arm),
        outcome: None,
        outcome_at: None,
        note: None,
        expires_at: later(stamp.now, holdout::DAYS),
        actor: stamp.actor.clone(),
        recommended_at: stamp.now,
    }
}

/// Reasons as they are kept.
fn kept(reasons: &[Reason]) -> Option<Json> {
    serde_json::to_value(reasons).ok().map(Json)
}

/// So many days later.
pub fn later(now: Timestamp, days: i64) -> Timestamp {
    now.before(-days.saturating_mul(DAY))
}

/// Stores who was shown and who was held out. They were found while others wrote, so the lists are asked again: who is gone by now is
/// taken off the answer, who may not be contacted any more or is held out by another call is not shown, and who was put into a group
/// meanwhile stays in it. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The database refuses.
pub fn store_arms(conn: &mut Db, answer: &mut Answer, ask: &Ask, stamp: &Stamp) -> Result<(), DbError> {
    let arms = answer.arms.iter().map(|row| row.lead_id);
    let mut ids: Vec<i64> = arms.chain(answer.shown.iter().map(|one| one.lead.id)).collect();
    // By id, as everybody holds many.
    ids.sort_unstable();
    ids.dedup();
    let held = leads::by_ids_for_change(conn, stamp.org, &ids)?;
    let live: Vec<i64> = held.iter().filter(|lead| lead.deleted_at.is_none()).map(|lead| lead.id).collect();
    let leads = contacts::of_ids(conn, stamp.org, &live)?;
    let said = Judge::open(conn, ask, stamp.org, stamp.now)?.judge(conn, leads.iter())?;
    let is_free = |said: &Said| said.left_out.is_none() && said.arm.is_none();
    answer.arms.retain(|row| said.get(&row.lead_id).is_some_and(is_free));
    for one in std::mem::take(&mut answer.shown) {
        match said.get(&one.lead.id).map(|said| said.left_out) {
            None => answer.considered -= 1,
            Some(Some(why)) => *answer.left_out.entry(why).or_default() += 1,
            Some(None) => answer.shown.push(one),
        }
    }
    recommendations::insert(conn, &answer.arms)
}

/// The lead as it is now, held against changes until the transaction ends: of a merged one its survivor, `None` of a deleted or an
/// erased one. Whoever writes a text about a lead asks this, so that none is written about somebody who was just erased.
fn held_live(conn: &mut Db, lead: i64, stamp: &Stamp) -> Result<Option<Lead>, DbError> {
    loop {
        let Some(survivor) = lead_merges::survivors(conn, stamp.org, &[lead])?.get(&lead).copied() else {
            return Ok(None);
        };
        match leads::by_ids_for_change(conn, stamp.org, &[survivor])?.pop() {
            // It was merged between the two questions.
            Some(found) if found.merged_into_id.is_some() => {}
            found => return Ok(found.filter(|found| found.deleted_at.is_none())),
        }
    }
}

/// What speaks for one lead now; `None` when it is not open.
///
/// # Errors
/// The database cannot be read.
pub(in crate::ops::lead_work) fn one(
    conn: &mut Db,
    lead: i64,
    person: Option<i64>,
    stamp: &Stamp,
) -> Result<Option<Vec<Reason>>, DbError> {
    let scope = scope_of(conn, stamp.org, person)?;
    let found = candidates::of_ids(conn, &Open::all(stamp.org), &Scope::All, &[lead])?.pop();
    let Some(candidate) = found else { return Ok(None) };
    let facts = search::Facts::of_one(conn, stamp.org, scope, &candidate, stamp.now)?;
    Ok(Some(priority_of(&facts.inputs(&candidate))))
}
