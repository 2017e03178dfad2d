//! What can go wrong with a backup.

use std::io;
use std::path::Path;

use crate::db::DbError;
use crate::error::{CommandError, Explain};

/// Why a backup was not made, found sound or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("cannot read `{path}`: {reason}")]
    Read { path: String, reason: String },
    #[error("`{0}` is no backup of crmctl")]
    NoBackup(String),
    #[error("the backup `{0}` was cut off: its end is missing")]
    CutOff(String),
    #[error("the backup `{path}` is damaged: {what}")]
    Damaged { path: String, what: String },
    #[error("the backup `{path}` has {found} rows of {table} where it should have {said}")]
    Counts { path: String, table: String, said: u64, found: u64 },
    /// What was restored is committed.
    #[error("the backup `{path}` was restored, and {found} rows of {table} are there where it has {said}")]
    RestoredOther { path: String, table: String, said: u64, found: u64 },
    #[error("cannot unpack the backup: {0}")]
    Unpack(String),
    #[error("interrupted")]
    Interrupted,
    #[error("the backup `{path}` is {is}, and the database is {of}")]
    OtherEngine { path: String, is: &'static str, of: &'static str },
    #[error("the backup `{0}` was made by a newer crmctl, whose tables this one does not know")]
    Newer(String),
    #[error("others have the database `{0}` open")]
    InUse(String),
    #[error("cannot put the database in its place: {0}")]
    Replace(String),
    /// PostgreSQL's own program is missing.
    #[error("`{program}` of PostgreSQL {major} or later is not installed here")]
    NoProgram { program: &'static str, major: i32 },
    #[error("`{program}` failed: {reason}")]
    Program { program: &'static str, reason: String },
    #[error(
        "the PostgreSQL role `{0}` sees only rows that row-level security shows it: a backup by it would lack the others"
    )]
    SeesSomeRows(String),
    #[error(
        "the PostgreSQL role `{0}` may write only rows that row-level security lets it: a backup has those of all organizations"
    )]
    WritesSomeRows(String),
    #[error("the address of the database has a secret that `pg_dump` cannot be given unseen")]
    Secret,
    #[error("the database `{0}` is not empty")]
    NotEmpty(String),
}

impl BackupError {
    /// Whether the person asked to stop.
    pub fn is_interruption(&self) -> bool {
        matches!(self, BackupError::Interrupted | BackupError::Db(DbError::Interrupted))
    }

    /// Whether the file was read, and is not what it should be.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            BackupError::NoBackup(_)
                | BackupError::CutOff(_)
                | BackupError::Damaged { .. }
                | BackupError::Counts { .. }
        )
    }

    pub(super) fn read(path: &Path, error: &io::Error) -> BackupError {
        BackupError::Read { path: path.display().to_string(), reason: error.to_string() }
    }
}

impl Explain for BackupError {
    fn explain(&self) -> CommandError {
        let said = CommandError::failed(self.to_string());
        match self {
            BackupError::Db(e) => e.explain(),
            BackupError::Interrupted => CommandError::interrupted(),
            BackupError::Read { .. } => said.hint("nothing was changed; see whether the name is right and you may read it"),
            BackupError::NoBackup(_) => said.hint("name a file that `crmctl backup` has made: crmctl backup list"),
            BackupError::CutOff(_) | BackupError::Damaged { .. } | BackupError::Counts { .. } => {
                said.hint("nothing was changed; take an earlier one: crmctl backup list")
            }
            BackupError::RestoredOther { .. } => said.hint(
                "do not work with the database; drop it, see whether something else writes to it, and restore into a new one",
            ),
            BackupError::Unpack(_) => said.hint("nothing was changed; make room, and try again"),
            BackupError::OtherEngine { .. } => said.hint("name a database of its kind with --database-url"),
            BackupError::Newer(_) => said.hint("nothing was changed; use the crmctl that made it, or a newer one"),
            BackupError::InUse(_) => said.hint("nothing was changed; end them, or wait until they are done, and try again"),
            BackupError::Replace(_) => said.hint("the database is as it was"),
            BackupError::NoProgram { major, .. } => said.hint(format!(
                "install it (Debian: apt-get install postgresql-client-{major}), or run on a machine that has it:\n\
                 pg_dump --format=custom --file=crm.dump --dbname=URL"
            )),
            BackupError::Program { .. } => said.hint("nothing was changed"),
            BackupError::SeesSomeRows(role) => said.hint(format!(
                "connect as a role that may read all rows, such as a superuser, or make one, as a superuser:\n\
                 CREATE ROLE crm_backup LOGIN PASSWORD '...' BYPASSRLS; GRANT pg_read_all_data, pg_write_all_data TO crm_backup;\n\
                 it is for backups alone: `{role}` stays the role of everyday work"
            )),
            BackupError::WritesSomeRows(_) => said.hint(
                "nothing was changed; restore as a superuser, or as a role that a superuser made so: CREATE ROLE crm_restore LOGIN PASSWORD '...' \
                 BYPASSRLS; ALTER DATABASE NEW OWNER TO crm_restore",
            ),
            BackupError::Secret => said.hint("keep it in a file that libpq reads by itself (passfile, sslkey)"),
            BackupError::NotEmpty(_) => said.hint(
                "nothing was changed; make an empty one and name it: createdb NEW; crmctl restore FILE --database-url postgres://.../NEW",
            ),
        }
    }
}
