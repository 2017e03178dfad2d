//! One change to many leads, in batches inside one transaction.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::contact;
use super::edit::{deny_consent, field_audit};
use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Shift};
use crate::db::models::lead_work::territories;
use crate::db::models::leads::OnLocked;
use crate::db::models::leads::lead_tags::{self, NewTag};
use crate::db::models::leads::{self, Lead, LeadState, lead_phones};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::lead_work::territories::Placing;
use crate::domain::leads::assignment::{Strategy, whose_turn};
use crate::domain::leads::contact::Reach;
use crate::domain::leads::status::{MoveRule, Status};
use crate::domain::leads::tag::is_same;
use crate::domain::phone::E164;
use crate::ops::dnc::add::{Request, covered, honour};
use crate::ops::dnc::remove::expire;
use crate::ops::lead_work::territories::TerritoryError;
use crate::ops::leads::upsert::apply::FieldChange;

/// What is done to each lead.
#[derive(Debug, Clone)]
pub enum MassUpdate {
    Tag(Vec<String>),
    Untag(Vec<String>),
    Status {
        to: Status,
        rule: MoveRule,
        reason: Option<String>,
    },
    /// To these users, who take turns; to nobody when there are none.
    Assign {
        users: Vec<i64>,
        /// The filter by which the leads were chosen.
        context: Option<String>,
    },
    /// Into this territory, where no rule moves them; out of any, for the rules to say, when there is none.
    Place(Option<i64>),
    Delete,
}

/// What became of the leads: `matched = changed + unchanged + not_allowed + on_dnc`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct MassUpdateCounts {
    /// How many leads were chosen.
    pub matched: usize,
    pub changed: usize,
    /// They were so already.
    pub unchanged: usize,
    /// Their status does not move to the wanted one without being forced.
    pub not_allowed: usize,
    /// Only their number's way off the do-not-call list leads out of `dnc`.
    pub on_dnc: usize,
}

impl MassUpdateCounts {
    /// Whether every lead is accounted for.
    pub fn reconciles(&self) -> bool {
        self.matched == self.changed + self.unchanged + self.not_allowed + self.on_dnc
    }
}

/// Leads that are changed together.
const BATCH: usize = 5000;

/// Changes these live leads and tells what became of them; `step` hears how many are done, and can stop it. The caller
/// holds [`crate::db::Lock::DncImport`] when leads go to `dnc`, [`crate::db::Lock::Territories`] when they go to a territory, else
/// [`crate::db::Lock::Leads`].
///
/// # Errors
/// Those of `step`, the territory was deleted, or the database refuses.
pub fn change(
    conn: &mut Db,
    ids: &[i64],
    action: &MassUpdate,
    stamp: &Stamp,
    zone: &TimeZone,
    step: &mut dyn FnMut(usize) -> Result<(), DbError>,
) -> Result<MassUpdateCounts, TerritoryError> {
    expect_target(conn, action, stamp.org)?;
    expire(conn, OnLocked::Wait, stamp)?;
    let mut counts = MassUpdateCounts::default();
    for some in ids.chunks(BATCH) {
        step(counts.matched)?;
        let mut states = leads::states_for_change(conn, stamp.org, some)?;
        states.sort_unstable_by_key(|state| state.id);
        let done = match action {
            MassUpdate::Tag(tags) => retag(conn, &states, tags, Retag::Add, stamp)?,
            MassUpdate::Untag(tags) => retag(conn, &states, tags, Retag::Remove, stamp)?,
            MassUpdate::Status { to: Status::Dnc, reason, .. } => list_numbers(conn, &states, reason, stamp, zone)?,
            MassUpdate::Status { to, rule, reason } => move_to(conn, &states, *to, *rule, reason, stamp)?,
            MassUpdate::Assign { users, context } => assign(conn, &states, users, context, counts.matched, stamp)?,
            MassUpdate::Place(territory) => place(conn, &states, *territory, stamp)?,
            MassUpdate::Delete => delete(conn, &states, stamp)?,
        };
        counts.matched += states.len();
        counts.changed += done.changed;
        counts.unchanged += done.unchanged;
        counts.not_allowed += done.not_allowed;
        counts.on_dnc += done.on_dnc;
    }
    Ok(counts)
}

/// What becomes of tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retag {
    Add,
    Remove,
}

