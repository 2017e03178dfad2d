//! SQLite files of other programs are left alone, byte for byte, unless somebody wants them taken over.

use std::path::{Path, PathBuf};

use crate::support::{Ran, program, ran};

/// Everything that a call could change: the names of all files, and their bytes.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap_or_default()))
        .collect();
    files.sort();
    files
}

fn on(path: &Path, args: &[&str]) -> Ran {
    ran(program(path.parent().unwrap()).args(args).arg("--database-url").arg(path))
}

/// A file of its own folder that another program has made.
fn made_by(sql: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    (folder, path)
}

fn text(path: &Path, sql: &str) -> String {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0))
        .map(|value| match value {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        })
        .unwrap()
}

const DIESEL: &str =
    "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP);
    INSERT INTO __diesel_schema_migrations VALUES ('20230102030405', NULL);";

#[test]
fn a_file_of_another_program_is_left_alone() {
    let diesel = format!("{DIESEL} CREATE TABLE posts (id integer PRIMARY KEY);");
    for (sql, what, can_be_adopted) in [
        (
            "CREATE TABLE customers (id integer PRIMARY KEY, name text); INSERT INTO customers (name) VALUES ('Ada');",
            "table `customers`",
            true,
        ),
        ("PRAGMA journal_mode = WAL; CREATE TABLE customers (id integer);", "table `customers`", true),
        ("CREATE VIEW one AS SELECT 1;", "view `one`", true),
        ("PRAGMA application_id = 1196444487; PRAGMA user_version = 3;", "application_id 1196444487", true),
        ("CREATE TABLE __diesel_schema_migrations (id integer);", "table `__diesel_schema_migrations`", false),
        ("CREATE TABLE leads (id integer); CREATE TABLE organizations (id integer);", "table `leads`", true),
        (DIESEL, "table `__diesel_schema_migrations`", false),
        (&diesel, "table `posts`", false),
    ] {
        let (folder, path) = made_by(sql);
        let before = everything(folder.path());
        for args in [
            &["lead", "list"][..],
            &["lead", "add", "--phone", "+12125550101"],
            &["migrate", "status"],
            &["migrate", "up"],
            &["migrate", "down", "--all", "--yes"],
            &["migrate", "redo", "--yes"],
            &["migrate", "seed"],
            &["backup", "--output", "copy.db"],
        ] {
            let ran = on(&path, args);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{args:?} {sql}: {}", ran.stderr);
            let says = |part: &str| ran.stderr.contains(part);
            assert!(says("other.db` is a SQLite file of another program") && says(what), "{sql}: {}", ran.stderr);
            assert_eq!(says("crmctl migrate up --adopt"), can_be_adopted, "{sql}: {}", ran.stderr);
            assert!(says("--database-url"), "{}", ran.stderr);
        }
        assert_eq!(on(&path, &["config", "show"]).code, Some(0));
        let mut completion = program(folder.path());
        completion
            .env("COMPLETE", "fish")
            .env("CRM_DATABASE_URL", &path)
            .args(["--", "crmctl", "lead", "list", "--tag", ""]);
        let offered = ran(&mut completion);
        assert!(!offered.stdout.contains("vip") && offered.stderr.is_empty(), "{}", offered.stderr);
        if !can_be_adopted {
            assert_eq!(on(&path, &["migrate", "up", "--adopt"]).code, Some(1));
        }
        assert_eq!(everything(folder.path()), before, "{sql}");
    }
}

#[test]
fn a_file_that_another_program_has_open_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    // All of it is in the log.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE customers (id integer);",
    )
    .unwrap();
    let without_index = |files: Vec<(String, Vec<u8>)>| {
        files.into_iter().filter(|(name, _)| !name.ends_with("-shm")).collect::<Vec<_>>()
    };
    let before = without_index(everything(folder.path()));
    assert!(before.iter().any(|(name, bytes)| name == "other.db-wal" && !bytes.is_empty()));
    let listed = on(&path, &["lead", "list"]);
    assert!(listed.code == Some(1) && listed.stderr.contains("table `customers`"), "{}", listed.stderr);
    assert_eq!(without_index(everything(folder.path())), before);
    // Nor does a writer's lock keep it from being known.
    drop(conn);
    let mut conn = rusqlite::Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "DELETE").unwrap();
    let held = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive).unwrap();
    let listed = on(&path, &["lead", "list"]);
    assert!(listed.code == Some(1) && listed.stderr.contains("table `customers`"), "{}", listed.stderr);
    drop(held);
}

