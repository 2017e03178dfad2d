//! Killed, interrupted, crowded, out of room: all of an import or nothing.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::files::many_leads;
use crate::support::{Engine, World, on_both_engines};

fn count(world: &World) -> u64 {
    let rows = world.engine.sql(&world.url, "SELECT count(*) FROM leads").unwrap();
    rows[0].parse().unwrap()
}

#[test]
fn killed_at_random_moments_all_or_nothing() {
    on_both_engines(|world| {
        const ROWS: u64 = 60_000;
        let file = world.file("many.csv", many_leads(ROWS, 0));
        let args = ["import", "leads", file.to_str().unwrap(), "--on-duplicate", "skip"];
        // Spread over the first seconds of the work, different on each run of the test.
        let seed = u64::from(std::process::id());
        for round in 0..10u64 {
            let mut child = world.start(args);
            std::thread::sleep(Duration::from_millis(20 + round * 110 + (seed * 7919 + round * 104_729) % 100));
            child.kill().unwrap();
            child.wait().unwrap();
            let left = count(world);
            assert!(left == 0 || left == ROWS, "{left} leads after round {round}");
            let logs = world.engine.sql(&world.url, "SELECT count(*) FROM lead_audit_log").unwrap();
            assert_eq!(logs[0].parse::<u64>().unwrap(), left);
            if left == ROWS {
                break;
            }
        }
        let summary = world.import(&world.file("next.csv", many_leads(100, ROWS)), &[]);
        assert_eq!(summary["created"], 100);
    });
}

#[cfg(unix)]
#[test]
fn ctrl_c_changes_nothing_and_exits_130() {
    on_both_engines(|world| {
        let file = world.file("many.csv", many_leads(200_000, 0));
        let child = world.start(["import", "leads", file.to_str().unwrap()]);
        std::thread::sleep(Duration::from_millis(1500));
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("interrupted; nothing was changed"), "{stderr}");
        assert_eq!(count(world), 0);
        assert!(!world.path("many.csv.rejects.csv").exists());
    });
}

#[test]
fn two_imports_at_once_make_no_duplicate() {
    on_both_engines(|world| {
        let first = world.file("first.csv", many_leads(20_000, 0));
        let second = world.file("second.csv", many_leads(20_000, 10_000));
        let children =
            [&first, &second].map(|file| world.start(["import", "leads", file.to_str().unwrap(), "--format", "json"]));
        let created: u64 = children
            .into_iter()
            .map(|child| {
                let output = child.wait_with_output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
                serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["created"].as_u64().unwrap()
            })
            .sum();
        assert_eq!((created, count(world)), (30_000, 30_000));
        let twice = world
            .engine
            .sql(&world.url, "SELECT phone_number FROM leads GROUP BY phone_number HAVING count(*) > 1")
            .unwrap();
        assert_eq!(twice, Vec::<String>::new());
    });
}

#[test]
fn a_lead_added_during_an_import_is_matched_again() {
    // On PostgreSQL single-lead verbs run beside an import; a lost race is settled within the import's transaction.
    let world = World::new(Engine::Postgres);
    let file = world.file("many.csv", many_leads(60_000, 0));
    let child = world.start(["import", "leads", file.to_str().unwrap(), "--format", "json"]);
    std::thread::sleep(Duration::from_millis(400));
    // The last rows of the file, which the import has not written yet.
    let mut added = 0;
    for n in (59_990..60_000).rev() {
        let phone = format!("+1212{}{:04}", 220 + n / 10_000, n % 10_000);
        added += u64::from(world.run(["lead", "add", "--phone", &phone]).code == Some(0));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["created"].as_u64().unwrap() + added, 60_000, "{summary}");
    assert_eq!(count(&world), 60_000);
    world.finish();
}

