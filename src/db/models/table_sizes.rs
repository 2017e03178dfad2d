//! How many rows each table of the catalogue has, and how much room they take.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use crate::db::catalogue::tables;
use crate::db::{Db, DbError};

/// The size of a table.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TableSize {
    pub table: &'static str,
    /// Unknown where PostgreSQL has not counted yet.
    pub rows: Option<i64>,
    /// Whether the rows are an estimate: PostgreSQL counts when it analyzes a table.
    pub is_estimate: bool,
    /// With its indexes, in bytes; unknown where nobody measured.
    pub bytes: Option<i64>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    row_count: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_estimate: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    bytes: Option<i64>,
}

/// The size of each table of the catalogue that is there, in its order. `measured` says whether those of an embedded database are
/// measured, too, for which every page of the file is looked at.
///
/// # Errors
/// The database cannot be read.
pub fn of_tables(conn: &mut Db, measured: bool) -> Result<Vec<TableSize>, DbError> {
    let found: Vec<Found> = match conn {
        Db::Sqlite(_) => diesel::sql_query(sqlite(conn, measured)?).load(conn)?,
        Db::Postgres(_) => diesel::sql_query(
            "SELECT relname::text AS name, CASE WHEN reltuples >= 0 THEN reltuples::bigint END AS row_count, true AS is_estimate,
                    pg_total_relation_size(oid) AS bytes
             FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
        )
        .load(conn)?,
    };
    let size = |table: &'static str| {
        let Found { row_count, is_estimate, bytes, .. } = found.iter().find(|found| found.name == table)?;
        Some(TableSize { table, rows: *row_count, is_estimate: *is_estimate, bytes: *bytes })
    };
    Ok(tables().filter_map(|table| size(table.name)).collect())
}

/// Counts the rows of the tables that are there.
fn sqlite(conn: &mut Db, measured: bool) -> Result<String, DbError> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let there: Vec<Name> = diesel::sql_query("SELECT name FROM sqlite_schema WHERE type = 'table'").load(conn)?;
    let there = tables().map(|table| table.name).filter(|table| there.iter().any(|it| it.name == *table));
    let (bytes, measured) = match measured {
        true => (
            "d.bytes",
            "LEFT JOIN (SELECT m.tbl_name, sum(s.pgsize) AS bytes FROM dbstat('main', 1) s JOIN sqlite_schema m ON m.name = s.name
                        GROUP BY m.tbl_name) d ON d.tbl_name = t.name",
        ),
        false => ("NULL", ""),
    };
    let counts: Vec<String> = there
        .map(|table| format!("SELECT '{table}' AS name, (SELECT count(*) FROM \"{table}\") AS row_count"))
        .collect();
    match counts.as_slice() {
        [] => Ok("SELECT '' AS name, 0 AS row_count, 0 AS is_estimate, NULL AS bytes WHERE 0".to_owned()),
        counts => Ok(format!(
            "SELECT name, row_count, 0 AS is_estimate, {bytes} AS bytes FROM ({}) t {measured}",
            counts.join(" UNION ALL ")
        )),
    }
}
