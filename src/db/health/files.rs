//! The files of an embedded database.

use std::fs;
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::db::connection::file::ownership::beside;
use crate::db::{Db, DbError};
use crate::system::new_file::folder_of;

/// What the file system says of an embedded database.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// In bytes.
    pub size: u64,
    /// That of its log, in bytes; 0 when there is none.
    pub log_size: u64,
    /// Those of its files that others than their owner may read or write.
    pub open_to_others: Vec<PathBuf>,
    /// Free bytes of the disk, for whoever asks; `None` where that is not known.
    pub free: Option<u64>,
}

/// Looks at the files of an embedded database.
///
/// # Errors
/// The file of the database cannot be looked at.
pub fn files(path: &Path) -> std::io::Result<Files> {
    let log = beside(path, "-wal");
    let size = fs::metadata(path)?.len();
    let log_size = fs::metadata(&log).map(|file| file.len()).unwrap_or_default();
    let all = [path.to_owned(), log, beside(path, "-shm"), beside(path, "-journal")];
    let open_to_others = all.into_iter().filter(|path| is_open_to_others(path)).collect();
    Ok(Files { size, log_size, open_to_others, free: free_bytes(folder_of(path)) })
}

/// Whether others than its owner may read or write a file; false where there is none.
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Lets nobody but its owner read or write a file, or enter a folder.
///
/// # Errors
/// It is another's.
pub fn close_to_others(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path)?.permissions().mode() & 0o700;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn free_bytes(folder: &Path) -> Option<u64> {
    #[cfg(target_os = "linux")]
    return rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        None
    }
}

/// How changes of an embedded database are written: `wal` is what crmctl sets. `None` on PostgreSQL.
///
/// # Errors
/// It cannot be read.
pub fn journal_mode(conn: &mut Db) -> Result<Option<String>, DbError> {
    #[derive(QueryableByName)]
    struct Mode {
        #[diesel(sql_type = Text)]
        journal_mode: String,
    }
    let Db::Sqlite(sqlite) = conn else { return Ok(None) };
    let mode: Mode = diesel::sql_query("SELECT journal_mode FROM pragma_journal_mode").get_result(sqlite)?;
    Ok(Some(mode.journal_mode))
}
