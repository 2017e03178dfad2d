//! What happens to a lead is in order, whatever the clocks say: a clock may be set back, and whoever waits looks at it before.

use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// Fails where a log of a lead goes back in time, or its status is not the last one of its history.
fn assert_in_order(world: &World, what: &str) {
    let sql = |text: &str| world.engine.sql(&world.url, text).unwrap();
    for (table, times) in
        [("lead_audit_log", ["changed_at"].as_slice()), ("lead_status_history", &["changed_at", "recorded_at"])]
    {
        for time in times {
            let back = format!(
                "SELECT a.id, b.id FROM {table} a JOIN {table} b ON b.organization_id = a.organization_id
                 AND b.lead_id = a.lead_id AND b.id > a.id AND b.{time} < a.{time}"
            );
            assert_eq!(sql(&back), Vec::<String>::new(), "{:?} {what}: {table}.{time}", world.engine);
        }
    }
    let back = "SELECT a.id, b.id FROM audit_log a JOIN audit_log b ON b.organization_id = a.organization_id
                AND b.entity = a.entity AND b.entity_id = a.entity_id AND b.id > a.id AND b.changed_at < a.changed_at";
    assert_eq!(sql(back), Vec::<String>::new(), "{:?} {what}: audit_log", world.engine);
    let astray = "SELECT l.id, l.status, l.status_changed_at FROM leads l WHERE l.status <> (
                  SELECT h.to_status FROM lead_status_history h WHERE h.organization_id = l.organization_id
                  AND h.lead_id = l.id ORDER BY h.changed_at DESC, h.id DESC LIMIT 1)";
    assert_eq!(sql(astray), Vec::<String>::new(), "{:?} {what}", world.engine);
    // A trigger of the database writes updated_at by its own clock where two changes have one time.
    let behind = "SELECT l.id FROM leads l WHERE l.updated_at < (SELECT max(a.changed_at) FROM lead_audit_log a
                  WHERE a.organization_id = l.organization_id AND a.lead_id = l.id)";
    assert_eq!(sql(behind), Vec::<String>::new(), "{:?} {what}", world.engine);
}

#[test]
fn a_clock_that_is_set_back_turns_nothing_round() {
    on_both_engines(|world| {
        world.now = "2026-03-04T12:00:00Z";
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let sheet = "Phone,City,Status,Do not call\n2125550101,Troy,hot,\n2125550103,Rome,,yes\n";
        world.file("again.csv", sheet);
        world.file("events.csv", "Phone,Status,Date\n2125550102,contacted,2026-03-01\n");
        for number in ["2125550101", "2125550102", "2125550103", "2125550104", "2125550105"] {
            world.ok(["lead", "add", "--phone", number, "--as", "ann@example.com"]);
        }
        world.ok(["lead", "status", "1", "contacted", "--as", "ann@example.com"]);
        // Each verb a day earlier than the one before.
        let verbs: &[(&str, &[&str])] = &[
            ("2026-03-03T12:00:00Z", &["lead", "status", "1", "qualified"]),
            ("2026-03-03T12:00:00Z", &["lead", "edit", "1", "--city", "Oslo"]),
            ("2026-03-02T12:00:00Z", &["lead", "tag", "1", "vip"]),
            ("2026-03-02T12:00:00Z", &["lead", "note", "1", "called"]),
            ("2026-03-02T12:00:00Z", &["lead", "assign", "--where", "id > 0", "--to", "ann@example.com", "--yes"]),
            ("2026-03-02T12:00:00Z", &["lead", "phone", "add", "2", "2125550188"]),
            ("2026-03-02T12:00:00Z", &["lead", "phone", "primary", "2", "2125550188"]),
            ("2026-03-02T11:00:00Z", &["dnc", "add", "2125550101"]),
            ("2026-03-02T10:00:00Z", &["dnc", "remove", "2125550101", "--reason", "x", "--yes"]),
            ("2026-03-02T09:00:00Z", &["import", "history", "events.csv"]),
            ("2026-03-02T09:00:00Z", &["import", "leads", "again.csv", "--on-duplicate", "update"]),
            ("2026-03-02T08:00:00Z", &["lead", "merge", "1", "2", "--yes"]),
            ("2026-03-02T07:00:00Z", &["lead", "restore", "2"]),
            ("2026-03-02T06:00:00Z", &["lead", "delete", "4", "--yes"]),
            ("2026-03-02T05:00:00Z", &["lead", "restore", "4"]),
            ("2026-03-02T04:00:00Z", &["import", "undo", "2", "--yes"]),
            ("2026-03-02T03:00:00Z", &["lead", "status", "5", "cold", "--force", "--reason", "x"]),
        ];
        for (now, verb) in verbs {
            world.now = now;
            let ran = world.run([*verb, &["--as", "ann@example.com"]].concat());
            assert!(matches!(ran.code, Some(0 | 3)), "{verb:?}: {}", ran.stderr);
            assert_in_order(world, &verb.join(" "));
        }
        // The log still rebuilds the lead as it is.
        world.now = "2026-03-05T12:00:00Z";
        let show = |args: &[&str]| -> Value { world.json([args, &["--as", "ann@example.com"]].concat()) };
        let (now, as_of) = (show(&["lead", "show", "1"]), show(&["lead", "history", "1", "--as-of", "2026-03-05"]));
        for field in ["city", "status", "owner_id"] {
            assert_eq!(now[field], as_of[field], "{field}: {as_of}");
        }
    });
}

