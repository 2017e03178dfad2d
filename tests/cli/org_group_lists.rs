//! What the lists of a group hold when other programs, imports and ends have a hand in them.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const ORGS: [&str; 3] = ["acme", "beta", "gamma"];
const NUMBER: &str = "+12125550101";

/// Organizations that share their lists, each with a lead that has the number.
fn company(world: &World) {
    for slug in &ORGS[1..] {
        world.ok(["org", "add", slug, "--region", "US"]);
    }
    for slug in ORGS {
        world.ok(["lead", "add", "--phone", NUMBER, "--status", "hot", "--org", slug]);
    }
    world.ok(["org", "group", "add", "holding", "acme", "beta", "gamma"]);
}

fn at(world: &World, org: &str, args: &[&str]) -> Value {
    world.json([args, &["--org", org]].concat())
}

fn verdicts(world: &World, number: &str) -> [Value; 3] {
    ORGS.map(|org| at(world, org, &["dnc", "check", number])[0]["verdict"].clone())
}

fn statuses(world: &World) -> [Value; 3] {
    ORGS.map(|org| at(world, org, &["lead", "show", NUMBER])["status"].clone())
}

#[test]
fn a_number_that_another_program_has_listed_travels_when_it_is_listed_again_or_somebody_joins() {
    on_both_engines(|world| {
        company(world);
        let foreign = |org: i32, number: &str| {
            let insert = "INSERT INTO dnc_list (organization_id, phone_number, source) VALUES";
            world.engine.sql(&world.url, &format!("{insert} ({org}, '{number}', 'manual') RETURNING id")).unwrap();
        };
        foreign(1, NUMBER);
        assert_eq!(verdicts(world, NUMBER), ["blocked", "clear", "clear"]);
        let added = world.run(["dnc", "add", NUMBER, "--org", "acme"]);
        assert_eq!(added.code, Some(0), "{}", added.stderr);
        assert!(added.stderr.contains("blocked in every"), "{}", added.stderr);
        assert_eq!(verdicts(world, NUMBER), ["blocked"; 3]);
        assert_eq!(statuses(world), ["dnc"; 3]);
        // In whichever list it is, naming a member again mends the others.
        foreign(3, "+12125550102");
        world.ok(["org", "group", "add", "holding", "acme"]);
        assert_eq!(verdicts(world, "+12125550102"), ["blocked"; 3]);
        let again = world.run(["org", "group", "add", "holding", "acme"]);
        assert!(again.stderr.contains("nothing to change"), "{}", again.stderr);
    });
}

#[test]
fn undoing_an_import_takes_nothing_off_that_others_of_a_left_group_wished() {
    on_both_engines(|world| {
        company(world);
        let path = world.file("list.csv", "Phone,Scope,Reason\n2125550101,texts,asked\n");
        let import = at(world, "acme", &["import", "dnc", path.to_str().unwrap()])["import_id"].to_string();
        world.ok(["dnc", "add", NUMBER, "--scope", "calls", "--org", "beta"]);
        world.ok(["org", "group", "remove", "holding", "acme"]);
        let entry = at(world, "acme", &["dnc", "list"])[0].clone();
        assert_eq!(
            (&entry["origin"], &entry["scope"], &entry["reason"]),
            (&json!("own"), &json!("all"), &json!("asked"))
        );
        world.ok(["import", "undo", &import, "--with-dnc", "--yes", "--org", "acme"]);
        assert_eq!(verdicts(world, NUMBER), ["blocked"; 3]);
        assert_eq!(at(world, "acme", &["dnc", "list"])[0]["scope"], "all");
    });
}

#[test]
fn what_goes_on_for_others_says_nothing_that_was_said_here() {
    on_both_engines(|world| {
        company(world);
        let texts = ["dnc", "add", NUMBER, "--scope", "texts", "--expires", "2026-03-12", "--evidence", "a letter"];
        world.ok(texts.iter().chain(&["--org", "beta"]));
        world.ok(["dnc", "add", NUMBER, "--scope", "calls", "--org", "acme"]);
        world.now = "2026-03-14T00:00:00Z";
        world.ok(["dnc", "expire", "--org", "beta"]);
        let entry = at(world, "beta", &["dnc", "list"])[0].clone();
        let told = (&entry["source"], &entry["evidence"], &entry["origin"], &entry["scope"]);
        assert_eq!(told, (&json!("group"), &Value::Null, &json!("group"), &json!("calls")), "{entry}");
        assert!(!entry.to_string().contains("letter"), "{entry}");
    });
}

#[test]
fn leads_of_an_ended_entry_that_is_replaced_are_free() {
    on_both_engines(|world| {
        company(world);
        world.ok(["dnc", "add", NUMBER, "--scope", "calls", "--expires", "2026-03-05", "--org", "beta"]);
        assert_eq!(statuses(world), ["dnc"; 3]);
        world.now = "2026-03-10T00:00:00Z";
        world.ok(["dnc", "add", NUMBER, "--scope", "texts", "--org", "acme"]);
        assert_eq!(verdicts(world, NUMBER), ["blocked"; 3]);
        assert_eq!(statuses(world), ["hot"; 3]);
    });
}

#[test]
fn nobody_names_the_group_as_a_source_and_a_trial_blocks_nothing() {
    on_both_engines(|world| {
        company(world);
        let path = world.file("list.csv", "Phone\n2125550101\n");
        for call in [&["dnc", "add", NUMBER][..], &["import", "dnc", path.to_str().unwrap()]] {
            let ran = world.run([call, &["--source", "group", "--org", "acme"]].concat());
            assert_eq!(ran.code, Some(2), "{call:?}: {}", ran.stderr);
        }
        world.ok(["dnc", "list", "--source", "group", "--org", "acme"]);
        let trial = world.run(["dnc", "add", NUMBER, "--dry-run", "--org", "acme"]);
        assert!(trial.stderr.contains("would be blocked in every organization"), "{}", trial.stderr);
        assert_eq!(verdicts(world, NUMBER), ["clear"; 3]);
    });
}

#[test]
fn an_admin_who_changes_a_group_is_seen_in_each_organization() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta"]);
        for org in ["acme", "beta"] {
            world.ok(["user", "add", "ada@example.com", "--role", "admin", "--org", org]);
        }
        world.ok(["org", "group", "add", "holding", "acme", "beta", "--as", "ada@example.com"]);
        let seen = "SELECT count(*) FROM users WHERE last_seen_at IS NOT NULL";
        assert_eq!(world.engine.sql(&world.url, seen).unwrap(), ["2"], "{:?}", world.engine);
    });
}
