//! The rows of a lead's logs that a stamp makes.

use crate::db::Stamp;
use crate::db::models::leads::lead_assignments::NewAssignment;
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_status_history::NewStatusChange;
use crate::domain::audit::AuditAction;
use crate::domain::leads::assignment::Strategy;
use crate::domain::leads::status::Status;

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
