//! `lead erase` and the files of an embedded database: what was erased leaves them, or it is said that it has not.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::durability::SmallDisk;
use crate::support::{Engine, World, ran};

const NAME: &str = "lovelacianissima";
const LATER: &str = "crmctl lead erase --finish";

/// A database with one person, and a former name of hers in its free space.
fn with_ada() -> World {
    let world = World::new(Engine::Sqlite);
    let email = format!("ada@{NAME}.example");
    world.ok(["lead", "add", "--phone", "2125550101", "--name", &format!("Ada {NAME}"), "--email", &email]);
    world.ok(["lead", "edit", "1", "--clear", "last_name"]);
    world
}

/// Whether the files of the database hold the name, in any of their bytes.
fn holds_name(url: &str) -> bool {
    let files = [url.to_owned(), format!("{url}-wal")];
    files.iter().any(|file| {
        let bytes = std::fs::read(file).unwrap_or_default();
        String::from_utf8_lossy(&bytes).to_lowercase().contains(NAME)
    })
}

/// A reader that keeps the log of the database from being emptied.
fn reader(url: &str) -> rusqlite::Connection {
    let reader = rusqlite::Connection::open(url).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    reader.query_row("SELECT count(*) FROM leads", [], |row| row.get::<_, i64>(0)).unwrap();
    reader
}

