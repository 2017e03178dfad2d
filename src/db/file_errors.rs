//! What SQLite says is wrong with the file of an embedded database. Its messages do not name the file.

use std::path::Path;
use std::sync::RwLock;

use super::DbError;

/// The file that this program has opened last.
static FILE: RwLock<String> = RwLock::new(String::new());

/// From now on errors name this file.
pub(super) fn name(path: &Path) {
    if let Ok(mut file) = FILE.write() {
        *file = path.display().to_string();
    }
}

fn file() -> String {
    FILE.read().map(|file| file.clone()).unwrap_or_default()
}

/// The error that a message of SQLite tells of, if it is one of its file.
pub(super) fn of_message(message: &str) -> Option<DbError> {
    let says = |words: &str| message.contains(words);
    if says("file is not a database") {
        return Some(DbError::NotADatabase(file()));
    }
    if says("database disk image is malformed") || says("malformed database schema") {
        return Some(DbError::Damaged { path: file(), reason: message.to_owned() });
    }
    if says("readonly database") {
        return Some(DbError::ReadOnly(file()));
    }
    says("unable to open database file")
        .then(|| DbError::Open { location: file(), reason: "SQLite cannot open it, its log or its journal".to_owned() })
}

/// The error of a value that is none of its column, if that is one of an embedded database: nobody could have written it.
pub(super) fn of_value(reason: &dyn std::fmt::Display) -> Option<DbError> {
    let path = file();
    (!path.is_empty()).then(|| DbError::Damaged { path, reason: reason.to_string() })
}
