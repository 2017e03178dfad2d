//! A copy of the embedded database while others use it, by SQLite's `VACUUM INTO`.

mod scratch;
mod verify;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::Text;

use super::DbError;
use super::connection::file::ownership::reading_mode;
use super::connection::functions;
use super::connection::open::{address, create_private};
use crate::system::new_file::{folder_of, settle};
use scratch::Scratch;

/// Copies the database file to a new file. Both are verified: the copy has indexes of its own, so only those of the database show
/// that it has lost rows. Returns the size of the copy in bytes.
///
/// # Errors
/// The target exists, cannot be written, one of both is damaged, or the person asked to stop; then no target is left behind.
pub fn backup_to(database: &Path, target: &Path, interrupted: &AtomicBool) -> Result<u64, DbError> {
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
    let folder = folder_of(target);
    // A folder of its own: on a full disk SQLite leaves a journal beside the copy.
    let scratch = Scratch::within(folder).map_err(|e| problem(e.to_string()))?;
    let copy = scratch.copy();
    create_private(&copy).map_err(|e| problem(e.to_string()))?;
    let (from, to) = (database.to_path_buf(), copy.clone());
    if !finished(move || copy_and_verify(&from, &to), interrupted).map_err(|failure| match failure {
        Failure::Damaged(findings) => DbError::Unsound { path: database.display().to_string(), findings },
        Failure::Other(reason) => problem(reason),
    })? {
        return Err(DbError::Interrupted);
    }
    let failed = |e: std::io::Error| problem(e.to_string());
    File::open(&copy).and_then(|file| file.sync_all()).map_err(failed)?;
    let size = std::fs::metadata(&copy).map_err(failed)?.len();
    let copy = tempfile::TempPath::try_from_path(copy).map_err(failed)?;
    copy.persist_noclobber(target).map_err(|e| failed(e.error))?;
    settle(folder);
    Ok(size)
}

/// Why there is no backup.
enum Failure {
    /// The database is not sound, in these words.
    Damaged(Vec<String>),
    Other(String),
}

impl From<String> for Failure {
    fn from(reason: String) -> Failure {
        Failure::Other(reason)
    }
}

/// Does the work in a thread of its own, for SQLite cannot be interrupted from outside. Returns false as soon as the person
/// asks to stop; the thread ends with the program.
fn finished(
    work: impl FnOnce() -> Result<(), Failure> + Send + 'static,
    interrupted: &AtomicBool,
) -> Result<bool, Failure> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            _ if interrupted.load(Ordering::Relaxed) => return Ok(false),
            Ok(done) => return done.map(|()| true),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::Other("the thread that copies has ended".into()));
            }
        }
    }
}

fn copy_and_verify(from: &Path, to: &Path) -> Result<(), Failure> {
    let mut source = open(from)?;
    sound(verify::findings(&mut source))?;
    copy(&mut source, to)?;
    drop(source);
    let mut copy = open(to)?;
    let of_copy = |e: DieselError| Failure::Other(format!("the copy does not verify: {e}"));
    let findings = verify::findings(&mut copy).map_err(of_copy)?;
    if let Some(first) = findings.first() {
        return Err(Failure::Other(format!("the copy does not verify: {first}")));
    }
    sound(verify::orphans(&mut copy))
}

/// Whether the database is sound, by what was found in it.
fn sound(found: QueryResult<Vec<String>>) -> Result<(), Failure> {
    match found {
        Ok(findings) if findings.is_empty() => Ok(()),
        Ok(findings) => Err(Failure::Damaged(findings)),
        Err(e) => Err(damaged_or(&e)),
    }
}

fn damaged_or(error: &DieselError) -> Failure {
    let text = error.to_string();
    // In the words of SQLite.
    match ["malformed", "not a database"].iter().any(|sign| text.contains(sign)) {
        true => Failure::Damaged(vec![text]),
        false => Failure::Other(text),
    }
}

/// Writes what is committed to an empty file. It sees one state of the database, which others may change meanwhile.
fn copy(source: &mut SqliteConnection, to: &Path) -> Result<(), Failure> {
    let to = address(to, "rw").map_err(|e| e.to_string())?;
    let copied = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to).execute(source);
    copied.map(|_| ()).map_err(|e| damaged_or(&e))
}

/// Whether SQLite cannot keep its log where the database lies.
fn is_only_read(path: &Path) -> bool {
    tempfile::tempfile_in(folder_of(path)).is_err() || File::options().append(true).open(path).is_err()
}

/// Opens a database for reading.
fn open(path: &Path) -> Result<SqliteConnection, String> {
    let mode = if is_only_read(path) { reading_mode(path) } else { "ro" };
    let address = address(path, mode).map_err(|e| e.to_string())?;
    let mut conn = SqliteConnection::establish(&address).map_err(|e| e.to_string())?;
    functions::register(&mut conn).map_err(|e| e.to_string())?;
    conn.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA cell_size_check = ON; PRAGMA cache_size = -65536")
        .map_err(|e| e.to_string())?;
    Ok(conn)
}