#[test]
fn a_file_is_taken_over_on_purpose() {
    for sql in [
        "CREATE TABLE customers (name text); INSERT INTO customers VALUES ('Ada');",
        "PRAGMA journal_mode = WAL; CREATE TABLE customers (name text); INSERT INTO customers VALUES ('Ada');",
        "PRAGMA application_id = 7; CREATE TABLE customers (name text); INSERT INTO customers VALUES ('Ada');",
    ] {
        let (_folder, path) = made_by(sql);
        let ran = on(&path, &["migrate", "up", "--adopt"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(text(&path, "PRAGMA application_id"), 0x6372_6D63.to_string());
        assert_eq!(text(&path, "PRAGMA journal_mode"), "wal");
        assert_eq!(on(&path, &["lead", "add", "--phone", "+12125550101"]).code, Some(0));
        assert_eq!(on(&path, &["migrate", "status"]).code, Some(0));
        assert_eq!(text(&path, "SELECT name FROM customers"), "Ada");
        // Again: there is nothing left to do.
        assert_eq!(on(&path, &["migrate", "up", "--adopt"]).code, Some(0));
    }
}

#[test]
fn what_cannot_be_taken_over_stays_as_it_was() {
    for sql in [
        "CREATE TABLE leads (id integer);",
        "CREATE TABLE customers (id integer); CREATE VIEW lead_summary AS SELECT 1;",
        "PRAGMA application_id = 7; CREATE TABLE exchange_rates (id integer);",
    ] {
        let (folder, path) = made_by(sql);
        let before = everything(folder.path());
        let ran = on(&path, &["migrate", "up", "--adopt"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("already exists") && ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
        assert_eq!(everything(folder.path()), before, "{sql}");
    }
    let home = tempfile::tempdir().unwrap();
    let server = ran(program(home.path()).args(["migrate", "up", "--adopt", "--database-url", "postgres://h/d"]));
    assert_eq!(server.code, Some(2), "{}", server.stderr);
}

#[test]
fn what_holds_nothing_is_new() {
    for sql in ["PRAGMA user_version = 1;", "CREATE TABLE x (id integer); DROP TABLE x;", "PRAGMA journal_mode = WAL;"]
    {
        let (_folder, path) = made_by(sql);
        let added = on(&path, &["lead", "add", "--phone", "+12125550101"]);
        assert_eq!(added.code, Some(0), "{sql}: {}", added.stderr);
        assert_eq!(text(&path, "PRAGMA application_id"), 0x6372_6D63.to_string(), "{sql}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    std::fs::write(&path, "").unwrap();
    // Completions leave an empty file empty.
    let mut completion = program(folder.path());
    completion
        .env("COMPLETE", "fish")
        .env("CRM_DATABASE_URL", &path)
        .args(["--", "crmctl", "lead", "list", "--tag", ""]);
    assert_eq!(ran(&mut completion).code, Some(0));
    assert_eq!(everything(folder.path()), [("empty.db".to_owned(), Vec::new())]);
    assert_eq!(on(&path, &["migrate", "up"]).code, Some(0));
    // What reverting all leaves is nobody's, and can be used again.
    assert_eq!(on(&path, &["migrate", "down", "--all", "--yes"]).code, Some(0));
    assert_eq!((text(&path, "PRAGMA application_id"), on(&path, &["lead", "list"]).code), ("0".into(), Some(1)));
    assert_eq!(on(&path, &["migrate", "up"]).code, Some(0));
    // A part of our migrations shows whose it is, too.
    assert_eq!(on(&path, &["migrate", "down", "--steps", "5", "--yes"]).code, Some(0));
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA application_id = 9; CREATE TABLE other (id integer);")
        .unwrap();
    assert_eq!(on(&path, &["migrate", "up"]).code, Some(0));
    assert_eq!(text(&path, "PRAGMA application_id"), 0x6372_6D63.to_string());
    // Where there is no organization, nothing is said of any number.
    let checked = on(&path, &["dnc", "check", "+12125550101"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(1), ""), "{}", checked.stderr);
    assert_eq!(text(&path, "SELECT count(*) FROM organizations"), "0");
}

#[test]
fn what_is_no_database_stays_as_it_was() {
    let text = "no database ".repeat(1_000);
    let magic = [b"SQLite format 3\0".as_slice(), &[0xff; 4080]].concat();
    for bytes in [b"short".as_slice(), text.as_bytes(), &[0; 8192], b"SQLite format 3\0cut off", &magic] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.db");
        std::fs::write(&path, bytes).unwrap();
        for args in [&["lead", "list"][..], &["migrate", "up", "--adopt"], &["migrate", "status"]] {
            let ran = on(&path, args);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{}", ran.stderr);
            assert!(ran.stderr.contains("file.db` is not a crmctl database"), "{}", ran.stderr);
        }
        assert_eq!(everything(folder.path()), [("file.db".to_owned(), bytes.to_vec())]);
    }
}

#[test]
fn completions_do_not_change_a_file_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    assert_eq!(on(&path, &["lead", "add", "--phone", "+12125550101", "--tag", "vip"]).code, Some(0));
    for sql in ["PRAGMA user_version", "PRAGMA journal_mode = DELETE", "PRAGMA application_id = 0"] {
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = everything(folder.path());
        let mut completion = program(folder.path());
        completion
            .env("COMPLETE", "fish")
            .env("CRM_DATABASE_URL", &path)
            .args(["--", "crmctl", "lead", "list", "--tag", ""]);
        assert!(ran(&mut completion).stdout.contains("vip"), "{sql}");
        assert_eq!(on(&path, &["config", "show"]).code, Some(0));
        assert_eq!(everything(folder.path()), before, "{sql}");
    }
}
