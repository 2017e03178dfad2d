//! Pools: who gets leads, what is told of it, and what is kept.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// Users of the organization, of whom the first is its admin.
pub const PEOPLE: [&str; 4] = ["boss", "ann", "ben", "cleo"];

/// The database with these people, as boss.
pub fn with_people(world: &World) {
    world.ok(["user", "add", "boss@example.com", "--role", "admin"]);
    for name in &PEOPLE[1..] {
        world.ok(["user", "add", &format!("{name}@example.com"), "--as", BOSS]);
    }
}

pub const BOSS: &str = "boss@example.com";

/// Runs as the admin.
pub fn boss(world: &World, args: &[&str]) -> String {
    let ran = world.run([args, &["--as", BOSS]].concat());
    assert_eq!(ran.code, Some(0), "{:?}: {args:?}: {}{}", world.engine, ran.stdout, ran.stderr);
    ran.stdout
}

/// Asks as the admin, for JSON.
pub fn asked(world: &World, args: &[&str]) -> Value {
    world.json([args, &["--as", BOSS]].concat())
}

/// A pool with these members.
pub fn pool(world: &World, name: &str, options: &[&str], members: &[(&str, &[&str])]) {
    boss(world, &[&["pool", "add", name], options].concat());
    for (user, options) in members {
        boss(world, &[&["pool", "member", "add", name, &format!("{user}@example.com")], *options].concat());
    }
}

/// So many leads without an owner, each a minute older than the one before.
pub fn leads(world: &World, count: usize) {
    let mut file = "Phone,Created,Source,Score\n".to_owned();
    for place in 0..count {
        let (hour, minute) = (11 - place / 60, 59 - place % 60);
        file.push_str(&format!("21255501{place:02},2026-03-04T{hour:02}:{minute:02}:00Z,web,{}\n", place % 100));
    }
    let path = world.file("leads.csv", file);
    boss(world, &["import", "leads", path.to_str().unwrap()]);
}

/// The owners of the leads, from the newest on, by their names.
pub fn owners(world: &World) -> Vec<String> {
    let leads = asked(world, &["lead", "list", "--sort", "-created_at", "--columns", "id,owner"]);
    let name = |lead: &Value| lead["owner"].as_str().map_or("-", |email| email.split('@').next().unwrap()).to_owned();
    leads.as_array().unwrap().iter().map(name).collect()
}

#[test]
fn the_life_of_a_pool() {
    assert_same_story!(|world| {
        with_people(world);
        let mut tell = |args: &[&str]| drop(world.tell(&[args, &["--as", BOSS]].concat()));
        tell(&["pool", "list"]);
        tell(&["pool", "add", "in  bound", "--where", "source = web", "--description", "the website"]);
        tell(&["pool", "add", "in bound"]);
        tell(&["pool", "add", "In Bound"]);
        tell(&["pool", "show", "IN BOUND", "--columns", "name,filter_text"]);
        tell(&["pool", "add", "bad", "--where", "sauce = web"]);
        tell(&["pool", "run", "in bound"]);
        tell(&["pool", "run", "inn bound"]);
        tell(&["pool", "member", "add", "in bound", "ann@example.com", "--weight", "5", "--capacity", "40"]);
        tell(&["pool", "member", "add", "in bound", "ann@example.com"]);
        tell(&["pool", "member", "add", "in bound", "ben@example.com", "--weight", "0"]);
        tell(&["pool", "member", "add", "in bound", "zoe@example.com"]);
        tell(&["pool", "member", "add", "in bound", "ben@example.com", "--skill", "German", "--dry-run"]);
        tell(&["pool", "member", "add", "in bound", "ben@example.com", "--skill", "German, tax"]);
        tell(&["pool", "member", "edit", "in bound", "ben@example.com", "--clear", "skills", "--skill", "x"]);
        tell(&["pool", "member", "edit", "in bound", "ben@example.com", "--clear", "skills", "--daily-limit", "3"]);
        tell(&["pool", "member", "edit", "in bound", "cleo@example.com", "--weight", "2"]);
        tell(&["pool", "member", "list", "in bound"]);
        tell(&["pool", "edit", "in bound", "--name", "inbound", "--clear", "filter", "--priority", "7"]);
        tell(&["pool", "edit", "inbound", "--where", "source = web", "--clear", "filter"]);
        tell(&["pool", "edit", "inbound", "--disable", "--if-version", "1"]);
        tell(&["pool", "edit", "inbound", "--disable"]);
        tell(&["pool", "run"]);
        tell(&["pool", "run", "inbound"]);
        tell(&["pool", "edit", "inbound", "--enable", "--strategy", "round_robin"]);
        tell(&["pool", "list"]);
        tell(&["pool", "show", "inbound"]);
        tell(&["pool", "member", "remove", "inbound", "ben@example.com"]);
        tell(&["pool", "delete", "inbound"]);
        tell(&["pool", "delete", "inbound", "--yes"]);
        tell(&["pool", "list", "--format", "json"]);
        tell(&["pool", "add", "inbound"]);
        tell(&["audit", "list", "--entity", "pool", "--columns", "action,field_name,old_value,new_value"]);
    });
}

