//! What can go wrong with a database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// An error of the database layer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("cannot open the database `{location}`: {reason}")]
    Open { location: String, reason: String },
    #[error("`{0}` is not a crmctl database")]
    NotADatabase(String),
    #[error("the database `{location}` has {pending} pending migration{}", if *.pending == 1 { "" } else { "s" })]
    PendingMigrations { location: String, pending: usize },
    #[error("the database `{0}` was made by a crmctl before its first release, whose tables this one does not read")]
    EarlierSchema(String),
    #[error("the database `{0}` was migrated by a newer crmctl")]
    NewerSchema(String),
    #[error(
        "the PostgreSQL role `{0}` bypasses row-level security, so nothing would guard one organization from another"
    )]
    BypassesRowSecurity(String),
    #[error("the PostgreSQL role may not do that: {0}")]
    PermissionDenied(String),
    #[error("the disk is full: {0}")]
    DiskFull(String),
    #[error("the disk cannot be read or written: {0}")]
    DiskFailed(String),
    #[error("interrupted")]
    Interrupted,
    #[error("migration failed: {0}")]
    Migration(String),
    #[error("cannot back up to `{path}`: {reason}")]
    Backup { path: String, reason: String },
    #[error("the database refused: {0}")]
    Query(DieselError),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        let message = match &error {
            DieselError::DatabaseError(_, info) => info.message().to_owned(),
            _ => String::new(),
        };
        if message.contains("disk is full") || message.contains("No space left on device") {
            return DbError::DiskFull(message);
        }
        if message.contains("disk I/O error") {
            return DbError::DiskFailed(message);
        }
        if message.contains("file is not a database") {
            return DbError::NotADatabase(message);
        }
        if message.starts_with("permission denied") {
            return DbError::PermissionDenied(message);
        }
        DbError::Query(error)
    }
}

impl DbError {
    /// Whether the error says that a unique key is already taken.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, DbError::Query(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }
}
