//! What can be in the way of a copy.

use crate::db::DbError;
use crate::domain::canonical::kind::ValueProblem;
use crate::error::{CommandError, Explain};

/// The most values of a table that an error names.
pub(super) const MOST: usize = 20;

/// The most characters that are repeated of what the server says of a row: it prints much of it.
pub(super) const LONGEST_REASON: usize = 300;

/// A value that cannot be copied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{row}, column {column}: {value}: {problem}")]
pub struct BadValue {
    /// The row, by its table and its key.
    pub row: String,
    pub column: String,
    /// The value, or its beginning.
    pub value: String,
    pub problem: ValueProblem,
}

/// Why a database was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("source and target are the same database")]
    SameDatabase,
    #[error("the database `{location}` has {pending} pending migration{}", if *.pending == 1 { "" } else { "s" })]
    Pending { location: String, pending: usize },
    #[error("no organization of the source has the slug `{slug}`")]
    NoOrganization { slug: String, known: Vec<String> },
    #[error("the target `{location}` is not empty: {table} has rows")]
    NotEmpty { location: String, table: &'static str },
    #[error("others work in the target `{0}`")]
    InUse(String),
    #[error("the PostgreSQL role `{role}` may not fill the target: `{owner}` owns its tables")]
    NotOwner { role: String, owner: String },
    #[error("the schemas differ: {0}")]
    Schema(String),
    #[error("values of the source cannot be copied")]
    Values(Vec<BadValue>),
    /// The words of the engine.
    #[error("the target refused {row}: {reason}")]
    Refused { row: String, reason: String },
    #[error("the copy differs from the source: {row}: {how}")]
    Differs { row: String, how: String },
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for CopyError {
    fn from(error: diesel::result::Error) -> Self {
        CopyError::Db(error.into())
    }
}

impl Explain for CopyError {
    fn explain(&self) -> CommandError {
        let failed = CommandError::failed(self.to_string());
        match self {
            CopyError::SameDatabase => CommandError::usage(self.to_string()).hint("name another one with --to"),
            CopyError::Pending { location, .. } => {
                failed.hint(format!("bring it up to date: crmctl migrate up --database-url {location}"))
            }
            CopyError::NoOrganization { known, .. } => {
                failed.hint(format!("the organizations of the source: {}", known.join(", ")))
            }
            CopyError::NotEmpty { .. } => failed.hint(
                "name a new file or a database that was only migrated: nothing that is there is mixed with a copy",
            ),
            CopyError::InUse(_) => failed.hint("end what they do, or wait for it; nothing was changed"),
            CopyError::NotOwner { owner, .. } => {
                failed.hint(format!("connect to the target as `{owner}`, the role that runs `crmctl migrate up`"))
            }
            CopyError::Schema(_) => failed
                .hint("both must be as `crmctl migrate up` leaves them; compare them with the files of a new database"),
            CopyError::Values(values) => failed
                .details(values.iter().map(ToString::to_string))
                .hint("nothing was copied; correct these rows in the source, and try again"),
            CopyError::Refused { .. } => {
                failed.hint("nothing was copied; correct the row in the source, and try again")
            }
            CopyError::Differs { .. } => {
                failed.hint("nothing was copied; this is an error of crmctl or of a disk: please report it")
            }
            CopyError::Db(e) => e.explain(),
        }
    }
}

/// An error in reading the database with this name: SQLite does not tell which of two files it means.
pub(super) fn of(name: &str, error: DbError) -> CopyError {
    let name = name.to_owned();
    CopyError::Db(match error {
        DbError::Damaged { reason, .. } => DbError::Damaged { path: name, reason },
        DbError::NotADatabase(_) => DbError::NotADatabase(name),
        DbError::ReadOnly(_) => DbError::ReadOnly(name),
        error => error,
    })
}
