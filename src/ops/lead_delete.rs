//! Deleting a lead, which keeps its row, and restoring it.

use super::lead_keys;
use crate::db::bulk::Stamp;
use crate::db::models::dnc_list;
use crate::db::models::lead_audit_log::{self, NewAuditEntry};
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError};

use crate::domain::status::Status;
use crate::domain::timestamp::Timestamp;

/// Why a lead was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} is not deleted")]
    NotDeleted(i64),
    /// Another live lead has the phone or the external id.
    #[error("the lead {lead} cannot be restored: the live lead {holder} has its {what} meanwhile")]
    Taken { lead: i64, holder: i64, what: &'static str },
}

/// Marks live leads as deleted and writes it down.
///
/// # Errors
/// The database refuses.
pub fn delete(conn: &mut Db, leads: &mut [Lead], stamp: &Stamp) -> Result<(), DbError> {
    for lead in leads.iter_mut() {
        lead.deleted_at = Some(stamp.now);
        store(conn, lead, "delete", stamp)?;
    }
    Ok(())
}

/// Makes a deleted lead live again, with the opt-outs that its person made meanwhile.
///
/// # Errors
/// The lead is live, or another live lead has its phone or external id.
pub fn restore(conn: &mut Db, lead: &mut Lead, stamp: &Stamp) -> Result<(), RestoreError> {
    if lead.deleted_at.is_none() {
        return Err(RestoreError::NotDeleted(lead.id));
    }
    super::dnc::remove::expire(conn, stamp)?;
    refuse_taken(conn, lead, stamp)?;
    lead.deleted_at = None;
    lead.merged_into_id = None;
    let changes = inherit(conn, lead, stamp)?;
    store(conn, lead, "restore", stamp)?;
    lead_audit_log::append(conn, &changes)?;
    if let Some(number) = lead.phone_number.clone().filter(|_| lead.status != Status::Dnc) {
        let listed = dnc_list::listed_among(conn, stamp.org, std::slice::from_ref(&number), stamp.now)?;
        if !listed.is_empty() {
            super::dnc::move_leads_to_dnc(conn, &[number], stamp)?;
        }
    }
    Ok(())
}

/// Gives a lead the opt-outs that its person made through other leads, and tells what that changed.
fn inherit(conn: &mut Db, lead: &mut Lead, stamp: &Stamp) -> Result<Vec<NewAuditEntry>, DbError> {
    let opt_out = lead_keys::opt_out_of_others(conn, lead, lead, stamp.org)?;
    let mut changes = Vec::new();
    let consent = opt_out.ratchet(lead.consent_status);
    if consent != lead.consent_status {
        changes.push(changed(
            lead,
            stamp,
            "consent_status",
            Some(lead.consent_status.to_string()),
            consent.to_string(),
        ));
        lead.consent_status = consent;
        lead.consent_at = Some(stamp.now);
    }
    if let (None, Some(since)) = (lead.email_opted_out_at, opt_out.email_opted_out_at) {
        let since = Timestamp::from_micros(since);
        changes.push(changed(lead, stamp, "email_opted_out_at", None, since.to_string()));
        lead.email_opted_out_at = Some(since);
    }
    Ok(changes)
}

fn changed(lead: &Lead, stamp: &Stamp, field: &str, old: Option<String>, new: String) -> NewAuditEntry {
    NewAuditEntry {
        field_name: Some(field.to_owned()),
        old_value: old,
        new_value: Some(new),
        ..stamp.audit(lead.id, "update")
    }
}

fn refuse_taken(conn: &mut Db, lead: &Lead, stamp: &Stamp) -> Result<(), RestoreError> {
    match lead_keys::holder(conn, lead, stamp.org)? {
        Some((holder, what)) => Err(RestoreError::Taken { lead: lead.id, holder, what }),
        None => Ok(()),
    }
}

fn store(conn: &mut Db, lead: &mut Lead, action: &'static str, stamp: &Stamp) -> Result<(), DbError> {
    lead.updated_at = stamp.now;
    lead.version += 1;
    leads::update(conn, lead)?;
    lead_audit_log::append(conn, &[stamp.audit(lead.id, action)])
}
