//! Up, down, and up again leaves the same schema.

use crate::live::{crmctl, empty_postgres, postgres_program, rows};

fn sqlite_dump(path: &str) -> Vec<Vec<String>> {
    let conn = rusqlite::Connection::open(path).unwrap();
    let mut dump = rows(&conn, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
    dump.extend(rows(&conn, "PRAGMA application_id"));
    dump
}

#[test]
fn a_file_goes_down_and_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let path = path.to_str().unwrap();
    crmctl(path, &["migrate", "up"]);
    let before = sqlite_dump(path);
    assert!(before.len() > 100);
    crmctl(path, &["migrate", "down", "--all", "--yes"]);
    let left: Vec<String> =
        sqlite_dump(path).into_iter().map(|mut row| row.swap_remove(row.len().min(3) / 2)).collect();
    assert_eq!(left, ["sqlite_autoindex___diesel_schema_migrations_1", "__diesel_schema_migrations", "0"]);
    crmctl(path, &["migrate", "up"]);
    assert_eq!(sqlite_dump(path), before);
}

fn postgres_dump(url: &str) -> String {
    let output = postgres_program("pg_dump").args(["--schema-only", "--dbname", url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // Newer versions bracket a dump with a random word.
    text.lines().filter(|line| !line.contains("restrict ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_postgresql_database_goes_down_and_up_again() {
    let url = empty_postgres();
    crmctl(&url, &["migrate", "up"]);
    let before = postgres_dump(&url);
    assert!(before.matches("CREATE ").count() > 100);
    crmctl(&url, &["migrate", "down", "--all", "--yes"]);
    let left = postgres_dump(&url);
    let made: Vec<&str> = left.lines().filter(|line| line.starts_with("CREATE ")).collect();
    assert_eq!(made, ["CREATE TABLE public.__diesel_schema_migrations ("]);
    crmctl(&url, &["migrate", "up"]);
    let again = postgres_dump(&url);
    for (before, again) in before.lines().zip(again.lines()) {
        assert_eq!(before, again);
    }
    assert_eq!(before.len(), again.len());
}
