//! Whether a database is sound, as far as SQLite can tell.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

/// The most findings that are told.
const MOST: usize = 5;

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// What is wrong with a database; nothing when it is sound. Of each table and index every page is read, every row is found by
/// each of its indexes, and every constraint holds.
///
/// # Errors
/// It is so damaged that it cannot be read.
pub(super) fn findings(conn: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    findings_up_to(conn, MOST)
}

/// The same, and so many at most.
///
/// # Errors
/// It is so damaged that it cannot be read.
pub(in crate::db) fn findings_up_to(conn: &mut SqliteConnection, most: usize) -> QueryResult<Vec<String>> {
    // As a function it would take the number for the name of a table.
    let found: Vec<Finding> = diesel::sql_query(format!("PRAGMA integrity_check({most})")).load(conn)?;
    // Of the pages of a database it makes one finding of several lines.
    let lines = found.iter().flat_map(|row| row.integrity_check.lines());
    Ok(lines.filter(|line| *line != "ok" && !line.starts_with("***")).take(most).map(str::to_owned).collect())
}

/// A row that refers to one which is not there.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub(in crate::db) struct Orphan {
    #[diesel(sql_type = Text)]
    pub table: String,
    /// Of tables that have one.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub row_id: Option<i64>,
    #[diesel(sql_type = Text)]
    pub parent: String,
    /// The columns by which it refers.
    #[diesel(sql_type = Text)]
    pub columns: String,
}

impl std::fmt::Display for Orphan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let row = self.row_id.map(|row| format!(" {row}")).unwrap_or_default();
        write!(f, "row{row} of {} refers to a row of {} that is not there", self.table, self.parent)
    }
}

/// Rows that refer to rows which are not there, some of them.
///
/// # Errors
/// The database cannot be read.
pub(in crate::db) fn orphans(conn: &mut SqliteConnection) -> QueryResult<Vec<Orphan>> {
    diesel::sql_query(format!(
        "SELECT c.\"table\", c.rowid AS row_id, c.parent,
                coalesce((SELECT group_concat(f.\"from\", ', ') FROM pragma_foreign_key_list(c.\"table\") f WHERE f.id = c.fkid), '') AS columns
         FROM pragma_foreign_key_check c LIMIT {MOST}"
    ))
    .load(conn)
}
