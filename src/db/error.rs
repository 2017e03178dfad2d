//! What can go wrong with a database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::connection::TlsFault;
use super::file_errors;
use crate::error::{CommandError, Exit, Explain};

/// An error of the database layer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("cannot open the database `{location}`: {reason}")]
    Open { location: String, reason: String },
    #[error("cannot open the database `{location}`: {fault}")]
    Tls { location: String, fault: TlsFault },
    /// Whoever only looks makes none.
    #[error("there is no database in `{0}`")]
    NoDatabase(String),
    #[error("another program made the database `{0}` meanwhile; nothing was changed")]
    MadeByAnother(String),
    #[error("`{0}` is of a database that is gone; SQLite would play it into a new one; nothing was changed")]
    Orphan(String),
    #[error("`{0}` is not a crmctl database")]
    NotADatabase(String),
    #[error("`{path}` is a SQLite file of another program ({what}); nothing was changed")]
    OfAnotherProgram { path: String, what: String, has_migrations: bool },
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
    /// The server may have committed all the same.
    #[error("the connection broke while the change was committed, so that it is not known whether it is made: {0}")]
    CommitUnknown(String),
    #[error("the connection to the server broke: {0}")]
    ConnectionLost(String),
    #[error("the server ended a statement that took longer than `statement_timeout` allows")]
    TookTooLong,
    #[error("a lock was not got within `lock_timeout`: others hold it ({0})")]
    LockNotGot(String),
    #[error("interrupted")]
    Interrupted,
    #[error("migration failed: {0}")]
    Migration(String),
    #[error("cannot back up to `{path}`: {reason}")]
    Backup { path: String, reason: String },
    #[error("the database `{path}` is damaged: {reason}")]
    Damaged { path: String, reason: String },
    #[error("the database `{0}` can only be read: its file or its folder cannot be written")]
    ReadOnly(String),
    #[error("the database `{0}` was changed while it was read")]
    ChangedWhileRead(String),
    #[error("the database `{path}` is damaged, and no backup of it was made")]
    Unsound { path: String, findings: Vec<String> },
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
        if message.contains("due to statement timeout") {
            return DbError::TookTooLong;
        }
        if message.contains("due to lock timeout") {
            return DbError::LockNotGot("rows of another call".to_owned());
        }
        if is_of_broken_connection(&error) {
            return DbError::ConnectionLost(message.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        if message.contains("disk I/O error") {
            return DbError::DiskFailed(message);
        }
        if let Some(error) = file_errors::of_message(&message) {
            return error;
        }
        if let DieselError::DeserializationError(reason) = &error
            && let Some(error) = file_errors::of_value(reason)
        {
            return error;
        }
        if message.starts_with("permission denied") {
            return DbError::PermissionDenied(message);
        }
        DbError::Query(error)
    }
}

/// Whether a server has ended the connection, or nobody answers.
fn is_of_broken_connection(error: &DieselError) -> bool {
    let DieselError::DatabaseError(kind, info) = error else { return false };
    let words = [
        "terminating connection",
        "server closed the connection",
        "connection not open",
        "no connection to the server",
    ];
    matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
        || words.iter().any(|words| info.message().contains(words))
}

impl DbError {
    /// The error of a COMMIT: whatever the server did not refuse may be done.
    pub(super) fn of_commit(error: DieselError, is_sqlite: bool) -> DbError {
        match &error {
            DieselError::DatabaseError(_, info) if !is_sqlite && is_of_broken_connection(&error) => {
                DbError::CommitUnknown(info.message().trim().to_owned())
            }
            _ => error.into(),
        }
    }

    /// Whether the file of a database is damaged.
    pub fn is_damage(&self) -> bool {
        matches!(self, DbError::Damaged { .. } | DbError::NotADatabase(_) | DbError::Unsound { .. })
    }

    /// Whether the error says that a unique key is already taken.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, DbError::Query(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }
}

