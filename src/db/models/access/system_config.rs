//! Settings of an organization.

use diesel::prelude::*;

use crate::db::audited::{Audited, Fields, Logged, held};
use crate::db::schema::system_config;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// One setting. Its row stays when it is cleared, with an empty value.
#[derive(Debug, Clone, Queryable, Selectable, serde::Serialize)]
#[diesel(table_name = system_config)]
pub struct Setting {
    #[serde(skip)]
    pub organization_id: i32,
    pub config_key: String,
    pub config_value: String,
    pub updated_at: Timestamp,
}

impl Audited for Setting {
    const ENTITY: Entity = Entity::Setting;

    /// A setting is one of its organization.
    fn id(&self) -> i64 {
        self.organization_id.into()
    }

    fn fields(&self) -> Fields {
        vec![(self.config_key.clone().into(), self.config_value.logged())]
    }
}

/// What begins the keys that the program keeps for itself.
pub const INTERNAL: &str = "internal.";

/// What begins the keys that people choose themselves; their values are JSON.
pub const CUSTOM: &str = "custom.";

/// The organization's settings by key, but those that were cleared and those that the program keeps for itself.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<Setting>, DbError> {
    Ok(system_config::table
        .filter(system_config::organization_id.eq(org.0))
        .filter(system_config::config_key.not_like(format!("{INTERNAL}%")))
        .filter(system_config::config_value.ne(""))
        .order(system_config::config_key)
        .select(Setting::as_select())
        .load(conn)?)
}

/// The value of a setting.
///
/// # Errors
/// The database cannot be read.
pub fn value(conn: &mut Db, org: OrgId, key: &str) -> Result<Option<String>, DbError> {
    Ok(system_config::table
        .filter(system_config::organization_id.eq(org.0).and(system_config::config_key.eq(key)))
        .select(system_config::config_value)
        .first(conn)
        .optional()?)
}

/// A setting as it is now, held against changes by others until the transaction ends.
///
/// # Errors
/// The database cannot be read.
pub fn held(conn: &mut Db, org: OrgId, key: &str) -> Result<Option<Setting>, DbError> {
    let row =
        system_config::table.filter(system_config::organization_id.eq(org.0).and(system_config::config_key.eq(key)));
    Ok(held!(conn, row, Setting))
}

/// Stores a setting in place of the one before.
///
/// # Errors
/// The database refuses.
pub fn set(conn: &mut Db, setting: &Setting, by: Option<i64>) -> Result<(), DbError> {
    let Setting { organization_id: org, config_key: key, config_value: value, updated_at: now } = setting;
    let row =
        system_config::table.filter(system_config::organization_id.eq(org).and(system_config::config_key.eq(key)));
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
                system_config::organization_id.eq(org),
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
