//! Opening a database, and transactions that see one organization.

mod begin;
pub(super) mod clearing;
pub(super) mod file;
pub(super) mod functions;
mod global;
pub(super) mod location;
pub(super) mod migrating;
pub(super) mod open;
mod placing;
pub(super) mod server;
mod session;
mod whole;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

use super::locks::{self, Lock, Waiting};
use super::{Db, DbError, Location, RunMode};
use begin::{Begin, LONG_PAUSE, PAUSE, begin_writing};
use file::only_read::Unchanged;
use file::unplaced::Unplaced;
use open::{Opened, SchemaUse};
pub use server::options::ServerOptions;
pub use server::refusal::TlsFault;
pub use server::replica::{Lag, ReplicaError};
pub use session::{act_for, client_address};

/// The key of an organization: a small integer that leads every key of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrgId(pub i32);

/// Where the database layer tells a person what it waits for.
pub type Notify = Arc<dyn Fn(&str) + Send + Sync>;

/// How a database is opened.
pub struct OpenOptions {
    /// Allow writing as a PostgreSQL role that bypasses row-level security.
    pub allow_bypass: bool,
    pub schema: SchemaUse,
    /// Brings up to date what is computed from rows that are older than its table.
    pub after_migrating: fn(&mut Db) -> Result<(), DbError>,
    /// Called with what a transaction waits for, once it has waited a second.
    pub notify: Notify,
    /// Called when a transaction is committed that writes what the call is for.
    pub committed: Arc<dyn Fn() + Send + Sync>,
    /// Held while a transaction is committed: who holds it may end the program, and nothing is committed any more.
    pub commit: Arc<Mutex<()>>,
    /// Set from outside when the person wants to stop.
    pub interrupted: Arc<AtomicBool>,
    /// How a server is spoken to; the embedded engine heeds how long a lock is waited for.
    pub server: ServerOptions,
}

/// How much of an embedded database a report may read where it lies: 64 GiB, of which the engine takes what it can.
const MAPPED: u64 = 64 << 30;

/// An open database.
pub struct Database {
    conn: Db,
    location: Location,
    options: OpenOptions,
    /// Whether this call made the file of an embedded database.
    created: bool,
    /// That file, until something that the call is for is committed.
    unplaced: Option<Unplaced>,
    /// What is said when it gets its place.
    when_placed: Vec<String>,
    /// What the file of an embedded database was, where nothing can be written.
    only_read: Option<Unchanged>,
    /// Whether what is written now is not what the call is for.
    is_aside: bool,
    /// What is still to be written at the end of what the call is for.
    last: Vec<Last>,
}

/// Work for the end of a transaction of an organization.
struct Last {
    org: OrgId,
    work: Work,
}

type Work = Box<dyn FnOnce(&mut Db) -> Result<(), DbError> + Send>;

