//! The do-not-call list and the leads with its numbers.

use crate::db::bulk::{self, LeadChanges, Stamp};
use crate::db::models::dnc_list;
use crate::db::models::lead_audit_log::NewAuditEntry;
use crate::db::models::lead_status_history::{self, NewStatusChange};
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError};
use crate::domain::phone::E164;
use crate::domain::status::{Status, Trigger};

/// Why a lead goes to `dnc`.
pub const LISTED_REASON: &str = "its number is on the do-not-call list";
/// Why a lead leaves `dnc`.
const DELISTED_REASON: &str = "its number is off the do-not-call list";

/// Moves every live lead with one of these listed numbers to `dnc`, with audit and status history.
/// Returns how many were moved.
///
/// # Errors
/// The database refuses.
pub fn move_leads_to_dnc(conn: &mut Db, numbers: &[String], stamp: &Stamp) -> Result<usize, DbError> {
    let mut changes = LeadChanges::default();
    for lead in leads::live_by_phones(conn, stamp.org, numbers)? {
        if lead.status != Status::Dnc {
            move_to_dnc(lead, &mut changes, stamp);
        }
    }
    let moved = changes.updated.len();
    bulk::write(conn, &changes, stamp)?;
    Ok(moved)
}

/// Adds one stored lead's move to `dnc` to a batch.
pub fn move_to_dnc(mut lead: Lead, changes: &mut LeadChanges, stamp: &Stamp) {
    record_move(&mut lead, changes, stamp);
    lead.version += 1;
    changes.updated.push(lead);
}

/// Sets a stored lead's status to `dnc` and writes the move down.
pub fn record_move(lead: &mut Lead, changes: &mut LeadChanges, stamp: &Stamp) {
    let from = std::mem::replace(&mut lead.status, Status::Dnc);
    lead.status_changed_at = stamp.now;
    lead.updated_at = stamp.now;
    changes.audit.push(NewAuditEntry {
        field_name: Some("status".into()),
        old_value: Some(from.to_string()),
        new_value: Some(Status::Dnc.to_string()),
        ..stamp.audit(lead.id, "update")
    });
    changes.history.push(change_to_dnc(lead.id, from, stamp));
}

/// The status row of a lead that goes to `dnc` now.
pub fn change_to_dnc(lead_id: i64, from: Status, stamp: &Stamp) -> NewStatusChange {
    NewStatusChange {
        trigger_type: Trigger::Dnc,
        reason: Some(LISTED_REASON.into()),
        ..stamp.status_change(lead_id, Some(from), Status::Dnc)
    }
}

/// Puts every live lead with one of these numbers, which are not listed any more, back from `dnc` to the status that
/// it had before, with audit and status history. Returns how many were moved.
///
/// # Errors
/// The database refuses.
pub fn move_leads_back(conn: &mut Db, numbers: &[String], stamp: &Stamp) -> Result<usize, DbError> {
    let listed = dnc_list::listed_among(conn, stamp.org, numbers, stamp.now)?;
    let free: Vec<String> = numbers
        .iter()
        .filter(|number| E164::from_e164(number).is_none_or(|number| !listed.contains(&number)))
        .cloned()
        .collect();
    let mut leads = leads::live_by_phones(conn, stamp.org, &free)?;
    leads.retain(|lead| lead.status == Status::Dnc);
    let ids: Vec<i64> = leads.iter().map(|lead| lead.id).collect();
    let before = lead_status_history::before_dnc(conn, stamp.org, &ids)?;
    let mut changes = LeadChanges::default();
    for mut lead in leads {
        let status = before.get(&lead.id).copied().unwrap_or(Status::New);
        let from = std::mem::replace(&mut lead.status, status);
        (lead.status_changed_at, lead.updated_at) = (stamp.now, stamp.now);
        lead.version += 1;
        changes.audit.push(NewAuditEntry {
            field_name: Some("status".into()),
            old_value: Some(from.to_string()),
            new_value: Some(status.to_string()),
            ..stamp.audit(lead.id, "update")
        });
        changes.history.push(NewStatusChange {
            trigger_type: Trigger::Dnc,
            reason: Some(DELISTED_REASON.into()),
            ..stamp.status_change(lead.id, Some(from), status)
        });
        changes.updated.push(lead);
    }
    bulk::write(conn, &changes, stamp)?;
    Ok(ids.len())
}
