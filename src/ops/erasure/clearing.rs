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
    let before = system_config::held(conn, stamp.org, KEY)?;
    let since = before.map_or(stamp.now, |state| stamp.now.max(next(state.updated_at)));
    set(conn, stamp.org, VACUUM, since)
}

/// The next time after one.
fn next(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(time.as_micros().saturating_add(1))
}

/// Whether the files of the database may still hold what was erased, of whichever organization: they are the same.
///
/// # Errors
/// The database cannot be read.
pub fn is_pending(db: &mut Database) -> Result<bool, DbError> {
    Ok(db.is_sqlite() && !pending(db)?.is_empty())
}

/// The same, in a transaction of the caller.
///
/// # Errors
/// The database cannot be read.
pub fn is_pending_in(conn: &mut Db) -> Result<bool, DbError> {
    Ok(matches!(conn, Db::Sqlite(_)) && !states(conn)?.is_empty())
}

/// Clears the files of an embedded database; there is nothing to be done on PostgreSQL, whose owner's VACUUM does it.
///
/// # Errors
/// The disk is full, or cannot be written; it stays pending.
pub fn finish(db: &mut Database, now: Timestamp) -> Result<Cleared, DbError> {
    if !db.is_sqlite() {
        return Ok(Cleared::Whole);
    }
    // What others erase from here on is theirs to clear.
    let before = pending(db)?;
    let vacuumed = db.vacuum(PATIENCE);
    if !matches!(vacuumed, Ok(true)) {
        // What is overwritten already comes into the file all the same.
        db.empty_log(PATIENCE)?;
        return vacuumed.map(|_| Cleared::InUse);
    }
    let before = mark(db, &before, CHECKPOINT, now)?;
    empty_log(db, &before, PATIENCE, now)
}

/// Goes on with a clearing where others have left the database meanwhile, as far as that costs a moment.
///
/// # Errors
/// The disk is full, or cannot be written; it stays pending.
pub fn go_on(db: &mut Database, now: Timestamp) -> Result<Cleared, DbError> {
    if !db.is_sqlite() {
        return Ok(Cleared::Whole);
    }
    let before = pending(db)?;
    match before.iter().all(|state| state.to_do == CHECKPOINT) {
        true if before.is_empty() => Ok(Cleared::Whole),
        true => empty_log(db, &before, IMPATIENCE, now),
        false => db.empty_log(IMPATIENCE).map(|_| Cleared::InUse),
    }
}

fn empty_log(db: &mut Database, before: &[State], patience: Duration, now: Timestamp) -> Result<Cleared, DbError> {
    match db.empty_log(patience)? {
        false => Ok(Cleared::InUse),
        true => mark(db, before, NOTHING, now).map(|_| Cleared::Whole),
    }
}

/// What is to be done for the erasures of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    org: OrgId,
    to_do: String,
    /// When that was written.
    since: Timestamp,
}

/// The states of the organizations for which something is to be done. One file holds them all.
fn pending(db: &mut Database) -> Result<Vec<State>, DbError> {
    db.read_global(states)
}

fn states(conn: &mut Db) -> Result<Vec<State>, DbError> {
    let mut found = Vec::new();
    for org in organizations::all(conn)? {
        let setting = system_config::held(conn, org.org_id(), KEY)?;
        let state = setting.map(|it| State { org: org.org_id(), to_do: it.config_value, since: it.updated_at });
        found.extend(state.filter(|state| state.to_do != NOTHING));
    }
    Ok(found)
}

/// Writes down what is to be done now where it is as it was: an erasure that came meanwhile keeps its own state.
fn mark(db: &mut Database, before: &[State], to_do: &str, now: Timestamp) -> Result<Vec<State>, DbError> {
    db.write_global(|conn| {
        let known = states(conn)?;
        let unchanged = before.iter().filter(|state| known.contains(state));
        let mut marked = Vec::new();
        for State { org, since, .. } in unchanged {
            // Each state has a time of its own, whatever the clock says.
            let since = now.max(next(*since));
            set(conn, *org, to_do, since)?;
            marked.push(State { org: *org, to_do: to_do.to_owned(), since });
        }
        Ok(marked)
    })
}

fn set(conn: &mut Db, org: OrgId, to_do: &str, now: Timestamp) -> Result<(), DbError> {
    let setting =
        Setting { organization_id: org.0, config_key: KEY.into(), config_value: to_do.into(), updated_at: now };
    system_config::set(conn, &setting, None)
}
