//! Settings of an organization.

use diesel::prelude::*;

use crate::db::schema::system_config;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// One setting.
#[derive(Debug, Clone, Queryable, serde::Serialize)]
pub struct Setting {
    pub config_key: String,
    pub config_value: String,
    pub updated_at: Timestamp,
}

/// The organization's settings by key.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<Setting>, DbError> {
    Ok(system_config::table
        .filter(system_config::organization_id.eq(org.0))
        .order(system_config::config_key)
        .select((system_config::config_key, system_config::config_value, system_config::updated_at))
        .load(conn)?)
}

/// Stores a setting in place of the one before.
///
/// # Errors
/// The database refuses.
pub fn set(conn: &mut Db, org: OrgId, key: &str, value: &str, by: Option<i64>, now: Timestamp) -> Result<(), DbError> {
    let row =
        system_config::table.filter(system_config::organization_id.eq(org.0).and(system_config::config_key.eq(key)));
    let changed = diesel::update(row)
        .set((
            system_config::config_value.eq(value),
            system_config::updated_by.eq(by),
            system_config::updated_at.eq(now),
            system_config::version.eq(system_config::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(system_config::table)
            .values((
                system_config::organization_id.eq(org.0),
                system_config::config_key.eq(key),
                system_config::config_value.eq(value),
                system_config::updated_by.eq(by),
                system_config::created_at.eq(now),
                system_config::updated_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}
