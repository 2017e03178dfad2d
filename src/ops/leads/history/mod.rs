//! What happened to a lead, read from its logs and through the leads that it absorbed.

pub mod as_of;
pub mod timeline;

use serde::Serialize;

use crate::db::models::leads::lead_audit_log::{self, AuditEntry};
use crate::db::models::leads::lead_merges::absorbed_by;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::timestamp::Timestamp;

/// One change as the history prints it.
#[derive(Debug, Serialize)]
pub struct Change {
    pub at: Timestamp,
    pub actor: String,
    pub action: AuditAction,
    pub field: Option<String>,
    pub old: Option<String>,
    pub new: Option<String>,
    pub import_id: Option<i64>,
    /// The lead itself, or one that it absorbed.
    pub lead_id: i64,
    pub by_user_id: Option<i64>,
}

impl From<AuditEntry> for Change {
    fn from(entry: AuditEntry) -> Change {
        Change {
            at: entry.changed_at,
            actor: entry.actor,
            action: entry.action,
            field: entry.field_name,
            old: entry.old_value,
            new: entry.new_value,
            import_id: entry.import_id,
            lead_id: entry.lead_id,
            by_user_id: entry.changed_by,
        }
    }
}

/// Every change of a lead and of those that it absorbed, in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn changes(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<Change>, DbError> {
    let mut leads = absorbed_by(conn, org, lead)?;
    leads.push(lead);
    Ok(lead_audit_log::of_leads(conn, org, &leads)?.into_iter().map(Change::from).collect())
}
