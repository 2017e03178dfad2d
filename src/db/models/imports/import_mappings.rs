//! Saved mappings of imports: how files of a form are read.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Editable, Fields, held, logged};
use crate::db::schema::import_mappings;
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::imports::kind::ImportKind;
use crate::domain::timestamp::Timestamp;

/// A row of `import_mappings`: a version of a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = import_mappings, treat_none_as_null = true)]
pub struct ImportMapping {
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    pub uid: Uid,
    pub name: String,
    /// Which version of the mapping it is, from 1 on.
    #[serde(rename = "version")]
    pub revision: i32,
    pub kind: ImportKind,
    /// The options of its imports, in their JSON form.
    pub options: Json,
    /// The headers of the file for which it was saved, as an array of texts.
    pub headers: Json,
    /// A hash of the folded headers in any order.
    #[serde(skip)]
    pub fingerprint: String,
    pub actor: String,
    pub created_at: Timestamp,
    #[serde(skip)]
    pub updated_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
    /// How often the row was changed.
    #[serde(skip)]
    pub version: i32,
}

/// What a new version is made of.
#[derive(Insertable)]
#[diesel(table_name = import_mappings, treat_none_as_default_value = false)]
pub struct NewImportMapping<'a> {
    pub organization_id: i32,
    pub uid: Uid,
    pub name: &'a str,
    pub revision: i32,
    pub kind: ImportKind,
    pub options: Json,
    pub headers: Json,
    pub fingerprint: &'a str,
    pub actor: &'a str,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for ImportMapping {
    const ENTITY: Entity = Entity::ImportMapping;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, ImportMapping { name, revision, kind, options, headers, deleted_at }
            without { id, organization_id, uid, fingerprint, actor, created_at, updated_at, version })
    }
}

impl Addable for ImportMapping {
    type New<'a> = NewImportMapping<'a>;

    fn insert(conn: &mut Db, new: &NewImportMapping<'_>) -> Result<ImportMapping, DbError> {
        diesel::insert_into(import_mappings::table).values(new).execute(conn)?;
        let mut versions = versions(conn, OrgId(new.organization_id), new.name)?;
        versions.retain(|made| made.revision == new.revision);
        versions.pop().ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for ImportMapping {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<ImportMapping>, DbError> {
        let row =
            import_mappings::table.filter(import_mappings::organization_id.eq(org.0).and(import_mappings::id.eq(id)));
        Ok(held!(conn, row, ImportMapping))
    }

    fn store(&mut self, _before: &ImportMapping, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = import_mappings::table
            .filter(import_mappings::organization_id.eq(self.organization_id).and(import_mappings::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

/// All versions of a name, deleted ones too, in order.
///
/// # Errors
/// The database cannot be read.
pub fn versions(conn: &mut Db, org: OrgId, name: &str) -> Result<Vec<ImportMapping>, DbError> {
    Ok(import_mappings::table
        .filter(import_mappings::organization_id.eq(org.0).and(import_mappings::name.eq(name)))
        .order(import_mappings::revision)
        .select(ImportMapping::as_select())
        .load(conn)?)
}

/// The organization's mappings that are not deleted, each in its latest version, by name.
///
/// # Errors
/// The database cannot be read.
pub fn current(conn: &mut Db, org: OrgId) -> Result<Vec<ImportMapping>, DbError> {
    let mut all: Vec<ImportMapping> = import_mappings::table
        .filter(import_mappings::organization_id.eq(org.0).and(import_mappings::deleted_at.is_null()))
        .select(ImportMapping::as_select())
        .load(conn)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|a, b| a.name.cmp(&b.name).then(b.revision.cmp(&a.revision)));
    all.dedup_by(|older, newer| older.name == newer.name);
    Ok(all)
}
