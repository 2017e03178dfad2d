//! What an organization is besides its name, and the settings that people name themselves.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

type Field = (&'static str, &'static str, [&'static str; 2], [&'static str; 2], Option<&'static str>);

/// A column, its option, what is typed and kept, what is typed and kept next, and what remains when it is cleared.
const FIELDS: [Field; 6] = [
    ("description", "--description", [" Widgets ", "Widgets"], ["Größere Widgets", "Größere Widgets"], None),
    (
        "website",
        "--website",
        ["https://acme.example", "https://acme.example"],
        ["acme.example/x", "acme.example/x"],
        None,
    ),
    ("industry", "--industry", ["Manufacturing", "Manufacturing"], ["Retail", "Retail"], None),
    ("size", "--size", ["11-50", "11-50"], ["about 60", "about 60"], None),
    (
        "billing_email",
        "--billing-email",
        ["Bills@Acme.example", "bills@acme.example"],
        ["b@c.example", "b@c.example"],
        None,
    ),
    ("subscription_tier", "--subscription-tier", ["Pro", "pro"], ["team", "team"], Some("free")),
];

fn shown(world: &World, column: &str) -> Value {
    world.json(["org", "show", "beta"])[column].clone()
}

/// What the log says of a column: the action, the old value and the new one, the first first.
fn logged(world: &World, column: &str) -> Vec<[Value; 3]> {
    let all = world.json(["audit", "list", "--entity", "organization", "--org", "beta"]);
    let of_column = all.as_array().unwrap().iter().rev().filter(|entry| entry["field_name"] == column);
    of_column.map(|entry| ["action", "old_value", "new_value"].map(|key| entry[key].clone())).collect()
}

#[test]
fn each_column_is_added_shown_listed_edited_cleared_and_logged() {
    on_both_engines(|world| {
        let mut add = vec!["org", "add", "beta"];
        FIELDS.iter().for_each(|(_, option, [typed, _], ..)| add.extend([option, typed]));
        let added = world.json(&add);
        let mut edit = vec!["org", "edit", "beta"];
        FIELDS.iter().for_each(|(_, option, _, [typed, _], _)| edit.extend([option, typed]));
        for (column, _, [_, kept], ..) in FIELDS {
            assert_eq!((&added[column], &shown(world, column)), (&json!(kept), &json!(kept)), "{column}");
            let listed = world.json(["org", "list", "--columns", &format!("slug,{column}")]);
            assert_eq!(listed[1], json!({ "slug": "beta", column: kept }));
            let csv = world.ok(["org", "show", "beta", "--columns", column, "--format", "csv"]);
            assert_eq!(csv.lines().next(), Some(column));
            assert!(world.ok(["org", "show", "beta"]).contains(kept), "{column}");
            assert!(world.ok(["org", "list", "--format", "csv"]).contains(kept), "{column}");
        }
        let edited = world.json(&edit);
        assert_eq!(edited["version"], 2, "one change is one version");
        for (column, _, [_, before], [_, kept], cleared) in FIELDS {
            assert_eq!(edited[column], kept, "{column}");
            let emptied = world.json(["org", "edit", "beta", "--clear", column]);
            assert_eq!((&emptied[column], &shown(world, column)), (&json!(cleared), &json!(cleared)), "{column}");
            let (before, kept, cleared) = (json!(before), json!(kept), json!(cleared));
            let told = [
                [json!("create"), Value::Null, before.clone()],
                [json!("update"), before, kept.clone()],
                [json!("update"), kept, cleared],
            ];
            assert_eq!(logged(world, column), told, "{column}");
            // Nothing to clear is no change.
            world.ok(["org", "edit", "beta", "--clear", column]);
            assert_eq!(logged(world, column).len(), 3, "{column}");
        }
        // Nobody else's changed.
        let acme = world.json(["org", "show", "acme"]);
        FIELDS.iter().for_each(|(column, .., cleared)| assert_eq!(acme[column], json!(cleared), "{column}"));
    });
}

#[test]
fn what_is_no_value_is_refused() {
    on_both_engines(|world| {
        let long = "x".repeat(2001);
        for (option, value) in [
            ("--description", long.as_str()),
            ("--description", "  "),
            ("--website", "javascript:alert(1)"),
            ("--website", "ftp://acme.example"),
            ("--website", "acme"),
            ("--industry", ""),
            ("--size", &long[..51]),
            ("--billing-email", "nobody"),
            ("--subscription-tier", "two words"),
            ("--subscription-tier", "größer"),
            ("--clear", "name"),
            ("--clear", "version"),
        ] {
            let ran = world.run(["org", "edit", "acme", option, value]);
            assert_eq!(ran.code, Some(2), "{option} {value}: {}", ran.stderr);
        }
        let both = world.run(["org", "edit", "acme", "--website", "acme.example", "--clear", "website"]);
        assert!(both.code == Some(2) && both.stderr.contains("both given and cleared"), "{}", both.stderr);
        for columns in ["colour", "slug,slug", ","] {
            let ran = world.run(["org", "list", "--columns", columns]);
            assert_eq!(ran.code, Some(2), "{columns}: {}", ran.stderr);
        }
        assert_eq!(world.json(["org", "show", "acme"])["version"], 1);
    });
}

/// A key, what is typed, and what is kept.
fn free() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("custom.theme", "dark", json!("dark")),
        ("custom.page-size", "50", json!(50)),
        ("custom.beta", "true", json!(true)),
        (
            "custom.office",
            "{\"city\": \"Springfield\", \"floors\": [1, 2]}",
            json!({"city": "Springfield", "floors": [1, 2]}),
        ),
        ("custom.motto", "{not json", json!("{not json")),
        ("custom.id", "00123", json!("00123")),
        ("custom.offset", "-5", json!(-5)),
        ("custom.empty", "", json!("")),
        ("custom.nothing", "null", Value::Null),
    ]
}

