//! `lead search`: what is found does not depend on how fresh the index is.

use serde_json::Value;

use crate::assert_same_story;
use crate::support::engine::{database_of, psql, url_of};
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

#[test]
fn what_is_said_about_a_lead_finds_it_after_what_it_is_called() {
    assert_same_story!(|world| {
        world.file(
            "people.csv",
            "First Name,Last Name,Title,Company,Phone,Tags,Notes\n\
             Ada,Lovelace,Head of Procurement,Works,2125550101,trade show;vip,\n\
             Grace,Hopper,,Procure Ltd,2125550102,,Asked for the price list; the procurement decides in May.\n\
             Mary,Price,Émigrée,,2125550103,,价格太高了，下个月再谈\n\
             Joan,Clarke,,,2125550104,,\n",
        );
        world.ok(["import", "leads", "people.csv"]);
        for words in [
            &["price"][..],
            &["procure"],
            &["may", "procurement"],
            &["trade", "lovelace"],
            &["emigree"],
            &["价格太"],
            &["下个月"],
            &["vip", "show"],
        ] {
            world.tell(&[&["lead", "search"], words].concat());
        }
        // What is said later is found at once, also of a lead that took the note over; what an undo took back is gone.
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "note", "4", "Wants a quote,\nwith volume discount"]);
        world.tell(&["lead", "search", "discount", "volume", "--format", "json"]);
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["lead", "merge", "4", "--into", "1", "--yes"]);
        world.tell(&["lead", "search", "discount", "lovelace"]);
        world.ok(["lead", "restore", "4"]);
        world.tell(&["lead", "search", "discount", "lovelace"]);
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["lead", "untag", "1", "vip"]);
        world.tell(&["lead", "search", "vip"]);
        world.ok(["lead", "erase", "2", "--reason", "asked", "--yes"]);
        world.tell(&["lead", "search", "procurement"]);
        world.tell(&["lead", "search", "procurement", "--deleted"]);
    });
}

#[test]
fn an_index_of_an_earlier_program_hides_no_note() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace", "--note", "asked for prices"]);
        assert_eq!(found(world, &["lovelace"]), [1]);
        // As an earlier program left it: without what notes say.
        let emptied = "DELETE FROM lead_search WHERE trigram NOT IN (0)";
        world.engine.sql(&world.url, emptied).unwrap();
        assert!(found(world, &["prices"]).is_empty());
        let name = "2026-11-26-000020_lead_search_anew/up.sql";
        let folder = if world.engine == Engine::Sqlite { "sqlite" } else { "postgres" };
        let sql = std::fs::read_to_string(format!("migrations/{folder}/{name}")).unwrap();
        match world.engine {
            Engine::Sqlite => rusqlite::Connection::open(&world.url).unwrap().execute_batch(&sql).unwrap(),
            Engine::Postgres => drop(psql(&url_of("crmctl_owner", database_of(&world.url)), &sql)),
        }
        assert_eq!((found(world, &["prices"]), found(world, &["lovelace"])), (vec![1], vec![1]));
    });
}
