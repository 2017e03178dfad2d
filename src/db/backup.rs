//! A copy of the embedded database while others use it, by SQLite's `VACUUM INTO`.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::DbError;
use super::connection::functions;
use super::connection::open::{address, create_private};

/// Copies the database file to a new file and verifies the copy by opening it.
/// Returns the size of the copy in bytes.
///
/// # Errors
/// The target exists, cannot be written, the copy does not verify, or the person asked to stop; then no target is left
/// behind.
pub fn backup_to(database: &Path, target: &Path, interrupted: &AtomicBool) -> Result<u64, DbError> {
    let problem = |reason: String| DbError::Backup { path: target.display().to_string(), reason };
    if target.exists() {
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
    let folder = target.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A folder of its own: on a full disk SQLite leaves a journal beside the copy.
    let scratch =
        tempfile::Builder::new().prefix(".crmctl-backup-").tempdir_in(folder).map_err(|e| problem(e.to_string()))?;
    let partial = tempfile::TempPath::try_from_path(scratch.path().join("copy")).map_err(|e| problem(e.to_string()))?;
    create_private(&partial).map_err(|e| problem(e.to_string()))?;
    let (from, to) = (database.to_path_buf(), partial.to_path_buf());
    if !finished(move || copy_and_verify(&from, &to), interrupted).map_err(problem)? {
        remove_scratch(scratch.path());
        return Err(DbError::Interrupted);
    }
    let size = std::fs::metadata(&partial).map_err(|e| problem(e.to_string()))?.len();
    partial.persist_noclobber(target).map_err(|e| problem(e.to_string()))?;
    Ok(size)
}

/// Does the work in a thread of its own, for SQLite cannot be interrupted from outside. Returns false as soon as the person
/// asks to stop; the thread ends with the program.
fn finished(
    work: impl FnOnce() -> Result<(), String> + Send + 'static,
    interrupted: &AtomicBool,
) -> Result<bool, String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            _ if interrupted.load(Ordering::Relaxed) => return Ok(false),
            Ok(done) => return done.map(|()| true),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err("the thread that copies has ended".into()),
        }
    }
}

/// Removes the scratch folder under the thread that still writes into it, which may make a journal meanwhile.
fn remove_scratch(folder: &Path) {
    for _ in 0..20 {
        match std::fs::remove_dir_all(folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => std::thread::sleep(Duration::from_millis(10)),
            _ => return,
        }
    }
}

fn copy_and_verify(from: &Path, to: &Path) -> Result<(), String> {
    copy(from, to)?;
    verify(to).map_err(|e| format!("the copy does not verify: {e}"))
}

/// Writes what is committed to an empty file. It sees one state of the database, which others may change meanwhile.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let to = address(to, "rw").map_err(|e| e.to_string())?;
    let mut source = open(from)?;
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to).execute(&mut source).map(|_| ()).map_err(|e| e.to_string())
}

fn verify(copy: &Path) -> Result<(), String> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        #[expect(dead_code, reason = "counting shows that the table can be read")]
        organizations: i64,
    }
    #[derive(QueryableByName)]
    struct Verdict {
        #[diesel(sql_type = Text)]
        quick_check: String,
    }
    let mut conn = open(copy)?;
    let mut check = || -> QueryResult<String> {
        diesel::sql_query("SELECT count(*) AS organizations FROM organizations").get_result::<Count>(&mut conn)?;
        Ok(diesel::sql_query("PRAGMA quick_check(1)").get_result::<Verdict>(&mut conn)?.quick_check)
    };
    match check() {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(verdict) => Err(verdict),
        Err(e) => Err(e.to_string()),
    }
}

/// Opens a database for reading.
fn open(path: &Path) -> Result<SqliteConnection, String> {
    let address = address(path, "ro").map_err(|e| e.to_string())?;
    let mut conn = SqliteConnection::establish(&address).map_err(|e| e.to_string())?;
    functions::register(&mut conn).map_err(|e| e.to_string())?;
    conn.batch_execute("PRAGMA busy_timeout = 10000").map_err(|e| e.to_string())?;
    Ok(conn)
}
