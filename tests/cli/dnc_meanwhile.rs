//! What the do-not-call list does while an import runs.

use std::fmt::Write as _;
use std::time::Duration;

use crate::pool::{BOSS, asked, pool, with_people};
use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines};

/// Starts an import of so many leads and waits until it has begun.
fn start_import(world: &World, rows: u32) -> std::process::Child {
    start_import_with(world, rows, &[])
}

fn start_import_with(world: &World, rows: u32, options: &[&str]) -> std::process::Child {
    let mut text = String::from("Phone,First Name\n");
    for row in 0..rows {
        let (exchange, line) = (200 + row / 10_000, row % 10_000);
        writeln!(text, "+1212{exchange}{line:04},Ada").unwrap();
    }
    world.file("people.csv", &text);
    let import = world.start([&["import", "leads", "people.csv", "--on-duplicate", "update"], options].concat());
    let admin = url_of("postgres", database_of(&world.url));
    for _ in 0..600 {
        let begun = psql(
            &admin,
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 72116 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        );
        if begun == ["1"] {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    import
}

#[test]
fn a_number_is_listed_beside_a_running_import_which_sees_it() {
    let world = World::new(Engine::Postgres);
    // One that the import creates, one that it changes, and one that comes off the list.
    world.ok(["lead", "add", "--phone", "+12122000001"]);
    world.ok(["dnc", "add", "+12122000002"]);
    let mut import = start_import(&world, 40_000);
    world.ok(["dnc", "add", "+12122030003"]);
    world.ok(["dnc", "remove", "+12122000002", "--reason", "x", "--yes"]);
    assert!(import.try_wait().unwrap().is_none(), "the import was over before the list was changed");
    world.ok(["dnc", "add", "+12122000001"]);
    assert!(import.wait().unwrap().success());
    let status = |phone: &str| world.json(["lead", "show", phone])["status"].clone();
    for (phone, expected) in
        [("+12122030003", "dnc"), ("+12122000001", "dnc"), ("+12122000002", "new"), ("+12122000004", "new")]
    {
        assert_eq!(status(phone), expected, "{phone}");
    }
    world.finish();
}

/// Who changes the list waits for the end of an import alone, and not until a pool has distributed its leads: those that went on the list
/// meanwhile keep their owners, and are not open.
#[test]
fn a_number_is_listed_beside_an_import_that_distributes() {
    let world = World::new(Engine::Postgres);
    with_people(&world);
    pool(&world, "p", &[], &[("ann", &[])]);
    let mut import = start_import_with(&world, 10_000, &["--pool", "p", "--as", BOSS]);
    world.ok(["dnc", "add", "+12122000003", "--as", BOSS]);
    assert!(import.try_wait().unwrap().is_none(), "the import was over before the list was changed");
    assert!(import.wait().unwrap().success());
    let lead = asked(&world, &["lead", "show", "+12122000003"]);
    assert_eq!((&lead["status"], &lead["owner"]), (&"dnc".into(), &"ann@example.com".into()), "{lead}");
    let member = asked(&world, &["pool", "member", "list", "p"]);
    assert_eq!((&member[0]["open"], &member[0]["today"]), (&9_999.into(), &10_000.into()), "{member}");
    world.finish();
}

#[test]
fn a_lead_that_an_import_holds_follows_when_it_ends() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    let app = url_of("crmctl_app", database_of(&world.url));
    // An import under way: its lock, and a lead that it has changed.
    let held = "BEGIN; SET LOCAL app.current_org_id = '1'; SELECT pg_advisory_xact_lock(72116, 1);
                UPDATE leads SET city = 'Troy' WHERE id = 1; SELECT pg_sleep(3); ROLLBACK";
    let holder = std::thread::spawn(move || psql(&app, held));
    std::thread::sleep(Duration::from_millis(700));
    let add = world.start(["dnc", "add", "+12125550101", "+12125550102"]);
    let mut verdict = serde_json::Value::Null;
    for _ in 0..50 {
        verdict = world.json(["dnc", "check", "+12125550101"])[0]["verdict"].clone();
        if verdict == "blocked" {
            break;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    assert_eq!(verdict, "blocked");
    assert!(!holder.is_finished(), "the import was over before the number was listed");
    let output = add.wait_with_output().unwrap();
    assert!(output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("leads that are being imported"), "{told}");
    // The import was taken back, and the lead follows all the same.
    assert_eq!(world.json(["lead", "show", "+12125550101"])["status"], "dnc");
    holder.join().unwrap();
    world.finish();
}

/// Imports that follow one another without end, three at once, each of which changes the list, or leads.
fn endless_imports(world: &World, stop: &std::sync::atomic::AtomicBool) {
    std::thread::scope(|threads| {
        for importer in 0..3u32 {
            threads.spawn(move || {
                for round in 0..u32::MAX {
                    if stop.load(std::sync::atomic::Ordering::Relaxed) {
                        return;
                    }
                    let rows: String = (0..300)
                        .map(|row| format!("+1212{}{:04},c{round}\n", 300 + importer, row + 300 * (round % 30)))
                        .collect();
                    let name = format!("endless{importer}.csv");
                    world.file(&name, format!("Phone,Reason\n{rows}"));
                    let ran = world.run(["import", "dnc", &name]);
                    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
                }
            });
        }
    });
}

#[test]
fn a_number_is_listed_beside_endless_imports() {
    on_both_engines(|world| {
        let stop = std::sync::atomic::AtomicBool::new(false);
        let world = &*world;
        let waited = std::thread::scope(|threads| {
            threads.spawn(|| endless_imports(world, &stop));
            std::thread::sleep(Duration::from_millis(500));
            let waited = [1, 2, 3, 4].map(|number| {
                let began = std::time::Instant::now();
                let ran = world.run(["dnc", "add", &format!("+1212555010{number}")]);
                (ran.code, began.elapsed())
            });
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            waited
        });
        for (code, elapsed) in waited {
            assert_eq!(code, Some(0));
            // An import or two may be ahead of it.
            assert!(elapsed < Duration::from_secs(10), "{:?}: {waited:?}", world.engine);
        }
        println!("{:?}: {waited:?}", world.engine);
    });
}

#[test]
fn an_embedded_list_is_changed_before_the_next_import() {
    let world = World::new(Engine::Sqlite);
    let mut first = String::from("Phone,First Name\n");
    for row in 0..80_000u32 {
        writeln!(first, "+1212{}{:04},Ada", 200 + row / 10_000, row % 10_000).unwrap();
    }
    world.file("first.csv", &first);
    world.file("second.csv", first.replace(",Ada", ",Eve"));
    let mut running = world.start(["import", "leads", "first.csv"]);
    std::thread::sleep(Duration::from_millis(600));
    let mut queued = world.start(["import", "leads", "second.csv", "--on-duplicate", "update"]);
    std::thread::sleep(Duration::from_millis(100));
    assert!(running.try_wait().unwrap().is_none(), "the first import was over before anybody waited for it");
    world.ok(["dnc", "add", "+12122000001"]);
    assert!(running.wait().unwrap().success());
    assert!(queued.try_wait().unwrap().is_none(), "the second import came before the list");
    assert!(queued.wait().unwrap().success());
    assert_eq!(world.json(["lead", "show", "+12122000001"])["status"], "dnc");
    world.finish();
}
