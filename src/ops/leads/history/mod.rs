//! What happened to a lead, read from its logs and through the leads that it absorbed.

pub mod as_of;
pub mod named;
mod scored;
pub mod timeline;

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::db::models::leads::lead_assignments::{self, Assignment};
use crate::db::models::leads::lead_audit_log::{self, AuditEntry};
use crate::db::models::leads::lead_merges::absorbed_by;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::leads::assignment::Strategy;
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
    /// From where it was made, if that is known.
    pub ip_address: Option<String>,
}

/// A change with what was written down beside it.
#[derive(Debug, Serialize)]
pub struct TracedChange {
    #[serde(flatten)]
    pub change: Change,
    /// How it was decided who gets the lead.
    pub strategy: Option<Strategy>,
    /// The filter by which the lead was chosen for its owner.
    pub context: Option<String>,
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
            ip_address: entry.ip_address,
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

/// The same changes, those of owners with how and by which filter the leads were assigned.
///
/// # Errors
/// The database cannot be read.
pub fn traced_changes(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<TracedChange>, DbError> {
    let changes = changes(conn, org, lead)?;
    let is_assignment = |change: &&Change| change.field.as_deref() == Some("owner_id");
    let mut assignments: HashMap<i64, Vec<Assignment>> = HashMap::new();
    for id in changes.iter().filter(is_assignment).map(|change| change.lead_id).collect::<BTreeSet<i64>>() {
        assignments.insert(id, lead_assignments::of_lead(conn, org, id)?);
    }
    let traced = changes.into_iter().map(|change| {
        let of_lead = Some(&change).filter(is_assignment).and_then(|change| assignments.get_mut(&change.lead_id));
        let to = change.new.as_deref().and_then(|user| user.parse::<i64>().ok());
        // Both are in the order in which they were written: of several at one time each is one change's.
        let assignment = of_lead.and_then(|all| {
            let place = all.iter().position(|one| (one.assigned_at, one.to_user_id) == (change.at, to))?;
            Some(all.remove(place))
        });
        TracedChange {
            strategy: assignment.as_ref().map(|assignment| assignment.strategy),
            context: assignment.and_then(|assignment| assignment.context),
            change,
        }
    });
    Ok(traced.collect())
}
