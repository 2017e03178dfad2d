//! Why an undo fails.

use crate::db::DbError;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};

/// Why an import was not undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("no import has the id {0}")]
    Unknown(i64),
    #[error("the import {import} was undone already{by}")]
    Undone { import: i64, by: String, at: Option<Timestamp> },
    #[error("the record {0} is itself an undo")]
    IsUndo(i64),
    #[error("others changed leads of the import while it was undone")]
    Raced,
    #[error("the counts of the undo do not add up to the leads of the import")]
    DoesNotReconcile,
    #[error("the record of the undo cannot be written: {0}")]
    Record(String),
}

impl Explain for UndoError {
    fn explain(&self) -> CommandError {
        let mut said = CommandError::failed(self.to_string());
        let hint = match self {
            UndoError::Db(e) => return e.explain(),
            UndoError::Unknown(_) => "list them: crmctl import list",
            UndoError::Undone { at, .. } => {
                said.time = at.map(Timestamp::to_jiff);
                "nothing was changed"
            }
            UndoError::IsUndo(_) => "import the file again instead",
            UndoError::Raced => "nothing was changed; try again",
            UndoError::DoesNotReconcile | UndoError::Record(_) => {
                "nothing was changed; this is a fault of crmctl, please report it"
            }
        };
        said.hint(hint)
    }
}
