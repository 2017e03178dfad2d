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
        let ended = self.write_all(mode, work);
        // The connection alone remembers it: it must not be in the way of what was committed.
        let _ = self.heed_foreign_keys(true);
        ended
    }

    fn write_all<T, E: From<DbError>>(
        &mut self,
        mode: RunMode,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(Begin::WriteLong, None)?;
        let result = work(&mut self.conn);
        match mode {
            RunMode::Commit => self.end_writing(result),
            RunMode::DryRun => {
                self.rollback();
                result
            }
        }
    }

    /// Whether SQLite looks at foreign keys, on this connection.
    fn heed_foreign_keys(&mut self, heed: bool) -> Result<(), DbError> {
        let Db::Sqlite(conn) = &mut self.conn else { return Ok(()) };
        Ok(conn.batch_execute(&format!("PRAGMA foreign_keys = {}", if heed { "ON" } else { "OFF" }))?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    use diesel::prelude::*;

    use super::*;
    use crate::db::connection::open::APPLICATION_ID;
    use crate::db::{Location, OpenOptions, SchemaUse, ServerOptions, Statement};

    #[test]
    fn foreign_keys_are_heeded_again_whatever_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let mut file = SqliteConnection::establish(&path.display().to_string()).unwrap();
        file.batch_execute(&format!("PRAGMA application_id = {APPLICATION_ID}")).unwrap();
        let options = OpenOptions {
            allow_bypass: false,
            schema: SchemaUse::AsItIs,
            after_migrating: |_| Ok(()),
            notify: Arc::new(|_| {}),
            committed: Arc::new(|| {}),
            commit: Arc::default(),
            interrupted: Arc::default(),
            server: ServerOptions::default(),
        };
        let mut db = Database::open(Location::Sqlite(path), options).unwrap();
        let heeded = |db: &mut Database| {
            db.read_global(|conn| Statement::new("PRAGMA foreign_keys").rows(conn)).unwrap()[0].at(0).number()
        };
        assert_eq!(heeded(&mut db), Some(1));
        // The person wants to stop before it begins.
        db.interrupted().store(true, Ordering::Relaxed);
        let begun = db.write_whole(RunMode::Commit, |_| Ok::<_, DbError>(()));
        assert!(matches!(begun, Err(DbError::Interrupted)), "{begun:?}");
        db.interrupted().store(false, Ordering::Relaxed);
        assert_eq!(heeded(&mut db), Some(1));
        let failed = db.write_whole(RunMode::Commit, |_| Err::<(), _>(DbError::Interrupted));
        assert!(failed.is_err());
        assert_eq!(heeded(&mut db), Some(1));
        for mode in [RunMode::Commit, RunMode::DryRun] {
            let seen = db.write_whole(mode, |conn| Statement::new("PRAGMA foreign_keys").rows(conn)).unwrap();
            assert_eq!((seen[0].at(0).number(), heeded(&mut db)), (Some(0), Some(1)));
        }
    }
}
