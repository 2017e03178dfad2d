//! Transactions outside any organization.

use std::time::Duration;

use super::begin::begin_writing;
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

    /// Writes outside any organization what is no organization's, as soon as no other program writes; `None` when others write longer than
    /// `patience`. Row-level security has no part in it.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_global_within<T, E: From<DbError>>(
        &mut self,
        patience: Duration,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if let Db::Sqlite(c) = &mut self.conn {
            if !begin_writing(c, patience)? {
                return Ok(None);
            }
        } else {
            self.begin(Begin::Write, None)?;
        }
        let result = work(&mut self.conn).map(Some);
        self.end_writing(result)
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
