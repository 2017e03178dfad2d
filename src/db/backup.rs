//! A copy of the embedded database while others use it, by SQLite's online backup.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::DbError;
use super::connection::open::create_private;

/// Copies the database file to a new file and verifies the copy by opening it.
/// Returns the size of the copy in bytes.
///
/// # Errors
/// The target exists, cannot be written, or the copy does not verify; then no target is left behind.
pub fn backup_to(database: &Path, target: &Path) -> Result<u64, DbError> {
    let problem = |reason: String| DbError::Backup { path: target.display().to_string(), reason };
    if target.exists() {
        return Err(problem("the file exists".into()));
    }
    let folder = target.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let partial = tempfile::Builder::new()
        .prefix(".crmctl-backup-")
        .tempfile_in(folder)
        .map_err(|e| problem(e.to_string()))?
        .into_temp_path();
    create_private(&partial).map_err(|e| problem(e.to_string()))?;
    copy(database, &partial).map_err(|e| problem(e.to_string()))?;
    verify(&partial).map_err(problem)?;
    let size = std::fs::metadata(&partial).map_err(|e| problem(e.to_string()))?.len();
    partial.persist_noclobber(target).map_err(|e| problem(e.to_string()))?;
    Ok(size)
}

fn copy(from: &Path, to: &Path) -> rusqlite::Result<()> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    source.busy_timeout(Duration::from_secs(10))?;
    let mut target = Connection::open(to)?;
    Backup::new(&source, &mut target)?.run_to_completion(4096, Duration::from_millis(1), None)?;
    // The copy inherits WAL mode from the header; as a single file it is easier to move.
    target.pragma_update(None, "journal_mode", "DELETE")
}

fn verify(copy: &Path) -> Result<(), String> {
    let check = || -> rusqlite::Result<String> {
        let conn = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        conn.query_row("SELECT count(*) FROM organizations", [], |_| Ok(()))?;
        conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
    };
    match check() {
        Ok(result) if result == "ok" => Ok(()),
        Ok(result) => Err(format!("the copy does not verify: {result}")),
        Err(e) => Err(format!("the copy does not verify: {e}")),
    }
}
