//! When a database that a call makes gets its name.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Database, open};
use crate::db::{Db, DbError, Location};

/// What is still to be done of a database that has its name now.
pub(super) enum Placed {
    Before,
    Now,
}

impl Database {
    /// Says this, once the database that this call makes has its name; at once, where it has.
    pub fn say_when_placed(&mut self, text: String) {
        match self.unplaced {
            Some(_) => self.when_placed.push(text),
            None => (self.options.notify)(&text),
        }
    }

    /// Gives the database that this call makes its name, after a commit for which the call is.
    pub(super) fn place(&mut self) -> Result<Placed, DbError> {
        let Some(unplaced) = self.unplaced.take() else { return Ok(Placed::Before) };
        self.leave_log()?;
        match unplaced.place() {
            Ok(()) => Ok(Placed::Now),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(DbError::MadeByAnother(self.location.to_string()))
            }
            Err(e) => Err(DbError::Open { location: self.location.to_string(), reason: e.to_string() }),
        }
    }

    /// Moves what is in the log into the file, and ends the log.
    fn leave_log(&mut self) -> Result<(), DbError> {
        #[derive(QueryableByName)]
        struct Mode {
            #[diesel(sql_type = Text)]
            journal_mode: String,
        }
        let Db::Sqlite(c) = &mut self.conn else { return Ok(()) };
        let mode: Mode = diesel::sql_query("PRAGMA journal_mode = DELETE").get_result(c)?;
        match mode.journal_mode.as_str() {
            "delete" => Ok(()),
            other => Err(DbError::Open {
                location: self.location.to_string(),
                reason: format!("its journal stays `{other}`, and it cannot get its name"),
            }),
        }
    }
}

impl Placed {
    /// Goes on under the name: the connection knows another one.
    pub(super) fn settle(self, database: &mut Database) -> Result<(), DbError> {
        let (Placed::Now, Location::Sqlite(path)) = (self, &database.location) else { return Ok(()) };
        database.conn = open::again(path, &database.options)?;
        for text in std::mem::take(&mut database.when_placed) {
            (database.options.notify)(&text);
        }
        Ok(())
    }
}
