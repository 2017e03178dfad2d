//! Whom to contact next: leads in the order of the sum, without those that may not be contacted, and what becomes of them.

pub mod judge;
pub mod outcomes;
mod search;
pub mod tasks;

use std::collections::BTreeMap;

use crate::db::models::lead_work::next::pace::territories_of;
use crate::db::models::lead_work::next::recommendations::{self, NewRecommendation};
use crate::db::models::lead_work::next::{Scope, candidates};
use crate::db::models::leads::{self, Lead, lead_merges};
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId, Stamp};
use crate::domain::lead_work::next::left_out::LeftOut;
use crate::domain::lead_work::next::priority::{Priority, Reason, priority_of};
use crate::domain::lead_work::next::{Arm, DAY, Means, holdout};
use crate::domain::timestamp::Timestamp;
use judge::Judge;
use search::{Search, Seen};

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Whose leads are meant; `None`: everybody's.
    pub person: Option<i64>,
    pub means: Means,
    pub limit: usize,
    /// Whether calling hours are not looked at.
    pub at_any_hour: bool,
    /// So many of a hundred leads are held out.
    pub holdout: Option<u8>,
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
    /// Whether every open lead was considered: there are no further ones.
    pub is_whole: bool,
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
    let mut search = Search::begin(conn, org, scope, now)?;
    let mut judge = Judge::open(conn, ask, org, now)?;
    let mut answer = Answer::default();
    let mut together = ask.limit.clamp(16, 200);
    while answer.shown.len() < ask.limit {
        let found = search.next(conn, together)?;
        if found.is_empty() {
            answer.is_whole = true;
            break;
        }
        consider(conn, &mut answer, found, &search, &mut judge, stamp)?;
        // Where many are left out, such as at night, more are looked at together.
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
    let mut rows: std::collections::HashMap<i64, Lead> =
        leads::by_ids(conn, stamp.org, &ids)?.into_iter().map(|lead| (lead.id, lead)).collect();
    let said = judge.judge(conn, rows.values())?;
    for seen in found {
        if answer.shown.len() == judge.ask.limit {
            break;
        }
        let Some((lead, said)) = rows.remove(&seen.rank.id()).zip(said.get(&seen.rank.id())) else { continue };
        let reasons = priority_of(&search.inputs(&seen.candidate));
        let points = seen.rank.points;
        let reach = said.reach.clone().unwrap_or_default();
        let recommended = Recommendation { lead, reach, points, priority: Priority::of(points), reasons };
        answer.considered += 1;
        // While a lead is in a group it stays there, also when another share is held out by now.
        let arm = match (judge.ask.holdout, said.left_out, said.arm) {
            (Some(percent), None, None) => Some(holdout::arm_of(recommended.lead.uid.0, percent)),
            _ => None,
        };
        if arm.is_some() {
            answer.arms.push(row(&recommended, judge.ask, stamp, holdout::DAYS, arm));
        }
        match said.left_out.or((arm == Some(Arm::HeldOut)).then_some(LeftOut::HeldOut)) {
            Some(why) => *answer.left_out.entry(why).or_default() += 1,
            None => answer.shown.push(recommended),
        }
    }
    Ok(())
}

/// A row that keeps a recommendation for so many days.
fn row(recommended: &Recommendation, ask: &Ask, stamp: &Stamp, days: i64, arm: Option<Arm>) -> NewRecommendation {
    NewRecommendation {
        organization_id: stamp.org.0,
        lead_id: recommended.lead.id,
        user_id: ask.person.or(stamp.changed_by),
        action: ask.means,
        priority: recommended.priority,
        points: recommended.points,
        reasons: kept(&recommended.reasons),
        arm,
        outcome: None,
        outcome_at: None,
        note: None,
        expires_at: later(stamp.now, days),
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

/// Stores who was shown and who was held out.
///
/// # Errors
/// The database refuses.
pub fn store_arms(conn: &mut Db, answer: &Answer) -> Result<(), DbError> {
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
    let found = candidates::of_ids(conn, stamp.org, &Scope::All, &[lead])?.pop();
    let Some(candidate) = found else { return Ok(None) };
    let facts = search::Facts::of_one(conn, stamp.org, scope, &candidate, stamp.now)?;
    Ok(Some(priority_of(&facts.inputs(&candidate))))
}
