//! An embedded database that can only be read: the file, or the folder in which SQLite keeps its log, cannot be written.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::ownership::beside;
use crate::db::DbError;

/// What a file was when it was opened. SQLite holds no lock on it, so whoever may write it can change it under a reader.
pub(in crate::db::connection) struct Unchanged {
    path: PathBuf,
    was: Vec<Option<(u64, SystemTime)>>,
}

impl Unchanged {
    /// What a file is now.
    pub(in crate::db::connection) fn of(path: &Path) -> Unchanged {
        Unchanged { path: path.to_owned(), was: state(path) }
    }

    /// Passes on what was read, if that is of one moment.
    ///
    /// # Errors
    /// The file has changed.
    pub(in crate::db::connection) fn kept<T>(file: &Option<Unchanged>, read: T) -> Result<T, DbError> {
        match file {
            Some(file) if state(&file.path) != file.was => {
                Err(DbError::ChangedWhileRead(file.path.display().to_string()))
            }
            _ => Ok(read),
        }
    }
}

/// Sizes and times of the file and of what SQLite keeps beside it: a commit may stand in the log alone.
fn state(path: &Path) -> Vec<Option<(u64, SystemTime)>> {
    let of = |path: PathBuf| {
        let file = std::fs::metadata(path).ok()?;
        Some((file.len(), file.modified().ok()?))
    };
    [path.to_owned(), beside(path, "-wal"), beside(path, "-journal")].map(of).into()
}
