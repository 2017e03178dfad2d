//! `import history`: events that tell of moves which leads cannot make.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const LEADS: &str = "Phone,Created\n2125550101,2026-01-05\n2125550102,2026-01-05\n2125550103,2026-01-05\n\
    2125550104,2026-01-05\n2125550105,\n";

/// Who was won without a step between, one who went cold before, one on the list, one who denies, and one whose lead is newer.
const EVENTS: &str = "Phone,Status,Date,By\n\
    2125550101,won,2026-01-20,\n\
    2125550102,cold,2026-01-10,\n\
    2125550102,won,2026-01-20,Kim\n\
    2125550103,won,2026-01-20,\n\
    2125550104,won,2026-01-20,\n\
    2125550105,won,2026-01-20,\n";

fn statuses(world: &World) -> Vec<Value> {
    world.leads().iter().map(|lead| lead["status"].clone()).collect()
}

fn world_of_leads(world: &mut World) {
    world.import(&world.file("leads.csv", LEADS), &[]);
    world.now = "2026-03-05T12:00:00Z";
    world.ok(["dnc", "add", "2125550103"]);
    world.ok(["lead", "edit", "2125550104", "--consent", "denied"]);
    world.file("events.csv", EVENTS);
}

#[test]
fn a_status_that_stays_is_told_with_its_rule_and_its_first_row() {
    on_both_engines(|world| {
        world_of_leads(world);
        let ran = world.run(["import", "history", "events.csv"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        let rule = "recruited is reached from contacted, qualified, nurturing and hot alone";
        for told in [
            format!("status kept of 2 leads, new → recruited, for example lead 1 in row 2: {rule}"),
            format!("status kept of 1 lead, cold → recruited, for example lead 2 in row 4: {rule}"),
            "lead 5 in row 7: they are new since after the event; import leads with their creation times".to_owned(),
            "to move them all the same, undo import 2, and then:".to_owned(),
        ] {
            assert!(ran.stderr.contains(&told), "{told}: {}", ran.stderr);
        }
        assert_eq!(statuses(world), ["new", "new", "dnc", "new", "new"].map(|status| json!(status)));
        let counts = world.json(["import", "show", "2"])["counts"].clone();
        let first = json!({
            "from": "new", "to": "recruited", "kept_by": "moves", "leads": 2, "example_lead": 1, "example_row": 2
        });
        assert_eq!(counts["kept_moves"][0], first, "{counts}");
        assert_eq!(
            counts["kept_moves"].as_array().unwrap().iter().map(|it| it["leads"].as_u64().unwrap()).sum::<u64>(),
            4
        );
        // The line runs as it is told, once the events are taken back.
        world.ok(["import", "undo", "2", "--yes"]);
        let line =
            ran.stderr.lines().find_map(|line| line.find("crmctl import ").map(|at| line[at..].to_owned())).unwrap();
        assert_eq!(line, "crmctl import history events.csv --force-moves");
        let ran = world.shell(&line);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(statuses(world), ["recruited", "recruited", "dnc", "new", "new"].map(|status| json!(status)));
    });
}

#[test]
fn forced_moves_are_the_actor_s_and_lift_no_opt_out() {
    on_both_engines(|world| {
        world.ok(["user", "add", "boss@example.com", "--role", "admin"]);
        fn call<'a>(args: &[&'a str]) -> Vec<&'a str> {
            [args, &["--as", "boss@example.com"]].concat()
        }
        world.file("leads.csv", LEADS);
        world.ok(call(&["import", "leads", "leads.csv"]));
        world.now = "2026-03-05T12:00:00Z";
        world.ok(call(&["dnc", "add", "2125550103"]));
        world.ok(call(&["lead", "edit", "2125550104", "--consent", "denied"]));
        world.file("events.csv", EVENTS);
        let summary = world.json(call(&["import", "history", "events.csv", "--force-moves"]));
        assert_eq!((&summary["leads_moved"], &summary["status_kept"]), (&json!(2), &json!(2)), "{summary}");
        let kept: Vec<Value> =
            summary["kept_moves"].as_array().unwrap().iter().map(|it| it["kept_by"].clone()).collect();
        assert_eq!(kept, [json!("consent"), json!("later")], "{summary}");
        let shown = |lead: &str| world.json(call(&["lead", "show", lead]));
        let last = |lead: &str| {
            let lead = shown(lead);
            let rows = lead["status_history"].as_array().unwrap();
            rows.iter().find(|row| row["to_status"] == "recruited").cloned().unwrap_or_default()
        };
        let (first, second) = (last("2125550101"), last("2125550102"));
        assert_eq!(first["reason"], "forced by boss@example.com (tester@desk)", "{first}");
        assert_eq!(first["changed_at"], "2026-01-20T00:00:00Z");
        assert!(first["changed_by"].is_number() || first["changed_by"].is_string(), "{first}");
        assert_eq!(second["reason"], "by Kim, forced by boss@example.com (tester@desk)", "{second}");
        assert_eq!(shown("2125550101")["status"], "recruited");
        // Reports count it as they count any other.
        let funnel = world.json(call(&["funnel", "--mode", "activity", "--month", "2026-01"]));
        let recruited =
            funnel["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == "recruited").cloned();
        assert_eq!(recruited.map(|stage| stage["entries"].clone()), Some(json!(5)), "{funnel}");
        let line = world.ok(call(&["import", "show", "2"]));
        assert!(line.contains("--force-moves"), "{line}");
        // All of it comes out again.
        world.ok(call(&["import", "undo", "2", "--yes"]));
        assert_eq!(shown("2125550102")["status"], "new");
    });
}

