//! Backups of the embedded database.

use crate::support::{Engine, World};

#[test]
fn a_backup_is_whole_private_and_never_over_another_file() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    // While somebody writes.
    let writer = rusqlite::Connection::open(&world.url).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE leads SET city = 'Albany'").unwrap();
    let made = world.json(["backup", "copy.db"]);
    assert!(made["bytes"].as_u64().unwrap() > 0);
    writer.execute_batch("ROLLBACK").unwrap();
    let copy = world.path("copy.db");
    assert_eq!(Engine::Sqlite.sql(copy.to_str().unwrap(), "SELECT phone_number FROM leads").unwrap(), ["+12125550101"]);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let again = world.run(["backup", "copy.db"]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("the file exists"), "{}", again.stderr);
    assert_eq!(world.run(["backup", "/nonexistent/copy.db"]).code, Some(1));
    world.ok(["lead", "list", "--database-url", copy.to_str().unwrap()]);
    world.finish();
}

#[test]
fn postgresql_is_backed_up_by_its_own_tools() {
    let world = World::new(Engine::Postgres);
    let ran = world.run(["backup", "copy.db"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("pg_dump"), "{}", ran.stderr);
    world.finish();
}
