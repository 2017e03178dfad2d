//! Backups: which were made, and what a restored one gets of the database that it replaces.

pub mod carry;

use std::time::Duration;

use crate::db::models::backups::{self, NewBackup};
use crate::db::{Database, DbError};

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