impl Database {
    /// Opens a database. The embedded one is created and migrated when needed; PostgreSQL never silently.
    ///
    /// # Errors
    /// The database cannot be opened, or its schema is not the one of this program.
    pub fn open(location: Location, options: OpenOptions) -> Result<Database, DbError> {
        let Opened { conn, created, only_read, unplaced } = open::either(&location, &options)?;
        let (is_aside, last, when_placed) = (true, Vec::new(), Vec::new());
        let mut database =
            Database { conn, location, options, created, unplaced, when_placed, only_read, is_aside, last };
        match database.options.schema {
            SchemaUse::Current | SchemaUse::Existing => database.check_schema()?,
            SchemaUse::AsItIs | SchemaUse::Adopt | SchemaUse::LookOnly | SchemaUse::Inspect => {}
        }
        database.is_aside = false;
        Ok(database)
    }

    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Whether this call made the file of an embedded database.
    pub fn was_created(&self) -> bool {
        self.created
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.conn, Db::Sqlite(_))
    }

    /// Whether the person asked to stop.
    pub fn interrupted(&self) -> Arc<AtomicBool> {
        self.options.interrupted.clone()
    }

    /// Reads one organization, from one snapshot.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read<T, E: From<DbError>>(
        &mut self,
        org: OrgId,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.in_transaction(Begin::Read, Some(org), work)
    }

    /// Reads much of one organization in one transaction, all of it as of one moment: for reports.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read_much<T, E: From<DbError>>(
        &mut self,
        org: OrgId,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        if let Db::Sqlite(c) = &mut self.conn {
            // Rows that lie scattered over the file are copied page by page otherwise: half of the time of a report.
            c.batch_execute(&format!("PRAGMA mmap_size = {MAPPED}")).map_err(DbError::from)?;
        }
        self.read(org, |conn| {
            if let Db::Postgres(c) = conn {
                // The server believes that rows of its helpers are dear, and scans a million leads alone.
                c.batch_execute("SET LOCAL parallel_tuple_cost = 0.001").map_err(DbError::from)?;
            }
            work(conn)
        })
    }

    /// Writes to one organization in one transaction: all of it, or on an error nothing.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write<T, E: From<DbError>>(
        &mut self,
        org: OrgId,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_as(RunMode::Commit, org, work)
    }

    /// Writes to one organization in one transaction, or does the work and takes it back.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_as<T, E: From<DbError>>(
        &mut self,
        mode: RunMode,
        org: OrgId,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_begun(Begin::Write, mode, org, work)
    }

    /// Writes to one organization like [`Database::write_as`], for minutes: on SQLite whoever writes for a moment only, and waits,
    /// too, comes first.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_long<T, E: From<DbError>>(
        &mut self,
        mode: RunMode,
        org: OrgId,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_begun(Begin::WriteLong, mode, org, work)
    }

    fn write_begun<T, E: From<DbError>>(
        &mut self,
        begin: Begin,
        mode: RunMode,
        org: OrgId,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(begin, Some(org))?;
        let result = self.refuse_bypass().map_err(E::from).and_then(|()| work(&mut self.conn));
        match mode {
            RunMode::Commit => {
                let result = result.and_then(|done| self.end_work(org).map(|()| done).map_err(E::from));
                self.end_writing(result)
            }
            RunMode::DryRun => {
                self.rollback();
                result
            }
        }
    }

    /// Writes this, too, at the end of the first transaction that writes what the call is for in one of the organizations for which
    /// something is to be written.
    pub fn write_last(&mut self, org: OrgId, work: impl FnOnce(&mut Db) -> Result<(), DbError> + Send + 'static) {
        self.last.retain(|last| last.org != org);
        self.last.push(Last { org, work: Box::new(work) });
    }

    fn end_work(&mut self, org: OrgId) -> Result<(), DbError> {
        if self.is_aside || self.last.iter().all(|last| last.org != org) {
            return Ok(());
        }
        for last in std::mem::take(&mut self.last) {
            act_for(&mut self.conn, last.org)?;
            (last.work)(&mut self.conn)?;
        }
        Ok(())
    }

    /// Writes to one organization under a lock, or does the work and takes it back.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_under<T, E: From<DbError>>(
        &mut self,
        lock: Lock,
        org: OrgId,
        mode: RunMode,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        let interrupted = self.interrupted();
        let notify = self.options.notify.clone();
        self.write_as(mode, org, |conn| {
            locks::acquire(conn, lock, org, &mut |text| notify(text), &interrupted)?;
            work(conn)
        })
    }

    /// Writes to one organization under a lock, if that can begin at once; `None` when others write.
    ///
    /// # Errors
    /// Those of `work`; then nothing was changed.
    pub fn write_if_free<T, E: From<DbError>>(
        &mut self,
        lock: Lock,
        org: OrgId,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if let Db::Sqlite(c) = &mut self.conn {
            if !begin_writing(c, open::WRITER_WAIT)? {
                return Ok(None);
            }
        } else {
            self.begin(Begin::Write, Some(org))?;
        }
        let free = self.refuse_bypass().and_then(|()| locks::try_acquire(&mut self.conn, lock, org));
        let result = match free {
            Ok(true) => work(&mut self.conn).map(Some),
            Ok(false) => Ok(None),
            Err(e) => Err(e.into()),
        };
        self.end_writing(result)
    }

    fn in_transaction<T, E: From<DbError>>(
        &mut self,
        begin: Begin,
        org: Option<OrgId>,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(begin, org)?;
        let result = work(&mut self.conn);
        match begin {
            Begin::Read => self.end(result).and_then(|read| Ok(Unchanged::kept(&self.only_read, read)?)),
            Begin::Write | Begin::WriteLong => self.end_writing(result),
        }
    }

    fn end_writing<T, E: From<DbError>>(&mut self, result: Result<T, E>) -> Result<T, E> {
        let commit = self.options.commit.clone();
        let _held = commit.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = self.end(result)?;
        if !self.is_aside {
            let placed = self.place()?;
            (self.options.committed)();
            placed.settle(self)?;
        }
        Ok(ended)
    }

    /// Does work whose commits are not what the call is for: keeping an index or a list up to date, making the first organization.
    pub fn aside<T>(&mut self, work: impl FnOnce(&mut Database) -> T) -> T {
        let was_aside = std::mem::replace(&mut self.is_aside, true);
        let done = work(self);
        self.is_aside = was_aside;
        done
    }

    fn end<T, E: From<DbError>>(&mut self, result: Result<T, E>) -> Result<T, E> {
        match result {
            Ok(value) => {
                let committed = <Db as TransactionManager<Db>>::commit_transaction(&mut self.conn);
                committed.map_err(|e| DbError::of_commit(e, self.is_sqlite()))?;
                Ok(value)
            }
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    fn rollback(&mut self) {
        // A failing roll-back means that the engine has rolled back already (a full disk, a lost connection).
        let _ = <Db as TransactionManager<Db>>::rollback_transaction(&mut self.conn);
    }

    fn begin(&mut self, begin: Begin, org: Option<OrgId>) -> Result<(), DbError> {
        match (&mut self.conn, begin) {
            (Db::Sqlite(c), Begin::Read) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")?,
            (Db::Sqlite(c), Begin::Write | Begin::WriteLong) => {
                let pause = if matches!(begin, Begin::Write) { PAUSE } else { LONG_PAUSE };
                let notify = &self.options.notify;
                let mut tell = |text: &str| notify(text);
                let mut waiting = Waiting::new(&mut tell, &self.options.interrupted);
                waiting.at_most(self.options.server.lock_timeout);
                waiting.until(open::OTHERS, || {
                    let begun = begin_writing(c, Duration::ZERO)?;
                    if !begun {
                        std::thread::sleep(pause);
                    }
                    Ok(begun)
                })?;
            }
            (Db::Postgres(c), begin) => {
                AnsiTransactionManager::begin_transaction_sql(
                    c,
                    &session::begin_sql(begin, org, &self.options.server),
                )?;
            }
        }
        Ok(())
    }

    fn refuse_bypass(&mut self) -> Result<(), DbError> {
        if self.options.allow_bypass { Ok(()) } else { session::refuse_bypass(&mut self.conn) }
    }
}
