//! Clearing the file of an embedded database of what was erased: its free space and its write-ahead log hold that until then.
//! What is still to be done is kept in the database, so that neither a full disk nor a kill hides it.

use std::time::Duration;

use crate::db::models::access::organizations;
use crate::db::models::access::system_config::{self, Setting};
use crate::db::{Database, Db, DbError, OrgId, Stamp, overwrite_deleted};
use crate::domain::timestamp::Timestamp;

/// The setting that names what is still to be done.
const KEY: &str = "internal.erasure_to_clear";
/// The file is to be written anew, and its log to be emptied.
const VACUUM: &str = "vacuum";
/// The log is to be emptied.
const CHECKPOINT: &str = "checkpoint";
const NOTHING: &str = "nothing";

/// How long clearing waits for those who use the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a verb that has other work waits for them.
const IMPATIENCE: Duration = Duration::from_secs(1);

/// Whether what was erased is gone from the files of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleared {
    /// It is, or never was in them.
    Whole,
    /// Others use the database.
    InUse,
}

/// Begins an erasure: what it deletes is overwritten, and that its file is to be cleared is kept.
///
/// # Errors
/// The database refuses.
pub(super) fn begin(conn: &mut Db, stamp: &Stamp) -> Result<(), DbError> {
    if !overwrite_deleted(conn)? {
        return Ok(());
    }
    set(conn, stamp.org, VACUUM, stamp.now)
}

/// Whether a file of the database may still hold what was erased.
///
/// # Errors
/// The database cannot be read.
pub fn is_pending(conn: &mut Db, org: OrgId) -> Result<bool, DbError> {
    Ok(state(conn, org)?.is_some_and(|state| state != NOTHING))
}

/// Clears the file of an embedded database; there is nothing to be done on PostgreSQL, whose owner's VACUUM does it.
///
/// # Errors
/// The disk is full, or cannot be written; it stays pending.
pub fn finish(db: &mut Database, now: Timestamp) -> Result<Cleared, DbError> {
    if !db.is_sqlite() {
        return Ok(Cleared::Whole);
    }
    let vacuumed = db.vacuum(PATIENCE);
    if !matches!(vacuumed, Ok(true)) {
        // What is overwritten already comes into the file all the same.
        db.empty_log(PATIENCE)?;
        return vacuumed.map(|_| Cleared::InUse);
    }
    mark(db, CHECKPOINT, now)?;
    empty_log(db, PATIENCE, now)
}

/// Goes on with a clearing where others have left the database meanwhile, as far as that costs a moment.
///
/// # Errors
/// The disk is full, or cannot be written; it stays pending.
pub fn go_on(db: &mut Database, org: OrgId, now: Timestamp) -> Result<Cleared, DbError> {
    if !db.is_sqlite() {
        return Ok(Cleared::Whole);
    }
    match db.read(org, |conn| state(conn, org))?.as_deref() {
        None | Some(NOTHING) => Ok(Cleared::Whole),
        Some(CHECKPOINT) => empty_log(db, IMPATIENCE, now),
        Some(_) => db.empty_log(IMPATIENCE).map(|_| Cleared::InUse),
    }
}

fn empty_log(db: &mut Database, patience: Duration, now: Timestamp) -> Result<Cleared, DbError> {
    match db.empty_log(patience)? {
        false => Ok(Cleared::InUse),
        true => mark(db, NOTHING, now).map(|()| Cleared::Whole),
    }
}

/// One file holds all organizations.
fn mark(db: &mut Database, to_do: &str, now: Timestamp) -> Result<(), DbError> {
    db.write_global(|conn| {
        for org in organizations::all(conn)? {
            if is_pending(conn, org.org_id())? {
                set(conn, org.org_id(), to_do, now)?;
            }
        }
        Ok(())
    })
}

fn state(conn: &mut Db, org: OrgId) -> Result<Option<String>, DbError> {
    system_config::value(conn, org, KEY)
}

fn set(conn: &mut Db, org: OrgId, to_do: &str, now: Timestamp) -> Result<(), DbError> {
    let setting =
        Setting { organization_id: org.0, config_key: KEY.into(), config_value: to_do.into(), updated_at: now };
    system_config::set(conn, &setting, None)
}
