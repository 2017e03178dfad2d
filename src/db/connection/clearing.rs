//! Taking deleted content out of the files of an embedded database.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::{Database, open};
use crate::db::{Db, DbError};

/// From now on this connection overwrites with zeros what it deletes; false on PostgreSQL, which cannot.
///
/// # Errors
/// The database refuses.
pub fn overwrite_deleted(conn: &mut Db) -> Result<bool, DbError> {
    let Db::Sqlite(c) = conn else { return Ok(false) };
    c.batch_execute("PRAGMA secure_delete = ON")?;
    Ok(true)
}

/// What `PRAGMA wal_checkpoint` answers.
#[derive(QueryableByName)]
struct Checkpoint {
    /// Not 0 when others kept it from ending.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

impl Database {
    /// Writes the file of an embedded database anew, without free space; false when others use it for longer than `patience`, and
    /// on PostgreSQL, where that is the owner's VACUUM.
    ///
    /// # Errors
    /// The disk is full, or cannot be written.
    pub fn vacuum(&mut self, patience: Duration) -> Result<bool, DbError> {
        self.waiting(patience, |c| c.batch_execute("VACUUM").map(|()| true))
    }

    /// Brings the write-ahead log of an embedded database into its file, and empties it; false when others use it for longer than
    /// `patience`, and on PostgreSQL.
    ///
    /// # Errors
    /// The disk is full, or cannot be written.
    pub fn empty_log(&mut self, patience: Duration) -> Result<bool, DbError> {
        self.waiting(patience, |c| {
            let answer: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(c)?;
            Ok(answer.busy == 0)
        })
    }

    fn waiting(
        &mut self,
        patience: Duration,
        work: impl FnOnce(&mut SqliteConnection) -> QueryResult<bool>,
    ) -> Result<bool, DbError> {
        let Db::Sqlite(c) = &mut self.conn else { return Ok(false) };
        open::wait_for_locks(c, patience)?;
        let done = work(c);
        open::wait_for_locks(c, open::READER_WAIT)?;
        match done {
            Err(e) if e.to_string().contains("locked") => Ok(false),
            done => Ok(done?),
        }
    }
}
