//! Backups of a database while others use it: files that were read again, and are what they should be.

mod container;
mod embedded;
mod error;
mod programs;
mod replace;
mod scratch;
mod server;
pub(super) mod verify;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::DbError;
use super::connection::open::create_private;
use crate::domain::timestamp::Timestamp;
use crate::system::new_file::{NewFile, folder_of, settle};
pub use container::{Content, Fingerprint, Manifest, manifest_of};
pub use error::BackupError;
pub use replace::{Held, Newer, Unpacked, is_plain, newer_rows, set_aside, unpack_beside};
use scratch::Scratch;
pub use server::{back_up_server, restore_server};

/// The level at which backups are compressed unless another one is said: that of zstd itself.
pub const DEFAULT_LEVEL: i32 = 3;
/// The greatest level of zstd without its need for much memory on either side.
pub const GREATEST_LEVEL: i32 = 19;

/// What the file of a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Compressed by zstd at this level, with what it should be at its end.
    Packed(i32),
    /// The file of an embedded database as it is.
    Plain,
}

impl Form {
    /// What a name asks for: that of a SQLite database a plain one, and any other a compressed one.
    pub fn of_name(path: &Path, level: i32) -> Form {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("db" | "sqlite" | "sqlite3") => Form::Plain,
            _ => Form::Packed(level),
        }
    }
}

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The file.
    pub file: Fingerprint,
    pub schema_version: String,
    /// The number of rows of each table.
    pub tables: BTreeMap<String, u64>,
    /// What making it took, and what reading it again and looking through it took.
    pub making: Duration,
    pub verifying: Duration,
}

/// Refuses a name that a backup cannot have.
fn refuse_target(target: &Path) -> Result<(), DbError> {
    let problem = |reason: String| DbError::Backup { path: target.display().to_string(), reason };
    if target.symlink_metadata().is_ok() {
        return Err(problem("the file exists".into()));
    }
    // With the log of another database beside it, the copy would be taken for damaged, or worse.
    for ending in ["-wal", "-shm", "-journal"] {
        let mut beside = target.as_os_str().to_owned();
        beside.push(ending);
        if Path::new(&beside).symlink_metadata().is_ok() {
            return Err(problem(format!("`{}` of an earlier database lies beside it", Path::new(&beside).display())));
        }
        if target.to_string_lossy().ends_with(ending) {
            return Err(problem(format!("a name that ends in `{ending}` is that of a database's log")));
        }
    }
    Ok(())
}

/// Copies the database file to a new file as it is, and returns the size of the copy in bytes.
///
/// # Errors
/// Those of [`back_up_file`].
pub fn backup_to(database: &Path, target: &Path, interrupted: &AtomicBool) -> Result<u64, DbError> {
    let now = Timestamp::from_micros(jiff::Timestamp::now().as_microsecond());
    Ok(back_up_file(database, target, Form::Plain, now, interrupted)?.file.bytes)
}

/// Makes a backup of the file of an embedded database. It counts as made only once the copy was opened, every page of it read, every row
/// found by its indexes and every reference followed, and its rows counted as in the database; and once the file was read again and gives
/// this very copy.
///
/// # Errors
/// The target exists or cannot be written, the database is damaged, or the person asked to stop; then no target is left behind.
pub fn back_up_file(
    database: &Path,
    target: &Path,
    form: Form,
    now: Timestamp,
    interrupted: &AtomicBool,
) -> Result<Made, DbError> {
    refuse_target(target)?;
    let problem = |reason: String| DbError::Backup { path: target.display().to_string(), reason };
    let failed = |e: io::Error| problem(e.to_string());
    // A folder of its own: on a full disk SQLite leaves a journal beside the copy.
    let scratch = Scratch::within(folder_of(target)).map_err(failed)?;
    let copy = scratch.copy();
    create_private(&copy).map_err(failed)?;
    let began = Instant::now();
    let of = |failure: embedded::Failure| failure.of(database, target);
    let tables = embedded::copy(database, &copy, interrupted).map_err(of)?;
    let copied = began.elapsed();
    look_through(database, &copy, target, &tables, interrupted)?;
    let version = embedded::reader(&copy).and_then(|copy| embedded::schema_version(&copy)).map_err(of)?;
    let verified = began.elapsed() - copied;
    match form {
        Form::Plain => {
            File::open(&copy).and_then(|file| file.sync_all()).map_err(failed)?;
            let file = fingerprint(&copy, interrupted).map_err(|e| of_reading(e, target))?;
            let path = tempfile::TempPath::try_from_path(copy).map_err(failed)?;
            path.persist_noclobber(target).map_err(|e| failed(e.error))?;
            settle(folder_of(target));
            let verifying = began.elapsed() - copied;
            Ok(Made { file, schema_version: version, tables, making: copied, verifying })
        }
        Form::Packed(level) => {
            let content = File::open(&copy).map_err(failed)?;
            let describe = |of: Fingerprint| manifest(Content::Sqlite, of, version.clone(), tables.clone(), now);
            let packing = Packing { target, level, interrupted };
            let (file, making, verifying) = packing.write(content, describe, io::sink(), || Ok(()))?;
            let (making, verifying) = (copied + making, verified + verifying);
            Ok(Made { file, schema_version: version, tables, making, verifying })
        }
    }
}

