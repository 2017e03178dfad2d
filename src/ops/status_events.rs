//! Status events of another system, written among a lead's history at their own times.

use std::collections::{BTreeMap, HashMap};

use crate::db::bulk::{self, LeadChanges, Stamp, Written};
use crate::db::models::lead_audit_log::NewAuditEntry;
use crate::db::models::lead_status_history::NewStatusChange;
use crate::db::models::leads::{self, Lead};
use crate::db::models::status_rows::{self, Counted};
use crate::db::{Db, DbError};
use crate::domain::phone::E164;
use crate::domain::status::{Status, Trigger};
use crate::domain::status_events::{KnownStatuses, Placement};
use crate::domain::timestamp::Timestamp;

/// One event.
#[derive(Debug, Clone)]
pub struct StatusEvent {
    pub lead: i64,
    pub status: Status,
    pub at: Timestamp,
    /// The user who did it, if it was one of this organization.
    pub changed_by: Option<i64>,
    pub reason: Option<String>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Written,
    /// The lead was known to have that status at that time.
    Known,
    /// A lead without a phone number cannot be `dnc`.
    NoPhone,
}

/// What writing events did besides.
#[derive(Debug, Default)]
pub struct Moves {
    /// Leads that have another status now.
    pub moved: u64,
    /// Leads whose latest event is a move that leads cannot make, or that would lift an opt-out.
    pub kept: u64,
}

/// Writes events of live leads, and moves each lead whose latest event is later than all that was known of it. The caller
/// holds [`crate::db::Lock::DncList`].
///
/// # Errors
/// The database refuses.
pub fn write(conn: &mut Db, events: &[StatusEvent], stamp: &Stamp) -> Result<(Vec<Fate>, Moves), DbError> {
    let mut by_lead: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        by_lead.entry(event.lead).or_default().push(place);
    }
    let ids: Vec<i64> = by_lead.keys().copied().collect();
    let mut known = known_statuses(conn, &ids, stamp)?;
    let leads: HashMap<i64, Lead> =
        leads::by_ids_for_change(conn, stamp.org, &ids)?.into_iter().map(|lead| (lead.id, lead)).collect();
    let mut fates = vec![Fate::Known; events.len()];
    let mut moves = Moves::default();
    let mut changes = LeadChanges::default();
    for (id, mut places) in by_lead {
        let (Some(lead), Some(known)) = (leads.get(&id), known.get_mut(&id)) else { continue };
        places.sort_by_key(|place| events[*place].at);
        let mut latest = None;
        for place in places {
            let event = &events[place];
            if event.status == Status::Dnc && lead.phone_number.is_none() {
                fates[place] = Fate::NoPhone;
                continue;
            }
            if let Placement::Move { from, is_latest } = known.place(event.at, event.status) {
                fates[place] = Fate::Written;
                if is_latest {
                    latest = Some((event, from));
                }
                changes.history.push(row(event, from, stamp));
            }
        }
        // What goes to dnc goes there with its number, when the whole file is read.
        let moving = latest.filter(|(event, _)| event.status != lead.status && event.status != Status::Dnc);
        if let Some((event, from)) = moving {
            // What lies between may be steps that leads can make one after the other. An opt-out that the other system
            // took back was none of this lead.
            let from = from.filter(|from| *from != Status::Dnc).unwrap_or(lead.status);
            let may = lead.status != Status::Dnc && from.may_move_to(event.status);
            match may {
                true => {
                    moves.moved += 1;
                    move_lead(lead.clone(), event.status, event.at, &mut changes, stamp);
                }
                false => moves.kept += 1,
            }
        }
    }
    write_changes(conn, &changes, stamp)?;
    Ok((fates, moves))
}

/// Moves leads to `dnc` whose latest status event says so, each as of the time of that event, unless something later is
/// known of it, and returns their numbers with those times. The event is in the history already, and the caller puts the
/// numbers on the do-not-call list.
///
/// # Errors
/// The database refuses.
pub fn move_to_dnc(
    conn: &mut Db,
    latest: &[(i64, Timestamp)],
    stamp: &Stamp,
) -> Result<(Vec<(E164, Timestamp)>, u64), DbError> {
    let since: HashMap<i64, Timestamp> = latest.iter().copied().collect();
    let ids: Vec<i64> = latest.iter().map(|(lead, _)| *lead).collect();
    let mut leads = leads::by_ids_for_change(conn, stamp.org, &ids)?;
    leads.sort_unstable_by_key(|lead| lead.id);
    let (mut numbers, mut changes) = (Vec::new(), LeadChanges::default());
    for lead in leads {
        let Some(at) = since.get(&lead.id).copied() else { continue };
        numbers.extend(lead.phone_number.as_deref().and_then(E164::from_e164).map(|number| (number, at)));
        if lead.status != Status::Dnc && lead.status_changed_at <= at {
            move_lead(lead, Status::Dnc, at, &mut changes, stamp);
        }
    }
    let moved = changes.updated.len() as u64;
    write_changes(conn, &changes, stamp)?;
    Ok((numbers, moved))
}

fn write_changes(conn: &mut Db, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    match bulk::write(conn, changes, stamp)? {
        Written::All => Ok(()),
        // Nothing of a lead changes that another can have.
        Written::LostRace => Err(DbError::Query(diesel::result::Error::RollbackTransaction)),
    }
}

fn known_statuses(conn: &mut Db, ids: &[i64], stamp: &Stamp) -> Result<HashMap<i64, KnownStatuses>, DbError> {
    let counted = Counted::of(conn, stamp.org)?;
    let mut rows: HashMap<i64, Vec<(i64, Timestamp, Status)>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    status_rows::each_of(conn, counted, ids, |row| {
        rows.entry(row.lead).or_default().push((row.id, row.at, row.status));
    })?;
    let in_order = |mut rows: Vec<(i64, Timestamp, Status)>| {
        rows.sort_unstable_by_key(|(id, ..)| *id);
        KnownStatuses::new(rows.into_iter().map(|(_, at, status)| (at, status)).collect())
    };
    Ok(rows.into_iter().map(|(id, rows)| (id, in_order(rows))).collect())
}

fn row(event: &StatusEvent, from: Option<Status>, stamp: &Stamp) -> NewStatusChange {
    NewStatusChange {
        trigger_type: Trigger::Import,
        reason: event.reason.clone(),
        changed_by: event.changed_by,
        changed_at: event.at,
        ..stamp.status_change(event.lead, from, event.status)
    }
}

fn move_lead(mut lead: Lead, status: Status, at: Timestamp, changes: &mut LeadChanges, stamp: &Stamp) {
    changes.audit.push(NewAuditEntry {
        field_name: Some("status".into()),
        old_value: Some(lead.status.to_string()),
        new_value: Some(status.to_string()),
        ..stamp.audit(lead.id, "update")
    });
    (lead.status, lead.status_changed_at) = (status, at);
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead);
}
