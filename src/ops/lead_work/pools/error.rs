//! Why a pool does not do what is asked.

use crate::db::DbError;
use crate::error::{CommandError, Explain};
use crate::system::shell::word;

/// Why a pool does not do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the pool was deleted meanwhile")]
    Gone,
    #[error("the pool `{name}` was changed meanwhile; nothing was distributed")]
    Changed { name: String },
    #[error("the pool `{name}` has the version {version} by now, not {expected}")]
    OtherVersion { name: String, version: i32, expected: i32 },
    #[error("there is a pool `{0}` already")]
    NameTaken(String),
    #[error("the pool `{0}` has no members")]
    Empty(String),
    #[error("`{user}` is no member of the pool `{pool}`")]
    NoMember { user: String, pool: String },
    #[error("no run of a pool has the id {0}")]
    NoRun(i64),
    #[error("the run {0} is itself an undo")]
    IsUndo(i64),
    #[error("the run {run} was undone already, by the run {by}")]
    Undone { run: i64, by: i64 },
    #[error("the counts of the run do not add up to its leads")]
    DoesNotReconcile,
}

impl Explain for PoolError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            PoolError::Db(e) => return e.explain(),
            PoolError::Gone => "list them: crmctl pool list".to_owned(),
            PoolError::Changed { name } => format!("look at it again: crmctl pool show {}", word(name)),
            PoolError::OtherVersion { name, .. } => format!("look at it again: crmctl pool show {}", word(name)),
            PoolError::NameTaken(_) => "names are unique in the organization; choose another one".to_owned(),
            PoolError::Empty(pool) => format!("add one: crmctl pool member add {} EMAIL", word(pool)),
            PoolError::NoMember { pool, .. } => format!("list them: crmctl pool member list {}", word(pool)),
            PoolError::NoRun(_) => "list them: crmctl pool runs".to_owned(),
            PoolError::IsUndo(_) => "distribute the leads again: crmctl pool run".to_owned(),
            PoolError::Undone { by, .. } => format!("look at it: crmctl pool runs {by}"),
            PoolError::DoesNotReconcile => {
                "nothing was changed; this is a fault of crmctl, please report it".to_owned()
            }
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}
