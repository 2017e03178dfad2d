//! Who changes what, and when.

use super::OrgId;
use super::models::leads::lead_assignments::NewAssignment;
use super::models::leads::lead_audit_log::NewAuditEntry;
use super::models::leads::lead_status_history::NewStatusChange;
use crate::domain::audit::AuditAction;
use crate::domain::leads::assignment::Strategy;
use crate::domain::leads::status::{Status, Trigger};
use crate::domain::timestamp::Timestamp;

/// Who changes what, when and through which import: what every log row carries.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub org: OrgId,
    /// The account and host, with the user's email when there is one.
    pub actor: String,
    pub changed_by: Option<i64>,
    /// The address of a remote shell.
    pub ip_address: Option<String>,
    pub import_id: Option<i64>,
    /// What makes first statuses: an import, or a person.
    pub trigger: Trigger,
    pub now: Timestamp,
}

impl Stamp {
    /// An audit entry of a lead, still without field and values.
    pub fn audit(&self, lead_id: i64, action: AuditAction) -> NewAuditEntry {
        NewAuditEntry {
            organization_id: self.org.0,
            lead_id,
            action,
            field_name: None,
            old_value: None,
            new_value: None,
            changed_by: self.changed_by,
            actor: self.actor.clone(),
            ip_address: self.ip_address.clone(),
            import_id: self.import_id,
            changed_at: self.now,
        }
    }

    /// A lead given from one user to another, without a context.
    pub fn assignment(&self, lead_id: i64, from: Option<i64>, to: Option<i64>, strategy: Strategy) -> NewAssignment {
        NewAssignment {
            organization_id: self.org.0,
            lead_id,
            from_user_id: from,
            to_user_id: to,
            strategy,
            context: None,
            assigned_by: self.changed_by,
            actor: self.actor.clone(),
            assigned_at: self.now,
        }
    }

    /// A status row of a lead that moves now, by this stamp's trigger and without a reason.
    pub fn status_change(&self, lead_id: i64, from: Option<Status>, to: Status) -> NewStatusChange {
        NewStatusChange {
            organization_id: self.org.0,
            lead_id,
            from_status: from,
            to_status: to,
            trigger_type: self.trigger,
            reason: None,
            changed_by: self.changed_by,
            import_id: self.import_id,
            changed_at: self.now,
            recorded_at: self.now,
        }
    }
}