#[test]
fn a_run_says_who_got_how_many_and_why() {
    assert_same_story!(|world| {
        with_people(world);
        leads(world, 9);
        pool(
            world,
            "inbound",
            &[],
            &[("ann", &["--weight", "5"]), ("ben", &["--capacity", "1"]), ("cleo", &["--daily-limit", "2"])],
        );
        let mut tell = |args: &[&str]| drop(world.tell(&[args, &["--as", BOSS]].concat()));
        tell(&["pool", "run"]);
        tell(&["pool", "runs"]);
        tell(&["pool", "runs", "1"]);
        tell(&["pool", "show", "inbound"]);
        tell(&["lead", "show", "7", "--columns", "owner,assignments", "--format", "json"]);
        tell(&["lead", "timeline", "7"]);
        tell(&["pool", "undo", "1"]);
        tell(&["pool", "runs", "--limit", "1", "--columns", "id,kind,leads,changed,left"]);
        tell(&["pool", "run", "--dry-run"]);
        tell(&["pool", "run", "--dry-run", "--format", "json"]);
    });
}

#[test]
fn weights_give_a_smooth_order_over_several_runs() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 21);
        pool(world, "w", &["--where", "score < 4"], &[("ann", &["--weight", "5"]), ("ben", &[]), ("cleo", &[])]);
        // The first four, then six, then the rest: one sequence all the same.
        boss(world, &["pool", "run"]);
        boss(world, &["pool", "edit", "w", "--where", "score < 10"]);
        boss(world, &["pool", "run"]);
        boss(world, &["pool", "edit", "w", "--clear", "filter"]);
        let last = asked(world, &["pool", "run"]);
        assert_eq!(last[0]["leads"], 11);
        let smooth = ["ann", "ann", "ben", "ann", "cleo", "ann", "ann"];
        assert_eq!(owners(world), smooth.repeat(3), "{:?}", world.engine);
        let pool = asked(world, &["pool", "show", "w"]);
        assert_eq!((&pool["cursor"], &pool["version"]), (&json!(21), &json!(3)), "turns are no change of the pool");
        let counts: Vec<&Value> = pool["members"].as_array().unwrap().iter().map(|member| &member["open"]).collect();
        assert_eq!(counts, [15, 3, 3]);
    });
}

