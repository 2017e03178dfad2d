//! Putting the database of a backup in the place of an embedded one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rusqlite::OpenFlags;

use super::container::{Content, Fingerprint, manifest_of, unpack};
use super::embedded::{self, Failure};
use super::error::BackupError;
use super::fingerprint;
use super::scratch::Scratch;
use crate::db::connection::file::ownership::beside;
use crate::db::connection::open::{address, create_private};
use crate::db::statement::quoted;
use crate::domain::timestamp::Timestamp;
use crate::system::new_file::{folder_of, settle};

/// How a SQLite database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// The database of a backup, in a folder beside the place that it is to get, until it has it.
pub struct Unpacked {
    scratch: Scratch,
    pub file: Fingerprint,
    pub schema_version: String,
    /// When the backup was made, where it says so.
    pub made_at: Option<Timestamp>,
    pub tables: BTreeMap<String, u64>,
}

fn failed(path: &Path, failure: Failure) -> BackupError {
    match failure {
        Failure::Interrupted => BackupError::Interrupted,
        Failure::Damaged(findings) => {
            BackupError::Damaged { path: path.display().to_string(), what: findings.join("; ") }
        }
        Failure::Other(reason) => BackupError::Read { path: path.display().to_string(), reason },
    }
}

/// Whether a file is a database as it is.
///
/// # Errors
/// It cannot be read.
pub fn is_plain(path: &Path) -> Result<bool, BackupError> {
    let mut begin = Vec::with_capacity(SQLITE.len());
    let file = super::container::open(path)?;
    file.take(SQLITE.len() as u64).read_to_end(&mut begin).map_err(|e| BackupError::read(path, &e))?;
    Ok(begin == SQLITE)
}

/// Unpacks a backup of an embedded database into a folder of its own beside `place`, and looks whether it is all that it should be.
/// Nothing else is touched.
///
/// # Errors
/// It is no such backup, or damaged, or there is no room, or the person asked to stop.
pub fn unpack_beside(backup: &Path, place: &Path, interrupted: &AtomicBool) -> Result<Unpacked, BackupError> {
    let no_room = |e: std::io::Error| BackupError::Unpack(e.to_string());
    let scratch = Scratch::within(folder_of(place)).map_err(no_room)?;
    let copy = scratch.copy();
    create_private(&copy).map_err(no_room)?;
    let of_backup = |failure| failed(backup, failure);
    let is_plain = is_plain(backup)?;
    if !is_plain && manifest_of(backup)?.content != Content::Sqlite {
        return Err(BackupError::OtherEngine {
            path: backup.display().to_string(),
            is: "of PostgreSQL",
            of: "an embedded one",
        });
    }
    let (file, made_at, said) = if is_plain {
        let print = fingerprint(backup, interrupted).map_err(|e| of_io(backup, &e))?;
        let counts = embedded::copy(backup, &copy, interrupted).map_err(of_backup)?;
        (print, None, counts)
    } else {
        let mut writer = BufWriter::with_capacity(1 << 18, File::options().write(true).open(&copy).map_err(no_room)?);
        let (manifest, print) = unpack(backup, &mut writer, interrupted)?;
        writer.flush().map_err(no_room)?;
        (print, Some(manifest.made_at), manifest.tables)
    };
    let findings = embedded::findings(&copy, interrupted).map_err(of_backup)?;
    if !findings.is_empty() {
        return Err(failed(backup, Failure::Damaged(findings)));
    }
    let conn = embedded::reader(&copy).map_err(of_backup)?;
    let (tables, schema_version) =
        embedded::count(&conn).and_then(|found| Ok((found, embedded::schema_version(&conn)?))).map_err(of_backup)?;
    let names = said.keys().chain(tables.keys());
    let rows = |counts: &BTreeMap<String, u64>, table: &String| counts.get(table).copied().unwrap_or_default();
    for table in names {
        let (said, found) = (rows(&said, table), rows(&tables, table));
        if said != found {
            let (path, table) = (backup.display().to_string(), table.clone());
            return Err(BackupError::Counts { path, table, said, found });
        }
    }
    if !tables.contains_key("__diesel_schema_migrations") {
        return Err(BackupError::NoBackup(backup.display().to_string()));
    }
    Ok(Unpacked { scratch, file, schema_version, made_at, tables })
}

fn of_io(path: &Path, error: &std::io::Error) -> BackupError {
    match error.kind() {
        std::io::ErrorKind::ConnectionAborted => BackupError::Interrupted,
        _ => BackupError::read(path, error),
    }
}

impl Unpacked {
    /// The file of the database.
    pub fn database(&self) -> PathBuf {
        self.scratch.copy()
    }

    /// Where the database that is replaced is kept until that is done.
    pub fn kept(&self) -> PathBuf {
        self.scratch.kept()
    }