impl Explain for DbError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            DbError::Open { .. } => Some("check the path or URL: `crmctl config show` tells where it came from".into()),
            DbError::Tls { fault, .. } => Some(fault.remedy()),
            DbError::ConnectionLost(_) => {
                Some("nothing was changed; see whether the server is up, and try again".into())
            }
            DbError::TookTooLong => Some(
                "nothing was changed; ask for less, or allow more: CRM_STATEMENT_TIMEOUT=10min, or crmctl config set statement_timeout 10min; \
                 one of the server's own for the role is changed by ALTER ROLE"
                    .into(),
            ),
            DbError::LockNotGot(_) => Some(
                "nothing was changed; try again when they have ended, or wait longer: CRM_LOCK_TIMEOUT=10min, or \
                 crmctl config set lock_timeout 10min"
                    .into(),
            ),
            DbError::NoDatabase(_) => Some(
                "`crmctl config show` tells where the name came from; `crmctl migrate up`, or whatever writes first, makes a database".into(),
            ),
            DbError::MadeByAnother(_) => Some("try again".into()),
            DbError::Orphan(_) => Some(
                "put its database back beside it, or delete it with the `-shm` beside it if nothing in it is wanted".into(),
            ),
            DbError::NotADatabase(_) => {
                Some("name another file with --database-url; one that was a database is damaged: restore the last backup".into())
            }
            DbError::OfAnotherProgram { has_migrations: true, .. } => {
                Some("name another file with --database-url; the table of its migrations leaves no room for those of crmctl".into())
            }
            DbError::OfAnotherProgram { .. } => Some(
                "name another file with --database-url, or let crmctl add its tables to this one: crmctl migrate up --adopt".into(),
            ),
            DbError::PendingMigrations { .. } => Some("apply them with: crmctl migrate up".into()),
            DbError::EarlierSchema(_) => Some(EARLIER_SCHEMA.into()),
            DbError::NewerSchema(_) => Some("use the crmctl that migrated it, or a newer one".into()),
            DbError::BypassesRowSecurity(role) => Some(proper_role(role)),
            DbError::PermissionDenied(_) => Some(
                "as the role that owns the schema, give the everyday role its rights: crmctl migrate up --app-role NAME".into(),
            ),
            DbError::DiskFull(_) => Some("nothing was changed; make room and try again".into()),
            DbError::DiskFailed(_) => Some("nothing was changed; see whether the disk has room and is sound".into()),
            DbError::Interrupted => return CommandError::interrupted(),
            DbError::CommitUnknown(_) => {
                let hint = "look before you try again; a call with --idempotency-key may be made again as it was";
                return CommandError {
                    exit: Exit::NeedsAttention,
                    ..CommandError::failed(self.to_string()).hint(hint)
                };
            }
            DbError::Backup { .. } => Some("name a new file in a folder with room".into()),
            DbError::Unsound { findings, .. } => {
                return CommandError::failed(self.to_string()).details(findings.iter().cloned()).hint(
                    "go back to the last backup; to save what can be saved, first copy the file as it is, with its -wal, while nobody uses it",
                );
            }
            DbError::Migration(_) => Some("nothing was changed".into()),
            DbError::Damaged { .. } => Some(DAMAGED.into()),
            DbError::ReadOnly(_) => Some("nothing was changed; who may write the file and its folder can change it".into()),
            DbError::ChangedWhileRead(_) => Some("try again: a file that cannot be locked is not kept from others".into()),
            DbError::Query(_) => None,
        };
        CommandError::failed(self.to_string()).maybe_hint(hint)
    }
}

/// What to do with a damaged file: what cannot be read may be more than what the error tells of.
const DAMAGED: &str = "leave the file and its -wal where they are, and restore the last backup over them, which keeps them aside: \
    crmctl restore BACKUP; see whether the disk is sound; `sqlite3 FILE .recover` saves what can still be read, \
    and --replaces applies what people asked for since";

/// How the data of a database from before the first release comes along.
/// The list comes first: a lead's flag alone would make entries without their reason and their end.
const EARLIER_SCHEMA: &str = "take its leads along: let the crmctl that made it write them, and read them into a new database, without CRM_USER:\n\
    crmctl lead export --include-dnc --output leads.csv                  (the old program, this database)\n\
    crmctl dnc list --format csv > dnc.csv                               (the old program, this database)\n\
    crmctl import dnc dnc.csv --database-url new.db                      (this program)\n\
    crmctl user add EMAIL --role admin --database-url new.db             (this program, for each owner of leads; --as EMAIL from the second on)\n\
    crmctl import leads leads.csv --as EMAIL --database-url new.db       (this program)\n\
    notes, histories, deleted leads and settings stay in the old one";

/// How to come by a role which row-level security holds.
fn proper_role(role: &str) -> String {
    format!(
        "make an everyday role, as `{role}`, and connect as it: crmctl migrate up --app-role crm_app; or, for once, add --allow-bypass"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_says_that_nothing_was_changed() {
        let error = CommandError::from(DbError::Interrupted);
        assert_eq!((error.message.as_str(), error.hint), ("interrupted; nothing was changed", None));
        assert_eq!(error.exit, Exit::Interrupted);
    }
}
