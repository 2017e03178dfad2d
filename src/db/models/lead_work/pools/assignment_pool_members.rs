//! Who takes part in a pool.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Deletable, Editable, Fields, held, logged};
use crate::db::schema::{assignment_pool_members as table, assignment_pools as pools};
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// A row of `assignment_pool_members`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = table, treat_none_as_null = true)]
pub struct PoolMember {
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    #[diesel(skip_update)]
    pub pool_id: i64,
    #[diesel(skip_update)]
    pub user_id: i64,
    pub weight: i32,
    /// The most open leads that the user may hold.
    pub capacity: Option<i32>,
    /// The most leads that the pool gives the user on a day.
    pub daily_limit: Option<i32>,
    /// As a list.
    pub skills: Option<Json>,
    /// The place in the rotation: no change of the row.
    #[diesel(skip_update)]
    pub current_weight: i64,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

/// What a new member is made of.
#[derive(Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct NewPoolMember {
    pub organization_id: i32,
    pub pool_id: i64,
    pub user_id: i64,
    pub weight: i32,
    pub capacity: Option<i32>,
    pub daily_limit: Option<i32>,
    pub skills: Option<Json>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for PoolMember {
    const ENTITY: Entity = Entity::PoolMember;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, PoolMember { pool_id, user_id, weight, capacity, daily_limit, skills, is_active }
            without { id, organization_id, current_weight, created_at, updated_at, version })
    }
}

impl Addable for PoolMember {
    type New<'a> = NewPoolMember;

    fn insert(conn: &mut Db, new: &NewPoolMember) -> Result<PoolMember, DbError> {
        diesel::insert_into(table::table).values(new).execute(conn)?;
        let made = of_user(conn, OrgId(new.organization_id), new.pool_id, new.user_id)?;
        made.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for PoolMember {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<PoolMember>, DbError> {
        let row = table::table.filter(table::organization_id.eq(org.0).and(table::id.eq(id)));
        Ok(held!(conn, row, PoolMember))
    }

    fn store(&mut self, _before: &PoolMember, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = table::table.filter(table::organization_id.eq(self.organization_id).and(table::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

impl Deletable for PoolMember {
    fn delete(self, conn: &mut Db) -> Result<(), DbError> {
        let row = table::table.filter(table::organization_id.eq(self.organization_id).and(table::id.eq(self.id)));
        diesel::delete(row).execute(conn)?;
        Ok(())
    }
}

/// The members of a pool in the order in which they joined.
///
/// # Errors
/// The database cannot be read.
pub fn of_pool(conn: &mut Db, org: OrgId, pool: i64) -> Result<Vec<PoolMember>, DbError> {
    Ok(table::table
        .filter(table::organization_id.eq(org.0).and(table::pool_id.eq(pool)))
        .order(table::id)
        .select(PoolMember::as_select())
        .load(conn)?)
}

/// A user's part in a pool.
///
/// # Errors
/// The database cannot be read.
pub fn of_user(conn: &mut Db, org: OrgId, pool: i64, user: i64) -> Result<Option<PoolMember>, DbError> {
    Ok(table::table
        .filter(table::organization_id.eq(org.0).and(table::pool_id.eq(pool)).and(table::user_id.eq(user)))
        .select(PoolMember::as_select())
        .first(conn)
        .optional()?)
}

/// How many members each pool has.
///
/// # Errors
/// The database cannot be read.
pub fn counts(conn: &mut Db, org: OrgId) -> Result<Vec<(i64, i64)>, DbError> {
    Ok(table::table
        .filter(table::organization_id.eq(org.0))
        .group_by(table::pool_id)
        .select((table::pool_id, diesel::dsl::count_star()))
        .load(conn)?)
}

/// The smallest capacity of each user in the pools of which they are members; who has none is missing.
///
/// # Errors
/// The database cannot be read.
pub fn smallest_capacities(conn: &mut Db, org: OrgId) -> Result<HashMap<i64, i64>, DbError> {
    let live = pools::table.filter(pools::organization_id.eq(org.0).and(pools::deleted_at.is_null())).select(pools::id);
    let rows: Vec<(i64, i32)> = table::table
        .filter(table::organization_id.eq(org.0).and(table::is_active.eq(true)))
        .filter(table::capacity.is_not_null().and(table::pool_id.eq_any(live)))
        .select((table::user_id, table::capacity.assume_not_null()))
        .load(conn)?;
    let mut smallest: HashMap<i64, i64> = HashMap::new();
    for (user, capacity) in rows {
        let least = smallest.entry(user).or_insert(capacity.into());
        *least = (*least).min(capacity.into());
    }
    Ok(smallest)
}

/// Keeps a member's place in the rotation.
///
/// # Errors
/// The database refuses.
pub fn keep_place(conn: &mut Db, org: OrgId, member: i64, current_weight: i64) -> Result<(), DbError> {
    let row = table::table.filter(table::organization_id.eq(org.0).and(table::id.eq(member)));
    diesel::update(row).set(table::current_weight.eq(current_weight)).execute(conn)?;
    Ok(())
}