    /// Makes the database one file without a log, every byte of it on the disk, and looks through it once more.
    ///
    /// # Errors
    /// It was damaged meanwhile, or the disk is full.
    pub fn settle(&self, interrupted: &AtomicBool) -> Result<(), BackupError> {
        let database = self.database();
        let of = |failure| failed(&database, failure);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let address = address(&database, "rw").map_err(|e| BackupError::read(&database, &e))?;
        let conn = rusqlite::Connection::open_with_flags(address, flags).map_err(|e| of(e.into()))?;
        conn.execute_batch("PRAGMA journal_mode = DELETE").map_err(|e| of(e.into()))?;
        drop(conn);
        let findings = embedded::findings(&database, interrupted).map_err(of)?;
        if !findings.is_empty() {
            return Err(of(Failure::Damaged(findings)));
        }
        let synced = File::open(&database).and_then(|file| file.sync_all());
        synced.map_err(|e| BackupError::read(&database, &e))
    }

    /// Gives the database a name that nothing has.
    ///
    /// # Errors
    /// Somebody has made a file of that name meanwhile, or the folder refuses.
    pub fn place(self, place: &Path) -> Result<(), BackupError> {
        let replaced = |reason: String| BackupError::Replace(reason);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let address = address(&self.database(), "rw").map_err(|e| replaced(e.to_string()))?;
        let conn = rusqlite::Connection::open_with_flags(address, flags).map_err(|e| replaced(e.to_string()))?;
        conn.execute_batch(LOG).map_err(|e| replaced(e.to_string()))?;
        // With the last connection goes the log.
        drop(conn);
        File::open(self.database()).and_then(|file| file.sync_all()).map_err(|e| replaced(e.to_string()))?;
        let path = tempfile::TempPath::try_from_path(self.database()).map_err(|e| replaced(e.to_string()))?;
        path.persist_noclobber(place).map_err(|e| replaced(e.error.to_string()))?;
        settle(folder_of(place));
        Ok(())
    }
}

/// How readers do not wait for a writer: the mode of every database of ours.
const LOG: &str = "PRAGMA journal_mode = WAL";

/// A database that nobody else can open, until this is dropped.
pub struct Held {
    conn: rusqlite::Connection,
    path: PathBuf,
}

/// How long others are waited for.
const PATIENCE: Duration = Duration::from_secs(2);

impl Held {
    /// Locks a database against everybody.
    ///
    /// # Errors
    /// Others have it open, or it is damaged ([`crate::db::DbError::Unsound`]).
    pub fn take(path: &Path) -> Result<Held, BackupError> {
        let of = |failure: Failure| match failure {
            Failure::Other(reason) if reason.contains("locked") => BackupError::InUse(path.display().to_string()),
            Failure::Interrupted => BackupError::Interrupted,
            failure => BackupError::Db(failure.of(path, path)),
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let address = address(path, "rw").map_err(|e| BackupError::read(path, &e))?;
        let take = || -> Result<rusqlite::Connection, Failure> {
            let conn = rusqlite::Connection::open_with_flags(address, flags)?;
            conn.busy_timeout(PATIENCE)?;
            // In this mode the lock of the first transaction stays, and no other connection may exist.
            conn.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT")?;
            Ok(conn)
        };
        Ok(Held { conn: take().map_err(of)?, path: path.to_owned() })
    }

    /// Copies the database as it is into a new file.
    ///
    /// # Errors
    /// The disk is full, the database is damaged, or the person asked to stop.
    pub fn copy_to(&self, place: &Path, interrupted: &AtomicBool) -> Result<(), BackupError> {
        create_private(place).map_err(|e| BackupError::Unpack(e.to_string()))?;
        let of = |failure: Failure| match failure {
            Failure::Interrupted => BackupError::Interrupted,
            Failure::Other(reason) => BackupError::Unpack(reason),
            failure @ Failure::Damaged(_) => BackupError::Db(failure.of(&self.path, place)),
        };
        let address = address(place, "rw").map_err(|e| BackupError::read(place, &e))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut target = rusqlite::Connection::open_with_flags(address, flags).map_err(|e| of(e.into()))?;
        embedded::copy_pages(&self.conn, &mut target, interrupted).map_err(of)?;
        target.execute_batch("PRAGMA journal_mode = DELETE").map_err(|e| of(e.into()))
    }

    /// Writes another database over this one in one transaction: whatever ends it before its end, the database is as it was. Others
    /// go on with the new one: it is the same file.
    ///
    /// # Errors
    /// The disk is full, or the person asked to stop.
    pub fn replace(mut self, with: &Path, interrupted: &AtomicBool) -> Result<(), BackupError> {
        let of = |failure: Failure| match failure {
            Failure::Interrupted => BackupError::Interrupted,
            Failure::Other(reason) => BackupError::Replace(reason),
            Failure::Damaged(findings) => BackupError::Replace(findings.join("; ")),
        };
        let source = embedded::reader(with).map_err(of)?;
        embedded::copy_pages(&source, &mut self.conn, interrupted).map_err(of)?;
        // A copy may have been put in its place, which has none.
        let _ = self.conn.execute_batch(LOG);
        // What is in the log counts already; with the lock it is brought into the file at the end all the same.
        let _ = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(())
    }
}

/// Gives a database that cannot be read any more another name, with the files that SQLite keeps beside it.
///
/// # Errors
/// The folder refuses, or a file of that name exists.
pub fn set_aside(path: &Path, aside: &Path) -> Result<(), BackupError> {
    let refused = |e: std::io::Error| BackupError::Replace(e.to_string());
    for ending in ["-wal", "-journal", "-shm", ""] {
        let from = beside(path, ending);
        let mut to = aside.as_os_str().to_owned();
        to.push(ending);
        match fs::rename(&from, &to) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !ending.is_empty() => {}
            moved => moved.map_err(refused)?,
        }
    }
    settle(folder_of(aside));
    Ok(())
}

