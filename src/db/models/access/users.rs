//! Users of an organization.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Editable, Fields, held, logged};
use crate::db::schema::users;
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
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

impl Audited for User {
    const ENTITY: Entity = Entity::User;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, User { email, first_name, last_name, role, timezone, is_active }
            without { id, organization_id, uid, created_at, updated_at, version })
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
        match self.email == before.email {
            true => diesel::update(row).set(&*self).execute(conn)?,
            false => diesel::update(row).set((&*self, users::email.eq(&self.email))).execute(conn)?,
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
