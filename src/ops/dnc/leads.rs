//! The leads with a number of the do-not-call list: to `dnc`, and back.

use std::collections::{HashMap, HashSet};

use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Shift};
use crate::db::models::dnc::{dnc_entries, dnc_list};
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_phones;
use crate::db::models::leads::lead_status_history::{self, NewStatusChange};
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::leads::status::{Status, Trigger};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// Why a lead goes to `dnc`.
pub const LISTED_REASON: &str = "its number is on the do-not-call list";
/// Why a lead leaves `dnc`.
const DELISTED_REASON: &str = "its number is off the do-not-call list";
/// Why a lead leaves `dnc` that got another number.
pub const DELISTED_NUMBER: &str = "its new number is not on the do-not-call list";

/// Moves every live lead with one of these listed numbers to `dnc`, with audit and status history.
/// Returns how many were moved.
///
/// # Errors
/// The database refuses.
pub fn move_leads_to_dnc(conn: &mut Db, numbers: &[String], stamp: &Stamp) -> Result<usize, DbError> {
    let mut changes = LeadChanges::default();
    let mut moved = 0;
    for (lead, status) in leads::statuses_for_change(conn, stamp.org, numbers)? {
        if status != Status::Dnc {
            moved += 1;
            changes.shift(lead, Shift::Status(Status::Dnc));
            write_down(lead, status, Status::Dnc, LISTED_REASON, &mut changes, stamp);
        }
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(moved)
}

/// Sets the status of a stored lead, which the list makes move, and writes the move down.
pub fn record_move(lead: &mut Lead, to: Status, reason: &str, changes: &mut LeadChanges, stamp: &Stamp) {
    let from = std::mem::replace(&mut lead.status, to);
    (lead.status_changed_at, lead.updated_at) = (stamp.now, stamp.now);
    write_down(lead.id, from, to, reason, changes, stamp);
}

/// The audit entry and the status row of a move that the list makes.
fn write_down(lead: i64, from: Status, to: Status, reason: &str, changes: &mut LeadChanges, stamp: &Stamp) {
    changes.audit.push(NewAuditEntry {
        field_name: Some("status".into()),
        old_value: Some(from.to_string()),
        new_value: Some(to.to_string()),
        ..stamp.audit(lead, AuditAction::Update)
    });
    changes.history.push(status_row(lead, from, to, reason, stamp));
}

/// The status row of a move that the list makes.
pub fn status_row(lead: i64, from: Status, to: Status, reason: &str, stamp: &Stamp) -> NewStatusChange {
    NewStatusChange {
        trigger_type: Trigger::Dnc,
        reason: Some(reason.into()),
        ..stamp.status_change(lead, Some(from), to)
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
    let mut leads = leads::statuses_for_change(conn, stamp.org, &free)?;
    leads.retain(|(_, status)| *status == Status::Dnc);
    let ids: Vec<i64> = leads.iter().map(|(lead, _)| *lead).collect();
    let before = lead_status_history::before_dnc(conn, stamp.org, &ids)?;
    let mut changes = LeadChanges::default();
    for lead in &ids {
        let status = before.get(lead).copied().unwrap_or(Status::New);
        changes.shift(*lead, Shift::Status(status));
        write_down(*lead, Status::Dnc, status, DELISTED_REASON, &mut changes, stamp);
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(ids.len())
}

/// Those numbers of each lead, the first and further ones, that may not be contacted on one channel or on any. A lead
/// without such numbers is missing.
///
/// # Errors
/// The database cannot be read.
pub fn blocked_numbers<'a>(
    conn: &mut Db,
    org: OrgId,
    leads: impl IntoIterator<Item = &'a Lead>,
    now: Timestamp,
) -> Result<HashMap<i64, Vec<String>>, DbError> {
    let mut numbers: Vec<(i64, String)> = Vec::new();
    let mut ids = Vec::new();
    for lead in leads {
        ids.push(lead.id);
        numbers.extend(lead.phone_number.clone().map(|number| (lead.id, number)));
    }
    for (lead, phones) in lead_phones::of_leads(conn, org, &ids)? {
        numbers.extend(phones.into_iter().map(|phone| (lead, phone.phone_number)));
    }
    let texts: Vec<String> = numbers.iter().map(|(_, number)| number.clone()).collect();
    let entries = dnc_entries::in_force_among(conn, org, &texts, now)?;
    let listed: HashSet<&str> = entries.iter().map(|entry| entry.phone_number.as_str()).collect();
    let mut blocked: HashMap<i64, Vec<String>> = HashMap::new();
    for (lead, number) in numbers.into_iter().filter(|(_, number)| listed.contains(number.as_str())) {
        blocked.entry(lead).or_default().push(number);
    }
    Ok(blocked)
}
