//! What the server of PostgreSQL says of itself, and an embedded database of its size.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::{Db, DbError};

/// A thing and a number of it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Counted {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// A number beside it.
    #[diesel(sql_type = BigInt)]
    pub other: i64,
}

fn ask(conn: &mut Db, sql: &'static str) -> Result<Vec<Counted>, DbError> {
    match conn {
        Db::Sqlite(_) => Ok(Vec::new()),
        Db::Postgres(pg) => Ok(diesel::sql_query(sql).load(pg)?),
    }
}

/// Connections to the databases of the server, and how many everyday roles can have. (Whose backends are clients' an everyday role sees
/// of its own alone.)
///
/// # Errors
/// The server cannot be asked.
pub fn connections(conn: &mut Db) -> Result<Vec<Counted>, DbError> {
    ask(
        conn,
        "SELECT 'connections' AS name, (SELECT sum(numbackends)::bigint FROM pg_stat_database) AS number,
                current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint AS other",
    )
}

/// Dead and live rows of each table.
///
/// # Errors
/// The server cannot be asked.
pub fn dead_rows(conn: &mut Db) -> Result<Vec<Counted>, DbError> {
    ask(
        conn,
        "SELECT relname::text AS name, n_dead_tup AS number, n_live_tup AS other FROM pg_stat_user_tables
         WHERE schemaname = 'public' ORDER BY 1",
    )
}

/// The size of each table and its indexes in bytes, and days since its last vacuum, -1 when there was none.
///
/// # Errors
/// The server cannot be asked.
pub fn sizes(conn: &mut Db) -> Result<Vec<Counted>, DbError> {
    match conn {
        // Reading the pages of each would take as long as reading all of them.
        Db::Sqlite(sqlite) => Ok(diesel::sql_query(
            "SELECT 'database' AS name, page_count * page_size AS number, freelist_count * page_size AS other
             FROM pragma_page_count, pragma_page_size, pragma_freelist_count",
        )
        .load(sqlite)?),
        Db::Postgres(_) => ask(
            conn,
            "SELECT relname::text AS name, pg_total_relation_size(relid) AS number,
                    coalesce(floor(extract(epoch FROM now() - greatest(last_vacuum, last_autovacuum)) / 86400)::bigint, -1) AS other
             FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY number DESC, 1",
        ),
    }
}

/// Indexes that no statement has used since the statistics began, and their sizes in bytes; those that keep rows unique are needed.
///
/// # Errors
/// The server cannot be asked.
pub fn unused_indexes(conn: &mut Db) -> Result<Vec<Counted>, DbError> {
    ask(
        conn,
        "SELECT s.indexrelname::text AS name, pg_relation_size(s.indexrelid) AS number, 0::bigint AS other
         FROM pg_stat_user_indexes s JOIN pg_index x ON x.indexrelid = s.indexrelid
         WHERE s.schemaname = 'public' AND s.idx_scan = 0 AND NOT x.indisunique ORDER BY number DESC, 1",
    )
}

/// Tables of many rows that are read from end to end more often than by an index: how often either.
///
/// # Errors
/// The server cannot be asked.
pub fn scanned_tables(conn: &mut Db) -> Result<Vec<Counted>, DbError> {
    ask(
        conn,
        "SELECT relname::text AS name, seq_scan AS number, coalesce(idx_scan, 0) AS other FROM pg_stat_user_tables
         WHERE schemaname = 'public' AND n_live_tup > 100000 AND seq_scan > coalesce(idx_scan, 0) ORDER BY 1",
    )
}

/// Blocks that were found in memory, and all that were asked for.
///
/// # Errors
/// The server cannot be asked.
pub fn cache(conn: &mut Db) -> Result<Vec<Counted>, DbError> {
    ask(
        conn,
        "SELECT 'blocks' AS name, blks_hit AS number, blks_hit + blks_read AS other FROM pg_stat_database
         WHERE datname = current_database()",
    )
}

/// The statements that took the longest on average, where `pg_stat_statements` is installed: milliseconds, and how often each ran.
///
/// # Errors
/// The server cannot be asked.
pub fn slow_statements(conn: &mut Db) -> Result<Vec<Counted>, DbError> {
    let Db::Postgres(pg) = conn else { return Ok(Vec::new()) };
    let slowest = "SELECT left(query, 80) AS name, mean_exec_time::bigint AS number, calls AS other FROM pg_stat_statements
         WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY mean_exec_time DESC LIMIT 5";
    // Where it is not installed, not loaded or not for this role, the server refuses, and the transaction goes on.
    let found = pg.transaction(|pg| diesel::sql_query(slowest).load::<Counted>(pg));
    Ok(found.unwrap_or_default())
}

/// Settings that matter to crmctl, each with its value.
///
/// # Errors
/// The server cannot be asked.
pub fn settings(conn: &mut Db) -> Result<Vec<(String, String)>, DbError> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        value: String,
    }
    let settings: Vec<Setting> = match conn {
        Db::Sqlite(sqlite) => diesel::sql_query(
            "SELECT 'sqlite_version' AS name, sqlite_version() AS value
             UNION ALL SELECT 'page_size', CAST(page_size AS TEXT) FROM pragma_page_size
             UNION ALL SELECT 'journal_mode', journal_mode FROM pragma_journal_mode",
        )
        .load(sqlite)?,
        Db::Postgres(pg) => diesel::sql_query(
            "SELECT name, current_setting(name) AS value FROM unnest(ARRAY['server_version', 'data_checksums', 'statement_timeout',
                 'lock_timeout', 'idle_in_transaction_session_timeout', 'shared_buffers', 'synchronous_commit']) AS name",
        )
        .load(pg)?,
    };
    Ok(settings.into_iter().map(|it| (it.name, it.value)).collect())
}
