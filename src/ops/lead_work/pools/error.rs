//! Why a pool does not do what is asked.

use crate::db::DbError;
use crate::error::{CommandError, Explain};

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
            PoolError::Gone => return CommandError::failed(self.to_string()),
            PoolError::Changed { .. } => "run it again".to_owned(),
            PoolError::OtherVersion { .. } => "look at it again: crmctl pool show".to_owned(),
            PoolError::Empty(pool) => format!("add one: crmctl pool member add '{pool}' EMAIL"),
            PoolError::NoMember { pool, .. } => format!("list them: crmctl pool member list '{pool}'"),
            PoolError::NoRun(_) => "list them: crmctl pool runs".to_owned(),
            PoolError::IsUndo(_) => "distribute the leads again: crmctl pool run".to_owned(),
            PoolError::Undone { .. } => "nothing was changed".to_owned(),
            PoolError::DoesNotReconcile => {
                "nothing was changed; this is a fault of crmctl, please report it".to_owned()
            }
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}
