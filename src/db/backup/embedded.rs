//! Copying the file of an embedded database while others write to it, by SQLite's own interface for that. What is copied is one state of
//! the database: the source is read in one transaction, in which the rows are counted, too, so that no writer makes it begin again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rusqlite::OpenFlags;
use rusqlite::backup::{Backup, StepResult};

use super::verify;
use crate::db::DbError;
use crate::db::connection::file::ownership::reading_mode;
use crate::db::connection::functions;
use crate::db::connection::open::address;
use crate::db::statement::quoted;
use crate::system::new_file::folder_of;

/// The rows of each table.
pub(super) type Counts = BTreeMap<String, u64>;

/// Pages that are copied together.
const TOGETHER: i32 = 4096;

/// What SQLite waits for others who lock a file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no copy.
pub(super) enum Failure {
    /// The database is not sound, in these words.
    Damaged(Vec<String>),
    Interrupted,
    Other(String),
}

impl From<String> for Failure {
    fn from(reason: String) -> Failure {
        // In the words of SQLite.
        match ["malformed", "not a database"].iter().any(|sign| reason.contains(sign)) {
            true => Failure::Damaged(vec![reason]),
            false => Failure::Other(reason),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        error.to_string().into()
    }
}

impl Failure {
    /// The same as an error of a database.
    pub fn of(self, database: &Path, target: &Path) -> DbError {
        match self {
            Failure::Damaged(findings) => DbError::Unsound { path: database.display().to_string(), findings },
            Failure::Interrupted => DbError::Interrupted,
            Failure::Other(reason) => DbError::Backup { path: target.display().to_string(), reason },
        }
    }
}

/// Copies a database into an empty file, and tells how many rows each table has. The copy is one file, without a log beside it.
pub(super) fn copy(from: &Path, to: &Path, interrupted: &AtomicBool) -> Result<Counts, Failure> {
    let source = reader(from)?;
    let mut target = writer(to)?;
    source.execute_batch("BEGIN")?;
    let counts = count(&source)?;
    copy_pages(&source, &mut target, interrupted)?;
    // The copy has the mark of a log in its header.
    target.execute_batch("PRAGMA journal_mode = DELETE")?;
    Ok(counts)
}

/// Writes all of a database over another one, in one transaction.
pub(super) fn copy_pages(
    source: &rusqlite::Connection,
    target: &mut rusqlite::Connection,
    interrupted: &AtomicBool,
) -> Result<(), Failure> {
    let backup = Backup::new(source, target)?;
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        match backup.step(TOGETHER)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            // Somebody holds the lock for a moment; the connection has waited for that already.
            _ => return Err(Failure::Other("the database is locked".into())),
        }
    }
}

/// Opens a database to read it, also where nothing can be written.
pub(super) fn reader(path: &Path) -> Result<rusqlite::Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = rusqlite::Connection::open_with_flags(address_of(path)?, flags)?;
    conn.busy_timeout(PATIENCE)?;
    conn.execute_batch("PRAGMA cell_size_check = ON")?;
    Ok(conn)
}

/// Opens a file that nobody else knows: what is lost of it in a power cut is made again.
fn writer(path: &Path) -> Result<rusqlite::Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let address = address(path, "rw").map_err(|e| e.to_string())?;
    let conn = rusqlite::Connection::open_with_flags(address, flags)?;
    conn.execute_batch("PRAGMA synchronous = OFF")?;
    Ok(conn)
}

fn address_of(path: &Path) -> Result<String, Failure> {
    let mode = if is_only_read(path) { reading_mode(path) } else { "ro" };
    Ok(address(path, mode).map_err(|e| e.to_string())?)
}

/// Whether SQLite cannot keep its log where the database lies.
fn is_only_read(path: &Path) -> bool {
    tempfile::tempfile_in(folder_of(path)).is_err() || std::fs::File::options().append(true).open(path).is_err()
}

/// The rows of each table, by the connection's transaction.
pub(super) fn count(conn: &rusqlite::Connection) -> Result<Counts, Failure> {
    let mut counts = Counts::new();
    for table in tables(conn)? {
        let rows: i64 = conn.query_row(&format!("SELECT count(*) FROM {}", quoted(&table)), [], |row| row.get(0))?;
        counts.insert(table, u64::try_from(rows).unwrap_or_default());
    }
    Ok(counts)
}

/// The tables of a database, but for those that SQLite keeps for itself.
pub(super) fn tables(conn: &rusqlite::Connection) -> Result<Vec<String>, Failure> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name";
    let mut names = conn.prepare(sql)?;
    let names = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}

/// The last migration of a database.
pub(super) fn schema_version(conn: &rusqlite::Connection) -> Result<String, Failure> {
    let last =
        conn.query_row("SELECT max(CAST(version AS TEXT)) FROM __diesel_schema_migrations", [], |row| row.get(0));
    Ok(last.unwrap_or_else(|_: rusqlite::Error| Some(String::new())).unwrap_or_default())
}

/// What is wrong with the file of a database, every page of which is read: nothing when it is sound. SQLite cannot be interrupted from
/// outside, so this is done in a thread of its own, which ends with the program.
pub(super) fn findings(path: &Path, interrupted: &AtomicBool) -> Result<Vec<String>, Failure> {
    let file = path.to_path_buf();
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(look(&file)));
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            _ if interrupted.load(Ordering::Relaxed) => return Err(Failure::Interrupted),
            Ok(found) => return found,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::Other("the thread that verifies has ended".into()));
            }
        }
    }
}

fn look(path: &Path) -> Result<Vec<String>, Failure> {
    let mut conn = open(path)?;
    let of_query = |e: diesel::result::Error| match Failure::from(e.to_string()) {
        Failure::Damaged(findings) => Ok(findings),
        other => Err(other),
    };
    let found = verify::findings(&mut conn).or_else(of_query)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let orphans = verify::orphans(&mut conn).map(|found| found.iter().map(ToString::to_string).collect());
    orphans.or_else(of_query)
}

/// Opens a database for reading, with our functions: indexes are made with them.
fn open(path: &Path) -> Result<SqliteConnection, Failure> {
    let mut conn = SqliteConnection::establish(&address_of(path)?).map_err(|e| e.to_string())?;
    functions::register(&mut conn).map_err(|e| e.to_string())?;
    let wait = PATIENCE.as_millis();
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = {wait}; PRAGMA cell_size_check = ON; PRAGMA cache_size = -65536"
    ))
    .map_err(|e| e.to_string())?;
    Ok(conn)
}
