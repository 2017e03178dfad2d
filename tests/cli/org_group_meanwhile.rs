//! Organizations of a group that change their lists beside each other's imports. On SQLite a writer is alone.

use std::fmt::Write as _;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World};

/// `acme` and `beta`, which share their lists, and `other`, which does not.
fn company() -> World {
    let world = World::new(Engine::Postgres);
    world.ok(["org", "add", "beta", "--region", "US"]);
    world.ok(["org", "add", "other", "--region", "US"]);
    world.ok(["org", "group", "add", "holding", "acme", "beta"]);
    world
}

/// Waits until a query of the server's superuser gives this.
fn until(world: &World, sql: &str, expected: &str) {
    let admin = url_of("postgres", database_of(&world.url));
    let began = Instant::now();
    while psql(&admin, sql) != [expected] {
        assert!(began.elapsed() < Duration::from_secs(30), "never {expected}: {sql}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for all of them; if they hang, they are ended and the test fails.
fn all_end(mut running: Vec<(&str, Child)>, within: Duration) {
    let began = Instant::now();
    loop {
        let hung: Vec<&str> = running
            .iter_mut()
            .filter_map(|(name, child)| child.try_wait().unwrap().is_none().then_some(*name))
            .collect();
        if hung.is_empty() {
            break;
        }
        if began.elapsed() > within {
            running.iter_mut().for_each(|(_, child)| child.kill().unwrap());
            panic!("they hang: {hung:?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    for (name, child) in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn an_import_an_edit_that_waits_for_it_and_a_listing_elsewhere_all_end() {
    let world = company();
    world.ok(["lead", "add", "--phone", "+12122000000", "--org", "beta"]);
    let mut text = String::from("Phone,First Name\n");
    for row in 0..30_000u32 {
        writeln!(text, "+1212{}{:04},Ada", 200 + row / 10_000, row % 10_000).unwrap();
    }
    world.file("people.csv", &text);
    let mut import = world.start(["import", "leads", "people.csv", "--on-duplicate", "update", "--org", "beta"]);
    // The import has changed the lead.
    until(&world, "SELECT count(*) FROM (SELECT FROM leads WHERE id = 1 FOR UPDATE SKIP LOCKED) l", "0");
    let edit = world.start(["lead", "edit", "1", "--city", "Troy", "--org", "beta"]);
    let holds =
        "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND classid = 72117 AND objid = 2 AND granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    until(&world, holds, "t");
    let add = world.start(["dnc", "add", "+12122000001", "--org", "acme"]);
    std::thread::sleep(Duration::from_millis(300));
    assert!(import.try_wait().unwrap().is_none(), "the import was over before the others began");
    all_end(vec![("import", import), ("edit", edit), ("add", add)], Duration::from_secs(60));
    let lead = world.json(["lead", "show", "1", "--org", "beta"]);
    assert_eq!((&lead["city"], &lead["first_name"]), (&json!("Troy"), &json!("Ada")));
    assert_eq!(world.json(["lead", "show", "+12122000001", "--org", "beta"])["status"], "dnc");
    world.finish();
}

#[test]
fn a_member_lists_while_a_change_of_its_group_waits_for_an_import() {
    let world = company();
    let app = url_of("crmctl_app", database_of(&world.url));
    // An import under way in `beta`.
    let held = "BEGIN; SELECT pg_advisory_xact_lock_shared(72120, 2), pg_advisory_xact_lock(72116, 2);
                SELECT pg_sleep(6); ROLLBACK";
    let holder = std::thread::spawn(move || psql(&app, held));
    std::thread::sleep(Duration::from_millis(500));
    let mut join = world.start(["org", "group", "add", "holding", "other"]);
    std::thread::sleep(Duration::from_millis(1000));
    let add = world.start(["dnc", "add", "+12125550101", "--org", "acme"]);
    all_end(vec![("add", add)], Duration::from_secs(20));
    assert!(!holder.is_finished(), "the listing waited for an import of another member");
    assert!(join.try_wait().unwrap().is_none(), "the change of the group did not wait");
    holder.join().unwrap();
    all_end(vec![("join", join)], Duration::from_secs(20));
    assert_eq!(world.json(["dnc", "check", "+12125550101", "--org", "other"])[0]["verdict"], "blocked");
    world.finish();
}

#[test]
fn who_stops_waiting_is_told_whose_leads_do_not_follow() {
    let world = company();
    world.ok(["lead", "add", "--phone", "+12125550101", "--org", "beta"]);
    let app = url_of("crmctl_app", database_of(&world.url));
    let held = "BEGIN; SET LOCAL app.current_org_id = '2'; SELECT pg_advisory_xact_lock(72116, 2);
                UPDATE leads SET city = 'Troy' WHERE organization_id = 2; SELECT pg_sleep(5); ROLLBACK";
    let holder = std::thread::spawn(move || psql(&app, held));
    std::thread::sleep(Duration::from_millis(700));
    let add = world.start(["dnc", "add", "+12125550101", "--org", "acme"]);
    until(&world, "SELECT count(*) > 0 FROM dnc_list WHERE organization_id = 2", "t");
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &add.id().to_string()]).status().unwrap().success());
    let output = add.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("crmctl dnc expire --org beta") && !told.contains("--org acme"), "{told}");
    holder.join().unwrap();
    world.ok(["dnc", "expire", "--org", "beta"]);
    assert_eq!(world.json(["lead", "show", "+12125550101", "--org", "beta"])["status"], "dnc");
    world.finish();
}
