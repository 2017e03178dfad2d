//! Nothing is written down of a lead as of a time before its last change: neither by whoever waited for that one, nor by a clock
//! that was set back.

use diesel::prelude::*;

use super::LeadChanges;
use crate::db::models::IN_LIST;
use crate::db::schema::{lead_audit_log, lead_status_history, leads};
use crate::db::{Db, DbError, OrgId, Stamp};
use crate::domain::timestamp::Timestamp;

/// The stamp for a change of these leads, which the caller holds: its own time, or right behind what was written of them last.
///
/// # Errors
/// The database cannot be read.
pub fn stamp_for(conn: &mut Db, leads: &[i64], stamp: &Stamp) -> Result<Stamp, DbError> {
    let mut last = stamp.now;
    for some in leads.chunks(IN_LIST) {
        if touched(conn, stamp.org, some)?.is_some_and(|time| time > stamp.now) {
            last = last.max(logged(conn, stamp.org, some)?);
        }
    }
    let now = if last > stamp.now { Timestamp::from_micros(last.as_micros().saturating_add(1)) } else { stamp.now };
    Ok(Stamp { now, ..stamp.clone() })
}

/// When one of these leads was changed last. A trigger may have written that, by the clock of the database.
fn touched(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Option<Timestamp>, DbError> {
    let of = leads::table.filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(ids.to_vec())));
    Ok(of.select(leads::updated_at).order(leads::updated_at.desc()).first(conn).optional()?)
}

/// When something was written down of one of these leads last.
fn logged(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Timestamp, DbError> {
    use {lead_audit_log as log, lead_status_history as history};
    let audited: Option<Timestamp> = log::table
        .filter(log::organization_id.eq(org.0).and(log::lead_id.eq_any(ids.to_vec())))
        .select(log::changed_at)
        .order(log::changed_at.desc())
        .first(conn)
        .optional()?;
    let recorded: Option<Timestamp> = history::table
        .filter(history::organization_id.eq(org.0).and(history::lead_id.eq_any(ids.to_vec())))
        .select(history::recorded_at)
        .order(history::recorded_at.desc())
        .first(conn)
        .optional()?;
    Ok(audited.max(recorded).unwrap_or_default())
}

/// The same changes behind the last ones of their leads, where those lie behind the stamp's time.
pub(super) fn in_order(
    conn: &mut Db,
    changes: &LeadChanges,
    stamp: &Stamp,
) -> Result<Option<(LeadChanges, Stamp)>, DbError> {
    let updated = changes.updated.iter().map(|lead| lead.id);
    let logged = changes.history.iter().map(|row| row.lead_id).chain(changes.audit.iter().map(|row| row.lead_id));
    let shifted = changes.shifted.values().flatten().copied();
    let mut ids: Vec<i64> = updated.chain(shifted).chain(logged).collect();
    ids.sort_unstable();
    ids.dedup();
    let later = stamp_for(conn, &ids, stamp)?;
    Ok((later.now > stamp.now).then(|| (changes.as_of(stamp.now, later.now), later)))
}

impl LeadChanges {
    /// The same changes with what happens now happening then; times that a file or a person named stay.
    fn as_of(&self, now: Timestamp, then: Timestamp) -> LeadChanges {
        let mut changes = self.clone();
        let move_on = |time: &mut Timestamp| {
            if *time == now {
                *time = then;
            }
        };
        for lead in &mut changes.updated {
            move_on(&mut lead.updated_at);
            move_on(&mut lead.status_changed_at);
        }
        changes.audit.iter_mut().for_each(|row| move_on(&mut row.changed_at));
        for row in &mut changes.history {
            move_on(&mut row.changed_at);
            move_on(&mut row.recorded_at);
        }
        changes.notes.iter_mut().for_each(|row| move_on(&mut row.created_at));
        changes.assignments.iter_mut().for_each(|row| move_on(&mut row.assigned_at));
        changes
    }
}