#[test]
fn settings_of_one_s_own_are_set_listed_logged_and_cleared() {
    on_both_engines(|world| {
        let settings = |world: &World| -> Vec<(String, Value)> {
            let shown = world.json(["org", "show", "acme"]);
            let all = shown["settings"].as_array().unwrap();
            all.iter()
                .map(|one| (one["config_key"].as_str().unwrap().to_owned(), one["config_value"].clone()))
                .collect()
        };
        world.ok(["org", "set", "dnc.record_checks", "yes"]);
        for (key, typed, kept) in free() {
            let shown = world.json(["org", "set", key, typed]);
            assert_eq!(settings(world).iter().find(|(name, _)| name == key).unwrap().1, kept, "{key}");
            assert_eq!(shown["settings"].as_array().unwrap().len(), settings(world).len());
        }
        assert_eq!(settings(world).len(), free().len() + 1);
        assert!(world.ok(["org", "show", "acme"]).contains("custom.office"));
        // The case of a key does not matter, and what is set again is no change.
        assert!(world.run(["org", "set", "Custom.Theme", "\"dark\""]).stdout.contains("nothing to change"));
        for (key, ..) in free() {
            world.ok(["org", "set", key, "--unset"]);
            assert!(world.run(["org", "set", key, "--unset"]).stdout.contains("nothing to change"), "{key}");
        }
        assert_eq!(settings(world), [("dnc.record_checks".to_owned(), json!("yes"))]);
        let log = world.json(["audit", "list", "--entity", "setting"]);
        for (key, _, kept) in free() {
            let of_key: Vec<_> = log.as_array().unwrap().iter().rev().filter(|e| e["field_name"] == key).collect();
            let told: Vec<_> = of_key.iter().map(|e| (e["old_value"].clone(), e["new_value"].clone())).collect();
            let text = json!(kept.to_string());
            assert_eq!(told, [(Value::Null, text.clone()), (text, Value::Null)], "{key}");
        }
        // A cleared setting is set anew, and a known one is cleared, too.
        world.ok(["org", "set", "custom.theme", "light"]);
        world.ok(["org", "set", "dnc.record_checks", "--unset"]);
        assert_eq!(settings(world), [("custom.theme".to_owned(), json!("light"))]);
        world.ok(["org", "add", "beta"]);
        assert_eq!(world.json(["org", "show", "beta"])["settings"], json!([]));
    });
}

#[test]
fn other_keys_and_values_stay_errors() {
    on_both_engines(|world| {
        let (long_key, long) = (format!("custom.{}", "k".repeat(81)), "v".repeat(10_001));
        for args in [
            &["custom.", "x"][..],
            &["custom", "x"],
            &["custom.a b", "x"],
            &["custom.ä", "x"],
            &[&long_key, "x"],
            &["custom.a", &long],
            &["custom.a", "\"\\u0000\""],
            &["colour", "red"],
            &["internal.phone_rules", "0"],
            &["custom.a"],
            &["custom.a", "x", "--unset"],
            &["name", "--unset"],
            &["timezone", "--unset"],
        ] {
            let ran = world.run([&["org", "set"], args].concat());
            assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.stderr);
        }
        assert_eq!(world.json(["org", "show", "acme"])["settings"], json!([]));
        // The region may be unknown, as it is at first.
        assert_eq!(world.json(["org", "set", "default_region", "--unset"])["default_region"], "");
    });
}
