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
