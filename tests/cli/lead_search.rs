//! `lead search`: what is found does not depend on how fresh the index is.

use serde_json::Value;

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines};

/// The ids that a search finds, the best first.
fn found(world: &World, args: &[&str]) -> Vec<i64> {
    let leads = world.json([&["lead", "search"], args].concat());
    leads.as_array().unwrap().iter().map(|lead| lead["id"].as_i64().unwrap()).collect()
}

#[test]
fn people_are_found_by_fragments() {
    assert_same_story!(|world| {
        world.file(
            "people.csv",
            "First Name,Last Name,Company,Email,Phone,Work Phone\n\
             Ada,Lovelace,Difference Works,ada.lovelace@example.com,2125550101,2125550191\n\
             Jörg,Müller,Straßenbau GmbH,jm@example.de,2125550102,\n\
             Love,Adams,,love@example.com,2125550103,\n\
             王伟,,,wang@example.cn,2125550104,\n",
        );
        world.ok(["import", "leads", "people.csv"]);
        world.tell(&["lead", "search", "love"]);
        for words in [
            &["VELAC"][..],
            &["muller", "strasse"],
            &["MÜLLER"],
            &["ada", "example.com"],
            &["(212) 555-0191"],
            &["0103"],
            &["王"],
            &["lov", "difference"],
            &["lovelace@example"],
        ] {
            world.tell(&[&["lead", "search", "--format", "csv"], words].concat());
        }
        world.tell(&["lead", "search", "nobody", "here"]);
        world.tell(&["lead", "search", "?!"]);
        world.tell(&["lead", "search", "example", "--limit", "2"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "delete", "1", "--yes"]);
        world.tell(&["lead", "search", "lovelace"]);
        world.tell(&["lead", "search", "lovelace", "--deleted"]);
    });
}

#[test]
fn a_stale_index_hides_nobody_and_a_fresh_one_finds_the_same() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace"]);
        let indexed = |world: &World| {
            let rows = world.engine.sql(&world.url, "SELECT last_audit_id FROM lead_search_state").unwrap();
            rows.first().map_or(0, |id| id.parse::<i64>().unwrap())
        };
        assert_eq!((found(world, &["lovelace"]), indexed(world)), (vec![1], 1));
        // A few changes are looked at by the search itself.
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "edit", "1", "--last-name", "King"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--name", "Grace Lovell"]);
        assert_eq!((found(world, &["love"]), found(world, &["king"]), indexed(world)), (vec![2], vec![1], 1));
        // Many bring the index up to date.
        world.file("many.csv", crate::support::files::many_leads(3000, 0));
        world.ok(["import", "leads", "many.csv", "--region", "US"]);
        assert_eq!(found(world, &["lead2999"]).len(), 1);
        assert!(indexed(world) > 3000, "{:?}: {}", world.engine, indexed(world));
        assert_eq!(
            (found(world, &["love"]), found(world, &["king"]), found(world, &["ace"])),
            (vec![2], vec![1], vec![2])
        );
        // The whole word is before lead70 and lead700.
        assert_eq!(world.json(["lead", "search", "lead7@example", "--limit", "1"])[0]["email"], "lead7@example.com");
        // What is deleted is gone at once, and again when the index knows of it.
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["lead", "delete", "2", "--yes"]);
        assert!(found(world, &["lovell"]).is_empty());
        world.ok(["import", "undo", "1", "--yes"]);
        let before = indexed(world);
        assert!(found(world, &["number"]).is_empty());
        assert!(indexed(world) > before);
        assert_eq!(found(world, &["lovell", "--deleted"]), [2]);
        assert_eq!(found(world, &["number", "--deleted", "--limit", "1000"]).len(), 1000);
    });
}

#[test]
fn while_others_write_a_search_waits_for_nobody() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace"]);
    let writer = rusqlite::Connection::open(&world.url).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(found(&world, &["lovelace"]), [1]);
    writer.execute_batch("ROLLBACK").unwrap();
    assert!(world.engine.sql(&world.url, "SELECT * FROM lead_search_state").unwrap().is_empty());
    world.finish();
}

#[test]
fn a_role_that_may_only_read_finds_everyone() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace"]);
    let revoke = "REVOKE INSERT, UPDATE ON lead_search, lead_search_state FROM crmctl_app";
    world.engine.sql(&world.url, revoke).unwrap();
    assert_eq!(found(&world, &["lovelace"]), [1]);
    assert!(matches!(world.json(["lead", "search", "x"]), Value::Array(none) if none.is_empty()));
    world.finish();
}
