//! Putting backups in the place of databases.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::backup_files::{admin, backed_up};
use crate::support::engine::{admin_url, database_of, psql, url_of};
use crate::support::files::many_leads;
use crate::support::{Engine, World};

/// The databases that restores have kept.
fn kept(world: &World) -> Vec<PathBuf> {
    let names = std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut kept: Vec<PathBuf> = names.filter(|path| path.to_string_lossy().contains("before-restore")).collect();
    kept.sort();
    kept
}

fn leads(path: &Path) -> Vec<String> {
    Engine::Sqlite.sql(path.to_str().unwrap(), "SELECT phone_number FROM leads ORDER BY 1").unwrap()
}

#[test]
fn a_restore_asks_shows_what_is_lost_and_keeps_the_database_before() {
    for name in ["crm.zst", "copy.db"] {
        let world = World::new(Engine::Sqlite);
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        world.ok(["backup", name]);
        world.ok(["lead", "add", "--phone", "+12125550102"]);
        world.ok(["lead", "edit", "+12125550101", "--city", "Troy"]);
        let before = world.leads();
        let refused = world.run(["restore", name]);
        assert_eq!((refused.code, world.leads() == before), (Some(1), true), "it must ask first: {}", refused.stderr);
        let plan = world.json(["restore", name, "--dry-run"]);
        assert_eq!((world.leads() == before, kept(&world).len()), (true, 0));
        let lead_rows = plan["newer"].as_array().unwrap().iter().find(|row| row["table"] == "leads").unwrap();
        assert_eq!((lead_rows["rows_missing"].as_u64(), lead_rows["rows_outdated"].as_u64()), (Some(1), Some(1)));
        let done = world.json(["restore", name, "--yes"]);
        assert_eq!(done["newer"], plan["newer"]);
        assert_eq!(leads(Path::new(&world.url)), ["+12125550101"]);
        assert_eq!(Engine::Sqlite.sql(&world.url, "SELECT coalesce(city, '') FROM leads").unwrap(), [""]);
        let aside = kept(&world);
        assert_eq!((aside.len(), done["kept_as"].as_str()), (1, aside[0].to_str()));
        assert_eq!(leads(&aside[0]), ["+12125550101", "+12125550102"]);
        // The restored one knows of its backup, and is worked with.
        assert_eq!(world.json(["backup", "list"])[0]["state"], "present");
        world.ok(["lead", "add", "--phone", "+12125550103"]);
        world.finish();
    }
}

#[test]
fn a_restore_where_there_is_nothing_makes_the_database() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.ok(["backup", "crm.zst"]);
    // In a folder that is not there yet.
    let target = world.path("new/crm.db");
    let ran = world.run(["restore", "crm.zst", "--database-url", target.to_str().unwrap(), "--format", "json"]);
    assert_eq!(leads(&target), ["+12125550101"]);
    // Nothing tells what people asked for since.
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("may be back") && ran.stderr.contains("--replaces URL"), "{}", ran.stderr);
    let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(done["left"][0]["which"], "all since the backup");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(world.path("new")).unwrap().count(), 1);
    // The log of another database would be played into it.
    let other = world.path("other.db");
    world.file("other.db-wal", "x");
    let ran = world.run(["restore", "crm.zst", "--database-url", other.to_str().unwrap()]);
    assert_eq!((ran.code, other.exists()), (Some(1), false), "{}", ran.stderr);
    world.finish();
}

/// Whatever a database is replaced by, or nothing was there: the journal is that of our databases.
#[test]
fn a_restored_database_has_a_log() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.ok(["backup", "crm.zst"]);
    world.ok(["backup", "plain.db"]);
    let mode = |url: &str| Engine::Sqlite.sql(url, "PRAGMA journal_mode").unwrap();
    let new = world.path("new.db");
    for backup in ["crm.zst", "plain.db"] {
        world.ok(["restore", backup, "--yes"]);
        assert_eq!(mode(&world.url), ["wal"], "{backup}");
        world.run(["restore", backup, "--database-url", new.to_str().unwrap()]);
        assert_eq!(mode(new.to_str().unwrap()), ["wal"], "{backup}");
        std::fs::remove_file(&new).unwrap();
    }
    // Over a copy that was put in its place.
    std::fs::copy(world.path("plain.db"), &new).unwrap();
    assert_eq!(mode(new.to_str().unwrap()), ["delete"]);
    world.ok(["restore", "crm.zst", "--yes", "--database-url", new.to_str().unwrap()]);
    assert_eq!(mode(new.to_str().unwrap()), ["wal"]);
    world.finish();
}

