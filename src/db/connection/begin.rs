//! How transactions begin.

use std::time::Duration;

use diesel::connection::AnsiTransactionManager;
use diesel::sqlite::SqliteConnection;

use super::open;
use crate::db::DbError;

/// What a transaction is for.
#[derive(Clone, Copy)]
pub(super) enum Begin {
    Read,
    Write,
    /// For minutes, as an import does: whoever writes for a moment only is first.
    WriteLong,
}

/// How long a writer on SQLite pauses between two attempts to begin.
pub(super) const PAUSE: Duration = Duration::from_millis(10);
/// The same of one that will write for long: of those that wait, it is hardly ever the next.
pub(super) const LONG_PAUSE: Duration = Duration::from_secs(1);

/// Begins a writing transaction on SQLite; false while another program writes.
pub(super) fn begin_writing(conn: &mut SqliteConnection, most: Duration) -> Result<bool, DbError> {
    open::wait_for_locks(conn, most)?;
    let begun = match AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE") {
        Ok(()) => Ok(true),
        Err(e) if e.to_string().contains("database is locked") => Ok(false),
        Err(e) => Err(e.into()),
    };
    open::wait_for_locks(conn, open::READER_WAIT)?;
    begun
}
