//! Connecting to either engine.

use std::fs;
use std::path::Path;
use std::time::Duration;

use diesel::connection::{CacheSize, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::functions;
use super::ownership::{self, Owner};
use super::server::Server;
use crate::db::{Db, DbError};
use crate::domain::secrets::redacted;

/// Which schema a database is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaUse {
    /// That of this program: an embedded database is migrated, any other refused.
    Current,
    /// Whatever is there: for the verbs that look after migrations.
    AsItIs,
    /// The same, also in a file of another program, which is to become ours.
    Adopt,
    /// Whatever is there, and nothing is made or changed: for completions.
    LookOnly,
}

/// What marks an embedded database as ours (`PRAGMA application_id`): the letters `crmc`. The first migration sets it.
pub(super) const APPLICATION_ID: i32 = 0x6372_6D63;

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
pub(super) fn sqlite(path: &Path, usage: SchemaUse) -> Result<(Db, bool), DbError> {
    let problem = |reason: String| DbError::Open { location: path.display().to_string(), reason };
    let created = match fs::metadata(path) {
        Ok(file) if file.is_dir() => return Err(problem("it is a directory".into())),
        Ok(file) if !file.is_file() => return Err(problem("it is no regular file".into())),
        Ok(_) => false,
        Err(_) if usage == SchemaUse::LookOnly => return Err(problem("there is no such file".into())),
        Err(_) => true,
    };
    let text = path.to_str().ok_or_else(|| problem("its path is not UTF-8".into()))?;
    if created {
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| problem(e.to_string()))?;
        }
        create_private(path).map_err(|e| problem(e.to_string()))?;
    }
    let owner = if created { Owner::Nobody } else { ownership::owner(path)? };
    let is_ours = match (owner, usage) {
        (Owner::Crmctl, SchemaUse::LookOnly) => return Ok((Db::Sqlite(looking(path)?), false)),
        (Owner::Nobody, SchemaUse::LookOnly) => return Err(problem("it has no tables yet".into())),
        (Owner::Crmctl | Owner::Nobody, _) => true,
        (Owner::AnotherProgram { has_migrations: false, .. }, SchemaUse::Adopt) => false,
        (Owner::AnotherProgram { what, has_migrations }, _) => {
            return Err(DbError::OfAnotherProgram { path: path.display().to_string(), what, has_migrations });
        }
    };
    // With its folder, no name is anything but that of a file to SQLite.
    let text = if path.is_absolute() { text.to_owned() } else { format!("./{text}") };
    let mut conn = SqliteConnection::establish(&text).map_err(|e| problem(e.to_string()))?;
    functions::register(&mut conn).map_err(DbError::from)?;
    wait_for_locks(&mut conn, WRITER_WAIT).map_err(DbError::from)?;
    conn.batch_execute("PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;").map_err(DbError::from)?;
    if is_ours {
        keep_log(&mut conn).map_err(|e| match DbError::from(e) {
            DbError::NotADatabase(_) => DbError::NotADatabase(path.display().to_string()),
            other => problem(other.to_string()),
        })?;
    }
    wait_for_locks(&mut conn, READER_WAIT).map_err(DbError::from)?;
    Ok((Db::Sqlite(conn), created))
}

/// WAL with synchronous FULL: a committed change survives a power cut. Writers wait in `begin`.
pub(super) fn keep_log(conn: &mut SqliteConnection) -> QueryResult<()> {
    retry_busy(|| conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"))
}

/// Makes a file that holds our tables ours in all: its journal, and its mark.
pub(super) fn settle_file(conn: &mut Db) -> QueryResult<()> {
    if let Db::Sqlite(c) = conn {
        keep_log(c)?;
    }
    mark_file(conn)
}

/// A connection that changes nothing.
fn looking(path: &Path) -> Result<SqliteConnection, DbError> {
    let mut conn = ownership::reading(path)?;
    functions::register(&mut conn)?;
    Ok(conn)
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

/// A file's name as the URI by which SQLite opens it, whatever its characters.
pub(in crate::db) fn address(path: &Path, mode: &str) -> std::io::Result<String> {
    let mut uri = String::from("file:");
    for byte in std::path::absolute(path)?.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(format!("{uri}?mode={mode}"))
}

pub(super) fn postgres(server: &Server) -> Result<Db, DbError> {
    let mut conn =
        PgConnection::establish(&format!("{} application_name='crmctl'", server.conninfo())).map_err(|e| {
            let from_environment = std::env::var("PGPASSWORD").ok();
            let reason = redacted(&e.to_string(), server.secrets().into_iter().chain(from_environment));
            DbError::Open { location: server.to_string(), reason: one_line(&reason) }
        })?;
    // A named statement stays with the server's session, which a pooler hands to others.
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok(Db::Postgres(conn))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