#[test]
fn a_restore_says_that_it_is_done_and_how_to_go_back() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.ok(["backup", "crm.zst"]);
    world.ok(["lead", "add", "--phone", "+12125550102"]);
    let ran = world.run(["restore", "crm.zst", "--yes"]);
    let aside = kept(&world).pop().unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("the backup is in its place"), "{}", ran.stderr);
    let back = format!("crmctl restore '{}'", aside.display());
    assert!(ran.stderr.contains(&back), "{}", ran.stderr);
    world.ok(["restore", aside.to_str().unwrap(), "--yes"]);
    assert_eq!(leads(Path::new(&world.url)), ["+12125550101", "+12125550102"]);
    world.finish();
}

#[test]
fn a_database_that_is_cut_off_is_restored_over() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(2000, 0)), &[]);
    world.ok(["backup", "crm.zst"]);
    world.ok(["dnc", "add", "+12125550177", "--reason", "asked"]);
    std::fs::copy(&world.url, world.path("earlier.db")).unwrap();
    let size = std::fs::metadata(&world.url).unwrap().len();
    std::fs::File::options().write(true).open(&world.url).unwrap().set_len(size / 2).unwrap();
    let ran = world.run(["lead", "list"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("crmctl restore BACKUP") && !ran.stderr.contains("put the file"), "{}", ran.stderr);
    let ran = world.run(["restore", "crm.zst", "--yes", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("--replaces URL"), "{}", ran.stderr);
    assert_eq!((world.leads().len(), kept(&world).len()), (2000, 1));
    assert_eq!(world.run(["dnc", "check", "+12125550177"]).code, Some(0));
    // With another one that tells what people asked for.
    world.ok(["restore", "crm.zst", "--yes", "--replaces", world.path("earlier.db").to_str().unwrap()]);
    assert_eq!(world.run(["dnc", "check", "+12125550177"]).code, Some(3));
    world.finish();
}

#[test]
fn a_database_that_others_have_open_is_not_replaced() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.ok(["backup", "crm.zst"]);
    world.ok(["lead", "add", "--phone", "+12125550102"]);
    let other = rusqlite::Connection::open(&world.url).unwrap();
    let _: i64 = other.query_row("SELECT count(*) FROM leads", [], |row| row.get(0)).unwrap();
    let ran = world.run(["restore", "crm.zst", "--yes"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("others have the database"), "{}", ran.stderr);
    assert_eq!((world.leads().len(), kept(&world).len()), (2, 0));
    drop(other);
    world.ok(["restore", "crm.zst", "--yes"]);
    assert_eq!(world.leads().len(), 1);
    world.finish();
}

#[test]
fn a_database_that_cannot_be_read_is_put_aside_and_that_is_said() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.ok(["backup", "crm.zst"]);
    std::fs::write(&world.url, "x".repeat(9000)).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", world.url));
    }
    assert_eq!(world.run(["restore", "crm.zst"]).code, Some(1));
    let ran = world.run(["restore", "crm.zst", "--yes", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(done["left"][0]["problem"].as_str().unwrap().contains("cannot be read"), "{done}");
    assert_eq!(world.leads().len(), 1);
    assert_eq!(std::fs::read(&kept(&world)[0]).unwrap().len(), 9000);
    // Another database tells what it knows, and not what the unreadable one alone knew.
    std::fs::copy(&world.url, world.path("other.db")).unwrap();
    std::fs::write(&world.url, "x".repeat(9000)).unwrap();
    let ran = world.run(["restore", "crm.zst", "--yes", "--format", "json", "--replaces", "other.db"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stdout.contains("cannot be read"), "{}", ran.stdout);
    world.finish();
}

#[test]
fn a_newer_schema_is_refused_and_an_older_one_brought_up_to_date() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    std::fs::copy(&world.url, world.path("newer.db")).unwrap();
    let conn = rusqlite::Connection::open(world.path("newer.db")).unwrap();
    conn.execute_batch("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')").unwrap();
    drop(conn);
    let ran = world.run(["restore", "newer.db", "--yes"]);
    assert_eq!((ran.code, world.leads().len()), (Some(1), 1), "{}", ran.stderr);
    assert!(ran.stderr.contains("made by a newer crmctl"), "{}", ran.stderr);
    // One from before the table of backups.
    world.ok(["migrate", "down", "--yes", "--database-url", world.url.as_str()]);
    std::fs::copy(&world.url, world.path("older.db")).unwrap();
    world.ok(["migrate", "up"]);
    world.ok(["lead", "add", "--phone", "+12125550102"]);
    world.ok(["restore", "older.db", "--yes"]);
    assert_eq!(world.leads().len(), 1);
    world.ok(["migrate", "status"]);
    // What is of another program is no backup, and is not replaced.
    let conn = rusqlite::Connection::open(world.path("foreign.db")).unwrap();
    conn.execute_batch("CREATE TABLE t (a)").unwrap();
    drop(conn);
    assert_eq!(world.run(["restore", "foreign.db", "--yes"]).code, Some(1));
    world.ok(["backup", "crm.zst"]);
    let foreign = world.path("foreign.db");
    let ran = world.run(["restore", "crm.zst", "--yes", "--database-url", foreign.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(Engine::Sqlite.sql(foreign.to_str().unwrap(), "SELECT count(*) FROM t").unwrap(), ["0"]);
    world.finish();
}

#[test]
fn a_killed_restore_leaves_one_database_or_the_other() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(5000, 0)), &[]);
    world.ok(["backup", "crm.zst"]);
    let (mut ended, mut restored) = (0, 0);
    for round in 0..10 {
        world.ok(["lead", "add", "--phone", &format!("+1646555010{round}")]);
        let count = |sql: &str| Engine::Sqlite.sql(&world.url, sql).unwrap()[0].clone();
        let before: u64 = count("SELECT count(*) FROM leads").parse().unwrap();
        let child = world.start(["restore", "crm.zst", "--yes"]);
        std::thread::sleep(Duration::from_millis(120 * round + 40));
        let signal = if round % 2 == 0 { "-KILL" } else { "-INT" };
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        let after: u64 = count("SELECT count(*) FROM leads").parse().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(after == before || after == 5000, "{before} {after}: {said}");
        assert_eq!(count("PRAGMA integrity_check"), "ok");
        match output.status.code() {
            Some(0) => assert_eq!(after, 5000),
            Some(130 | 1) => assert_eq!(after, before, "{said}"),
            _ => {}
        }
        ended += u32::from(!output.status.success());
        restored += u32::from(after == 5000);
    }
    println!("{ended} ended, {restored} restored");
    assert!(ended > 0);
    world.ok(["backup", "last.zst"]);
    world.finish();
}

