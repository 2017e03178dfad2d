//! The audit log of everything but leads: append-only.

use diesel::prelude::*;

use crate::db::Stamp;
use crate::db::schema::audit_log;
use crate::db::{Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// One entry to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub struct NewEntry {
    pub organization_id: i32,
    pub entity: Entity,
    pub entity_id: i64,
    pub action: AuditAction,
    pub field_name: Option<String>,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
    pub changed_by: Option<i64>,
    pub actor: String,
    pub ip_address: Option<String>,
    pub import_id: Option<i64>,
    pub changed_at: Timestamp,
}

impl NewEntry {
    /// An entry, still without field and values.
    pub fn new(stamp: &Stamp, entity: Entity, id: i64, action: AuditAction) -> NewEntry {
        NewEntry {
            organization_id: stamp.org.0,
            entity,
            entity_id: id,
            action,
            field_name: None,
            old_value: None,
            new_value: None,
            changed_by: stamp.changed_by,
            actor: stamp.actor.clone(),
            ip_address: stamp.ip_address.clone(),
            import_id: stamp.import_id,
            changed_at: stamp.now,
        }
    }
}

/// Appends entries.
///
/// # Errors
/// The database refuses.
pub fn append(conn: &mut Db, entries: &[NewEntry]) -> Result<(), DbError> {
    for entry in entries {
        diesel::insert_into(audit_log::table).values(entry).execute(conn)?;
    }
    Ok(())
}