#[test]
fn a_waiting_import_says_so() {
    let world = World::new(Engine::Sqlite);
    let blocker = rusqlite::Connection::open(&world.url).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let file = world.file("a.csv", "Phone\n2125550101\n");
    let child = world.start(["import", "leads", file.to_str().unwrap()]);
    std::thread::sleep(Duration::from_millis(2500));
    blocker.execute_batch("COMMIT").unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("waiting for another program that is writing to the database"), "{stderr}");
    world.finish();
}

#[test]
fn whoever_locks_a_database_with_a_rollback_journal_is_waited_for() {
    for (locked, args) in [
        ("EXCLUSIVE", ["lead", "list"].as_slice()),
        ("EXCLUSIVE", &["lead", "add", "--phone", "2125550101"]),
        ("EXCLUSIVE", &["migrate", "status"]),
        ("IMMEDIATE", &["dnc", "add", "2125550101"]),
    ] {
        let world = World::new(Engine::Sqlite);
        let blocker = rusqlite::Connection::open(&world.url).unwrap();
        blocker.execute_batch(&format!("PRAGMA journal_mode = DELETE; BEGIN {locked}")).unwrap();
        let child = world.start(args);
        std::thread::sleep(Duration::from_millis(2500));
        blocker.execute_batch("COMMIT").unwrap();
        drop(blocker);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
        assert!(stderr.contains("waiting for another program that is writing to the database"), "{args:?}: {stderr}");
        world.finish();
    }
}

/// A folder of so many KiB, if this system lets us mount one.
pub struct SmallDisk(pub tempfile::TempDir);

impl SmallDisk {
    pub fn mount(kib: u32) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={kib}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        mounted.then_some(SmallDisk(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_changes_nothing() {
    let world = World::new(Engine::Sqlite);
    let file = world.file("many.csv", many_leads(20_000, 0));
    let disk = SmallDisk::mount(4096);
    let database = match &disk {
        Some(disk) => disk.0.path().join("crm.db"),
        None => world.path("limited.db"),
    };
    std::fs::copy(&world.url, &database).unwrap();
    let mut command = match &disk {
        Some(_) => world.command(["import", "leads", file.to_str().unwrap()]),
        None => {
            // Where nothing can be mounted, a limit of the file size stands in for the full disk.
            let mut shell = Command::new("bash");
            shell.env_clear().env("HOME", world.folder.path()).arg("-c").arg(format!(
                "trap '' XFSZ; ulimit -f 3000; exec {} import leads {}",
                env!("CARGO_BIN_EXE_crmctl"),
                file.display()
            ));
            shell
        }
    };
    let ran = crate::support::ran(command.env("CRM_DATABASE_URL", &database));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let expected = if disk.is_some() { "the disk is full" } else { "the disk cannot be read or written" };
    assert!(ran.stderr.contains(expected) && ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
    let left = Engine::Sqlite
        .sql(database.to_str().unwrap(), "SELECT (SELECT count(*) FROM leads) + (SELECT count(*) FROM imports)");
    assert_eq!(left.unwrap(), ["0"]);
    world.finish();
}

#[test]
fn a_full_disk_leaves_no_backup() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("many.csv", many_leads(5_000, 0)), &[]);
    let disk = SmallDisk::mount(256);
    let folder = disk.as_ref().map_or_else(|| world.path("small"), |disk| disk.0.path().to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    let target = folder.join("copy.db");
    let call = ["backup", "--output", target.to_str().unwrap()];
    let mut command = match &disk {
        Some(_) => world.command(call),
        None => {
            let mut shell = Command::new("bash");
            shell.env_clear().env("HOME", world.folder.path()).arg("-c").arg(format!(
                "trap '' XFSZ; ulimit -f 256; exec {} backup {}",
                env!("CARGO_BIN_EXE_crmctl"),
                target.display()
            ));
            shell
        }
    };
    let ran = crate::support::ran(command.env("CRM_DATABASE_URL", &world.url));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot back up to") && ran.stderr.contains("folder with room"), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    world.finish();
}
