//! The spellings by which the list reaches its subscribers follow the rules of this program.

use crate::db::models::access::organizations;
use crate::db::models::dnc::dnc_spellings;
use crate::db::{Database, Db, DbError, Lock, RunMode, Stamp, act_for};

/// Writes the spellings of entries that are older than the table of spellings.
///
/// # Errors
/// The database refuses.
pub fn after_migrating(conn: &mut Db) -> Result<(), DbError> {
    let now = jiff::Timestamp::now().into();
    for org in organizations::all(conn)? {
        act_for(conn, org.org_id())?;
        dnc_spellings::bring_up_to_date(conn, org.org_id(), now)?;
    }
    Ok(())
}

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
