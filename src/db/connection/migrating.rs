//! Migrations of an open database, and the everyday role that they leave behind.

use super::begin::Begin;
use super::{Database, open};
use crate::db::locks::Waiting;
use crate::db::migrate::everyday::{self, RoleError, RoleName};
use crate::db::{Db, DbError, RunMode, migrate};

impl Database {
    /// Refuses a schema that is not the one of this program; that of an embedded database is brought up to date.
    ///
    /// # Errors
    /// Migrations are pending on a server, or another crmctl made the schema.
    pub fn check_schema(&mut self) -> Result<(), DbError> {
        let location = self.location.to_string();
        let state = self.known_migrations()?;
        match (state.pending(), self.is_sqlite()) {
            (0, _) => Ok(open::mark_file(&mut self.conn)?),
            (_, true) => self.migrate_up().map(|_| ()),
            (pending, false) => Err(DbError::PendingMigrations { location, pending }),
        }
    }

    /// Refuses a schema that this program neither knows nor can bring up to date.
    fn refuse_unknown(&self, state: &migrate::State) -> Result<(), DbError> {
        let location = self.location.to_string();
        match (state.is_of_earlier_checkout(), state.unknown.is_empty()) {
            (true, _) => Err(DbError::EarlierSchema(location)),
            (false, false) => Err(DbError::NewerSchema(location)),
            (false, true) => Ok(()),
        }
    }

    /// Applies the pending migrations in one transaction and returns their names.
    ///
    /// # Errors
    /// A migration failed; nothing was changed.
    pub fn migrate_up(&mut self) -> Result<Vec<String>, DbError> {
        self.known_migrations()?;
        let after = self.options.after_migrating;
        let done = self.in_transaction(Begin::Write, None, |conn| {
            let done = migrate::up(conn)?;
            if !done.is_empty() {
                after(conn)?;
            }
            Ok::<_, DbError>(done)
        })?;
        // What was another program's keeps its journal until it is ours.
        let mut tell = |text: &str| (self.options.notify)(text);
        open::settle_file(&mut self.conn, &mut Waiting::new(&mut tell, &self.options.interrupted))?;
        Ok(done)
    }

    /// Reverts the last `steps` migrations in one transaction and returns their names.
    ///
    /// # Errors
    /// A migration failed; nothing was changed.
    pub fn migrate_down(&mut self, steps: usize) -> Result<Vec<String>, DbError> {
        self.known_migrations()?;
        self.in_transaction(Begin::Write, None, |conn| migrate::down(conn, steps))
    }

    /// Reverts the last migration and applies what is pending, in one transaction; returns the names.
    ///
    /// # Errors
    /// A migration failed; nothing was changed.
    pub fn migrate_redo(&mut self) -> Result<Vec<String>, DbError> {
        self.known_migrations()?;
        let after = self.options.after_migrating;
        self.in_transaction(Begin::Write, None, |conn| {
            migrate::down(conn, 1)?;
            let done = migrate::up(conn)?;
            after(conn)?;
            Ok(done)
        })
    }

    /// The migrations, applied and pending.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn migrations(&mut self) -> Result<migrate::State, DbError> {
        match self.conn {
            Db::Sqlite(_) => migrate::state(&mut self.conn),
            Db::Postgres(_) => self.in_transaction(Begin::Read, None, migrate::state),
        }
    }

    /// The migrations, applied and pending, of a database that has none but those of this program.
    ///
    /// # Errors
    /// The database cannot be read, or another crmctl made its schema.
    pub fn known_migrations(&mut self) -> Result<migrate::State, DbError> {
        let state = self.migrations()?;
        self.refuse_unknown(&state)?;
        Ok(state)
    }

    /// Applies the pending migrations, and makes or mends the everyday role of PostgreSQL, all of it in one transaction; or does that work
    /// and takes it back.
    ///
    /// # Errors
    /// A migration failed, or the role cannot be one for everyday work; then nothing was changed.
    pub fn migrate_up_with_role(&mut self, role: &RoleName, mode: RunMode) -> Result<Migrated, RoleError> {
        self.known_migrations()?;
        let after = self.options.after_migrating;
        self.begin(Begin::Write, None)?;
        let result = migrate::up(&mut self.conn).and_then(|done| {
            if !done.is_empty() {
                after(&mut self.conn)?;
            }
            Ok(done)
        });
        let result = result.map_err(RoleError::from).and_then(|applied| {
            let Db::Postgres(conn) = &mut self.conn else { return Err(RoleError::Embedded) };
            Ok(Migrated { applied, role: everyday::mend(conn, role)? })
        });
        match mode {
            RunMode::Commit => self.end_writing(result),
            RunMode::DryRun => {
                self.rollback();
                result
            }
        }
    }
}

/// What was done to a schema and to its everyday role.
#[derive(Debug)]
pub struct Migrated {
    /// The versions of migrations that were applied.
    pub applied: Vec<String>,
    pub role: everyday::Mended,
}