/// The line of an answer, once the imports are undone that it names.
fn after_undoing(world: &World, stderr: &str, undo: &[&str]) -> String {
    let told = match undo {
        [id] => format!("to move them all the same, undo import {id}, and then:"),
        ids => format!("to move them all the same, undo the imports {}, and then:", ids.join(", ")),
    };
    assert!(stderr.contains(&told), "{told}: {stderr}");
    undo.iter().for_each(|id| drop(world.ok(["import", "undo", id, "--yes"])));
    stderr.lines().find_map(|line| line.find("crmctl import ").map(|at| line[at..].to_owned())).unwrap()
}

#[test]
fn events_that_are_known_already_are_told_with_the_imports_to_undo() {
    on_both_engines(|world| {
        world_of_leads(world);
        world.ok(["import", "history", "events.csv"]);
        // Force comes too late for them: they are in the history.
        for call in [&["--force-moves"][..], &["--force-moves", "--dry-run"], &[]] {
            let ran = world.run([&["import", "history", "events.csv"], call].concat());
            assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
            let told = "status kept of 1 lead, new → recruited, for example lead 1 in row 2: the event was known before this \
                        import, and the lead did not follow it then";
            assert!(ran.stderr.contains(told), "{call:?}: {}", ran.stderr);
            assert!(
                ran.stderr.contains("cold → recruited, for example lead 2 in row 4: the event was known"),
                "{}",
                ran.stderr
            );
            assert!(ran.stdout.contains("status kept"), "{}", ran.stdout);
        }
        assert_eq!(statuses(world), ["new", "new", "dnc", "new", "new"].map(|status| json!(status)));
        let ran = world.run(["import", "history", "events.csv", "--force-moves", "--format", "json"]);
        let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&summary["unchanged"], &summary["status_kept"]), (&json!(6), &json!(2)), "{summary}");
        assert_eq!(
            (&summary["kept_moves"][0]["kept_by"], &summary["known_of"]),
            (&json!("known"), &json!([2])),
            "{summary}"
        );
        let ran = world.run(["import", "history", "events.csv", "--force-moves"]);
        let line = after_undoing(world, &ran.stderr, &["2"]);
        assert_eq!(line, "crmctl import history events.csv --force-moves");
        assert_eq!(world.shell(&line).code, Some(0));
        assert_eq!(statuses(world), ["recruited", "recruited", "dnc", "new", "new"].map(|status| json!(status)));
        // Who has followed is kept by nothing.
        let again = world.json(["import", "history", "events.csv", "--force-moves"]);
        assert_eq!((&again["status_kept"], again.get("known_of")), (&json!(0), None), "{again}");
    });
}

#[test]
fn events_of_several_imports_are_told_together() {
    on_both_engines(|world| {
        world_of_leads(world);
        world.file("a.csv", "Phone,Status,Date\n2125550101,won,2026-01-20\n");
        world.file("b.csv", "Phone,Status,Date\n2125550102,cold,2026-01-10\n2125550102,won,2026-01-20\n");
        world.ok(["import", "history", "a.csv"]);
        world.ok(["import", "history", "b.csv"]);
        world.file("both.csv", "Phone,Status,Date\n2125550101,won,2026-01-20\n2125550102,won,2026-01-20\n");
        let ran = world.run(["import", "history", "both.csv", "--force-moves"]);
        let line = after_undoing(world, &ran.stderr, &["2", "3"]);
        assert_eq!(world.shell(&line).code, Some(0));
        assert_eq!(statuses(world)[..2], ["recruited", "recruited"].map(|status| json!(status)));
        // A lead that somebody moved since is nobody's to move again.
        world.ok(["lead", "status", "2125550101", "cold", "--force", "--reason", "left"]);
        let ran = world.run(["import", "history", "both.csv", "--force-moves"]);
        assert!(!ran.stderr.contains("status kept of"), "{}", ran.stderr);
    });
}