/// Adds tags to leads that do not have them, or takes them from those that do.
fn retag(
    conn: &mut Db,
    states: &[LeadState],
    tags: &[String],
    how: Retag,
    stamp: &Stamp,
) -> Result<MassUpdateCounts, DbError> {
    let (mut counts, mut changes) = (MassUpdateCounts::default(), LeadChanges::default());
    let have = lead_tags::of_leads(conn, stamp.org, &ids_of(states))?;
    for state in states {
        let has = have.get(&state.id).map(Vec::as_slice).unwrap_or_default();
        let changing: Vec<&String> = match how {
            Retag::Add => tags.iter().filter(|tag| !has.iter().any(|known| is_same(known, tag))).collect(),
            Retag::Remove => has.iter().filter(|known| tags.iter().any(|tag| is_same(known, tag))).collect(),
        };
        if changing.is_empty() {
            counts.unchanged += 1;
            continue;
        }
        counts.changed += 1;
        changes.shift(state.id, Shift::Parts);
        for tag in changing {
            let (organization_id, lead_id, created_at) = (stamp.org.0, state.id, stamp.now);
            let (old, new) = match how {
                Retag::Add => (None, Some(tag.clone())),
                Retag::Remove => (Some(tag.clone()), None),
            };
            match how {
                Retag::Add => changes.tags.push(NewTag { organization_id, lead_id, tag: tag.clone(), created_at }),
                Retag::Remove => changes.removed.tags.push((lead_id, tag.clone())),
            }
            changes.audit.push(field_audit(lead_id, FieldChange { field: "tag".into(), old, new }, stamp));
        }
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(counts)
}

fn move_to(
    conn: &mut Db,
    states: &[LeadState],
    to: Status,
    rule: MoveRule,
    reason: &Option<String>,
    stamp: &Stamp,
) -> Result<MassUpdateCounts, DbError> {
    let (mut counts, mut changes) = (MassUpdateCounts::default(), LeadChanges::default());
    let mut contacted = match to {
        Status::Contacted => to_contact(conn, states, rule, stamp)?,
        _ => HashMap::new(),
    };
    for state in states {
        match state.status {
            from if from == to => counts.unchanged += 1,
            Status::Dnc => counts.on_dnc += 1,
            from if !rule.permits(from, to) => counts.not_allowed += 1,
            from => {
                counts.changed += 1;
                match contacted.remove(&state.id) {
                    Some(lead) => contact_lead(lead, &mut changes, stamp),
                    None => changes.shift(state.id, Shift::Status(to)),
                }
                let change =
                    FieldChange { field: "status".into(), old: Some(from.to_string()), new: Some(to.to_string()) };
                changes.audit.push(field_audit(state.id, change, stamp));
                let mut row = stamp.status_change(state.id, Some(from), to);
                row.reason.clone_from(reason);
                changes.history.push(row);
            }
        }
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(counts)
}

/// Those of the leads that move to `contacted`: it depends on each what is known of its contacts then.
fn to_contact(
    conn: &mut Db,
    states: &[LeadState],
    rule: MoveRule,
    stamp: &Stamp,
) -> Result<HashMap<i64, Lead>, DbError> {
    let moves = |state: &&LeadState| {
        !matches!(state.status, Status::Contacted | Status::Dnc) && rule.permits(state.status, Status::Contacted)
    };
    let ids: Vec<i64> = states.iter().filter(moves).map(|state| state.id).collect();
    Ok(leads::by_ids_for_change(conn, stamp.org, &ids)?.into_iter().map(|lead| (lead.id, lead)).collect())
}

fn contact_lead(mut lead: Lead, changes: &mut LeadChanges, stamp: &Stamp) {
    (lead.status, lead.status_changed_at, lead.updated_at) = (Status::Contacted, stamp.now, stamp.now);
    lead.version += 1;
    let fields = contact::reached(&mut lead, Reach::Contacted, stamp.now);
    changes.audit.extend(fields.into_iter().map(|change| field_audit(lead.id, change, stamp)));
    changes.updated.push(lead);
}

/// Puts the numbers of leads on the do-not-call list, with which every lead of theirs goes to `dnc`. A lead without a
/// number has its consent denied.
fn list_numbers(
    conn: &mut Db,
    states: &[LeadState],
    reason: &Option<String>,
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<MassUpdateCounts, DbError> {
    let (mut counts, mut requests, mut without) = (MassUpdateCounts::default(), Vec::new(), Vec::new());
    let ids: Vec<i64> = states.iter().map(|state| state.id).collect();
    let further = lead_phones::of_leads(conn, stamp.org, &ids)?;
    let numbers_of = |state: &LeadState| -> Vec<E164> {
        let further = further.get(&state.id).into_iter().flatten().map(|phone| &phone.phone_number);
        state.phone_number.iter().chain(further).filter_map(|number| E164::from_e164(number)).collect()
    };
    let listed: Vec<E164> = states.iter().filter(|state| state.status == Status::Dnc).flat_map(numbers_of).collect();
    let for_good = covered(conn, stamp.org, &listed, stamp.now)?;
    for state in states {
        let numbers = numbers_of(state);
        match state.status {
            Status::Dnc if numbers.iter().all(|number| for_good.contains(number)) => counts.unchanged += 1,
            _ if numbers.is_empty() => without.push(state.id),
            _ => {
                counts.changed += 1;
                requests.extend(numbers.iter().map(|number| Request::by_hand(*number, reason.clone(), stamp.now)));
            }
        }
    }
    honour(conn, &requests, OnLocked::Wait, stamp, zone)?;
    let mut changes = LeadChanges::default();
    for mut lead in leads::by_ids(conn, stamp.org, &without)? {
        let mut fields = Vec::new();
        deny_consent(&mut lead, &mut fields, stamp);
        if fields.is_empty() {
            counts.unchanged += 1;
            continue;
        }
        counts.changed += 1;
        changes.audit.extend(fields.into_iter().map(|change| field_audit(lead.id, change, stamp)));
        (lead.updated_at, lead.version) = (stamp.now, lead.version + 1);
        changes.updated.push(lead);
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(counts)
}

/// Gives leads to users who take turns; `done` leads had theirs before.
fn assign(
    conn: &mut Db,
    states: &[LeadState],
    users: &[i64],
    context: &Option<String>,
    done: usize,
    stamp: &Stamp,
) -> Result<MassUpdateCounts, DbError> {
    let (mut counts, mut changes) = (MassUpdateCounts::default(), LeadChanges::default());
    let strategy = if users.len() > 1 { Strategy::RoundRobin } else { Strategy::Manual };
    for (place, state) in states.iter().enumerate() {
        let to = whose_turn(users, done + place);
        if state.owner_id == to {
            counts.unchanged += 1;
            continue;
        }
        counts.changed += 1;
        changes.shift(state.id, Shift::Owner(to));
        let text = |user: Option<i64>| user.map(|user| user.to_string());
        let change = FieldChange { field: "owner_id".into(), old: text(state.owner_id), new: text(to) };
        changes.audit.push(field_audit(state.id, change, stamp));
        let mut row = stamp.assignment(state.id, state.owner_id, to, strategy);
        row.context.clone_from(context);
        changes.assignments.push(row);
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(counts)
}

/// Refuses what is not there any more: a territory that was deleted.
fn expect_target(conn: &mut Db, action: &MassUpdate, org: OrgId) -> Result<(), TerritoryError> {
    let MassUpdate::Place(Some(id)) = action else { return Ok(()) };
    match territories::all(conn, org)?.iter().any(|territory| territory.id == *id) {
        true => Ok(()),
        false => Err(TerritoryError::Gone),
    }
}

/// Puts leads into a territory, or takes them out of theirs.
fn place(
    conn: &mut Db,
    states: &[LeadState],
    territory: Option<i64>,
    stamp: &Stamp,
) -> Result<MassUpdateCounts, DbError> {
    let (mut counts, mut changes) = (MassUpdateCounts::default(), LeadChanges::default());
    let source = territory.map(|_| Placing::Manual);
    for state in states {
        let id = |territory: Option<i64>| territory.map(|id| id.to_string());
        let word = |source: Option<Placing>| source.map(|source| source.to_string());
        let fields = [
            FieldChange { field: "territory_id".into(), old: id(state.territory_id), new: id(territory) },
            FieldChange { field: "territory_source".into(), old: word(state.territory_source), new: word(source) },
        ];
        let fields: Vec<FieldChange> = fields.into_iter().filter(|field| field.old != field.new).collect();
        if fields.is_empty() {
            counts.unchanged += 1;
            continue;
        }
        counts.changed += 1;
        changes.shift(state.id, Shift::Territory(territory));
        changes.audit.extend(fields.into_iter().map(|field| field_audit(state.id, field, stamp)));
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(counts)
}

fn delete(conn: &mut Db, states: &[LeadState], stamp: &Stamp) -> Result<MassUpdateCounts, DbError> {
    let mut changes = LeadChanges::default();
    for state in states {
        changes.shift(state.id, Shift::Deleted);
        changes.audit.push(stamp.audit(state.id, AuditAction::Delete));
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(MassUpdateCounts { changed: states.len(), ..MassUpdateCounts::default() })
}

fn ids_of(states: &[LeadState]) -> Vec<i64> {
    states.iter().map(|state| state.id).collect()
}
