//! What ends an import as a whole. Problems of single rows are [`super::row::RowProblem`]s.

use crate::db::DbError;

/// An error that ends an import; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("cannot read `{file}`: {reason}")]
    Read { file: String, reason: String, remedy: Option<String> },
    #[error("no column of `{file}` holds a phone number, an email or an external id")]
    NoIdentityColumn { file: String, columns: Vec<String> },
    #[error("no column of `{file}` holds {holds}")]
    NoColumn { file: String, holds: &'static str, field: &'static str, columns: Vec<String> },
    #[error("{problem}")]
    Mapping { problem: String, columns: Vec<String>, remedy: String },
    /// A column can be read in more than one way, and nothing in it decides.
    #[error("`{file}`, column `{column}`: {problem}")]
    Undecided { file: String, column: String, problem: String, remedy: String },
    #[error("{rejected} of {read} rows of `{file}` are bad, more than --max-rejects allows")]
    TooManyRejects { file: String, read: u64, rejected: u64, rejects_file: Option<String> },
    #[error("`{0}` changed while it was imported")]
    FileChanged(String),
    #[error("cannot write rows to `{path}`: {reason}")]
    RowFile { path: String, reason: String },
    #[error("`{0}` names an import that is not recorded here")]
    UnknownImport(String),
    #[error("other programs kept taking the same phones; the import gave up after {0} attempts")]
    LostRaces(u32),
    #[error("the record of an import cannot be read or written: {0}")]
    Record(String),
    #[error("the counts of the import do not add up to the rows that were read")]
    DoesNotReconcile,
    #[error("interrupted")]
    Interrupted,
    #[error("the reading thread failed")]
    ReaderFailed,
}

impl ImportError {
    pub(super) fn read(file: &str, reason: impl Into<String>) -> ImportError {
        ImportError::Read { file: file.to_owned(), reason: reason.into(), remedy: None }
    }

    pub(super) fn read_with(file: &str, reason: impl Into<String>, remedy: impl Into<String>) -> ImportError {
        ImportError::Read { file: file.to_owned(), reason: reason.into(), remedy: Some(remedy.into()) }
    }
}
