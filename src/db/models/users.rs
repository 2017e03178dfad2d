//! Users of an organization.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::schema::users;
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::role::Role;
use crate::domain::timestamp::Timestamp;

/// A row of `users`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct User {
    pub id: i64,
    #[serde(skip)]
    pub organization_id: i32,
    pub uid: Uid,
    pub email: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: Role,
    pub timezone: String,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

/// What a new user is made of.
#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct NewUser<'a> {
    pub organization_id: i32,
    pub uid: Uid,
    pub email: &'a str,
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
    pub role: Role,
    pub timezone: &'a str,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Adds a user and returns the row.
///
/// # Errors
/// The email is taken in this organization, or the database refuses.
pub fn insert(conn: &mut Db, new: &NewUser<'_>) -> Result<User, DbError> {
    diesel::insert_into(users::table).values(new).execute(conn)?;
    by_email(conn, OrgId(new.organization_id), new.email)?.ok_or(DbError::Query(diesel::result::Error::NotFound))
}

/// The organization's users by email.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<User>, DbError> {
    Ok(users::table
        .filter(users::organization_id.eq(org.0))
        .order(users::email)
        .select(User::as_select())
        .load(conn)?)
}

/// The user with this email, in normal form.
///
/// # Errors
/// The database cannot be read.
pub fn by_email(conn: &mut Db, org: OrgId, email: &str) -> Result<Option<User>, DbError> {
    Ok(users::table
        .filter(users::organization_id.eq(org.0).and(users::email.eq(email)))
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// Stores a changed user and counts its version up.
///
/// # Errors
/// The database refuses.
pub fn update(conn: &mut Db, row: &mut User, now: Timestamp) -> Result<(), DbError> {
    row.updated_at = now;
    row.version += 1;
    diesel::update(users::table.filter(users::organization_id.eq(row.organization_id).and(users::id.eq(row.id))))
        .set(&*row)
        .execute(conn)?;
    Ok(())
}
