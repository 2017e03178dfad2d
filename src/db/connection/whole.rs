//! Transactions of those who copy a whole database, as the role that owns it.

use diesel::connection::SimpleConnection;

use super::{Begin, Database};
use crate::db::{Db, DbError, RunMode};

impl Database {
    /// Reads as many organizations as `work` turns to, all from one snapshot.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read_whole<T, E: From<DbError>>(&mut self, work: impl FnOnce(&mut Db) -> Result<T, E>) -> Result<T, E> {
        self.in_transaction(Begin::Read, None, work)
    }

    /// Writes into all tables in one transaction, or does the work and takes it back. On SQLite foreign keys are not looked at
    /// meanwhile, which is left to `work`.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_whole<T, E: From<DbError>>(
        &mut self,
        mode: RunMode,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.heed_foreign_keys(false)?;
        self.begin(Begin::WriteLong, None)?;
        let result = work(&mut self.conn);
        let ended = match mode {
            RunMode::Commit => self.end_writing(result),
            RunMode::DryRun => {
                self.rollback();
                result
            }
        };
        // The connection alone remembers it: it must not be in the way of what was committed.
        let _ = self.heed_foreign_keys(true);
        ended
    }

    /// Whether SQLite looks at foreign keys, on this connection.
    fn heed_foreign_keys(&mut self, heed: bool) -> Result<(), DbError> {
        let Db::Sqlite(conn) = &mut self.conn else { return Ok(()) };
        Ok(conn.batch_execute(&format!("PRAGMA foreign_keys = {}", if heed { "ON" } else { "OFF" }))?)
    }
}
