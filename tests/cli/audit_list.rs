//! `audit list`: the log of changes as people, programs and auditors read it.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::audit::{ANN, entries, with_ann};
use crate::support::{Engine, World, on_both_engines};

#[test]
fn the_log_is_read_by_what_is_asked() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let step = |world: &mut World, now: &'static str, args: &[&str]| {
            world.now = now;
            world.ok(with_ann(args));
        };
        step(world, "2026-03-05T12:00:00Z", &["user", "add", "ben@example.com", "--role", "admin"]);
        step(world, "2026-03-06T12:00:00Z", &["lead", "add", "--phone", "2125550101", "--name", "Ada"]);
        step(world, "2026-03-07T12:00:00Z", &["segment", "add", "s", "--where", "score > 5"]);
        step(world, "2026-03-08T12:00:00Z", &["lead", "edit", "1", "--city", "Troy"]);
        step(world, "2026-03-09T12:00:00Z", &["user", "edit", "ben@example.com", "--last-name", "Two"]);
        world.ok(["lead", "edit", "1", "--city", "Utica", "--as", "ben@example.com"]);
        let asked = |args: &[&str]| -> Vec<String> {
            let line = |it: &Value| {
                let text = |key: &str| it[key].as_str().unwrap_or("-").to_owned();
                format!("{} {} {} {}", &text("changed_at")[8..10], text("entity"), text("action"), text("field_name"))
            };
            entries(world, &with_ann(args)).iter().map(line).collect()
        };
        let all = asked(&[]);
        assert_eq!(all.len(), 7 + 5 + 5 + 1 + 4 + 1 + 1 + 1);
        assert_eq!(
            all[17..],
            [
                "06 lead create -",
                "07 segment create owner_id",
                "07 segment create name",
                "07 segment create filter",
                "07 segment create is_public",
                "08 lead update city",
                // Written at one time: that of the lead is the earlier one.
                "09 lead update city",
                "09 user update last_name",
            ]
        );
        let days = |args: &[&str]| {
            let mut days: Vec<String> = asked(args).iter().map(|line| line[..2].to_owned()).collect();
            days.dedup();
            days.join(" ")
        };
        assert_eq!(days(&["--entity", "user"]), "04 05 09");
        assert_eq!(days(&["--entity", "user", "--id", "2"]), "05 09");
        assert_eq!(days(&["--entity", "lead"]), "06 08 09");
        assert_eq!(days(&["--entity", "lead", "--id", "2"]), "");
        assert_eq!(days(&["--action", "update"]), "08 09");
        assert_eq!(days(&["--who", "BEN@example.com"]), "09");
        assert_eq!(days(&["--who", "ann@example.com", "--action", "create"]), "05 06 07");
        assert_eq!(days(&["--since", "2026-03-06", "--until", "2026-03-08"]), "06 07");
        assert_eq!(days(&["--since", "2026-03-08T12:00:01Z"]), "09");
        assert_eq!(days(&["--month", "2026-02"]), "");
        assert_eq!(days(&["--days", "2"]), "08 09");
        assert_eq!(asked(&["--limit", "1"]), ["09 user update last_name"]);
        assert_eq!(asked(&["--limit", "2"])[0], "09 lead update city");
        // However few are read together, all of them come, each once.
        for limit in ["3", "9", "24", "25", "0"] {
            let most = if limit == "0" { all.len() } else { limit.parse().unwrap() };
            assert_eq!(asked(&["--limit", limit]), all[all.len() - most..], "{limit}");
        }
        let note = |args: &[&str]| world.run(with_ann(&[&["audit", "list"], args].concat())).stderr;
        assert_eq!(note(&["--limit", "24"]), "the latest 24 are shown; --limit 0 shows all\n");
        assert_eq!(note(&["--limit", "25"]), "");
        assert_eq!(note(&["--entity", "lead", "--id", "9"]), "no changes\n");
        for (args, code, problem) in [
            (&["--id", "1"][..], 2, "--entity"),
            (&["--entity", "leads"], 2, "it takes: lead, organization, user, setting, segment, "),
            (&["--action", "undo"], 2, "it takes: create"),
            (&["--who", "cleo@example.com"], 1, "no user of `acme` has the email `cleo@example.com`"),
            (&["--since", "2026-03", "--until", "2026-03"], 2, "the window ends before it begins"),
        ] {
            let ran = world.run(with_ann(&[&["audit", "list"], args].concat()));
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{args:?}");
            assert!(ran.stderr.contains(problem), "{args:?}: {}", ran.stderr);
        }
    });
}

