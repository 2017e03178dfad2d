//! Both engines and `src/db/schema.rs` agree on tables, columns, types and nullability. Run with `scripts/test`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Table and column → whether it may be null, and its kind.
type Columns = BTreeMap<(String, String), (bool, &'static str)>;

fn crmctl(url: &str, home: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .env_clear()
        .env("HOME", home)
        .args(["--database-url", url, "migrate", "up"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn sqlite_columns(home: &Path) -> Columns {
    let path = home.join("schema.db");
    crmctl(path.to_str().unwrap(), home);
    let conn = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT m.name, c.name, c.\"notnull\" OR c.pk, c.type FROM sqlite_master m, pragma_table_info(m.name) c
               WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(((row.get::<_, String>(0)?, row.get::<_, String>(1)?), (row.get::<_, bool>(2)?, row.get::<_, String>(3)?)))
    });
    rows.unwrap()
        .map(|row| {
            let (key, (required, kind)) = row.unwrap();
            let kind = match kind.as_str() {
                "INTEGER" => "integer",
                "TEXT" => "text",
                "BLOB" => "bytes",
                other => panic!("{key:?} has the type {other}"),
            };
            (key, (!required, kind))
        })
        .collect()
}

fn postgres_columns(home: &Path) -> Columns {
    let admin =
        std::env::var("CRMCTL_TEST_POSTGRES").expect("run the tests with scripts/test, which brings PostgreSQL up");
    let psql = std::env::var("CRMCTL_POSTGRES_BIN").map(PathBuf::from).unwrap_or_default().join("psql");
    let query = |url: &str, sql: &str| {
        let output =
            Command::new(&psql).args([url, "-qXAt", "-F", "|", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let name = format!("crmctl_schema_{}", std::process::id());
    query(&admin, &format!("CREATE DATABASE {name}"));
    let url = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
    crmctl(&url, home);
    let rows = query(
        &url,
        "SELECT table_name, column_name, is_nullable, data_type FROM information_schema.columns c
                            WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' AND NOT EXISTS
             (SELECT 1 FROM information_schema.views v WHERE v.table_schema = 'public' AND v.table_name = c.table_name)",
    );
    query(&admin, &format!("DROP DATABASE {name} WITH (FORCE)"));
    rows.lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            let kind = match cells[3] {
                // What SQLite stores as an integer or as text.
                "integer" | "bigint" | "smallint" | "boolean" | "timestamp with time zone" => "integer",
                "text" | "jsonb" | "date" => "text",
                "uuid" | "bytea" => "bytes",
                other => panic!("{line} has the type {other}"),
            };
            ((cells[0].to_owned(), cells[1].to_owned()), (cells[2] == "YES", kind))
        })
        .collect()
}

/// Reads the tables from the text of `schema.rs`: the macro leaves nothing else to ask.
fn diesel_columns() -> Columns {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema.rs")).unwrap();
    let mut table = String::new();
    let mut columns = Columns::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let nullable = kind.starts_with("Nullable<");
            let kind = match kind.trim_start_matches("Nullable<").trim_end_matches('>') {
                "Int4" | "Int8" | "Int2" | "Bool" | "Timestamptz" => "integer",
                "Text" | "Jsonb" | "Date" => "text",
                "Uuid" | "Bytea" => "bytes",
                other => panic!("{line} has the type {other}"),
            };
            columns.insert((table.clone(), name.to_owned()), (nullable, kind));
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        }
    }
    columns
}

#[test]
fn both_engines_and_the_program_agree() {
    let home = tempfile::tempdir().unwrap();
    let (sqlite, postgres, diesel) = (sqlite_columns(home.path()), postgres_columns(home.path()), diesel_columns());
    assert!(diesel.len() > 100, "schema.rs was not read");
    for (name, other) in [("SQLite", &sqlite), ("PostgreSQL", &postgres)] {
        for (column, kind) in other {
            assert_eq!(diesel.get(column), Some(kind), "{name} and schema.rs differ in {column:?}");
        }
        assert_eq!(other.len(), diesel.len(), "{name} lacks a column of schema.rs");
    }
}

#[test]
fn migrations_are_the_same_pairs_on_both_engines() {
    let names = |engine: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
