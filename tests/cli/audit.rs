//! Every change of a user, an organization, a setting, a segment or a budget account is logged; `audit list` shows it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::engine::{database_of, psql, try_psql, url_of};
use crate::support::{Engine, World, on_both_engines, program, ran};

pub const ANN: [&str; 2] = ["--as", "ann@example.com"];

pub fn with_ann<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &ANN].concat()
}

/// The log as `audit list` gives it, in the order in which it was written.
pub fn entries(world: &World, args: &[&str]) -> Vec<Value> {
    let mut entries = world.json([&["audit", "list"], args].concat()).as_array().unwrap().clone();
    entries.reverse();
    entries
}

/// `user 2 update role: viewer → admin by 1, ann@example.com (tester@desk)`
fn told(entry: &Value) -> String {
    let text = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
    format!(
        "{} {} {} {}: {} → {} by {}, {}",
        text("entity"),
        entry["entity_id"],
        text("action"),
        text("field_name"),
        text("old_value"),
        text("new_value"),
        entry["changed_by"].as_i64().map_or("-".into(), |id| id.to_string()),
        text("actor")
    )
}

/// Runs a verb as ann and says what it logged, without who.
fn logged(world: &World, args: &[&str], code: i32) -> Vec<String> {
    let log = || {
        let mut log = entries(world, &with_ann(&["--org", "acme"]));
        log.retain(|entry| entry["entity"] != "lead");
        log
    };
    let before = log().len();
    let ran = world.run(with_ann(&[args, &["--org", "acme"]].concat()));
    assert_eq!(ran.code, Some(code), "{args:?}: {}{}", ran.stdout, ran.stderr);
    let by_ann = " by 1, ann@example.com (tester@desk)";
    let line = |entry: &Value| told(entry).strip_suffix(by_ann).unwrap_or_else(|| panic!("{entry}")).to_owned();
    log()[before..].iter().map(line).collect()
}

