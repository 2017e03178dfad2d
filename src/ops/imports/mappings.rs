//! Saved mappings of imports: new versions, and deleting them.

use crate::db::Stamp;
use crate::db::models::imports::import_mappings::{self, ImportMapping, NewImportMapping};
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError};
use crate::domain::imports::kind::ImportKind;
use crate::error::{CommandError, Explain};
use crate::ops::audited;

/// Why a mapping was not saved or deleted.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("there is no mapping `{0}` any more")]
    Gone(String),
    #[error("the mapping `{name}` is one of imports of {kind}")]
    OtherKind { name: String, kind: ImportKind },
    #[error("somebody else saved the mapping `{0}` meanwhile")]
    Raced(String),
}

impl Explain for MappingError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            MappingError::Db(e) => return e.explain(),
            MappingError::Gone(_) => "list them: crmctl import mappings list",
            MappingError::OtherKind { .. } => "nothing was imported; save it under another name",
            MappingError::Raced(_) => "nothing was imported; look at it (crmctl import mappings show) and import again",
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// What is saved.
#[derive(Debug, Clone)]
pub struct NewMapping<'a> {
    pub name: &'a str,
    pub kind: ImportKind,
    pub options: Json,
    pub headers: Json,
    pub fingerprint: &'a str,
}

/// A mapping after saving.
#[derive(Debug)]
pub struct Saved {
    pub version: i32,
    /// Whether the version was made: what is as it was makes none.
    pub is_new: bool,
}

/// Saves a mapping: as the first version of its name, or as the next one if it differs from the latest.
///
/// # Errors
/// The name is that of a mapping of another kind, or the database refuses.
pub fn save(conn: &mut Db, new: &NewMapping<'_>, stamp: &Stamp) -> Result<Saved, MappingError> {
    let versions = import_mappings::versions(conn, stamp.org, new.name)?;
    let live = versions.last().filter(|latest| latest.deleted_at.is_none());
    if let Some(other) = live.filter(|live| live.kind != new.kind) {
        return Err(MappingError::OtherKind { name: other.name.clone(), kind: other.kind });
    }
    if let Some(same) = live.filter(|live| live.options == new.options && live.headers == new.headers) {
        return Ok(Saved { version: same.revision, is_new: false });
    }
    // The numbers of deleted versions are not given again: imports name them.
    let revision = versions.last().map_or(1, |latest| latest.revision.saturating_add(1));
    let row = NewImportMapping {
        organization_id: stamp.org.0,
        uid: Uid::new(),
        name: new.name,
        revision,
        kind: new.kind,
        options: new.options.clone(),
        headers: new.headers.clone(),
        fingerprint: new.fingerprint,
        actor: &stamp.actor,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    match audited::add::<ImportMapping>(conn, &row, stamp) {
        Ok(made) => Ok(Saved { version: made.revision, is_new: true }),
        Err(e) if e.is_unique_violation() => Err(MappingError::Raced(new.name.to_owned())),
        Err(e) => Err(e.into()),
    }
}

/// Deletes all versions of a mapping: none is offered or used any more, and all stay for the imports that used them. Returns
/// how many there were.
///
/// # Errors
/// There is none of this name any more, or the database refuses.
pub fn delete(conn: &mut Db, name: &str, stamp: &Stamp) -> Result<usize, MappingError> {
    let mut versions = import_mappings::versions(conn, stamp.org, name)?;
    versions.retain(|version| version.deleted_at.is_none());
    if versions.is_empty() {
        return Err(MappingError::Gone(name.to_owned()));
    }
    for version in &versions {
        audited::change::<ImportMapping, DbError>(conn, version.id, stamp, |row| {
            row.deleted_at = Some(stamp.now);
            Ok(())
        })?;
    }
    Ok(versions.len())
}