/// Looks whether a copy is sound and has as many rows as the database had.
fn look_through(
    database: &Path,
    copy: &Path,
    target: &Path,
    tables: &BTreeMap<String, u64>,
    interrupted: &AtomicBool,
) -> Result<(), DbError> {
    let of = |failure: embedded::Failure| failure.of(database, target);
    // It has the very pages of the database, so that what is wrong with it is wrong there.
    let findings = embedded::findings(copy, interrupted).map_err(of)?;
    if !findings.is_empty() {
        return Err(DbError::Unsound { path: database.display().to_string(), findings });
    }
    let found = embedded::reader(copy).and_then(|copy| embedded::count(&copy)).map_err(of)?;
    match found.iter().find(|(table, rows)| tables.get(*table) != Some(*rows)) {
        None if found.len() == tables.len() => Ok(()),
        differing => {
            let table = differing.map(|(table, _)| format!(" of {table}")).unwrap_or_default();
            let reason = format!("the copy has not the rows{table} that the database has");
            Err(DbError::Backup { path: target.display().to_string(), reason })
        }
    }
}

fn manifest(
    content: Content,
    of: Fingerprint,
    schema_version: String,
    tables: BTreeMap<String, u64>,
    made_at: Timestamp,
) -> Manifest {
    Manifest {
        content,
        crmctl: env!("CARGO_PKG_VERSION").to_owned(),
        schema_version,
        made_at,
        content_bytes: of.bytes,
        content_sha256: of.sha256,
        tables,
    }
}

/// Writing a compressed file.
struct Packing<'a> {
    target: &'a Path,
    level: i32,
    interrupted: &'a AtomicBool,
}

impl Packing<'_> {
    /// Writes it, and reads it again into `mirror`; gives it its name when that passes a check, too. Tells what either took.
    fn write(
        &self,
        content: impl io::Read,
        describe: impl FnOnce(Fingerprint) -> Manifest,
        mirror: impl io::Write,
        check: impl FnOnce() -> Result<(), DbError>,
    ) -> Result<(Fingerprint, Duration, Duration), DbError> {
        let failed = |e: io::Error| of_reading(e, self.target);
        let began = Instant::now();
        let new = NewFile::begin(self.target).map_err(failed)?;
        let file = new.writer().map_err(failed)?;
        let writer = io::BufWriter::new(file.try_clone().map_err(failed)?);
        let (manifest, print) =
            container::pack(content, writer, self.level, self.interrupted, describe).map_err(failed)?;
        new.sync().map_err(failed)?;
        let making = began.elapsed();
        let again = container::unpack_file(file, self.target, mirror, self.interrupted).map_err(|e| match e {
            BackupError::Interrupted => DbError::Interrupted,
            e => DbError::Backup { path: self.target.display().to_string(), reason: e.to_string() },
        })?;
        if again != (manifest, print.clone()) {
            let reason = "what was written is not what was read again".into();
            return Err(DbError::Backup { path: self.target.display().to_string(), reason });
        }
        check()?;
        new.name(self.target).map_err(|(e, _)| failed(e))?;
        Ok((print, making, began.elapsed() - making))
    }
}

/// What an error of reading or writing for a target means.
fn of_reading(error: io::Error, target: &Path) -> DbError {
    match error.kind() {
        io::ErrorKind::ConnectionAborted => DbError::Interrupted,
        io::ErrorKind::AlreadyExists => {
            DbError::Backup { path: target.display().to_string(), reason: "the file exists".into() }
        }
        _ => DbError::Backup { path: target.display().to_string(), reason: error.to_string() },
    }
}

/// The size and the digest of a file.
///
/// # Errors
/// It cannot be read, or the person asked to stop (`ConnectionAborted`).
pub fn fingerprint(path: &Path, interrupted: &AtomicBool) -> io::Result<Fingerprint> {
    let mut file = container::Counting::new(File::open(path)?, interrupted);
    io::copy(&mut BufReader::with_capacity(1 << 18, &mut file), &mut io::sink())?;
    Ok(file.fingerprint())
}

/// A backup that is what it should be.
#[derive(Debug, Clone)]
pub struct Sound {
    pub file: Fingerprint,
    pub content: Content,
    pub schema_version: String,
    pub tables: BTreeMap<String, u64>,
}

/// Reads a backup, and looks through the embedded database in it. One of PostgreSQL is what it was when `pg_restore` has read it, by its
/// digests.
///
/// # Errors
/// It is none, or damaged; or there is no room to unpack it, neither beside it nor in the folder of temporary files.
pub fn sound(path: &Path, interrupted: &AtomicBool) -> Result<Sound, BackupError> {
    let is_dump = !is_plain(path)? && manifest_of(path)?.content == Content::PgDump;
    if is_dump {
        let (manifest, file) = container::unpack(path, io::sink(), interrupted)?;
        let Manifest { content, schema_version, tables, .. } = manifest;
        return Ok(Sound { file, content, schema_version, tables });
    }
    let unpacked = match unpack_beside(path, path, interrupted) {
        Err(BackupError::Unpack(_)) => unpack_beside(path, &std::env::temp_dir().join("backup"), interrupted)?,
        unpacked => unpacked?,
    };
    let Unpacked { file, schema_version, tables, .. } = unpacked;
    Ok(Sound { file, content: Content::Sqlite, schema_version, tables })
}