#[test]
fn a_clock_that_is_set_back_turns_no_log_of_other_things_round() {
    on_both_engines(|world| {
        world.now = "2026-03-04T12:00:00Z";
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        world.ok(["user", "add", "bob@example.com", "--as", "ann@example.com"]);
        let verbs: &[&[&str]] = &[
            &["user", "edit", "bob@example.com", "--first-name", "Bob"],
            &["user", "edit", "bob@example.com", "--first-name", "Rob"],
            &["user", "disable", "bob@example.com", "--yes"],
            &["user", "edit", "bob@example.com", "--enable"],
            &["segment", "add", "eager", "--where", "status = hot"],
            &["segment", "edit", "eager", "--where", "status = cold"],
            &["segment", "edit", "eager", "--where", "status = new"],
            &["segment", "delete", "eager", "--yes"],
            &["org", "set", "default_region", "CA"],
            &["org", "set", "default_region", "US"],
            &["org", "set", "dnc.record_checks", "yes"],
            &["org", "set", "dnc.record_checks", "no"],
            &["org", "set", "dnc.record_checks", "yes"],
            &["org", "edit", "acme", "--name", "Acme"],
            &["org", "edit", "acme", "--name", "Acme Inc"],
        ];
        for (verb, hour) in verbs.iter().zip((0..23).rev()) {
            let now: &'static str = Box::leak(format!("2026-03-03T{hour:02}:00:00Z").into_boxed_str());
            world.now = now;
            let ran = world.run([*verb, &["--as", "ann@example.com"]].concat());
            assert_eq!(ran.code, Some(0), "{verb:?}: {}", ran.stderr);
            assert_in_order(world, &verb.join(" "));
        }
    });
}

#[test]
fn who_waits_comes_after_whom_it_waited_for() {
    on_both_engines(|world| {
        world.now = "2026-03-04T12:00:00Z";
        for number in ["2125550101", "2125550102"] {
            world.ok(["lead", "add", "--phone", number]);
        }
        let start = |second: usize, args: &[&str]| -> Child {
            let mut command = world.command(args);
            command.env("CRM_NOW", format!("2026-03-04T12:00:{:02}Z", 50 - second));
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        for round in 0..4 {
            let calls: Vec<Child> = (0..6)
                .map(|at| {
                    let status = ["contacted", "qualified", "hot"][(at + round) % 3];
                    match at % 3 {
                        0 => start(at, &["lead", "status", "1", status, "--force", "--reason", "x"]),
                        1 => start(
                            at,
                            &["lead", "status", "--where", "id > 0", status, "--yes", "--force", "--reason", "x"],
                        ),
                        _ => start(at, &["lead", "edit", "1", "--city", status]),
                    }
                })
                .collect();
            let codes: Vec<_> = calls.into_iter().map(|mut call| call.wait().unwrap().code()).collect();
            assert!(codes.iter().all(|code| *code == Some(0)), "{codes:?}");
            assert_in_order(world, "six at once");
        }
        assert!(world.json(["lead", "show", "1"])["version"].as_i64() > Some(6), "{}", json!(null));
    });
}
