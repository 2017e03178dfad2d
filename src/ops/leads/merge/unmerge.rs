//! Taking a merge back: the survivor gives up what it took over and still has, as its log tells.

use crate::db::Db;
use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Written};
use crate::db::models::leads::lead_audit_log::{self, AuditEntry};
use crate::db::models::leads::lead_emails::FURTHER_EMAIL;
use crate::db::models::leads::lead_status_history;
use crate::db::models::leads::{self, Lead};
use crate::domain::audit::AuditAction;
use crate::domain::leads::status::Trigger;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::follow_numbers;
use crate::ops::imports::undo::revert::{Circumstances, revert};
use crate::ops::lead_work::scores::history::scored_by_runs;
use crate::ops::leads::delete::RestoreError;
use crate::ops::leads::edit::field_audit;
use crate::ops::leads::parts::Parts;
use crate::ops::leads::upsert::apply::FieldChange;

use super::ABSORBED;

/// What taking a merge back did.
#[derive(Debug)]
pub struct Unmerged {
    pub survivor: i64,
    /// Since when the absorbed lead had been deleted when it was merged.
    pub deleted_before: Option<Timestamp>,
    /// Fields of the survivor that changed after the merge and stay as they are.
    pub kept: Vec<String>,
}

/// Takes the last merge of a lead into this survivor back, on the survivor's side. The caller holds
/// [`crate::db::Lock::Leads`].
///
/// # Errors
/// The survivor was itself merged, or the database refuses.
pub fn unmerge(conn: &mut Db, absorbed: i64, survivor: i64, stamp: &Stamp) -> Result<Unmerged, RestoreError> {
    let found = leads::by_ids_for_change(conn, stamp.org, &[survivor])?.pop();
    let mut lead = found.ok_or(RestoreError::NotDeleted(absorbed))?;
    if let Some(into) = lead.merged_into_id {
        return Err(RestoreError::SurvivorMerged { lead: absorbed, survivor, into });
    }
    let log = lead_audit_log::of_leads(conn, stamp.org, &[survivor, absorbed])?;
    let deleted_before = deleted_before(&log, absorbed);
    let parts = Parts::of_lead(conn, stamp.org, survivor)?;
    let (merged_at, mut entries) = entries_of_merge(&log, absorbed, survivor);
    let is_doubled = |entry: &FieldChange| entry.field == "note" && how_often(entry, &parts) > 1;
    let doubled: Vec<String> = entries.iter().filter(|entry| is_doubled(entry)).map(|e| e.field.clone()).collect();
    entries.retain(|entry| how_often(entry, &parts) == 1);
    let is_scored = scored_by_runs(conn, stamp.org, std::slice::from_ref(&lead))?.contains(&survivor);
    let circumstances = Circumstances { with_dnc: true, is_scored, ..Circumstances::default() };
    let before = lead.clone();
    let reverted = revert(&mut lead, &entries, &circumstances, stamp.now);
    let mut changes = LeadChanges::default();
    if let Some(from) = reverted.moved_from {
        let mut row = stamp.status_change(survivor, Some(from), lead.status);
        row.trigger_type = Trigger::Undo;
        row.reason = Some(format!("merge with lead {absorbed} undone"));
        changes.history.push(row);
    }
    changes.removed.tags.extend(reverted.tags.into_iter().map(|tag| (survivor, tag)));
    changes.removed.phones.extend(reverted.phones.into_iter().map(|phone| (survivor, phone)));
    changes.removed.emails.extend(reverted.emails.into_iter().map(|email| (survivor, email)));
    changes.removed.notes.extend(reverted.notes.into_iter().map(|note| (survivor, note)));
    changes.audit.extend(reverted.changes.into_iter().map(|change| field_audit(survivor, change, stamp)));
    if lead.phone_number != before.phone_number || !changes.removed.phones.is_empty() {
        let mut further = parts.phones;
        further.retain(|number| !changes.removed.phones.iter().any(|(_, removed)| removed == number));
        follow_numbers(conn, &mut lead, &further, &mut changes, stamp)?;
    }
    if lead.status != before.status {
        // Back where it was, it has been there since then.
        let history = lead_status_history::of_lead(conn, stamp.org, survivor)?;
        let then = history.iter().rfind(|row| merged_at.is_none_or(|at| row.recorded_at < at));
        lead.status_changed_at =
            then.filter(|row| row.to_status == lead.status).map_or(stamp.now, |row| row.changed_at);
    }
    write(conn, lead, changes, stamp)?;
    let kept = reverted.kept.into_iter().map(|kept| kept.field).chain(doubled).collect();
    Ok(Unmerged { survivor, deleted_before, kept })
}

fn write(conn: &mut Db, mut lead: Lead, mut changes: LeadChanges, stamp: &Stamp) -> Result<(), RestoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead);
    match lead_changes::write(conn, &changes, stamp)? {
        Written::All => Ok(()),
        Written::LostRace => Err(RestoreError::Raced),
    }
}

/// What the survivor's log tells of its last merge with this lead: when it was, and the entries from the one that names the
/// lead to the next that is of another merge or of something else. Nobody else writes between them, for the survivor is held.
fn entries_of_merge(log: &[AuditEntry], absorbed: i64, survivor: i64) -> (Option<Timestamp>, Vec<FieldChange>) {
    let absorbed = absorbed.to_string();
    let own: Vec<&AuditEntry> = log.iter().filter(|entry| entry.lead_id == survivor).collect();
    let begins =
        |entry: &AuditEntry| entry.action == AuditAction::Merge && entry.field_name.as_deref() == Some(ABSORBED);
    let last = own.iter().rposition(|entry| begins(entry) && entry.new_value.as_ref() == Some(&absorbed));
    let Some((header, rest)) = last.and_then(|at| own.get(at..)).and_then(<[_]>::split_first) else {
        return (None, Vec::new());
    };
    let entries = rest
        .iter()
        .take_while(|entry| entry.action == AuditAction::Merge && !begins(entry))
        .filter_map(|entry| {
            let (old, new) = (entry.old_value.clone(), entry.new_value.clone());
            Some(FieldChange { field: entry.field_name.clone()?, old, new })
        })
        .collect();
    (Some(header.changed_at), entries)
}

/// Since when the absorbed lead had been deleted when it was last merged.
fn deleted_before(log: &[AuditEntry], absorbed: i64) -> Option<Timestamp> {
    let own: Vec<&AuditEntry> = log.iter().filter(|entry| entry.lead_id == absorbed).collect();
    let merged = own.iter().rposition(|entry| {
        entry.action == AuditAction::Merge && entry.field_name.as_deref() == Some("merged_into_id")
    })?;
    let next = own.get(merged + 1).filter(|entry| entry.action == AuditAction::Merge)?;
    let old = next.old_value.as_deref().filter(|_| next.field_name.as_deref() == Some("deleted_at"))?;
    old.parse::<jiff::Timestamp>().ok().map(Timestamp::from)
}

/// How often the survivor still has a part that the merge gave it; once for fields. Of two notes that say the same one was
/// written since, and both stay.
fn how_often(entry: &FieldChange, parts: &Parts) -> usize {
    let list = match entry.field.as_str() {
        "tag" => &parts.tags,
        "phone" => &parts.phones,
        FURTHER_EMAIL => &parts.emails,
        "note" => &parts.notes,
        _ => return 1,
    };
    list.iter().filter(|part| Some(*part) == entry.new.as_ref()).count()
}