#[test]
fn a_reader_keeps_the_file_from_being_cleared_and_finishing_clears_it() {
    let world = with_ada();
    let reader = reader(&world.url);
    let erased = world.run(["lead", "erase", "1", "--yes"]);
    assert_eq!(erased.code, Some(3), "{}", erased.stderr);
    assert!(erased.stderr.contains("others use the database") && erased.stderr.contains(LATER), "{}", erased.stderr);
    assert!(erased.stdout.contains("rows emptied"), "{}", erased.stdout);
    assert!(holds_name(&world.url), "the reader stood in nobody's way, so the test shows nothing");
    // Other work goes on, and says what is still to be done; who only reads is not told.
    let added = world.run(["lead", "add", "--phone", "2125550102"]);
    assert_eq!((added.code, added.stderr.contains(LATER)), (Some(0), true), "{}", added.stderr);
    assert!(!world.run(["lead", "list"]).stderr.contains(LATER));
    let again = world.run(["lead", "erase", "--finish"]);
    assert_eq!((again.code, again.stderr.contains(LATER)), (Some(3), true), "{}", again.stderr);
    drop(reader);
    let finished = world.run(["lead", "erase", "--finish"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(!holds_name(&world.url));
    let nothing = world.run(["lead", "erase", "--finish"]);
    assert_eq!((nothing.code, nothing.stderr.trim()), (Some(0), "no erasure is unfinished"));
    assert_eq!(world.run(["lead", "add", "--phone", "2125550103"]).stderr, "");
    world.finish();
}

#[test]
fn the_next_writer_empties_the_log_when_that_is_all() {
    let world = with_ada();
    world.ok(["lead", "erase", "1", "--yes"]);
    assert!(!holds_name(&world.url));
    let mark = "INSERT INTO system_config (organization_id, config_key, config_value, created_at, updated_at)
                SELECT organization_id, 'internal.erasure_to_clear', 'checkpoint', 0, 0 FROM leads WHERE true
                ON CONFLICT DO UPDATE SET config_value = 'checkpoint'";
    Engine::Sqlite.sql(&world.url, mark).unwrap();
    assert_eq!(world.run(["lead", "add", "--phone", "2125550102"]).stderr, "");
    let state = "SELECT config_value FROM system_config WHERE config_key = 'internal.erasure_to_clear'";
    assert_eq!(Engine::Sqlite.sql(&world.url, state).unwrap(), ["nothing"]);
    // The program's own mark is nobody's setting.
    assert!(!world.ok(["org", "show", "acme"]).contains("erasure_to_clear"));
    world.finish();
}

#[test]
fn an_answer_that_nobody_hears_does_not_keep_the_file_from_being_cleared() {
    for format in ["table", "json", "csv"] {
        let world = with_ada();
        let mut command: Command = world.command(["lead", "erase", "1", "--yes", "--format", format]);
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(stderr.contains("could not be printed"), "{stderr}");
        assert!(!holds_name(&world.url));
        world.finish();
    }
}

#[test]
fn a_full_disk_leaves_the_clearing_for_later() {
    let world = with_ada();
    world.import(&world.file("many.csv", crate::support::files::many_leads(4000, 0)), &[]);
    let size = std::fs::metadata(&world.url).unwrap().len() / 1024;
    let Some(disk) = SmallDisk::mount(u32::try_from(size).unwrap() + 700) else {
        drop(world.finish());
        return;
    };
    let database = disk.0.path().join("crm.db");
    std::fs::copy(&world.url, &database).unwrap();
    let url = database.to_str().unwrap().to_owned();
    let on_disk = |args: &[&str]| ran(world.command(args).env("CRM_DATABASE_URL", &url));
    let erased = on_disk(&["lead", "erase", "1", "--yes"]);
    assert_eq!(erased.code, Some(3), "{}", erased.stderr);
    assert!(erased.stderr.contains("the disk is full") && erased.stderr.contains(LATER), "{}", erased.stderr);
    assert!(!erased.stderr.contains("nothing was changed"), "{}", erased.stderr);
    assert_eq!(Engine::Sqlite.sql(&url, "SELECT count(*) FROM erasures").unwrap(), ["1"]);
    // Another disk has room.
    std::fs::copy(&database, &world.url).unwrap();
    let _ = std::fs::remove_file(format!("{}-wal", world.url));
    assert_eq!(world.run(["lead", "erase", "--finish"]).code, Some(0));
    assert!(!holds_name(&world.url));
    world.finish();
}

#[test]
fn who_interrupts_the_clearing_is_told_that_it_is_to_be_finished() {
    let world = with_ada();
    let reader = reader(&world.url);
    let child = world.start(["lead", "erase", "1", "--yes"]);
    // It waits for the reader, with the person erased.
    let is_erased = || {
        let count = "SELECT count(*) FROM erasures";
        Engine::Sqlite.sql(&world.url, count).is_ok_and(|rows| rows == ["1"])
    };
    while !is_erased() {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("interrupted: the person is erased") && stderr.contains(LATER), "{stderr}");
    drop(reader);
    assert_eq!(world.run(["lead", "erase", "--finish"]).code, Some(0));
    assert!(!holds_name(&world.url));
    world.finish();
}

#[test]
fn an_erasure_of_another_organization_is_finished_too_and_only_what_was_there() {
    let world = with_ada();
    world.ok(["org", "add", "beta", "--region", "US"]);
    let held = reader(&world.url);
    assert_eq!(world.run(["lead", "erase", "1", "--yes", "--org", "acme"]).code, Some(3));
    // One file holds both: whoever writes to the other is told, and may end it.
    let ran = world.run(["lead", "add", "--phone", "2125550102", "--org", "beta"]);
    assert!(ran.stderr.contains(LATER), "{}", ran.stderr);
    drop(held);
    let finishing = world.run(["lead", "erase", "--finish", "--org", "beta"]);
    assert_eq!((finishing.code, holds_name(&world.url)), (Some(0), false), "{}", finishing.stderr);
    let states = "SELECT organization_id, config_value FROM system_config WHERE config_key LIKE 'internal.erasure%'";
    assert_eq!(Engine::Sqlite.sql(&world.url, states).unwrap(), ["1|nothing"]);
    // Erasures at the same moment by frozen clocks have states of their own.
    let since = "SELECT updated_at FROM system_config WHERE config_key LIKE 'internal.erasure%'";
    let before = Engine::Sqlite.sql(&world.url, since).unwrap();
    world.ok(["lead", "add", "--phone", "2125550103", "--org", "acme"]);
    world.ok(["lead", "erase", "2125550103", "--yes", "--org", "acme"]);
    assert_ne!(Engine::Sqlite.sql(&world.url, since).unwrap(), before);
    world.finish();
}

#[test]
fn finishing_names_nobody() {
    let world = with_ada();
    for args in
        [&["lead", "erase"][..], &["lead", "erase", "1", "--finish"], &["lead", "erase", "--finish", "--dry-run"]]
    {
        assert_eq!(world.run(args).code, Some(2), "{args:?}");
    }
    world.finish();
}
