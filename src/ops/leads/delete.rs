//! Deleting a lead, which keeps its row, and restoring one that was deleted or merged.

use super::edit::{deny_consent, field_audit};
use super::keys;
use super::merge::{Unmerged, unmerge};
use super::parts::Parts;
use super::upsert::apply::FieldChange;
use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Written};
use crate::db::models::erasure::erasures;
use crate::db::models::leads::lead_audit_log::{self, NewAuditEntry};
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::dnc::follow_numbers;

/// Why a lead was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} is not deleted")]
    NotDeleted(i64),
    #[error("the person of the lead {0} was erased, which cannot be undone")]
    Erased(i64),
    /// Another live lead has the phone or the external id.
    #[error("the lead {lead} cannot be restored: the live lead {holder} has its {what} meanwhile")]
    Taken { lead: i64, holder: i64, what: &'static str },
    #[error(
        "the lead {lead} cannot be restored: the lead {survivor}, which absorbed it, was itself merged into the lead {into}"
    )]
    SurvivorMerged { lead: i64, survivor: i64, into: i64 },
    #[error("another program took the phone number or the external id meanwhile")]
    Raced,
}

impl Explain for RestoreError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            RestoreError::Db(e) => return e.explain(),
            RestoreError::NotDeleted(_) => None,
            RestoreError::Erased(_) => Some("if the person agrees, add them anew: crmctl lead add".into()),
            RestoreError::Taken { lead, holder, .. } => Some(format!(
                "look at the live lead: crmctl lead show {holder}\n\
                 if both are one person, merge them: crmctl lead merge {lead} --into {holder}"
            )),
            RestoreError::SurvivorMerged { survivor, .. } => {
                Some(format!("restore that one first: crmctl lead restore {survivor}"))
            }
            RestoreError::Raced => Some("nothing was changed; try again".into()),
        };
        CommandError::failed(self.to_string()).maybe_hint(hint)
    }
}

/// Marks live leads as deleted and writes it down.
///
/// # Errors
/// The database refuses.
pub fn delete(conn: &mut Db, leads: &mut [Lead], stamp: &Stamp) -> Result<(), DbError> {
    let ids: Vec<i64> = leads.iter().map(|lead| lead.id).collect();
    // As they are now, not as they were when they were found.
    for stored in leads::by_ids_for_change(conn, stamp.org, &ids)? {
        if let Some(lead) = leads.iter_mut().find(|lead| lead.id == stored.id) {
            *lead = stored;
        }
    }
    let stamp = &lead_changes::stamp_for(conn, &ids, stamp)?;
    for lead in leads.iter_mut().filter(|lead| lead.deleted_at.is_none()) {
        lead.deleted_at = Some(stamp.now);
        lead.updated_at = stamp.now;
        lead.version += 1;
        leads::update(conn, lead)?;
        lead_audit_log::append(conn, &[stamp.audit(lead.id, AuditAction::Delete)])?;
    }
    Ok(())
}

/// Brings a deleted lead back, with the opt-outs that its person made meanwhile. Of a merged lead the merge is undone: it
/// is as it was before, and the survivor gives back what it took over.
///
/// # Errors
/// The lead is live, its survivor was merged itself, or another live lead has its phone or external id.
pub fn restore(conn: &mut Db, lead: &mut Lead, stamp: &Stamp) -> Result<Option<Unmerged>, RestoreError> {
    // As it is now, held together with its survivor.
    let ids: Vec<i64> = std::iter::once(lead.id).chain(lead.merged_into_id).collect();
    if let Some(stored) = leads::by_ids_for_change(conn, stamp.org, &ids)?.into_iter().find(|held| held.id == lead.id) {
        *lead = stored;
    }
    if !erasures::erased_among(conn, stamp.org, &[lead.id])?.is_empty() {
        return Err(RestoreError::Erased(lead.id));
    }
    let stamp = &lead_changes::stamp_for(conn, &ids, stamp)?;
    let since = lead.deleted_at.take().ok_or(RestoreError::NotDeleted(lead.id))?;
    crate::ops::dnc::remove::expire(conn, leads::OnLocked::Wait, stamp)?;
    let mut log = vec![stamp.audit(lead.id, AuditAction::Restore)];
    let mut unmerged = None;
    if let Some(survivor) = lead.merged_into_id.take() {
        let undone = unmerge(conn, lead.id, survivor, stamp)?;
        let entry = |field: &str, old: String, new: Option<String>| NewAuditEntry {
            field_name: Some(field.to_owned()),
            old_value: Some(old),
            new_value: new,
            ..stamp.audit(lead.id, AuditAction::Restore)
        };
        log = vec![entry("merged_into_id", survivor.to_string(), None)];
        if let Some(before) = undone.deleted_before {
            // It was deleted when it was merged.
            log.push(entry("deleted_at", since.to_string(), Some(before.to_string())));
            lead.deleted_at = Some(before);
        }
        unmerged = Some(undone);
    }
    let mut changes = LeadChanges { audit: log, ..LeadChanges::default() };
    if lead.deleted_at.is_none() {
        refuse_taken(conn, lead, stamp)?;
        let parts = Parts::of_lead(conn, stamp.org, lead.id)?;
        changes.audit.extend(inherit(conn, lead, &parts.emails, stamp)?);
        follow_numbers(conn, lead, &parts.phones, &mut changes, stamp)?;
    }
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead.clone());
    match lead_changes::write(conn, &changes, stamp)? {
        Written::All => Ok(unmerged),
        Written::LostRace => Err(RestoreError::Raced),
    }
}

/// Gives a lead the opt-outs that its person made through other leads, and tells what that changed.
fn inherit(conn: &mut Db, lead: &mut Lead, further: &[String], stamp: &Stamp) -> Result<Vec<NewAuditEntry>, DbError> {
    let opt_out = keys::opt_out_of_others(conn, lead, lead, further, stamp.org)?;
    let mut changes = Vec::new();
    if opt_out.denied {
        let mut fields = Vec::new();
        deny_consent(lead, &mut fields, stamp);
        changes.extend(fields.into_iter().map(|change| field_audit(lead.id, change, stamp)));
    }
    if let (None, Some(since)) = (lead.email_opted_out_at, opt_out.email_opted_out_at) {
        let since = Timestamp::from_micros(since);
        let change = FieldChange { field: "email_opted_out_at".into(), old: None, new: Some(since.to_string()) };
        changes.push(field_audit(lead.id, change, stamp));
        lead.email_opted_out_at = Some(since);
    }
    Ok(changes)
}

fn refuse_taken(conn: &mut Db, lead: &Lead, stamp: &Stamp) -> Result<(), RestoreError> {
    match keys::holder(conn, lead, stamp.org)? {
        Some((holder, what)) => Err(RestoreError::Taken { lead: lead.id, holder, what }),
        None => Ok(()),
    }
}
