//! Transactions outside any organization.

use super::{Begin, Database};
use crate::db::{Db, DbError, RunMode};

impl Database {
    /// Reads outside any organization: the table of organizations itself.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read_global<T, E: From<DbError>>(&mut self, work: impl FnOnce(&mut Db) -> Result<T, E>) -> Result<T, E> {
        self.in_transaction(Begin::Read, None, work)
    }

    /// Writes outside any organization: the table of organizations itself.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_global<T, E: From<DbError>>(&mut self, work: impl FnOnce(&mut Db) -> Result<T, E>) -> Result<T, E> {
        self.write_global_as(RunMode::Commit, work)
    }

    /// Writes outside any organization, or does the work and takes it back.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_global_as<T, E: From<DbError>>(
        &mut self,
        mode: RunMode,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(Begin::Write, None)?;
        let result = self.refuse_bypass().map_err(E::from).and_then(|()| work(&mut self.conn));
        match mode {
            RunMode::Commit => self.end_writing(result),
            RunMode::DryRun => {
                self.rollback();
                result
            }
        }
    }
}
