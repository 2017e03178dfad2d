//! The audit log of everything but leads: append-only.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::schema::audit_log;
use crate::db::{Db, DbError, OrgId};
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

/// When one thing was changed last.
///
/// # Errors
/// The database cannot be read.
pub fn last_change(conn: &mut Db, org: OrgId, entity: Entity, id: i64) -> Result<Option<Timestamp>, DbError> {
    use audit_log as log;
    let of = log::organization_id.eq(org.0).and(log::entity.eq(entity)).and(log::entity_id.eq(id));
    Ok(log::table.filter(of).select(log::changed_at).order(log::changed_at.desc()).first(conn).optional()?)
}

/// Who made these things, by their ids.
///
/// # Errors
/// The database cannot be read.
pub fn makers(conn: &mut Db, org: OrgId, entity: Entity, ids: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    use audit_log as log;
    let mut found = HashMap::new();
    for some in ids.chunks(IN_LIST) {
        let of = log::organization_id.eq(org.0).and(log::entity.eq(entity)).and(log::entity_id.eq_any(some.to_vec()));
        let made = log::table.filter(of).filter(log::action.eq(AuditAction::Create));
        found.extend(made.select((log::entity_id, log::actor)).load::<(i64, String)>(conn)?);
    }
    Ok(found)
}