/// Rows of a table that the database of a backup has not, or has otherwise.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Newer {
    pub table: String,
    /// Rows that are not in the backup.
    pub rows_missing: u64,
    /// Rows that the backup has as they were before.
    pub rows_outdated: u64,
}

/// Tables that are made anew of others, or say what is no matter of the database itself.
const DERIVED: [&str; 5] =
    ["lead_search", "lead_search_state", "dnc_spellings", "backups", "__diesel_schema_migrations"];

/// What a database has that another one, of a backup of it, has not: for each table how many rows.
///
/// # Errors
/// One of both cannot be read.
pub fn newer_rows(database: &Path, backup: &Path) -> Result<Vec<Newer>, BackupError> {
    let of = |failure| failed(database, failure);
    let conn = embedded::reader(database).map_err(of)?;
    let address = address(backup, "ro").map_err(|e| BackupError::read(backup, &e))?;
    conn.execute("ATTACH ? AS old", [address]).map_err(|e| of(e.into()))?;
    let mut newer = Vec::new();
    for table in embedded::tables(&conn).map_err(of)? {
        if DERIVED.contains(&table.as_str()) {
            continue;
        }
        let found = newer_of(&conn, &table).map_err(|e| of(e.into()))?;
        newer.extend(Some(found).filter(|found| found.rows_missing + found.rows_outdated > 0));
    }
    Ok(newer)
}

fn newer_of(conn: &rusqlite::Connection, table: &str) -> rusqlite::Result<Newer> {
    let columns = |schema: &str| -> rusqlite::Result<Vec<(String, i64)>> {
        let mut columns = conn.prepare("SELECT name, pk FROM pragma_table_info(?, ?)")?;
        columns.query_map([table, schema], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let (here, there) = (columns("main")?, columns("old")?);
    let name = quoted(table);
    let count = |sql: String| -> rusqlite::Result<u64> {
        let rows: i64 = conn.query_row(&sql, [], |row| row.get(0))?;
        Ok(u64::try_from(rows).unwrap_or_default())
    };
    if there.is_empty() {
        let new = count(format!("SELECT count(*) FROM main.{name}"))?;
        return Ok(Newer { table: table.to_owned(), rows_missing: new, rows_outdated: 0 });
    }
    let has_rowid: bool =
        conn.query_row("SELECT wr = 0 FROM pragma_table_list(?) WHERE schema = 'main'", [table], |row| row.get(0))?;
    let keys: Vec<String> = match has_rowid {
        true => vec!["rowid".to_owned()],
        false => here.iter().filter(|(_, key)| *key > 0).map(|(column, _)| quoted(column)).collect(),
    };
    let same: Vec<String> = keys.iter().map(|key| format!("o.{key} = n.{key}")).collect();
    let join = format!("FROM main.{name} n LEFT JOIN old.{name} o ON {}", same.join(" AND "));
    let missing = format!("o.{} IS NULL", keys.first().map(String::as_str).unwrap_or("rowid"));
    let both = here.iter().filter(|(column, _)| there.iter().any(|(other, _)| other == column));
    let differ: Vec<String> = both.map(|(column, _)| format!("n.{0} IS NOT o.{0}", quoted(column))).collect();
    let new = count(format!("SELECT count(*) {join} WHERE {missing}"))?;
    let changed = count(format!("SELECT count(*) {join} WHERE NOT {missing} AND ({})", differ.join(" OR ")))?;
    Ok(Newer { table: table.to_owned(), rows_missing: new, rows_outdated: changed })
}
