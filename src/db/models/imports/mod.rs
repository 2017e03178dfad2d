//! Records of imports.

pub mod import_effects;
pub mod import_mappings;

use diesel::prelude::*;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::db::schema::imports;
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::imports::kind::{ImportKind, ImportStatus};
use crate::domain::time::shown;
use crate::domain::timestamp::Timestamp;

/// A row of `imports`.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = imports)]
pub struct Import {
    pub id: i64,
    #[serde(skip)]
    pub organization_id: i32,
    pub uid: Uid,
    pub kind: ImportKind,
    pub file_name: String,
    pub file_sha256: String,
    pub file_size: i64,
    pub sheet: Option<String>,
    pub mapping: Json,
    pub options: Json,
    /// The summary as `import leads --format json` printed it.
    pub counts: Json,
    pub status: ImportStatus,
    pub undoes_import_id: Option<i64>,
    pub actor: String,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
}

impl Import {
    /// The notice that the same file is imported again, for people in a time zone.
    pub fn was_imported_before(&self, zone: &TimeZone) -> String {
        let at = shown::minute(self.started_at.to_jiff(), zone);
        format!("the same file was imported before: import {} of {}, on {at}", self.id, self.file_name)
    }
}

/// What an import's record begins with; options, which the file may complete, and counts follow at its end.
#[derive(Insertable)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub struct NewImport<'a> {
    pub organization_id: i32,
    pub uid: Uid,
    pub kind: ImportKind,
    pub file_name: &'a str,
    pub file_sha256: &'a str,
    pub file_size: i64,
    pub sheet: Option<&'a str>,
    pub mapping: Json,
    pub undoes_import_id: Option<i64>,
    pub actor: &'a str,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Begins an import's record and returns its id.
///
/// # Errors
/// The database refuses.
pub fn insert(conn: &mut Db, new: &NewImport<'_>) -> Result<i64, DbError> {
    diesel::insert_into(imports::table).values(new).execute(conn)?;
    Ok(imports::table
        .filter(imports::organization_id.eq(new.organization_id).and(imports::uid.eq(new.uid)))
        .select(imports::id)
        .first(conn)?)
}

/// Ends an import's record with its counts, and with its options as far as the file decided them.
///
/// # Errors
/// The database refuses.
pub fn finish(
    conn: &mut Db,
    org: OrgId,
    id: i64,
    options: &Json,
    counts: &Json,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(imports::table.filter(imports::organization_id.eq(org.0).and(imports::id.eq(id))))
        .set((
            imports::options.eq(options),
            imports::counts.eq(counts),
            imports::finished_at.eq(now),
            imports::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Marks an import as undone.
///
/// # Errors
/// The database refuses.
pub fn mark_undone(conn: &mut Db, org: OrgId, id: i64, now: Timestamp) -> Result<(), DbError> {
    diesel::update(imports::table.filter(imports::organization_id.eq(org.0).and(imports::id.eq(id))))
        .set((
            imports::status.eq(ImportStatus::Undone),
            imports::updated_at.eq(now),
            imports::version.eq(imports::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// The undo of an import.
///
/// # Errors
/// The database cannot be read.
pub fn undo_of(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Import>, DbError> {
    Ok(imports::table
        .filter(imports::organization_id.eq(org.0).and(imports::undoes_import_id.eq(id)))
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}

/// The organization's imports, the latest first.
///
/// # Errors
/// The database cannot be read.
pub fn latest(conn: &mut Db, org: OrgId, limit: i64) -> Result<Vec<Import>, DbError> {
    Ok(imports::table
        .filter(imports::organization_id.eq(org.0))
        .order(imports::id.desc())
        .limit(limit)
        .select(Import::as_select())
        .load(conn)?)
}

/// The import with this id.
///
/// # Errors
/// The database cannot be read.
pub fn by_id(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Import>, DbError> {
    Ok(imports::table
        .filter(imports::organization_id.eq(org.0).and(imports::id.eq(id)))
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}

/// The import with this identity.
///
/// # Errors
/// The database cannot be read.
pub fn by_uid(conn: &mut Db, org: OrgId, uid: Uid) -> Result<Option<Import>, DbError> {
    Ok(imports::table
        .filter(imports::organization_id.eq(org.0).and(imports::uid.eq(uid)))
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}

/// The latest import that is in force of a file with these bytes.
///
/// # Errors
/// The database cannot be read.
pub fn latest_of_file(conn: &mut Db, org: OrgId, sha256: &str) -> Result<Option<Import>, DbError> {
    Ok(imports::table
        .filter(imports::organization_id.eq(org.0).and(imports::file_sha256.eq(sha256)))
        .filter(imports::status.eq(ImportStatus::Done).and(imports::kind.ne(ImportKind::Undo)))
        .order(imports::id.desc())
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}
