//! Organizations: the tenants of a database.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::schema::organizations;
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// A row of `organizations`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = organizations)]
pub struct Organization {
    pub id: i32,
    pub uid: Uid,
    pub name: String,
    pub slug: String,
    /// ISO 3166-1 code, or empty when none is known.
    pub default_region: String,
    /// ISO 4217 code.
    pub base_currency: String,
    /// IANA name.
    pub timezone: String,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

impl Organization {
    pub fn org_id(&self) -> OrgId {
        OrgId(self.id)
    }
}

/// What a new organization is made of.
#[derive(Insertable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub struct NewOrganization<'a> {
    pub uid: Uid,
    pub name: &'a str,
    pub slug: &'a str,
    pub default_region: &'a str,
    pub base_currency: &'a str,
    pub timezone: &'a str,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds an organization and returns its row.
///
/// # Errors
/// The slug is taken, or the database refuses.
pub fn insert(conn: &mut Db, new: &NewOrganization<'_>) -> Result<Organization, DbError> {
    diesel::insert_into(organizations::table).values(new).execute(conn)?;
    by_slug(conn, new.slug)?.ok_or(DbError::Query(diesel::result::Error::NotFound))
}

/// All organizations by slug.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db) -> Result<Vec<Organization>, DbError> {
    Ok(organizations::table.order(organizations::slug).select(Organization::as_select()).load(conn)?)
}

/// The organization with this slug.
///
/// # Errors
/// The database cannot be read.
pub fn by_slug(conn: &mut Db, slug: &str) -> Result<Option<Organization>, DbError> {
    Ok(organizations::table
        .filter(organizations::slug.eq(slug))
        .select(Organization::as_select())
        .first(conn)
        .optional()?)
}

/// Stores a changed organization and counts its version up.
///
/// # Errors
/// The database refuses.
pub fn update(conn: &mut Db, row: &mut Organization, now: Timestamp) -> Result<(), DbError> {
    row.updated_at = now;
    row.version += 1;
    diesel::update(organizations::table.filter(organizations::id.eq(row.id))).set(&*row).execute(conn)?;
    Ok(())
}
