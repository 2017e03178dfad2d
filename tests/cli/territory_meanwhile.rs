//! Territories and leads that several people change at once.

use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::engine::{database_of, psql, url_of};
use crate::support::terminal::Terminal;
use crate::support::{Engine, World, on_both_engines};

/// Whether each of the calls went well.
fn ended(running: Vec<Child>) -> Vec<bool> {
    running.into_iter().map(|child| child.wait_with_output().unwrap().status.success()).collect()
}

/// Two that each put one territory inside the other: one of them is refused, whoever comes first.
#[test]
fn no_two_people_make_a_circle() {
    on_both_engines(|world| {
        world.ok(["territory", "add", "A", "--where", "score > 1"]);
        world.ok(["territory", "add", "B", "--where", "score > 2"]);
        for _ in 0..8 {
            let put = |child: &str, parent: &str| world.start(["territory", "edit", child, "--parent", parent]);
            let done = ended(vec![put("A", "B"), put("B", "A")]);
            assert_eq!(done.iter().filter(|done| **done).count(), 1, "{:?}", world.engine);
            let listed = world.json(["territory", "list"]);
            let inside: Vec<bool> = listed.as_array().unwrap().iter().map(|it| it["parent"].is_string()).collect();
            assert_eq!(inside, [false, true], "{listed}");
            for name in ["A", "B"] {
                world.ok(["territory", "edit", name, "--no-parent"]);
            }
        }
    });
}

/// What a person has seen and said yes to is done, or nothing is.
#[test]
fn another_plan_than_the_one_seen_is_not_made() {
    on_both_engines(|world| {
        for number in 1..=4 {
            world.ok(["lead", "add", "--phone", &format!("+1212555010{number}"), "--state", "CA"]);
        }
        world.ok(["territory", "add", "West", "--where", "state = CA"]);
        let changes: [&[&str]; 4] = [
            &["lead", "edit", "1", "--state", "NY"],
            &["lead", "add", "--phone", "+12125550105", "--state", "CA"],
            &["lead", "assign", "2", "--territory", "West"],
            &["territory", "edit", "West", "--priority", "7"],
        ];
        for change in changes {
            let mut terminal = Terminal::open(&world.command(["territory", "assign"]));
            terminal.wait_for("[y/N]", 1);
            world.ok(change);
            terminal.press("y\n");
            let shown = terminal.end();
            assert!(shown.contains("nothing was changed"), "{change:?}: {shown}");
            let placed = world.json(["lead", "count", "--where", "territory_source = rule"]);
            assert_eq!(placed["count"], 0, "{change:?}");
        }
        // What changes nothing of the plan is no matter.
        let mut terminal = Terminal::open(&world.command(["territory", "assign"]));
        terminal.wait_for("[y/N]", 1);
        world.ok(["lead", "edit", "1", "--city", "Troy"]);
        terminal.press("y\n");
        let shown = terminal.end();
        assert!(!shown.contains("nothing was changed"), "{shown}");
        let lead = world.json(["lead", "show", "3"]);
        assert_eq!((&lead["territory"], &lead["territory_source"]), (&json!("West"), &json!("rule")));
    });
}

/// A lead that somebody else is changing is waited for, and put where it belongs then.
#[test]
fn a_lead_that_changes_meanwhile_is_placed_as_it_becomes() {
    let world = World::new(Engine::Postgres);
    for number in 1..=3 {
        world.ok(["lead", "add", "--phone", &format!("+1212555010{number}"), "--state", "CA"]);
    }
    world.ok(["territory", "add", "West", "--where", "state = CA"]);
    world.ok(["territory", "add", "East", "--where", "state = NY"]);
    let admin = url_of("postgres", database_of(&world.url));
    // Somebody changes the second lead, and needs two seconds to say so.
    let sql = "BEGIN; UPDATE leads SET state = 'NY', updated_at = updated_at + interval '1 second' WHERE id = 2; SELECT pg_sleep(2); COMMIT";
    let writer = std::thread::spawn({
        let admin = admin.clone();
        move || psql(&admin, sql)
    });
    let began = Instant::now();
    while psql(&admin, "SELECT count(*) FROM (SELECT FROM leads WHERE id = 2 FOR UPDATE SKIP LOCKED) l") != ["0"] {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody holds the lead");
    }
    let done = world.json(["territory", "assign", "--yes"]);
    writer.join().unwrap();
    assert_eq!(
        done["moves"],
        json!([
            {"from": null, "to": "West", "count": 2, "examples": [1, 3]},
            {"from": null, "to": "East", "count": 1, "examples": [2]},
        ])
    );
    assert_eq!(world.json(["lead", "show", "2"])["territory"], "East");
    world.finish();
}

/// Leads are assigned by hand while their territory is deleted: none stays in one that is gone.
#[test]
fn no_lead_stays_in_a_deleted_territory() {
    on_both_engines(|world| {
        let mut csv = String::from("Phone\n");
        (0..100).for_each(|n| csv.push_str(&format!("+121255501{n:02}\n")));
        world.import(&world.file("p.csv", csv), &["--region", "US"]);
        for round in 0..4 {
            world.ok(["territory", "add", "West", "--where", "state = CA"]);
            let assign = |from: i32| {
                let filter = format!("id > {from}");
                world.start(["lead", "assign", "--where", &filter, "--territory", "West", "--yes"])
            };
            let delete = world.start(["territory", "delete", "West", "--unassign", "--yes"]);
            let running = vec![assign(0), delete, assign(50)];
            assert!(ended(running)[1], "round {round}");
            let count = "SELECT count(*) FROM leads l JOIN territories t ON t.id = l.territory_id WHERE t.deleted_at IS NOT NULL";
            assert_eq!(world.engine.sql(&world.url, count).unwrap(), ["0"], "{:?} round {round}", world.engine);
        }
    });
}
