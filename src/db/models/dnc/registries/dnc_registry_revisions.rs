//! What was loaded of registries.

use diesel::prelude::*;

use crate::db::schema::dnc_registry_revisions as revisions;
use crate::db::types::{CivilDate, Json};
use crate::db::{Db, DbError};
use crate::domain::dnc::registry::{Coverage, LoadMode, RevisionState};
use crate::domain::timestamp::Timestamp;

/// A row of `dnc_registry_revisions`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = revisions)]
pub struct Revision {
    pub id: i64,
    pub registry_id: i64,
    pub revision: i32,
    pub state: RevisionState,
    pub mode: LoadMode,
    pub as_of: CivilDate,
    /// An array of area codes; `None` when it covers the whole country.
    pub area_codes: Option<Json>,
    pub number_count: Option<i64>,
    /// Lines of its files that were no numbers and left out.
    pub rejected_count: i64,
    /// Over its blocks in order: the number of each in eight bytes, the highest first, and its bytes as they are stored.
    pub digest: Option<String>,
    pub file_name: String,
    pub file_sha256: Option<String>,
    pub actor: String,
    pub started_at: Timestamp,
    pub completed_at: Option<Timestamp>,
}

impl Revision {
    /// What it covers. What is no array of area codes covers nothing.
    pub fn coverage(&self) -> Coverage {
        let code = |value: &serde_json::Value| value.as_u64().and_then(|code| u16::try_from(code).ok());
        match &self.area_codes {
            None => Coverage::Country,
            Some(Json(codes)) => Coverage::AreaCodes(codes.as_array().into_iter().flatten().filter_map(code).collect()),
        }
    }
}

/// A revision that is going to be written.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = revisions, treat_none_as_default_value = false)]
pub struct NewRevision<'a> {
    pub registry_id: i64,
    pub revision: i32,
    pub state: RevisionState,
    pub mode: LoadMode,
    pub as_of: CivilDate,
    pub file_name: &'a str,
    pub actor: &'a str,
    pub started_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What is known of a revision when all of its numbers are written.
#[derive(Debug, Clone)]
pub struct Completed {
    pub area_codes: Option<Json>,
    pub number_count: i64,
    pub rejected_count: i64,
    pub digest: String,
    pub file_sha256: String,
}

/// All revisions of a registry, in order.
///
/// # Errors
/// The database cannot be read.
pub fn of_registry(conn: &mut Db, registry: i64) -> Result<Vec<Revision>, DbError> {
    Ok(revisions::table
        .filter(revisions::registry_id.eq(registry))
        .order(revisions::revision)
        .select(Revision::as_select())
        .load(conn)?)
}

/// Begins a revision and returns it.
///
/// # Errors
/// Another load has the number, or the database refuses.
pub fn begin(conn: &mut Db, new: &NewRevision<'_>) -> Result<Revision, DbError> {
    diesel::insert_into(revisions::table).values(new).execute(conn)?;
    Ok(revisions::table
        .filter(revisions::registry_id.eq(new.registry_id).and(revisions::revision.eq(new.revision)))
        .select(Revision::as_select())
        .first(conn)?)
}

/// The state of a revision, held against others who change it.
///
/// # Errors
/// The database cannot be read.
pub fn held_state(conn: &mut Db, id: i64) -> Result<RevisionState, DbError> {
    let row = revisions::table.filter(revisions::id.eq(id));
    Ok(match conn {
        Db::Sqlite(sqlite) => row.select(revisions::state).first(sqlite)?,
        Db::Postgres(pg) => row.select(revisions::state).for_no_key_update().first(pg)?,
    })
}

/// Says what became of a revision.
///
/// # Errors
/// The database refuses.
pub fn set_state(conn: &mut Db, id: i64, state: RevisionState, now: Timestamp) -> Result<(), DbError> {
    diesel::update(revisions::table.filter(revisions::id.eq(id)))
        .set((revisions::state.eq(state), revisions::updated_at.eq(now), revisions::version.eq(revisions::version + 1)))
        .execute(conn)?;
    Ok(())
}

/// Says that a revision is whole.
///
/// # Errors
/// The database refuses.
pub fn complete(conn: &mut Db, id: i64, completed: &Completed, now: Timestamp) -> Result<(), DbError> {
    diesel::update(revisions::table.filter(revisions::id.eq(id)))
        .set((
            revisions::state.eq(RevisionState::Complete),
            revisions::area_codes.eq(completed.area_codes.as_ref()),
            revisions::number_count.eq(completed.number_count),
            revisions::rejected_count.eq(completed.rejected_count),
            revisions::digest.eq(&completed.digest),
            revisions::file_sha256.eq(&completed.file_sha256),
            revisions::completed_at.eq(now),
            revisions::updated_at.eq(now),
            revisions::version.eq(revisions::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}