#[test]
fn each_change_leaves_its_rows() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin", "--first-name", "Ann"]);
        let first: Vec<String> = entries(world, &ANN).iter().map(told).collect();
        let by_account = |lines: &[&str]| lines.iter().map(|l| format!("{l} by -, tester@desk")).collect::<Vec<_>>();
        assert_eq!(
            first,
            by_account(&[
                "organization 1 create name: - → Acme",
                "organization 1 create slug: - → acme",
                "organization 1 create default_region: - → US",
                "organization 1 create base_currency: - → USD",
                "organization 1 create timezone: - → UTC",
                "organization 1 create is_active: - → yes",
                "organization 1 create subscription_tier: - → free",
                "user 1 create email: - → ann@example.com",
                "user 1 create first_name: - → Ann",
                "user 1 create role: - → admin",
                "user 1 create timezone: - → UTC",
                "user 1 create is_active: - → yes",
                "user 1 create is_verified: - → no",
            ])
        );
        world.ok(with_ann(&["org", "add", "beta", "--org", "acme"]));
        let no_rows: [&str; 0] = [];
        let ben = "ben@example.com";
        let cases: &[(&[&str], i32, &[&str])] = &[
            (
                &["user", "add", ben],
                0,
                &[
                    "user 2 create email: - → ben@example.com",
                    "user 2 create role: - → sales_rep",
                    "user 2 create timezone: - → UTC",
                    "user 2 create is_active: - → yes",
                    "user 2 create is_verified: - → no",
                ],
            ),
            (&["user", "add", ben], 1, &no_rows),
            (
                &["user", "edit", ben, "--role", "viewer", "--last-name", "Two"],
                0,
                &["user 2 update last_name: - → Two", "user 2 update role: sales_rep → viewer"],
            ),
            (&["user", "edit", ben, "--role", "viewer"], 0, &no_rows),
            (&["user", "edit", ben, "--email", "ann@example.com", "--role", "admin"], 1, &no_rows),
            (
                &["user", "edit", ben, "--email", "bo@example.com"],
                0,
                &["user 2 update email: ben@example.com → bo@example.com"],
            ),
            (&["user", "disable", "bo@example.com"], 0, &["user 2 update is_active: yes → no"]),
            (&["user", "disable", "bo@example.com"], 0, &no_rows),
            (&["user", "edit", "bo@example.com", "--enable"], 0, &["user 2 update is_active: no → yes"]),
            (&["user", "edit", "cleo@example.com", "--enable"], 1, &no_rows),
            (
                &["org", "edit", "acme", "--name", "Acme Inc.", "--timezone", "America/New_York"],
                0,
                &[
                    "organization 1 update name: Acme → Acme Inc.",
                    "organization 1 update timezone: UTC → America/New_York",
                ],
            ),
            (&["org", "edit", "acme", "--name", "Acme Inc."], 0, &no_rows),
            (&["org", "edit", "acme", "--name", "X", "--slug", "beta"], 1, &no_rows),
            (&["org", "set", "timezone", "UTC"], 0, &["organization 1 update timezone: America/New_York → UTC"]),
            (&["org", "set", "timezone", "UTC"], 0, &no_rows),
            (&["org", "set", "dnc.record_checks", "true"], 0, &["setting 1 create dnc.record_checks: - → yes"]),
            (&["org", "set", "dnc.record_checks", "no"], 0, &["setting 1 update dnc.record_checks: yes → no"]),
            (&["org", "set", "dnc.record_checks", "no"], 0, &no_rows),
            (&["org", "set", "dnc.record_checks", "perhaps"], 2, &no_rows),
            (&["org", "disable", "acme"], 1, &no_rows),
            (&["org", "disable", "acme", "--yes"], 0, &["organization 1 update is_active: yes → no"]),
            (&["user", "edit", "bo@example.com", "--role", "admin"], 1, &no_rows),
            (&["org", "edit", "acme", "--enable"], 0, &["organization 1 update is_active: no → yes"]),
            (
                &["segment", "add", "hot ones", "--where", "score > 5", "--description", "to call"],
                0,
                &[
                    "segment 1 create owner_id: - → 1",
                    "segment 1 create name: - → hot ones",
                    "segment 1 create description: - → to call",
                    r#"segment 1 create filter: - → {"filter":{"field":"score","op":">","value":5},"version":1}"#,
                    "segment 1 create is_public: - → no",
                ],
            ),
            (&["segment", "add", "hot ones", "--where", "score > 6"], 1, &no_rows),
            (&["segment", "refresh", "hot ones"], 0, &no_rows),
            (&["segment", "edit", "hot ones", "--public", "--if-version", "2"], 1, &no_rows),
            (
                &["segment", "edit", "hot ones", "--public", "--clear", "description", "--if-version", "1"],
                0,
                &["segment 1 update description: to call → -", "segment 1 update is_public: no → yes"],
            ),
            (&["segment", "edit", "hot ones", "--public", "--if-version", "2"], 0, &no_rows),
            (&["segment", "delete", "hot ones", "--dry-run"], 0, &no_rows),
            (&["segment", "delete", "hot ones"], 1, &no_rows),
            (
                &["segment", "delete", "hot ones", "--yes"],
                0,
                &[
                    "segment 1 delete owner_id: 1 → -",
                    "segment 1 delete name: hot ones → -",
                    r#"segment 1 delete filter: {"filter":{"field":"score","op":">","value":5},"version":1} → -"#,
                    "segment 1 delete is_public: yes → -",
                ],
            ),
            (&["budget", "charge", "5"], 1, &no_rows),
            (
                &["budget", "deposit", "5"],
                0,
                &["budget_account 1 create name: - → main", "budget_account 1 create currency: - → USD"],
            ),
            (&["budget", "deposit", "5"], 0, &no_rows),
            (&["budget", "account", "add", "main"], 1, &no_rows),
            (
                &["budget", "account", "add", "ads", "--currency", "EUR"],
                0,
                &["budget_account 2 create name: - → ads", "budget_account 2 create currency: - → EUR"],
            ),
            (&["roi", "rate", "set", "EUR", "2026-03", "1.1"], 0, &no_rows),
            (&["lead", "add", "--phone", "2125550101"], 0, &no_rows),
        ];
        for (args, code, expected) in cases {
            assert_eq!(logged(world, args, *code), *expected, "{:?}: {args:?}", world.engine);
        }
        // What changes nothing does not count the version up.
        let version = |args: &[&str]| world.json(with_ann(&[args, &["--org", "acme"]].concat()))["version"].clone();
        assert_eq!(version(&["user", "show", "bo@example.com"]), 5);
        assert_eq!(version(&["org", "show", "acme"]), 5);
        world.ok(with_ann(&["segment", "add", "s", "--where", "score > 5", "--org", "acme"]));
        world.ok(with_ann(&["segment", "edit", "s", "--where", "score > 5", "--private", "--org", "acme"]));
        assert_eq!(version(&["segment", "show", "s"]), 1);
    });
}

