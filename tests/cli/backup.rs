//! Backups of the embedded database.

use std::process::Command;
use std::time::Duration;

use crate::support::files::many_leads;
use crate::support::{Engine, World};

/// The files of a folder that a backup left unfinished.
fn unfinished(folder: &std::path::Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".crmctl-backup")).collect()
}

#[test]
fn a_backup_is_whole_private_and_never_over_another_file() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    // While somebody writes.
    let writer = rusqlite::Connection::open(&world.url).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE leads SET city = 'Albany'").unwrap();
    let made = world.json(["backup", "--output", "copy.db"]);
    assert!(made["bytes"].as_u64().unwrap() > 0);
    writer.execute_batch("ROLLBACK").unwrap();
    let copy = world.path("copy.db");
    assert_eq!(Engine::Sqlite.sql(copy.to_str().unwrap(), "SELECT phone_number FROM leads").unwrap(), ["+12125550101"]);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let again = world.run(["backup", "--output", "copy.db"]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("the file exists"), "{}", again.stderr);
    assert_eq!(world.run(["backup", "--output", "/nonexistent/copy.db"]).code, Some(1));
    world.ok(["lead", "list", "--database-url", copy.to_str().unwrap()]);
    world.finish();
}

#[test]
fn a_backup_has_everything_that_is_committed_and_changes_nothing() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(500, 0)), &[]);
    // Committed, but only in the write-ahead log as long as this program has the database open.
    let writer = rusqlite::Connection::open(&world.url).unwrap();
    writer.execute_batch("PRAGMA user_version = 7; UPDATE leads SET city = 'Albany' WHERE id < 5").unwrap();
    let before = std::fs::read(&world.url).unwrap();
    // A name that would mean something in an address.
    let copy = world.path("a%20 copy?mode=memory#é.db");
    world.ok(["backup", "--output", copy.to_str().unwrap()]);
    assert!(std::fs::read(&world.url).unwrap() == before, "the database was written");
    let copied = rusqlite::Connection::open(&copy).unwrap();
    let read = |conn: &rusqlite::Connection, sql: &str| -> Vec<String> {
        let mut query = conn.prepare(sql).unwrap();
        let columns = query.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|i| format!("{:?}", row.get_unwrap::<_, rusqlite::types::Value>(i))).collect())
        };
        query.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let schema = "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1";
    for sql in ["PRAGMA application_id", "PRAGMA user_version", "PRAGMA page_size", "PRAGMA auto_vacuum", schema] {
        assert_eq!(read(&writer, sql), read(&copied, sql), "{sql}");
    }
    for name in writer
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
    {
        let name = name.unwrap();
        // What was written when the copy was there already.
        if name == "backups" {
            continue;
        }
        let sql = format!("SELECT * FROM {name}");
        assert!(read(&writer, &sql) == read(&copied, &sql), "{sql}");
    }
    // One file, with nothing beside it.
    assert_eq!(read(&copied, "PRAGMA journal_mode"), ["Text(\"delete\")"]);
    assert_eq!(unfinished(world.folder.path()), Vec::<String>::new());
    world.finish();
}

#[test]
fn an_interrupted_backup_leaves_nothing() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(20_000, 0)), &[]);
    let mut interrupted = 0;
    for round in 0..12 {
        let target = world.path(&format!("copy-{round}.db"));
        let child = world.start(["backup", "--output", target.to_str().unwrap()]);
        std::thread::sleep(Duration::from_millis(10 * round));
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        // Before Ctrl-C is caught, it ends the program.
        assert_eq!(target.exists(), output.status.code() == Some(0));
        assert_eq!(unfinished(world.folder.path()), Vec::<String>::new());
        interrupted += u32::from(!output.status.success());
    }
    assert!(interrupted > 0);
    world.finish();
}
