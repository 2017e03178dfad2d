//! Pools of users among whom leads without an owner are distributed.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Editable, Fields, held, logged};
use crate::db::schema::assignment_pools as table;
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::lead_work::pools::PoolStrategy;
use crate::domain::timestamp::Timestamp;

/// A row of `assignment_pools`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = table, treat_none_as_null = true)]
pub struct Pool {
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    pub uid: Uid,
    pub name: String,
    pub description: Option<String>,
    pub strategy: PoolStrategy,
    /// The JSON form of the filter; None: every open lead without an owner.
    pub filter: Option<Json>,
    /// The tags that name skills, as a list.
    pub skills: Option<Json>,
    pub priority: i32,
    pub is_active: bool,
    /// How many turns there were: no change of the row.
    #[diesel(skip_update)]
    pub cursor: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub deleted_at: Option<Timestamp>,
    pub version: i32,
}

/// What a new pool is made of.
#[derive(Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct NewPool<'a> {
    pub organization_id: i32,
    pub uid: Uid,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub strategy: PoolStrategy,
    pub filter: Option<Json>,
    pub skills: Option<Json>,
    pub priority: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for Pool {
    const ENTITY: Entity = Entity::Pool;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, Pool { name, description, strategy, filter, skills, priority, is_active }
            without { id, organization_id, uid, cursor, created_at, updated_at, deleted_at, version })
    }
}

impl Addable for Pool {
    type New<'a> = NewPool<'a>;

    fn insert(conn: &mut Db, new: &NewPool<'_>) -> Result<Pool, DbError> {
        diesel::insert_into(table::table).values(new).execute(conn)?;
        let made = by_name(conn, OrgId(new.organization_id), new.name)?;
        made.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for Pool {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Pool>, DbError> {
        let row = table::table
            .filter(table::organization_id.eq(org.0).and(table::id.eq(id)))
            .filter(table::deleted_at.is_null());
        Ok(held!(conn, row, Pool))
    }

    fn store(&mut self, _before: &Pool, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = table::table.filter(table::organization_id.eq(self.organization_id).and(table::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

/// The organization's pools, by priority and name.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<Pool>, DbError> {
    let mut all: Vec<Pool> = table::table
        .filter(table::organization_id.eq(org.0).and(table::deleted_at.is_null()))
        .select(Pool::as_select())
        .load(conn)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
    Ok(all)
}

/// The pool with this name.
///
/// # Errors
/// The database cannot be read.
pub fn by_name(conn: &mut Db, org: OrgId, name: &str) -> Result<Option<Pool>, DbError> {
    Ok(table::table
        .filter(table::organization_id.eq(org.0).and(table::name.eq(name)))
        .filter(table::deleted_at.is_null())
        .select(Pool::as_select())
        .first(conn)
        .optional()?)
}

/// The names of the organization's pools by their ids, those of deleted ones, too.
///
/// # Errors
/// The database cannot be read.
pub fn names(conn: &mut Db, org: OrgId) -> Result<Vec<(i64, String)>, DbError> {
    Ok(table::table.filter(table::organization_id.eq(org.0)).select((table::id, table::name)).load(conn)?)
}

/// All pools as they are now, held until the transaction ends: one program at a time distributes leads in an organization, so that
/// capacities hold for users who are in several pools, and each continues where the one before ended: nobody edits a pool meanwhile.
/// Whoever holds leads, too, holds them before.
///
/// # Errors
/// The database cannot be read.
pub fn hold_all(conn: &mut Db, org: OrgId) -> Result<Vec<Pool>, DbError> {
    let rows = table::table.filter(table::organization_id.eq(org.0).and(table::deleted_at.is_null())).order(table::id);
    match conn {
        // Nobody else writes anyway.
        Db::Sqlite(sqlite) => Ok(rows.select(Pool::as_select()).load(sqlite)?),
        Db::Postgres(pg) => Ok(rows.select(Pool::as_select()).for_no_key_update().load(pg)?),
    }
}

/// Keeps how many turns a pool has had.
///
/// # Errors
/// The database refuses.
pub fn keep_cursor(conn: &mut Db, org: OrgId, pool: i64, cursor: i64) -> Result<(), DbError> {
    let row = table::table.filter(table::organization_id.eq(org.0).and(table::id.eq(pool)));
    diesel::update(row).set(table::cursor.eq(cursor)).execute(conn)?;
    Ok(())
}

/// Puts a pool away: its runs refer to it, so the row stays.
///
/// # Errors
/// The database refuses.
pub fn put_away(conn: &mut Db, org: OrgId, pool: &Pool, at: Timestamp) -> Result<(), DbError> {
    let row = table::table.filter(table::organization_id.eq(org.0).and(table::id.eq(pool.id)));
    let gone = (table::deleted_at.eq(Some(at)), table::updated_at.eq(at), table::version.eq(pool.version + 1));
    diesel::update(row).set(gone).execute(conn)?;
    Ok(())
}
