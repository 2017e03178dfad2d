//! Parts of the market.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Editable, Fields, held, logged};
use crate::db::schema::territories;
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// A row of `territories`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = territories, treat_none_as_null = true)]
pub struct Territory {
    #[diesel(skip_update)]
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    #[diesel(skip_update)]
    pub uid: Uid,
    pub name: String,
    pub description: Option<String>,
    /// The territory that it is a part of.
    pub parent_id: Option<i64>,
    /// The JSON form of the filter.
    pub filter: Json,
    /// The smaller one comes first.
    pub priority: i32,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub deleted_at: Option<Timestamp>,
    pub version: i32,
}

/// What a new territory is made of.
#[derive(Insertable)]
#[diesel(table_name = territories, treat_none_as_default_value = false)]
pub struct NewTerritory<'a> {
    pub organization_id: i32,
    pub uid: Uid,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub parent_id: Option<i64>,
    pub filter: Json,
    pub priority: i32,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for Territory {
    const ENTITY: Entity = Entity::Territory;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, Territory { name, description, parent_id, filter, priority, is_active, deleted_at }
            without { id, organization_id, uid, created_at, updated_at, version })
    }
}

impl Addable for Territory {
    type New<'a> = NewTerritory<'a>;

    fn insert(conn: &mut Db, new: &NewTerritory<'_>) -> Result<Territory, DbError> {
        diesel::insert_into(territories::table).values(new).execute(conn)?;
        let made = by_name(conn, OrgId(new.organization_id), new.name)?;
        made.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for Territory {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Territory>, DbError> {
        let row = territories::table.filter(territories::organization_id.eq(org.0).and(territories::id.eq(id)));
        Ok(held!(conn, row, Territory))
    }

    fn store(&mut self, _before: &Territory, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = territories::table
            .filter(territories::organization_id.eq(self.organization_id).and(territories::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

pub(super) fn by_name(conn: &mut Db, org: OrgId, name: &str) -> Result<Option<Territory>, DbError> {
    Ok(territories::table
        .filter(territories::organization_id.eq(org.0).and(territories::deleted_at.is_null()))
        .filter(territories::name.eq(name))
        .select(Territory::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn live(conn: &mut Db, org: OrgId) -> Result<Vec<Territory>, DbError> {
    Ok(territories::table
        .filter(territories::organization_id.eq(org.0).and(territories::deleted_at.is_null()))
        .select(Territory::as_select())
        .load(conn)?)
}

pub(super) fn names(conn: &mut Db, org: OrgId) -> Result<HashMap<i64, String>, DbError> {
    let named: Vec<(i64, String)> = territories::table
        .filter(territories::organization_id.eq(org.0))
        .select((territories::id, territories::name))
        .load(conn)?;
    Ok(named.into_iter().collect())
}
