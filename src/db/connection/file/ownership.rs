//! Whose the file of an embedded database is. Looking changes nothing: neither the file, nor its journal, nor what lies beside it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::super::open::{APPLICATION_ID, READER_WAIT, address};
use crate::db::{DbError, migrate};
use crate::system::new_file::folder_of;

/// Whose a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::db::connection) enum Owner {
    /// There is nothing in it.
    Nobody,
    /// It is marked, or holds our migrations.
    Crmctl,
    AnotherProgram {
        /// What shows it.
        what: String,
        /// Whether it keeps its own migrations where we keep ours.
        has_migrations: bool,
    },
}

/// How often, and after which pause, a file is looked at again that another program is writing.
const LOOKS: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// The name of the table in which Diesel keeps applied migrations.
const MIGRATIONS_TABLE: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Integer)]
    application_id: i32,
}

#[derive(QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Tells whose a file is.
///
/// # Errors
/// It is no SQLite database, or cannot be read.
pub(in crate::db::connection) fn owner(path: &Path) -> Result<Owner, DbError> {
    let problem = |reason: String| DbError::Open { location: path.display().to_string(), reason };
    let mut looks = 0;
    loop {
        looks += 1;
        match header(path).map_err(|e| problem(e.to_string()))?.as_slice() {
            [] => return Ok(Owner::Nobody),
            header if header.len() < HEADER || !header.starts_with(MAGIC) => {
                return Err(DbError::NotADatabase(path.display().to_string()));
            }
            // The mark as the file has it, so that nothing more need be opened.
            header if header.get(68..72) == Some(&APPLICATION_ID.to_be_bytes()) => return Ok(Owner::Crmctl),
            _ => {}
        }
        let owner = reading(path).map_err(|e| problem(e.to_string())).and_then(|mut conn| owner_by_content(&mut conn));
        match owner {
            // Another program is writing it, or has not ended that.
            Ok(Owner::Nobody) if is_filled(&beside(path, "-journal")) && looks < LOOKS => std::thread::sleep(PAUSE),
            Ok(Owner::Nobody) if is_filled(&beside(path, "-journal")) => {
                return Ok(Owner::AnotherProgram { what: "a journal beside it".into(), has_migrations: false });
            }
            Err(DbError::Query(_)) if looks < 3 => std::thread::sleep(PAUSE),
            Err(DbError::Query(e)) => return Err(problem(e.to_string())),
            Err(DbError::NotADatabase(_)) => return Err(DbError::NotADatabase(path.display().to_string())),
            owner => return owner,
        }
    }
}

fn owner_by_content(conn: &mut SqliteConnection) -> Result<Owner, DbError> {
    let id: Id = diesel::sql_query("PRAGMA application_id").get_result(conn)?;
    if id.application_id == APPLICATION_ID {
        return Ok(Owner::Crmctl);
    }
    let objects: Vec<Object> = diesel::sql_query(
        "SELECT type AS kind, name FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY type <> 'table', name",
    )
    .load(conn)?;
    let versions = match objects.iter().any(|object| object.name == MIGRATIONS_TABLE) {
        false => Vec::new(),
        true => match versions(conn) {
            Ok(versions) => versions,
            // A table of that name with other columns.
            Err(_) => vec![String::new()],
        },
    };
    if migrate::holds_ours(&versions)? {
        return Ok(Owner::Crmctl);
    }
    let has_migrations = !versions.is_empty();
    // The table alone, and empty, is what `migrate down --all` leaves.
    let other = objects.iter().find(|object| object.name != MIGRATIONS_TABLE);
    let what = match (other, has_migrations, id.application_id) {
        (Some(object), ..) => format!("{} `{}`", object.kind, object.name),
        (None, true, _) => format!("table `{MIGRATIONS_TABLE}`"),
        (None, false, 0) => return Ok(Owner::Nobody),
        (None, false, id) => format!("application_id {id}"),
    };
    Ok(Owner::AnotherProgram { what, has_migrations })
}

fn versions(conn: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let rows: Vec<Version> =
        diesel::sql_query("SELECT CAST(version AS TEXT) AS version FROM __diesel_schema_migrations").load(conn)?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// How a SQLite database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER: usize = 100;

fn header(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut header = Vec::with_capacity(HEADER);
    File::open(path)?.take(HEADER as u64).read_to_end(&mut header)?;
    Ok(header)
}

/// How a file is opened for reading alone: one with a log or a journal beside it with all that SQLite makes of those.
pub(in crate::db) fn reading_mode(path: &Path) -> &'static str {
    match ["-wal", "-journal"].iter().any(|ending| is_filled(&beside(path, ending))) {
        true => "ro",
        false => "ro&immutable=1",
    }
}

/// Whether a file cannot be written, or SQLite cannot keep its log beside it.
pub(in crate::db::connection) fn is_only_read(path: &Path) -> bool {
    tempfile::tempfile_in(folder_of(path)).is_err() || File::options().append(true).open(path).is_err()
}

/// Opens a file for reading alone. What has no log beside it is read as if nobody ever wrote it: with locks, a log would be made.
pub(in crate::db::connection) fn reading(path: &Path) -> Result<SqliteConnection, DbError> {
    let problem = |reason: String| DbError::Open { location: path.display().to_string(), reason };
    let address = address(path, reading_mode(path)).map_err(|e| problem(e.to_string()))?;
    let mut conn = SqliteConnection::establish(&address).map_err(|e| problem(e.to_string()))?;
    conn.batch_execute(&format!("PRAGMA busy_timeout = {}", READER_WAIT.as_millis()))?;
    Ok(conn)
}

/// The file of SQLite beside a database: its log, or its journal.
pub(in crate::db) fn beside(path: &Path, ending: &str) -> PathBuf {
    // Beside the file itself, whatever link leads to it.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = path.into_os_string();
    name.push(ending);
    PathBuf::from(name)
}

fn is_filled(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
}
