//! Whether a restored database is as crmctl makes them.

use super::carry::Left;
use crate::db::health::objects;
use crate::db::{Database, DbError};

/// How many objects are named.
const SHOWN: usize = 5;

/// What somebody changed in the schema of a database that a plain file brought: a trigger that is missing guards nothing.
///
/// # Errors
/// The database cannot be read.
pub fn changed(db: &mut Database) -> Result<Option<Left>, DbError> {
    let found = db.read_global(objects::differences)?;
    if found.is_empty() {
        return Ok(None);
    }
    let named = |it: &objects::Difference| format!("{} {}", it.object().kind, it.object().name);
    let mut which: Vec<String> = found.iter().take(SHOWN).map(named).collect();
    which.extend(found.len().checked_sub(SHOWN).filter(|more| *more > 0).map(|more| format!("{more} more")));
    Ok(Some(Left {
        organization: "all".into(),
        what: "schema",
        which: which.join(", "),
        problem: "the backup has it otherwise than crmctl makes it; look, and mend it: crmctl doctor".into(),
    }))
}