#[test]
fn who_makes_an_organization_is_said_there() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        world.ok(with_ann(&["org", "add", "beta", "--name", "Beta", "--org", "acme"]));
        world.ok(["user", "add", "bea@example.com", "--role", "admin", "--org", "beta"]);
        let beta = entries(world, &["--org", "beta", "--as", "bea@example.com"]);
        let about = |entity: &str| beta.iter().filter(|it| it["entity"] == entity).map(told).collect::<Vec<_>>();
        assert_eq!(
            about("organization")[0],
            "organization 2 create name: - → Beta by -, ann@example.com (tester@desk)"
        );
        assert_eq!(about("organization").len(), 6, "a region that is not known is none");
        assert_eq!(about("user")[0], "user 2 create email: - → bea@example.com by -, tester@desk");
        assert_eq!(beta.len(), 11);
        // A refused one leaves nothing, neither here nor there.
        let before = entries(world, &with_ann(&["--org", "acme"]));
        assert_eq!(world.run(with_ann(&["org", "add", "beta", "--org", "acme"])).code, Some(1));
        assert_eq!(entries(world, &with_ann(&["--org", "acme"])), before);
        assert!(before.iter().all(|entry| !told(entry).contains("ea@example.com") && entry["entity_id"] == 1));
        // Nobody edits another organization.
        assert_eq!(world.run(with_ann(&["org", "edit", "beta", "--name", "x", "--org", "acme"])).code, Some(1));
        assert_eq!(entries(world, &["--org", "beta", "--as", "bea@example.com"]), beta);
        let ran = world.run(with_ann(&["audit", "list", "--org", "beta"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    });
}

#[test]
fn the_default_organization_and_sample_data_are_logged() {
    let home = tempfile::tempdir().unwrap();
    let list = |args: &[&str]| {
        let ran = ran(program(home.path()).args(["audit", "list", "--format", "json"]).args(args));
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    // The list is a log of its own.
    ran(program(home.path()).args(["dnc", "add", "+12125550199"]));
    let first = list(&[]);
    let names: Vec<&str> =
        first.as_array().unwrap().iter().rev().map(|it| it["field_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["name", "slug", "base_currency", "timezone", "is_active", "subscription_tier"]);
    assert_eq!(told(&first[4]), "organization 1 create slug: - → default by -, tester@desk");
    ran(program(home.path()).args(["migrate", "seed"]));
    let accounts = list(&["--entity", "budget_account"]);
    assert_eq!(told(&accounts[1]), "budget_account 1 create name: - → main by -, tester@desk");
    assert_eq!(list(&["--entity", "lead", "--action", "create"]).as_array().unwrap().len(), 10);
    ran(program(home.path()).args(["migrate", "seed"]));
    assert_eq!(list(&["--entity", "budget_account"]), accounts);
}

/// The values of a row after its entries.
fn rebuilt(entries: &[Value]) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for entry in entries {
        let field = entry["field_name"].as_str().unwrap().to_owned();
        assert_eq!(values.remove(&field).as_deref(), entry["old_value"].as_str(), "{entry}");
        if let Some(new) = entry["new_value"].as_str() {
            values.insert(field, new.to_owned());
        }
    }
    values
}

#[test]
fn a_row_is_rebuilt_from_the_log_alone() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        // Longer than a cell of the log.
        let names: Vec<String> = (0..1900).map(|n| format!("\"city number {n} {}\"", "é".repeat(20))).collect();
        let long = |names: &[String]| {
            format!(r#"{{"version":1,"filter":{{"field":"city","op":"in","values":[{}]}}}}"#, names.join(","))
        };
        for args in [
            &["user", "add", "ben@example.com", "--first-name", "Ben"][..],
            &["user", "edit", "ben@example.com", "--first-name", "", "--last-name", "Two"],
            &["user", "edit", "ben@example.com", "--role", "manager", "--timezone", "Europe/London"],
            &["user", "disable", "ben@example.com"],
            &["segment", "add", "long", "--filter-json", &long(&names)],
            &["segment", "edit", "long", "--filter-json", &long(&names[10..]), "--description", "of cities"],
            &["segment", "edit", "long", "--name", "cities", "--public"],
        ] {
            world.ok(with_ann(args));
        }
        let user = world.json(with_ann(&["user", "show", "ben@example.com"]));
        let values = rebuilt(&entries(world, &with_ann(&["--entity", "user", "--id", &user["id"].to_string()])));
        for (field, value) in &values {
            let shown = match &user[field] {
                Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
                other => other.as_str().unwrap().to_owned(),
            };
            assert_eq!(*value, shown, "{field}");
        }
        assert_eq!(
            values.keys().collect::<Vec<_>>(),
            ["email", "first_name", "is_active", "is_verified", "last_name", "role", "timezone"]
        );
        let segment = world.json(with_ann(&["segment", "show", "cities"]));
        let log = entries(world, &with_ann(&["--entity", "segment", "--id", &segment["id"].to_string()]));
        let values = rebuilt(&log);
        let parts: String =
            values.iter().filter(|(name, _)| name.starts_with("filter")).map(|(_, v)| v.as_str()).collect();
        assert_eq!(serde_json::from_str::<Value>(&parts).unwrap(), segment["filter"]);
        assert!(values.contains_key("filter.2") && parts.chars().count() > 50_000);
        assert_eq!((values["name"].as_str(), values["is_public"].as_str()), ("cities", "yes"));
        world.ok(with_ann(&["segment", "delete", "cities", "--yes"]));
        let log = entries(world, &with_ann(&["--entity", "segment"]));
        assert!(rebuilt(&log).is_empty());
    });
}

