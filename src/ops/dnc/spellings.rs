//! The spellings by which the list reaches its subscribers follow the rules of this program.

use crate::db::models::dnc::dnc_spellings;
use crate::db::{Database, DbError, Lock, RunMode, Stamp};

/// Writes the spellings of entries that a program with other rules made.
///
/// # Errors
/// The database refuses.
pub fn bring_up_to_date(db: &mut Database, stamp: &Stamp) -> Result<(), DbError> {
    match db.read(stamp.org, |conn| dnc_spellings::are_stale(conn, stamp.org))? {
        false => Ok(()),
        true => db.write_under(Lock::DncList, stamp.org, RunMode::Commit, |conn| {
            dnc_spellings::bring_up_to_date(conn, stamp.org, stamp.now)
        }),
    }
}
