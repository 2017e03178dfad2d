//! Backups: which were made, and what a restored one gets of the database that it replaces.

pub mod carry;
pub mod schema;

use std::time::Duration;

use crate::db::models::backups::{self, NewBackup};
use crate::db::{Database, DbError};
use crate::domain::timestamp::Timestamp;

/// How long others are waited for who write to the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes down that a backup was made; false when others write to the database all the while. The file is none the worse for it.
///
/// # Errors
/// The database can only be read, or refuses.
pub fn record(db: &mut Database, made: &NewBackup) -> Result<bool, DbError> {
    let recorded = db.aside(|db| db.write_global_within(PATIENCE, |conn| backups::add(conn, made)))?;
    Ok(recorded.is_some())
}

/// Writes down that the file of a backup was read again at this place and is sound; false when others write to the database all the while.
///
/// # Errors
/// The database can only be read, or refuses.
pub fn verified(db: &mut Database, id: i64, path: &str, now: Timestamp) -> Result<bool, DbError> {
    let written = db.aside(|db| db.write_global_within(PATIENCE, |conn| backups::verified(conn, id, path, now)))?;
    Ok(written.is_some())
}

/// Writes down that the file of a backup was read again and is damaged; false when others write to the database all the while.
///
/// # Errors
/// The database can only be read, or refuses.
pub fn damaged(db: &mut Database, id: i64, now: Timestamp) -> Result<bool, DbError> {
    let written = db.aside(|db| db.write_global_within(PATIENCE, |conn| backups::damaged(conn, id, now)))?;
    Ok(written.is_some())
}

/// Forgets a backup whose file is deleted; false when others write to the database all the while. It is listed as missing then.
///
/// # Errors
/// The database can only be read, or refuses.
pub fn forget(db: &mut Database, id: i64) -> Result<bool, DbError> {
    let forgotten = db.aside(|db| db.write_global_within(PATIENCE, |conn| backups::forget(conn, id)))?;
    Ok(forgotten.is_some())
}