#[test]
fn a_backup_of_postgresql_goes_into_an_empty_database() {
    let world = World::new(Engine::Postgres);
    world.import(&world.file("leads.csv", many_leads(40, 0)), &[]);
    backed_up(&world, "crm.zst");
    let ran = world.run(["restore", "crm.zst", "--yes", "--database-url", &admin(&world)]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("is not empty"), "{}", ran.stderr);
    world.ok(["dnc", "add", "+12125550177", "--reason", "asked"]);
    let name = format!("{}_restored", database_of(&world.url));
    psql(&admin_url(), &format!("CREATE DATABASE {name}"));
    let target = url_of("postgres", &name);
    let dry = world.run(["restore", "crm.zst", "--dry-run", "--database-url", &target]);
    assert_eq!(psql(&target, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), ["0"], "{}", dry.stderr);
    let ran =
        world.run(["restore", "crm.zst", "--database-url", &target, "--replaces", &admin(&world), "--format", "json"]);
    let told = ran.stderr.clone();
    let rows = |sql: &str| (psql(&admin(&world), sql), psql(&target, sql));
    let (before, after) = rows("SELECT * FROM leads ORDER BY id");
    let listed = psql(&target, "SELECT phone_number FROM dnc_list WHERE removed_at IS NULL");
    let logged = psql(&target, "SELECT count(*) FROM audit_log WHERE action = 'restore'");
    psql(&admin_url(), &format!("DROP DATABASE {name} WITH (FORCE)"));
    assert_eq!(ran.code, Some(0), "{told}");
    assert!(before.len() == 40 && before == after);
    assert_eq!((listed, logged), (vec!["+12125550177".to_owned()], vec!["1".to_owned()]));
    // Neither engine takes what is the other's.
    let sqlite = World::new(Engine::Sqlite);
    std::fs::copy(world.path("crm.zst"), sqlite.path("crm.zst")).unwrap();
    let ran = sqlite.run(["restore", "crm.zst", "--yes"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("is of PostgreSQL"), "{}", ran.stderr);
    sqlite.finish();
    world.finish();
}
