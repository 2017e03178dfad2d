//! The columns of each table: their order, types, defaults, and whether they may be empty.

use std::collections::BTreeMap;
use std::path::Path;

use crate::live::{ask_postgres, ask_sqlite, assert_same};

/// Table → its columns in order.
pub type Columns = BTreeMap<String, Vec<Column>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub nullable: bool,
    /// As `schema.rs` names it; on SQLite the type of storage.
    pub kind: String,
}

/// The columns of the live SQLite schema, with SQLite's types.
pub fn of_sqlite() -> Columns {
    let rows = ask_sqlite(
        "SELECT m.name, c.name, NOT (c.\"notnull\" OR c.pk), c.type FROM sqlite_schema m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY m.name, c.cid",
    );
    gathered(rows, |nullable| nullable == "1", str::to_owned)
}

/// The columns of the live PostgreSQL schema, with the types of `schema.rs`.
pub fn of_postgres() -> Columns {
    let rows = ask_postgres(
        "SELECT table_name, column_name, is_nullable, data_type FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_\\_%'
         ORDER BY table_name, ordinal_position",
    );
    gathered(rows, |nullable| nullable == "YES", |kind| of_diesel_type(kind).to_owned())
}

fn gathered(rows: Vec<Vec<String>>, nullable: impl Fn(&str) -> bool, kind: impl Fn(&str) -> String) -> Columns {
    let mut columns = Columns::new();
    for row in rows {
        columns.entry(row[0].clone()).or_default().push(Column {
            name: row[1].clone(),
            nullable: nullable(&row[2]),
            kind: kind(&row[3]),
        });
    }
    columns
}

fn of_diesel_type(postgres: &str) -> &str {
    match postgres {
        "smallint" => "Int2",
        "integer" => "Int4",
        "bigint" => "Int8",
        "boolean" => "Bool",
        "timestamp with time zone" => "Timestamptz",
        "text" => "Text",
        "jsonb" => "Jsonb",
        "date" => "Date",
        "uuid" => "Uuid",
        "bytea" => "Bytea",
        other => panic!("no column should have the type {other}"),
    }
}

/// What SQLite stores a type of `schema.rs` as.
fn storage(kind: &str) -> &'static str {
    match kind {
        "Int2" | "Int4" | "Int8" | "Bool" | "Timestamptz" => "INTEGER",
        "Text" | "Jsonb" | "Date" => "TEXT",
        "Uuid" | "Bytea" => "BLOB",
        other => panic!("schema.rs has the type {other}"),
    }
}

/// The tables of `schema.rs` with their primary keys, read from its text: the macro leaves nothing else to ask.
pub fn of_schema_rs() -> (Columns, BTreeMap<String, Vec<String>>) {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema.rs")).unwrap();
    let (mut table, mut columns, mut keys) = (String::new(), Columns::new(), BTreeMap::new());
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("diesel::")) {
        if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let nullable = kind.starts_with("Nullable<");
            let kind = kind.trim_start_matches("Nullable<").trim_end_matches('>').to_owned();
            columns.get_mut(&table).unwrap().push(Column { name: name.to_owned(), nullable, kind });
        } else if let Some((name, key)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            name.clone_into(&mut table);
            columns.insert(table.clone(), Vec::new());
            keys.insert(table.clone(), key.split(", ").map(str::to_owned).collect());
        }
    }
    assert!(columns.len() > 20, "schema.rs was not read");
    (columns, keys)
}

#[test]
fn schema_rs_is_postgresqls_schema() {
    let (program, postgres) = (of_schema_rs().0, of_postgres());
    for (table, columns) in &postgres {
        assert_eq!(program.get(table), Some(columns), "`{table}` of schema.rs and of PostgreSQL");
    }
    assert_eq!(program.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
}

#[test]
fn sqlite_stores_the_columns_of_schema_rs() {
    let (program, sqlite) = (of_schema_rs().0, of_sqlite());
    for (table, columns) in &program {
        let stored: Vec<Column> =
            columns.iter().map(|column| Column { kind: storage(&column.kind).to_owned(), ..column.clone() }).collect();
        assert_eq!(sqlite.get(table), Some(&stored), "`{table}` of SQLite and of schema.rs");
    }
    assert_eq!(program.keys().collect::<Vec<_>>(), sqlite.keys().collect::<Vec<_>>());
}

/// How SQLite writes what PostgreSQL has a function for.
const DEFAULTS: [(&str, &str); 4] = [
    ("now()", "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"),
    ("gen_random_uuid()", "CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)"),
    ("true", "1"),
    ("false", "0"),
];

/// A plain INSERT by another program gets the same values on both engines. The id is SQLite's rowid and PostgreSQL's identity.
#[test]
fn columns_have_the_same_defaults() {
    let sqlite = ask_sqlite(
        "SELECT m.name, c.name, c.dflt_value FROM sqlite_schema m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND c.dflt_value IS NOT NULL ORDER BY 1, 2",
    );
    let mut postgres = ask_postgres(
        "SELECT table_name, column_name, column_default FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_\\_%' AND column_default IS NOT NULL
         ORDER BY table_name COLLATE \"C\", column_name COLLATE \"C\"",
    );
    for row in &mut postgres {
        let value = row[2].split("::").next().unwrap().to_owned();
        row[2] = DEFAULTS.iter().find(|(here, _)| *here == value).map_or(value, |(_, there)| (*there).to_owned());
    }
    assert!(postgres.len() > 50);
    assert_same(sqlite, postgres);
}

#[test]
fn every_id_is_given_by_the_engine() {
    let ids: Vec<String> = of_postgres()
        .into_iter()
        .filter(|(_, columns)| columns.iter().any(|c| c.name == "id"))
        .map(|(t, _)| t)
        .collect();
    let names = |rows: Vec<Vec<String>>| rows.into_iter().flatten().collect::<Vec<_>>();
    let identity = ask_postgres(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id'
         AND identity_generation = 'BY DEFAULT' ORDER BY table_name COLLATE \"C\"",
    );
    assert_eq!(names(identity), ids);
    let rowid = ask_sqlite(
        "SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND (SELECT group_concat(c.name) FROM pragma_table_info(m.name) c WHERE c.pk) = 'id' ORDER BY 1",
    );
    assert_eq!(names(rowid), ids);
}
