//! Nobody writes about a person who is being erased: tasks and what becomes of recommendations beside `lead erase`.

use std::time::Duration;

use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines};

const ROOT: &str = "root@example.com";

fn people(world: &World, many: usize) {
    world.ok(["user", "add", ROOT, "--role", "admin"]);
    for n in 0..many {
        world.ok(["lead", "add", "--phone", &format!("21255501{n:02}"), "--name", "Ada", "--as", ROOT]);
    }
}

/// The notes that are stored about leads.
fn notes(world: &World) -> Vec<String> {
    let sql = "SELECT note FROM tasks WHERE note IS NOT NULL UNION ALL SELECT note FROM lead_recommendations WHERE note IS NOT NULL";
    world.engine.sql(&world.url, sql).unwrap()
}

const WRITES: [&[&str]; 2] = [
    &["task", "add", "1", "--due", "tomorrow", "--note", "ask Ada", "--as", ROOT],
    &["lead", "next", "dismiss", "1", "--reason", "ask Ada", "--as", ROOT],
];

/// The lead goes after the call has found it, and before it writes.
#[test]
fn nothing_is_written_about_a_lead_that_goes_meanwhile() {
    for args in WRITES {
        let world = World::new(Engine::Sqlite);
        people(&world, 1);
        let erasing = rusqlite::Connection::open(&world.url).unwrap();
        erasing.execute_batch("BEGIN IMMEDIATE").unwrap();
        let writes = world.start(args);
        std::thread::sleep(Duration::from_millis(1500));
        erasing.execute_batch("UPDATE leads SET deleted_at = 1772625600000000 WHERE id = 1; COMMIT").unwrap();
        refused(&world, writes);
        world.finish();

        let world = World::new(Engine::Postgres);
        people(&world, 1);
        let app = url_of("crmctl_app", database_of(&world.url));
        // The lock of changes of the list, which an erasure takes.
        let held = "BEGIN; SET LOCAL app.current_org_id = '1'; SELECT pg_advisory_xact_lock(72117, 1);
                    UPDATE leads SET deleted_at = now() WHERE id = 1; SELECT pg_sleep(3); COMMIT";
        let erasing = std::thread::spawn(move || psql(&app, held));
        std::thread::sleep(Duration::from_millis(700));
        refused(&world, world.start(args));
        erasing.join().unwrap();
        world.finish();
    }
}

fn refused(world: &World, writes: std::process::Child) {
    let output = writes.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{:?}: {told}", world.engine);
    assert!(told.contains("the lead 1 is deleted") || told.contains("the lead 1 is not open"), "{told}");
    assert_eq!(notes(world), Vec::<String>::new(), "{:?}", world.engine);
}

#[test]
fn no_note_is_left_of_whoever_is_erased_at_the_same_time() {
    on_both_engines(|world| {
        people(world, 6);
        for id in 1..=6 {
            let id = id.to_string();
            let calls: Vec<_> = WRITES
                .iter()
                .map(|args| args.iter().map(|arg| if *arg == "1" { id.as_str() } else { arg }).collect::<Vec<_>>())
                .chain([vec!["lead", "erase", &id, "--yes", "--as", ROOT]])
                .map(|args| world.start(args))
                .collect();
            let codes: Vec<_> = calls.into_iter().map(|call| call.wait_with_output().unwrap().status.code()).collect();
            // 3: others read the file meanwhile, so its log is emptied later.
            assert!(matches!(codes[2], Some(0 | 3)), "{:?}: {codes:?}", world.engine);
            assert_eq!(notes(world), Vec::<String>::new(), "{:?}: {codes:?}", world.engine);
        }
    });
}
