//! Connecting to either engine.

use std::fs;
use std::path::Path;
use std::time::Duration;

use diesel::connection::{CacheSize, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::file::only_read::Unchanged;
use super::file::ownership::{self, Owner};
use super::file::unplaced::{Begun, Unplaced};
use super::functions;
use super::server::options::ServerOptions;
use super::server::{Server, refusal};
use crate::db::file_errors;
use crate::db::locks::Waiting;
use crate::db::{Db, DbError, Location, OpenOptions};
use crate::domain::secrets::redacted;

/// Which schema a database is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaUse {
    /// That of this program: an embedded database is migrated, any other refused.
    Current,
    /// The same, and no database is made: for those who only look. A name that is mistyped, or the folder of another account,
    /// must not answer that nothing is listed.
    Existing,
    /// Whatever is there: for the verbs that look after migrations.
    AsItIs,
    /// The same, also in a file of another program, which is to become ours.
    Adopt,
    /// Whatever is there, and nothing is made or changed: for completions.
    LookOnly,
    /// The same, also while others write: for whoever reads all of it.
    Inspect,
}

impl SchemaUse {
    /// Whether nothing is written.
    fn is_looking(self) -> bool {
        matches!(self, SchemaUse::LookOnly | SchemaUse::Inspect)
    }
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

/// A database that was opened.
pub(super) struct Opened {
    pub conn: Db,
    /// Whether this call made the file of an embedded database.
    pub created: bool,
    /// What the file was, where nothing can be written.
    pub only_read: Option<Unchanged>,
    /// The file that this call made, until it has its place.
    pub unplaced: Option<Unplaced>,
}

/// Opens a database of either engine.
pub(super) fn either(location: &Location, options: &OpenOptions) -> Result<Opened, DbError> {
    match location {
        Location::Sqlite(path) => {
            let mut tell = |text: &str| (options.notify)(text);
            let mut waiting = Waiting::new(&mut tell, &options.interrupted);
            waiting.at_most(options.server.lock_timeout);
            match unplaced(path, options.schema, &mut waiting)? {
                None => sqlite(path, options.schema, &mut waiting),
                Some(unplaced) => {
                    let opened = sqlite(unplaced.file(), options.schema, &mut waiting)?;
                    file_errors::name(path);
                    Ok(Opened { created: true, unplaced: Some(unplaced), ..opened })
                }
            }
        }
        Location::Postgres(server) => {
            Ok(Opened { conn: postgres(server, &options.server)?, created: false, only_read: None, unplaced: None })
        }
    }
}

/// How many names a file has.
fn names_of(file: &fs::Metadata) -> u64 {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::nlink(file);
    #[cfg(not(unix))]
    return 1;
}

/// Begins the embedded engine's file where there is none. One to which a dangling link leads is made where that leads.
fn unplaced(path: &Path, usage: SchemaUse, waiting: &mut Waiting<'_>) -> Result<Option<Unplaced>, DbError> {
    let makes = matches!(usage, SchemaUse::Current | SchemaUse::AsItIs);
    if !makes || fs::symlink_metadata(path).is_ok() {
        return Ok(None);
    }
    let mut begun = None;
    waiting.until(MAKER, || {
        match Unplaced::begin(path) {
            Ok(Begun::Busy) => {
                std::thread::sleep(Duration::from_millis(50));
                return Ok(false);
            }
            Ok(Begun::Taken) => {}
            Ok(Begun::Orphan(log)) => return Err(DbError::Orphan(log.display().to_string())),
            Ok(Begun::Here(here)) => begun = Some(here),
            Err(e) => return Err(DbError::Open { location: path.display().to_string(), reason: e.to_string() }),
        }
        Ok(true)
    })?;
    match begun {
        // Whoever looks after the schema makes the file itself; those who wait find it.
        Some(_) if usage == SchemaUse::AsItIs => {
            let failed =
                |e: std::io::Error| DbError::Open { location: path.display().to_string(), reason: e.to_string() };
            create_private(path).map_err(failed)?;
            Ok(None)
        }
        begun => Ok(begun),
    }
}

/// Whom a call waits for that finds no database.
const MAKER: &str = "another program that makes the database";

/// Opens the embedded engine's file again, under its name.
pub(super) fn again(path: &Path, options: &OpenOptions) -> Result<Db, DbError> {
    let mut tell = |text: &str| (options.notify)(text);
    Ok(sqlite(path, options.schema, &mut Waiting::new(&mut tell, &options.interrupted))?.conn)
}

/// Opens the embedded engine's file. One that cannot be written, or whose folder cannot, is only read.
fn sqlite(path: &Path, usage: SchemaUse, waiting: &mut Waiting<'_>) -> Result<Opened, DbError> {
    file_errors::name(path);
    let problem = |reason: String| DbError::Open { location: path.display().to_string(), reason };
    let created = match fs::metadata(path) {
        Ok(file) if file.is_dir() => return Err(problem("it is a directory".into())),
        Ok(file) if !file.is_file() => return Err(problem("it is no regular file".into())),
        Ok(file) if names_of(&file) > 1 && !usage.is_looking() => {
            let reason = format!(
                "it has {} names (hard links), and what is written by one of them is not seen by the others; remove them, or work on a copy",
                names_of(&file)
            );
            return Err(problem(reason));
        }
        Ok(_) => false,
        Err(_) if usage == SchemaUse::LookOnly => return Err(problem("there is no such file".into())),
        Err(e) if matches!(usage, SchemaUse::Existing | SchemaUse::Inspect) => {
            return Err(match e.kind() {
                std::io::ErrorKind::NotFound => DbError::NoDatabase(path.display().to_string()),
                _ => problem(e.to_string()),
            });
        }
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
        (Owner::Crmctl, SchemaUse::LookOnly) => {
            return Ok(Opened { conn: Db::Sqlite(looking(path)?), created, only_read: None, unplaced: None });
        }
        (Owner::Crmctl, SchemaUse::Inspect) => {
            let (conn, only_read) = inspecting(path)?;
            return Ok(Opened { conn: Db::Sqlite(conn), created, only_read, unplaced: None });
        }
        (Owner::Nobody, SchemaUse::LookOnly) => return Err(problem("it has no tables yet".into())),
        (Owner::Nobody, SchemaUse::Existing | SchemaUse::Inspect) => {
            return Err(DbError::NoDatabase(path.display().to_string()));
        }
        (Owner::Crmctl | Owner::Nobody, _) => true,
        (Owner::AnotherProgram { has_migrations: false, .. }, SchemaUse::Adopt) => false,
        (Owner::AnotherProgram { what, has_migrations }, _) => {
            return Err(DbError::OfAnotherProgram { path: path.display().to_string(), what, has_migrations });
        }
    };
    // With its folder, no name is anything but that of a file to SQLite.
    let text = if path.is_absolute() { text.to_owned() } else { format!("./{text}") };
    let mut conn = SqliteConnection::establish(&text).map_err(|e| problem(e.to_string()))?;
    functions::register(&mut conn)?;
    wait_for_locks(&mut conn, WRITER_WAIT)?;
    let settled = waiting
        .until(OTHERS, || Ok(unless_locked(&mut conn, SETTINGS)? && (!is_ours || keep_log(&mut conn)?)))
        .and_then(|()| Ok(conn.batch_execute(CHECK_PAGES)?));
    match settled {
        // Neither the file nor what SQLite keeps beside it can be written.
        Err(DbError::ReadOnly(_) | DbError::Open { .. }) if is_ours && !created => {
            let only_read = Some(Unchanged::of(path));
            return Ok(Opened { conn: Db::Sqlite(looking(path)?), created, only_read, unplaced: None });
        }
        settled => settled?,
    }
    wait_for_locks(&mut conn, READER_WAIT)?;
    Ok(Opened { conn: Db::Sqlite(conn), created, only_read: None, unplaced: None })
}

/// Makes SQLite look at each page that it reads for cells that cannot be: a damaged page is an error instead of other rows.
pub(super) const CHECK_PAGES: &str = "PRAGMA cell_size_check = ON";

/// Whom a call waits for.
pub(super) const OTHERS: &str = "another program that is writing to the database";

/// WAL with synchronous FULL: a committed change survives a power cut. Writers wait in `begin`. False while another program locks
/// the file, as one does that puts it into WAL mode, or works with a rollback journal.
pub(super) fn keep_log(conn: &mut SqliteConnection) -> Result<bool, DbError> {
    unless_locked(conn, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
}

/// What each connection begins with; how much is cached depends on the file.
const SETTINGS: &str = "PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;";

/// Runs statements; false while another program locks the file.
fn unless_locked(conn: &mut SqliteConnection, sql: &str) -> Result<bool, DbError> {
    match conn.batch_execute(sql) {
        Ok(()) => Ok(true),
        Err(e) if e.to_string().contains("locked") => {
            std::thread::sleep(Duration::from_millis(50));
            Ok(false)
        }
        Err(e) => Err(e.into()),
    }
}

/// Makes a file that holds our tables ours in all: its journal, and its mark.
pub(super) fn settle_file(conn: &mut Db, waiting: &mut Waiting<'_>) -> Result<(), DbError> {
    if let Db::Sqlite(c) = conn {
        waiting.until(OTHERS, || keep_log(c))?;
    }
    Ok(mark_file(conn)?)
}

/// A connection that changes nothing.
fn looking(path: &Path) -> Result<SqliteConnection, DbError> {
    let mut conn = ownership::reading(path)?;
    functions::register(&mut conn)?;
    conn.batch_execute(CHECK_PAGES)?;
    Ok(conn)
}

/// A connection that changes nothing, beside others that do. It is one that could: of a file that is opened for reading alone SQLite
/// knows no CHECKs (`sqlite3AddCheckConstraint`). Where nothing can be written or locked, it comes with what the file is now.
fn inspecting(path: &Path) -> Result<(SqliteConnection, Option<Unchanged>), DbError> {
    let (mode, only_read) = match ownership::is_only_read(path) {
        true => (ownership::reading_mode(path), Some(Unchanged::of(path))),
        false => ("rw", None),
    };
    let problem = |reason: String| DbError::Open { location: path.display().to_string(), reason };
    let address = address(path, mode).map_err(|e| problem(e.to_string()))?;
    let mut conn = SqliteConnection::establish(&address).map_err(|e| problem(e.to_string()))?;
    functions::register(&mut conn)?;
    wait_for_locks(&mut conn, READER_WAIT)?;
    conn.batch_execute(CHECK_PAGES)?;
    conn.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -65536")?;
    Ok((conn, only_read))
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

fn postgres(server: &Server, options: &ServerOptions) -> Result<Db, DbError> {
    let mut conn = PgConnection::establish(&server.conninfo_for(options)).map_err(|e| {
        let from_environment = std::env::var("PGPASSWORD").ok();
        let reason = redacted(&e.to_string(), server.secrets().into_iter().chain(from_environment));
        let (location, reason) = (server.to_string(), one_line(&reason));
        match refusal::of(server, &reason) {
            Some(fault) => DbError::Tls { location, fault },
            None => DbError::Open { location, reason },
        }
    })?;
    // A named statement stays with the server's session, which a pooler hands to others.
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok(Db::Postgres(conn))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