#[test]
fn keys_are_the_columns_of_the_log() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        let (query, of_table) = match world.engine {
            Engine::Sqlite => ("SELECT name FROM pragma_table_info('audit_log')", "name"),
            Engine::Postgres => {
                ("SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_log'", "column_name")
            }
        };
        let mut columns = world.engine.sql(&world.url, query).unwrap();
        assert!(!columns.contains(&of_table.to_owned()));
        columns.retain(|name| name != "organization_id");
        columns.sort();
        for entry in entries(world, &[]) {
            let mut keys: Vec<&String> = entry.as_object().unwrap().keys().collect();
            keys.sort();
            assert_eq!(keys, columns.iter().collect::<Vec<_>>());
        }
        let csv = world.ok(["audit", "list", "--format", "csv", "--limit", "1"]);
        let mut header: Vec<&str> = csv.lines().next().unwrap().trim_start_matches('\u{feff}').split(',').collect();
        header.sort_unstable();
        assert_eq!(header, columns);
        assert_eq!(entries(world, &["--entity", "lead"])[0]["entity_id"], json!(1));
    });
}

#[test]
fn people_read_who_changed_what() {
    assert_same_story!(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        for (now, args) in [
            ("2026-03-05T12:00:00Z", &["user", "add", "ben@example.com"][..]),
            ("2026-03-06T12:00:00Z", &["user", "edit", "ben@example.com", "--role", "manager"]),
            ("2026-03-07T12:00:00Z", &["org", "set", "dnc.record_checks", "yes"]),
            ("2026-03-08T12:00:00Z", &["lead", "add", "--phone", "2125550101", "--owner", "ben@example.com"]),
            ("2026-03-09T12:00:00Z", &["segment", "add", "kept", "--where", "score > 5"]),
            ("2026-03-10T12:00:00Z", &["segment", "add", "gone", "--where", "score > 6"]),
            ("2026-03-11T12:00:00Z", &["segment", "edit", "kept", "--description", "to call"]),
            ("2026-03-12T12:00:00Z", &["segment", "delete", "gone", "--yes"]),
            ("2026-03-13T12:00:00Z", &["budget", "deposit", "5"]),
            ("2026-03-14T12:00:00Z", &["lead", "edit", "1", "--city", "Troy", "--owner", "ann@example.com"]),
        ] {
            world.now = now;
            world.ok(with_ann(args));
        }
        world.ok(["lead", "note", "1", "hello", "--as", "ben@example.com"]);
        world.tell(&with_ann(&["audit", "list", "--limit", "24"]));
        world.tell(&with_ann(&["audit", "list", "--entity", "setting", "--format", "json"]));
        world.tell(&with_ann(&["audit", "list", "--entity", "user", "--id", "2", "--format", "markdown"]));
        world.tell(&with_ann(&["audit", "list", "--entity", "lead", "--format", "csv"]));
    });
}

#[test]
fn only_admins_read_the_log_and_a_disabled_organization_s_too() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        for role in ["manager", "sales_rep", "viewer"] {
            let email = format!("{role}@example.com");
            world.ok(with_ann(&["user", "add", &email, "--role", role]));
            let ran = world.run(["audit", "list", "--as", &email]);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{role}");
            assert!(ran.stderr.contains("does not allow this (administer)"), "{}", ran.stderr);
        }
        world.ok(with_ann(&["org", "disable", "acme", "--yes"]));
        assert!(!entries(world, &ANN).is_empty());
    });
}

#[test]
fn the_log_refuses_every_change() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let before = world.engine.sql(&world.url, "SELECT * FROM audit_log").unwrap();
        let mut attempts = vec!["UPDATE audit_log SET id = id", "DELETE FROM audit_log"];
        match world.engine {
            Engine::Sqlite => attempts.push("INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log"),
            Engine::Postgres => attempts.push("TRUNCATE audit_log"),
        }
        for attempt in attempts {
            let refused = world.engine.sql(&world.url, attempt).unwrap_err();
            assert!(refused.contains("audit_log is append-only"), "{attempt}: {refused}");
        }
        assert_eq!(world.engine.sql(&world.url, "SELECT * FROM audit_log").unwrap(), before);
    });
}

#[test]
fn who_is_no_user_is_asked_for_by_the_name_in_the_log() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        let names = |printed: &str| -> Vec<String> {
            let entries: Vec<Value> = serde_json::from_str(printed).unwrap();
            entries.iter().map(|entry| entry["actor"].as_str().unwrap().to_owned()).collect()
        };
        let all = names(&world.ok(["audit", "list", "--entity", "lead", "--format", "json"]));
        let actor = all.first().unwrap().clone();
        let asked = names(&world.ok(["audit", "list", "--who", &actor, "--entity", "lead", "--format", "json"]));
        assert_eq!(asked, all);
        let ran = world.run(["audit", "list", "--who", "nobody@nowhere"]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("crmctl user list"), "{}", ran.stderr);
    });
}
