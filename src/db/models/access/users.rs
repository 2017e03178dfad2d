//! Users of an organization.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Editable, Fields, held, logged};
use crate::db::schema::users;
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::access::owners::{Named, Owners};
use crate::domain::access::role::Role;
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// A row of `users`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct User {
    #[diesel(skip_update)]
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    #[diesel(skip_update)]
    pub uid: Uid,
    #[diesel(skip_update)]
    pub email: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: Role,
    pub timezone: String,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
    /// Another name than the email, in lower case.
    #[diesel(skip_update)]
    pub username: Option<String>,
    /// A JSON object.
    pub preferences: Json,
    pub avatar_url: Option<String>,
    /// Whether an admin knows that the email is the user's.
    pub is_verified: bool,
    /// When the user last wrote anything, to the minute: no change of the row.
    #[diesel(skip_update)]
    pub last_seen_at: Option<Timestamp>,
    /// When the user is away: from a time on, up to a time, or both.
    pub absent_from: Option<Timestamp>,
    pub absent_until: Option<Timestamp>,
}

impl User {
    /// Whether the user is away.
    pub fn is_absent(&self, now: Timestamp) -> bool {
        let is_said = self.absent_from.is_some() || self.absent_until.is_some();
        is_said && self.absent_from.is_none_or(|from| from <= now) && self.absent_until.is_none_or(|until| now < until)
    }
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
    pub username: Option<&'a str>,
    pub preferences: Json,
    pub avatar_url: Option<&'a str>,
    pub is_verified: bool,
}

impl Audited for User {
    const ENTITY: Entity = Entity::User;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, User {
            email, first_name, last_name, role, timezone, is_active, username, preferences, avatar_url, is_verified,
            absent_from, absent_until,
        } without { id, organization_id, uid, created_at, updated_at, version, last_seen_at })
    }
}

impl Addable for User {
    type New<'a> = NewUser<'a>;

    fn insert(conn: &mut Db, new: &NewUser<'_>) -> Result<User, DbError> {
        diesel::insert_into(users::table).values(new).execute(conn)?;
        by_email(conn, OrgId(new.organization_id), new.email)?.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for User {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<User>, DbError> {
        let row = users::table.filter(users::organization_id.eq(org.0).and(users::id.eq(id)));
        Ok(held!(conn, row, User))
    }

    fn store(&mut self, before: &User, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = users::table.filter(users::organization_id.eq(self.organization_id).and(users::id.eq(self.id)));
        let email = (self.email != before.email).then_some(users::email.eq(&self.email));
        let username = (self.username != before.username).then_some(users::username.eq(&self.username));
        match (email, username) {
            (None, None) => diesel::update(row).set(&*self).execute(conn)?,
            changed => diesel::update(row).set((&*self, changed.0, changed.1)).execute(conn)?,
        };
        Ok(())
    }
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

/// What a user may do, by columns that every schema has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub email: String,
    pub role: Role,
    pub is_active: bool,
}

/// Whether an organization has users, and how the one with this email or username stands: also where the schema is of another version.
///
/// # Errors
/// The database cannot be read.
pub fn standing(conn: &mut Db, org: OrgId, name: Option<&str>) -> Result<(bool, Option<Standing>), DbError> {
    let has_users = Statement::new("SELECT 1 FROM users WHERE organization_id = ").org(org).sql(" LIMIT 1");
    let has_users = !has_users.rows(conn)?.is_empty();
    let Some(name) = name.map(|name| name.trim().to_lowercase()) else { return Ok((has_users, None)) };
    let column = if name.contains('@') { " AND email = " } else { " AND username = " };
    let rows =
        Statement::new("SELECT email, role, CASE WHEN is_active THEN 1 ELSE 0 END FROM users WHERE organization_id = ")
            .org(org)
            .sql(column)
            .text(name)
            .rows(conn)?;
    let standing = rows.first().and_then(|row| {
        let (email, role) = (row.at(0).text()?.to_owned(), Role::from_word(row.at(1).text()?)?);
        Some(Standing { email, role, is_active: row.at(2).number() == Some(1) })
    });
    Ok((has_users, standing))
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

/// The user with this email or username, whatever the case: only an email holds an `@`.
///
/// # Errors
/// The database cannot be read.
pub fn named(conn: &mut Db, org: OrgId, name: &str) -> Result<Option<User>, DbError> {
    let name = name.trim().to_lowercase();
    if name.contains('@') {
        return by_email(conn, org, &name);
    }
    Ok(users::table
        .filter(users::organization_id.eq(org.0).and(users::username.eq(name)))
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// The ids of users by what they can be named by.
pub fn by_names<'a>(users: impl IntoIterator<Item = &'a User>) -> HashMap<String, i64> {
    let names = |user: &'a User| [Some(&user.email), user.username.as_ref()].into_iter().flatten();
    users.into_iter().flat_map(|user| names(user).map(|name| (name.clone(), user.id))).collect()
}

/// Active users as owners of leads, by all that they can be named by.
pub fn owners(users: &[User]) -> Owners {
    Owners::of(users.iter().filter(|user| user.is_active).map(|user| Named {
        id: user.id,
        email: &user.email,
        username: user.username.as_deref(),
        first_name: user.first_name.as_deref(),
        last_name: user.last_name.as_deref(),
    }))
}

/// A user who acts, and when.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub org: OrgId,
    pub user: i64,
    pub at: Timestamp,
}

/// How often it is written down that a user acts, in microseconds.
const ONCE_IN: i64 = 60_000_000;

impl Seen {
    /// What is to be written down of a user who acts now; `None` when that was done a moment ago.
    pub fn now(org: OrgId, user: &User, at: Timestamp) -> Option<Seen> {
        let is_new = user.last_seen_at.is_none_or(|last| last <= earlier(at));
        is_new.then_some(Seen { org, user: user.id, at })
    }
}

fn earlier(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().saturating_sub(ONCE_IN))
}

/// Writes down that a user acts, at the end of a transaction. On PostgreSQL not while another transaction holds the row, which
/// nobody is to wait for.
///
/// # Errors
/// The database refuses.
pub fn see(conn: &mut Db, seen: Seen) -> Result<(), DbError> {
    let row = || Statement::new("organization_id = ").org(seen.org).sql(" AND id = ").number(seen.user);
    let free =
        Statement::new(" AND id IN (SELECT id FROM users WHERE ").then(row()).sql(" FOR NO KEY UPDATE SKIP LOCKED)");
    Statement::new("UPDATE users SET last_seen_at = ")
        .time(seen.at)
        .sql(" WHERE ")
        .then(row())
        .sql(" AND (last_seen_at IS NULL OR last_seen_at <= ")
        .time(earlier(seen.at))
        .sql(")")
        .either_of(Statement::default(), free)
        .run(conn)?;
    Ok(())
}
