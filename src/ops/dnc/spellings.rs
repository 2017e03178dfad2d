//! The spellings by which the list reaches its subscribers follow the rules of this program.

use super::settle;
use crate::db::models::access::organizations;
use crate::db::models::dnc::dnc_spellings;
use crate::db::models::leads;
use crate::db::{Database, Db, DbError, Lock, RunMode, Stamp, act_for};

/// Writes the spellings of entries that are older than the table of spellings.
///
/// # Errors
/// The database refuses.
pub fn after_migrating(conn: &mut Db) -> Result<(), DbError> {
    for org in organizations::all(conn)? {
        act_for(conn, org.org_id())?;
        dnc_spellings::write_missing(conn, org.org_id())?;
    }
    Ok(())
}

/// Writes the spellings of entries that a program with other rules made, and moves the leads that they block.
///
/// # Errors
/// The database refuses.
pub fn bring_up_to_date(db: &mut Database, stamp: &Stamp) -> Result<(), DbError> {
    if !db.read(stamp.org, |conn| dnc_spellings::are_stale(conn, stamp.org))? {
        return Ok(());
    }
    write_anew(db, stamp, RunMode::Commit).map(|_| ())
}

/// Writes the spellings that are missing, and moves the leads that they block; returns how many spellings that were.
///
/// # Errors
/// The database refuses.
pub fn write_anew(db: &mut Database, stamp: &Stamp, mode: RunMode) -> Result<u64, DbError> {
    db.write_under(Lock::Quiet, stamp.org, mode, |conn| {
        let written = dnc_spellings::write_missing(conn, stamp.org)?;
        let stray = leads::out_of_line(conn, stamp.org, stamp.now)?;
        // Whoever is `dnc` stays so: `dnc expire` puts that right when somebody asks for it.
        settle(conn, &stray.with_listed_number, stamp)?;
        dnc_spellings::mark_current(conn, stamp.org, stamp.now)?;
        Ok(written)
    })
}
