//! Connecting to either engine.

use std::fs;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::functions;
use crate::db::{Db, DbError, Location};

/// Which schema a database is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaUse {
    /// That of this program: an embedded database is migrated, any other refused.
    Current,
    /// Whatever is there: for completions and the verbs that look after migrations.
    AsItIs,
}

/// What marks an embedded database as ours (`PRAGMA application_id`): the letters `crmc`. The first migration sets it.
const APPLICATION_ID: i32 = 0x6372_6D63;

/// Marks a file that holds our migrations as ours, where a copy has lost the mark. A file that cannot be written does
/// without.
pub(super) fn mark_file(conn: &mut Db) -> QueryResult<()> {
    #[derive(QueryableByName)]
    struct Mark {
        #[diesel(sql_type = Integer)]
        application_id: i32,
    }
    let Db::Sqlite(c) = conn else { return Ok(()) };
    let mark: Mark = diesel::sql_query("PRAGMA application_id").get_result(c)?;
    if mark.application_id != APPLICATION_ID {
        let _ = c.batch_execute(&format!("PRAGMA application_id = {APPLICATION_ID}"));
    }
    Ok(())
}

/// Opens the embedded engine's file, and tells whether this made it.
pub(super) fn sqlite(path: &Path) -> Result<(Db, bool), DbError> {
    let problem = |reason: String| DbError::Open { location: path.display().to_string(), reason };
    if path.is_dir() {
        return Err(problem("it is a directory".into()));
    }
    let created = !path.exists();
    if created {
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| problem(e.to_string()))?;
        }
        create_private(path).map_err(|e| problem(e.to_string()))?;
    }
    let text = path.to_str().ok_or_else(|| problem("its path is not UTF-8".into()))?;
    let mut conn = SqliteConnection::establish(text).map_err(|e| problem(e.to_string()))?;
    functions::register(&mut conn).map_err(DbError::from)?;
    // WAL with synchronous FULL: a committed change survives a power cut. Writers wait in `begin`.
    wait_for_locks(&mut conn, WRITER_WAIT).map_err(DbError::from)?;
    conn.batch_execute("PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;").map_err(DbError::from)?;
    retry_busy(|| conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")).map_err(|e| {
        match DbError::from(e) {
            DbError::NotADatabase(_) => DbError::NotADatabase(path.display().to_string()),
            other => problem(other.to_string()),
        }
    })?;
    wait_for_locks(&mut conn, READER_WAIT).map_err(DbError::from)?;
    Ok((Db::Sqlite(conn), created))
}

/// How long a reader waits for the short exclusive locks of another program, which holds them while it opens a new file and
/// when it is the last to close one.
pub(super) const READER_WAIT: Duration = Duration::from_secs(10);

/// How long whoever writes only if nobody else does waits for those who write for a moment.
pub(super) const WRITER_WAIT: Duration = Duration::from_millis(250);

/// Sets how long a statement waits for the locks of another program.
pub(super) fn wait_for_locks(conn: &mut SqliteConnection, most: Duration) -> QueryResult<()> {
    conn.batch_execute(&format!("PRAGMA busy_timeout = {}", most.as_millis()))
}

/// Two programs that open a new file at once may meet while it is put into WAL mode.
fn retry_busy(mut attempt: impl FnMut() -> QueryResult<()>) -> QueryResult<()> {
    for _ in 0..100 {
        match attempt() {
            Err(e) if e.to_string().contains("locked") => std::thread::sleep(Duration::from_millis(50)),
            result => return result,
        }
    }
    attempt()
}

/// Makes an empty file that only its owner may read: it will hold personal data.
pub(in crate::db) fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(|_| ())
}

pub(super) fn postgres(url: &str, location: &Location) -> Result<Db, DbError> {
    let mut conn = PgConnection::establish(url)
        .map_err(|e| DbError::Open { location: location.to_string(), reason: one_line(&e.to_string()) })?;
    conn.batch_execute(
        "SET client_min_messages = warning; SET application_name = 'crmctl'; SET timezone = 'UTC';
         -- Compiling a statement takes longer than what it saves, and one program at a time may have memory for its joins.
         SET jit = off; SET work_mem = '64MB'",
    )?;
    Ok(Db::Postgres(conn))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