#[test]
fn edits_at_once_lose_nothing() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        world.ok(with_ann(&["segment", "add", "s", "--where", "score > 5"]));
        let mut children = Vec::new();
        for n in 0..6 {
            let (name, zone) = (format!("N{n}"), if n % 2 == 0 { "Europe/London" } else { "Asia/Tokyo" });
            children.push(world.start(with_ann(&["user", "edit", "ann@example.com", "--last-name", &name])));
            children.push(world.start(with_ann(&["user", "edit", "ann@example.com", "--timezone", zone])));
            children.push(world.start(with_ann(&["org", "set", "name", &name])));
            children.push(world.start(with_ann(&["org", "set", "funnel.stages", "new,hot"])));
            children.push(world.start(with_ann(&["segment", "edit", "s", "--description", &name])));
        }
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        for (entity, id) in [("user", "1"), ("organization", "1"), ("setting", "1"), ("segment", "1")] {
            let values = rebuilt(&entries(world, &with_ann(&["--entity", entity, "--id", id])));
            let shown = match entity {
                "user" => world.json(with_ann(&["user", "show", "ann@example.com"])),
                "segment" => world.json(with_ann(&["segment", "show", "s"])),
                _ => world.json(with_ann(&["org", "show", "acme"])),
            };
            for field in ["last_name", "timezone", "name", "description"] {
                if let Some(value) = values.get(field) {
                    assert_eq!(shown[field], *value, "{entity} {field}");
                }
            }
        }
    });
}

#[test]
fn who_edits_a_user_or_an_organization_does_not_wait_for_an_import() {
    let world = World::new(Engine::Postgres);
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    let database = database_of(&world.url).to_owned();
    let sql = |sql: &str| psql(&url_of("postgres", &database), sql);
    // A running import's rows refer to both.
    let importing = url_of("postgres", &database);
    let importing = std::thread::spawn(move || {
        try_psql(
            &importing,
            "BEGIN; INSERT INTO audit_log (organization_id, entity, entity_id, action, changed_by, actor, changed_at) \
             VALUES (1, 'x', 1, 'create', 1, 'x', now()); SELECT pg_sleep(600)",
        )
    });
    let sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    while sql(&format!("SELECT count(*) {sleeping}")) != ["1"] {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    world.ok(with_ann(&["org", "set", "name", "Acme Inc."]));
    world.ok(with_ann(&["org", "set", "dnc.record_checks", "yes"]));
    world.ok(with_ann(&["user", "edit", "ann@example.com", "--last-name", "Lee"]));
    world.ok(with_ann(&["user", "add", "ben@example.com"]));
    assert!(!importing.is_finished(), "the other one has ended, so this shows nothing");
    sql(&format!("SELECT pg_terminate_backend(pid) {sleeping}"));
    assert!(importing.join().unwrap().is_err());
    world.finish();
}
