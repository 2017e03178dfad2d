//! Why nobody was erased.

use crate::db::DbError;
use crate::error::{CommandError, Explain};

/// Why nobody was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} is erased already")]
    Erased(i64),
    #[error("no key for the hashes can be made: {0}")]
    NoRandom(String),
}

impl Explain for EraseError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            EraseError::Db(e) => return e.explain(),
            EraseError::Erased(_) => "nothing is left to be erased",
            EraseError::NoRandom(_) => "nothing was changed",
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}