#[test]
fn leads_nobody_gets_have_a_reason() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 4);
        pool(world, "small", &[], &[("ann", &["--capacity", "2"]), ("ben", &["--daily-limit", "1"])]);
        let ran = world.run(["pool", "run", "--as", BOSS, "--format", "json"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        let run: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&run[0]["changed"], &run[0]["left"]), (&json!(3), &json!(1)));
        let passed_over = json!([
            { "reason": "full", "users": ["ann@example.com"] },
            { "reason": "daily_limit", "users": ["ben@example.com"] },
        ]);
        assert_eq!(
            run[0]["reasons"],
            json!([{ "reason": "nobody_free", "territory": null, "leads": 1, "skipped": passed_over }])
        );
        assert_eq!(owners(world), ["ann", "ben", "ann", "-"]);
        // What is tried out on a member is told with what the member holds.
        let tried =
            asked(world, &["pool", "member", "edit", "small", "ann@example.com", "--capacity", "9", "--dry-run"]);
        assert_eq!((&tried["open"], &tried["today"], &tried["passed_over"]), (&json!(2), &json!(2), &Value::Null));
        let tried =
            asked(world, &["pool", "member", "add", "small", "cleo@example.com", "--capacity", "0", "--dry-run"]);
        assert_eq!((&tried["open"], &tried["passed_over"]), (&json!(0), &json!("full")));
        let tried = asked(world, &["pool", "member", "remove", "small", "ben@example.com", "--dry-run"]);
        assert_eq!((&tried["open"], &tried["passed_over"]), (&json!(1), &json!("daily_limit")));
        // It is kept with the run, and shown where somebody looks for it.
        assert_eq!(asked(world, &["pool", "runs", "1"])["reasons"], run[0]["reasons"]);
        assert_eq!(asked(world, &["pool", "show", "small"])["reasons"], run[0]["reasons"]);
        let lead = asked(world, &["lead", "show", "+12125550103"]);
        assert_eq!(lead["left_by_pools"][0]["pool"], "small");
        assert_eq!(lead["left_by_pools"][0]["skipped"], passed_over);
        let page = boss(world, &["lead", "show", "+12125550103"]);
        assert!(page.contains("left by pools") && page.contains("full: ann@example.com"), "{page}");
        assert!(asked(world, &["lead", "show", "+12125550100"]).get("left_by_pools").is_none());
        // Tomorrow ben may have another one.
        world.now = "2026-03-05T00:00:00Z";
        assert_eq!(world.run(["pool", "run", "--as", BOSS]).code, Some(0));
        assert_eq!(owners(world), ["ann", "ben", "ann", "ben"]);
        // With no lead to give, nothing is recorded.
        assert_eq!(asked(world, &["pool", "run"])[0]["run"], Value::Null);
        assert_eq!(asked(world, &["pool", "runs"]).as_array().unwrap().len(), 2);
    });
}

#[test]
fn roles_and_organizations_keep_to_theirs() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        pool(world, "mine", &[], &[("ann", &[])]);
        world.ok(["user", "add", "view@example.com", "--role", "viewer", "--as", BOSS]);
        for (args, right) in [
            (&["pool", "add", "x"][..], "edit_many"),
            (&["pool", "run"], "edit_many"),
            (&["pool", "reclaim", "--untouched", "4h"], "edit_many"),
            (&["pool", "undo", "1"], "edit_many"),
            (&["pool", "member", "remove", "mine", "ann@example.com"], "edit_many"),
            (&["pool", "delete", "mine", "--yes"], "edit_many"),
        ] {
            for user in ["ann@example.com", "view@example.com"] {
                let ran = world.run([args, &["--as", user]].concat());
                assert!(ran.code == Some(1) && ran.stderr.contains(right), "{args:?}: {}", ran.stderr);
            }
        }
        for args in
            [&["pool", "list"][..], &["pool", "show", "mine"], &["pool", "runs"], &["pool", "member", "list", "mine"]]
        {
            assert_eq!(world.run([args, &["--as", "view@example.com"]].concat()).code, Some(0), "{args:?}");
        }
        world.ok(["org", "add", "beta", "--region", "US", "--as", BOSS, "--org", "acme"]);
        world.ok(["user", "add", "bea@example.com", "--role", "admin", "--org", "beta"]);
        let beta = |args: &[&str]| world.run([args, &["--org", "beta", "--as", "bea@example.com"]].concat());
        assert_eq!(beta(&["pool", "add", "mine"]).code, Some(0), "names are those of an organization");
        let ran = beta(&["pool", "member", "add", "mine", "ann@example.com"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("ann@example.com"), "{}", ran.stderr);
        assert_eq!(beta(&["pool", "member", "add", "mine", "bea@example.com"]).code, Some(0));
        let ran = beta(&["pool", "run", "--format", "json"]);
        assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()[0]["leads"], 0);
        boss(world, &["pool", "run", "--org", "acme"]);
        for args in [&["pool", "runs", "1"][..], &["pool", "undo", "1"]] {
            let ran = beta(args);
            assert!(ran.code == Some(1) && ran.stderr.contains("no run"), "{args:?}: {}", ran.stderr);
        }
    });
}
