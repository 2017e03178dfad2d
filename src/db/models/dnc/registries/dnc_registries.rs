//! Registries: do-not-call lists of others.

use diesel::prelude::*;

use super::dnc_registry_revisions::Revision;
use crate::db::audited::held as held_row;
use crate::db::schema::{dnc_registries, dnc_registry_revisions};
use crate::db::{Db, DbError};
use crate::domain::dnc::registry::RegistryKind;
use crate::domain::timestamp::Timestamp;

/// A row of `dnc_registries`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = dnc_registries)]
pub struct Registry {
    pub id: i64,
    pub name: String,
    pub kind: RegistryKind,
    /// ISO 3166-1 code.
    pub country: String,
    pub calling_code: i32,
    pub max_age_days: i32,
    /// The revision that answers; `None` when none is loaded.
    pub current_revision: Option<i32>,
    pub version: i32,
}

/// What a registry is, as its loads say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Insertable)]
#[diesel(table_name = dnc_registries, treat_none_as_default_value = false)]
pub struct NewRegistry<'a> {
    pub name: &'a str,
    pub kind: RegistryKind,
    pub country: &'a str,
    pub calling_code: i32,
    pub max_age_days: i32,
}

/// All registries, by name, each with the revision that answers.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db) -> Result<Vec<(Registry, Option<Revision>)>, DbError> {
    let mut all: Vec<(Registry, Option<Revision>)> = dnc_registries::table
        .left_join(
            dnc_registry_revisions::table.on(dnc_registry_revisions::registry_id
                .eq(dnc_registries::id)
                .and(dnc_registry_revisions::revision.nullable().eq(dnc_registries::current_revision))),
        )
        .select((Registry::as_select(), Option::<Revision>::as_select()))
        .load(conn)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    Ok(all)
}

/// The registry of this name.
///
/// # Errors
/// The database cannot be read.
pub fn by_name(conn: &mut Db, name: &str) -> Result<Option<Registry>, DbError> {
    Ok(dnc_registries::table
        .filter(dnc_registries::name.eq(name))
        .select(Registry::as_select())
        .first(conn)
        .optional()?)
}

/// The registry of this name, held against others who change which revision answers.
///
/// # Errors
/// The database cannot be read.
pub fn held(conn: &mut Db, name: &str) -> Result<Option<Registry>, DbError> {
    let row = dnc_registries::table.filter(dnc_registries::name.eq(name));
    Ok(held_row!(conn, row, Registry))
}

/// Makes a registry.
///
/// # Errors
/// Its name is taken, or the database refuses.
pub fn add(conn: &mut Db, new: &NewRegistry<'_>, now: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(dnc_registries::table)
        .values((new, dnc_registries::created_at.eq(now), dnc_registries::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Says which revision of a registry answers from now on.
///
/// # Errors
/// The database refuses.
pub fn set_current(conn: &mut Db, id: i64, revision: Option<i32>, now: Timestamp) -> Result<(), DbError> {
    diesel::update(dnc_registries::table.filter(dnc_registries::id.eq(id)))
        .set((
            dnc_registries::current_revision.eq(revision),
            dnc_registries::updated_at.eq(now),
            dnc_registries::version.eq(dnc_registries::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Says what a registry is.
///
/// # Errors
/// The database refuses.
pub fn describe(conn: &mut Db, id: i64, new: &NewRegistry<'_>, now: Timestamp) -> Result<(), DbError> {
    diesel::update(dnc_registries::table.filter(dnc_registries::id.eq(id)))
        .set((
            dnc_registries::kind.eq(new.kind),
            dnc_registries::country.eq(new.country),
            dnc_registries::calling_code.eq(new.calling_code),
            dnc_registries::max_age_days.eq(new.max_age_days),
            dnc_registries::updated_at.eq(now),
            dnc_registries::version.eq(dnc_registries::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}
