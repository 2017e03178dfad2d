//! A migrated database on each engine, and questions to them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs the program on a database.
pub fn crmctl(url: &str, args: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .env_clear()
        .env("HOME", home.path())
        .args(["--database-url", url])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The path of a migrated file that every test reads.
pub fn sqlite_file() -> &'static Path {
    static FILE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = FILE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema.db");
        crmctl(path.to_str().unwrap(), &["migrate", "up"]);
        (folder, path)
    });
    path
}

/// The URL of a migrated database that every test reads.
pub fn postgres_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let url = empty_postgres();
        crmctl(&url, &["migrate", "up"]);
        url
    })
}

/// The URL of a new, empty database.
pub fn empty_postgres() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let admin =
        std::env::var("CRMCTL_TEST_POSTGRES").expect("run the tests with scripts/test, which brings PostgreSQL up");
    let name = format!("crmctl_schema_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    psql(&admin, &format!("CREATE DATABASE {name}"));
    format!("{}/{name}", admin.rsplit_once('/').unwrap().0)
}

/// Asks the file: the rows, their cells as text, nothing where there is no value.
pub fn ask_sqlite(sql: &str) -> Vec<Vec<String>> {
    let conn = rusqlite::Connection::open(sqlite_file()).unwrap();
    rows(&conn, sql)
}

pub fn rows(conn: &rusqlite::Connection, sql: &str) -> Vec<Vec<String>> {
    use rusqlite::types::Value;
    let mut statement = conn.prepare(sql).unwrap();
    let columns = statement.column_count();
    let cells = statement.query_map([], |row| {
        (0..columns)
            .map(|i| {
                Ok(match row.get(i)? {
                    Value::Null => String::new(),
                    Value::Integer(n) => n.to_string(),
                    Value::Real(n) => n.to_string(),
                    Value::Text(text) => text,
                    Value::Blob(bytes) => format!("{bytes:?}"),
                })
            })
            .collect()
    });
    cells.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Asks the PostgreSQL database.
pub fn ask_postgres(sql: &str) -> Vec<Vec<String>> {
    psql(postgres_url(), sql)
}

pub fn psql(url: &str, sql: &str) -> Vec<Vec<String>> {
    let cells = ["-F", "\u{1f}", "-R", "\u{1e}"];
    let output =
        postgres_program("psql").args([url, "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", sql]).args(cells).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        return Vec::new();
    }
    text.split('\u{1e}').map(|row| row.split('\u{1f}').map(str::to_owned).collect()).collect()
}

/// A program of PostgreSQL's package.
pub fn postgres_program(name: &str) -> Command {
    Command::new(std::env::var("CRMCTL_POSTGRES_BIN").map(PathBuf::from).unwrap_or_default().join(name))
}

/// A text with each run of blanks as one.
pub fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// SQL without its comments, as one line.
pub fn without_comments(sql: &str) -> String {
    let lines = sql.lines().map(|line| match line.trim_start().starts_with("--") {
        true => "",
        false => line,
    });
    squeezed(&lines.collect::<Vec<_>>().join(" "))
}

/// Both engines have the same; says what only one of them has.
pub fn assert_same<T: Ord + std::fmt::Debug>(sqlite: Vec<T>, postgres: Vec<T>) {
    let only = |here: &[T], there: &[T]| {
        here.iter().filter(|one| !there.contains(one)).map(|one| format!("{one:?}")).collect()
    };
    let (of_sqlite, of_postgres): (Vec<String>, Vec<String>) = (only(&sqlite, &postgres), only(&postgres, &sqlite));
    let differences = format!("only SQLite has {of_sqlite:#?}, only PostgreSQL has {of_postgres:#?}");
    assert!(of_sqlite.is_empty() && of_postgres.is_empty() && sqlite.len() == postgres.len(), "{differences}");
}
