//! How leads are scored, under a name: each row a version of a model.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Editable, Fields, held, logged};
use crate::db::schema::score_models;
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::timestamp::Timestamp;

/// A row of `score_models`: a version of a model.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = score_models, treat_none_as_null = true)]
pub struct ScoreModel {
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    pub uid: Uid,
    pub name: String,
    /// Which version of the model it is, from 1 on.
    #[serde(rename = "version")]
    pub revision: i32,
    pub kind: ModelKind,
    pub definition: Json,
    /// Whether it is in use.
    pub is_active: bool,
    pub created_at: Timestamp,
    #[serde(skip)]
    pub updated_at: Timestamp,
    /// How often the row was changed.
    #[serde(skip)]
    pub version: i32,
}

/// What a new version is made of.
#[derive(Insertable)]
#[diesel(table_name = score_models, treat_none_as_default_value = false)]
pub struct NewScoreModel<'a> {
    pub organization_id: i32,
    pub uid: Uid,
    pub name: &'a str,
    pub revision: i32,
    pub kind: ModelKind,
    pub definition: Json,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for ScoreModel {
    const ENTITY: Entity = Entity::ScoreModel;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        // What a model says never changes, and its row stays.
        logged!(self, ScoreModel { name, revision, kind, is_active }
            without { id, organization_id, uid, definition, created_at, updated_at, version })
    }
}

impl Addable for ScoreModel {
    type New<'a> = NewScoreModel<'a>;

    fn insert(conn: &mut Db, new: &NewScoreModel<'_>) -> Result<ScoreModel, DbError> {
        diesel::insert_into(score_models::table).values(new).execute(conn)?;
        let mut versions = versions(conn, OrgId(new.organization_id), new.name)?;
        versions.retain(|made| made.revision == new.revision);
        versions.pop().ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for ScoreModel {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<ScoreModel>, DbError> {
        let row = score_models::table.filter(score_models::organization_id.eq(org.0).and(score_models::id.eq(id)));
        Ok(held!(conn, row, ScoreModel))
    }

    fn store(&mut self, _before: &ScoreModel, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = score_models::table
            .filter(score_models::organization_id.eq(self.organization_id).and(score_models::id.eq(self.id)));
        diesel::update(row)
            .set((
                score_models::is_active.eq(self.is_active),
                score_models::updated_at.eq(self.updated_at),
                score_models::version.eq(self.version),
            ))
            .execute(conn)?;
        Ok(())
    }
}

/// All versions of a name, in order.
///
/// # Errors
/// The database cannot be read.
pub fn versions(conn: &mut Db, org: OrgId, name: &str) -> Result<Vec<ScoreModel>, DbError> {
    Ok(score_models::table
        .filter(score_models::organization_id.eq(org.0).and(score_models::name.eq(name)))
        .order(score_models::revision)
        .select(ScoreModel::as_select())
        .load(conn)?)
}

/// Every version of every model, by name and version.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<ScoreModel>, DbError> {
    let mut all: Vec<ScoreModel> = score_models::table
        .filter(score_models::organization_id.eq(org.0))
        .select(ScoreModel::as_select())
        .load(conn)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|a, b| a.name.cmp(&b.name).then(a.revision.cmp(&b.revision)));
    Ok(all)
}

/// Whether there is a model of a kind, in use or not.
///
/// # Errors
/// The database cannot be read.
pub fn has_any(conn: &mut Db, org: OrgId, kind: ModelKind) -> Result<bool, DbError> {
    let first: Option<i64> = score_models::table
        .filter(score_models::organization_id.eq(org.0).and(score_models::kind.eq(kind)))
        .select(score_models::id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// The model of a kind that is in use.
///
/// # Errors
/// The database cannot be read.
pub fn active(conn: &mut Db, org: OrgId, kind: ModelKind) -> Result<Option<ScoreModel>, DbError> {
    Ok(score_models::table
        .filter(score_models::organization_id.eq(org.0).and(score_models::kind.eq(kind)))
        .filter(score_models::is_active.eq(true))
        .select(ScoreModel::as_select())
        .first(conn)
        .optional()?)
}
