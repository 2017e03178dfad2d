//! Tasks: what is to be done about leads, by whom and until when.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

fn people(world: &World) {
    world.ok(["user", "add", "root@example.com", "--role", "admin"]);
    for (user, role) in [("ann", "sales_rep"), ("bob", "sales_rep"), ("mia", "manager"), ("vic", "viewer")] {
        world.ok(["user", "add", &format!("{user}@example.com"), "--role", role, "--as", "root@example.com"]);
    }
    for (name, phone) in [("Ada", "2125550101"), ("Ben", "2125550102"), ("Cleo", "2125550103")] {
        world.ok(["lead", "add", "--phone", phone, "--name", name, "--as", "root@example.com"]);
    }
}

fn by<'a>(args: &[&'a str], user: &'a str) -> Vec<&'a str> {
    [args, &["--as", user]].concat()
}

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
const MIA: &str = "mia@example.com";

fn listed(world: &World, args: &[&str]) -> Vec<i64> {
    let found = world.json(by(&[&["task", "list"], args].concat(), MIA));
    found.as_array().unwrap().iter().map(|task| task["id"].as_i64().unwrap()).collect()
}

#[test]
fn a_task_is_added_put_off_done_and_deleted() {
    assert_same_story!(|world| {
        people(world);
        world.ok(by(&["org", "edit", "acme", "--timezone", "America/New_York"], "root@example.com"));
        for args in [
            &["task", "add", "1", "--due", "2026-03-05T15:00", "--note", "ask about May"][..],
            &["task", "add", "2125550102", "--kind", "email", "--due", "today", "--owner", "bob@example.com"],
            &["task", "add", "3", "--kind", "todo", "--due", "2026-03-01"],
            &["task", "add", "3", "--kind", "todo", "--due", "2026-03-01", "--dry-run"],
            &["task", "list"],
            &["task", "list", "--columns", "id,lead_id,merged_lead_id"],
            &["task", "snooze", "3", "--until", "tomorrow"],
            &["task", "done", "1"],
            &["task", "done", "1"],
            &["task", "snooze", "2", "--until", "tomorrow"],
            &["task", "list", "--done"],
            &["task", "delete", "3", "--yes", "--dry-run"],
            &["task", "delete", "3", "--yes"],
            &["task", "list"],
            &["task", "done", "99"],
            &["task", "add", "1", "--due", "sometime"],
            &["task", "add", "99", "--due", "today"],
        ] {
            world.tell(&by(args, ANN));
        }
    });
}

#[test]
fn a_task_tells_that_its_lead_may_not_be_contacted_so() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["lead", "edit", "2", "--email", "ben@example.com", "--consent", "denied"], MIA));
        world.ok(by(&["lead", "edit", "3", "--email", "cleo@example.com"], MIA));
        for lead in ["1", "2", "3"] {
            for kind in ["call", "email", "todo", "linkedin"] {
                world.ok(by(&["task", "add", lead, "--kind", kind, "--due", "today"], MIA));
            }
        }
        let barred = |world: &World, options: &[&str]| -> Vec<String> {
            let found = world.json(by(&[&["task", "list"], options].concat(), MIA));
            let of = |task: &Value| {
                Some(format!("{} {} {}", task["lead_id"], task["kind"].as_str()?, task["barred"].as_str()?))
            };
            found.as_array().unwrap().iter().filter_map(of).collect()
        };
        // Who denied consent is not to be met or written to either.
        let denied = ["2 call", "2 email", "2 todo", "2 linkedin"].map(|task| format!("{task} consent_denied"));
        let before = [&["1 email no_email".to_owned()][..], &denied].concat();
        assert_eq!(barred(world, &[]), before);
        let told = world.run(by(&["dnc", "add", "+12125550103"], MIA)).stderr;
        assert!(told.contains("open tasks want a contact that is forbidden now: 9, 10 (crmctl task list)"), "{told}");
        let after = barred(world, &[]);
        assert_eq!(after, [&before[..], &["3 call on_list".to_owned(), "3 email on_list".to_owned()]].concat());
        let told = world.run(by(&["task", "add", "3", "--due", "today"], MIA)).stderr;
        assert!(told.contains("the lead 3 may not be contacted so (call): on a do-not-call list"), "{told}");
        let shown = world.run(by(&["lead", "show", "3", "--format", "table"], MIA));
        assert!(
            shown.stderr.contains("the task 10 is open, but the lead may not be contacted so (email)"),
            "{}",
            shown.stderr
        );
        assert!(shown.stdout.contains("barred by") && !shown.stdout.contains("on_list"), "{}", shown.stdout);
        world.ok(by(&["task", "done", "2"], MIA));
        assert_eq!(barred(world, &["--done"]), Vec::<String>::new());
    });
}

#[test]
fn lists_are_narrowed_and_have_pages() {
    on_both_engines(|world| {
        people(world);
        for (lead, kind, due, owner) in [
            ("1", "call", "2026-03-06", ANN),
            ("1", "email", "2026-03-02", BOB),
            ("2", "call", "2026-03-04T11:59:59Z", BOB),
            ("2", "meeting", "2026-03-04T12:00:00Z", ANN),
            ("3", "linkedin", "2026-03-02", MIA),
        ] {
            world.ok(by(&["task", "add", lead, "--kind", kind, "--due", due, "--owner", owner], MIA));
        }
        assert_eq!(listed(world, &[]), [2, 5, 3, 4, 1]);
        assert_eq!(listed(world, &["--owner", BOB]), [2, 3]);
        assert_eq!(listed(world, &["--overdue"]), [2, 5, 3]);
        // What is due on a day is overdue when the day is over.
        world.now = "2026-03-06T23:59:59Z";
        assert_eq!(listed(world, &["--overdue"]), [2, 5, 3, 4]);
        world.now = "2026-03-07T00:00:01Z";
        assert_eq!(listed(world, &["--overdue"]), [2, 5, 3, 4, 1]);
        world.now = crate::support::NOW;
        assert_eq!(listed(world, &["--due", "today"]), [2, 5, 3, 4]);
        assert_eq!(listed(world, &["--kind", "call"]), [3, 1]);
        assert_eq!(listed(world, &["--lead", "2125550102"]), [3, 4]);
        assert_eq!(listed(world, &["--nobody"]), Vec::<i64>::new());
        assert_eq!(listed(world, &["--limit", "2"]), [2, 5]);
        assert_eq!(listed(world, &["--limit", "2", "--after", "5"]), [3, 4]);
        assert_eq!(listed(world, &["--after", "4"]), [1]);
        let ran = world.run(by(&["task", "list", "--limit", "2"], MIA));
        assert!(ran.stderr.contains("--after 5 shows the next"), "{}", ran.stderr);
        assert_eq!(world.run(by(&["task", "list", "--after", "77"], MIA)).code, Some(1));
        for (id, now) in [("3", "2026-03-05T09:00:00Z"), ("1", "2026-03-05T10:00:00Z"), ("2", "2026-03-05T09:00:00Z")] {
            world.now = now;
            world.ok(by(&["task", "done", id], MIA));
        }
        assert_eq!(listed(world, &["--done"]), [1, 3, 2]);
        assert_eq!(listed(world, &["--done", "--after", "1"]), [3, 2]);
        assert_eq!(listed(world, &[]), [5, 4]);
        let tasks = world.json(by(&["task", "list", "--done", "--lead", "2"], MIA));
        let task = &tasks[0];
        assert_eq!(
            (
                &task["lead_id"],
                &task["lead_name"],
                &task["owner"],
                &task["done_by_email"],
                &task["overdue"],
                &task["done_at"]
            ),
            (&json!(2), &json!("Ben"), &json!(BOB), &json!(MIA), &json!(false), &json!("2026-03-05T09:00:00Z"))
        );
    });
}

/// Nobody works on leads that are deleted; with their lead the tasks come back.
#[test]
fn open_tasks_of_deleted_leads_are_passed_over() {
    on_both_engines(|world| {
        people(world);
        for lead in ["1", "2", "3"] {
            world.ok(by(&["task", "add", lead, "--due", "2026-03-06"], ANN));
        }
        world.ok(by(&["task", "done", "3"], ANN));
        world.ok(by(&["lead", "delete", "1", "--yes"], "root@example.com"));
        world.ok(by(&["lead", "delete", "3", "--yes"], "root@example.com"));
        let ran = world.run(by(&["task", "list", "--limit", "1"], MIA));
        assert!(ran.stderr.contains("1 task of a deleted lead is not shown"), "{}", ran.stderr);
        assert_eq!((listed(world, &[]), listed(world, &["--limit", "1"])), (vec![2], vec![2]));
        assert_eq!((listed(world, &["--lead", "1"]), listed(world, &["--done"])), (vec![1], vec![3]));
        world.ok(by(&["lead", "restore", "1"], "root@example.com"));
        assert_eq!(listed(world, &[]), [1, 2]);
    });
}

#[test]
fn a_task_is_its_owners_and_whoever_may_change_those_of_others() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["task", "add", "1", "--due", "today"], ANN));
        for verb in [
            &["task", "done", "1"][..],
            &["task", "snooze", "1", "--until", "tomorrow"],
            &["task", "delete", "1", "--yes"],
        ] {
            let ran = world.run(by(verb, BOB));
            assert_eq!(ran.code, Some(1), "{verb:?}");
            assert!(ran.stderr.contains("somebody else's"), "{}", ran.stderr);
            let ran = world.run(by(verb, "vic@example.com"));
            assert!(ran.stderr.contains("the role `viewer` does not allow this"), "{}", ran.stderr);
        }
        assert_eq!(listed(world, &[]), [1]);
        world.ok(by(&["task", "done", "1"], MIA));
        assert_eq!(listed(world, &[]), Vec::<i64>::new());
    });
}

#[test]
fn every_change_is_logged_and_no_note_is() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["task", "add", "1", "--due", "2026-03-04T09:00:00Z", "--note", "Ada's secret"], ANN));
        world.ok(by(&["task", "snooze", "1", "--until", "2026-03-05T09:00:00Z"], ANN));
        world.ok(by(&["task", "done", "1"], ANN));
        world.ok(by(&["task", "delete", "1", "--yes"], ANN));
        let log = world.json(by(&["audit", "list", "--entity", "task", "--limit", "0"], "root@example.com"));
        let log = log.as_array().unwrap();
        let said = |field: &str, action: &str| {
            let found = log.iter().find(|entry| entry["field_name"] == field && entry["action"] == action);
            found.map(|entry| (entry["old_value"].clone(), entry["new_value"].clone()))
        };
        assert_eq!(
            said("due_at", "update"),
            Some((json!("2026-03-04T09:00:00Z"), json!("2026-03-05T09:00:00Z"))),
            "{log:?}"
        );
        assert!(said("done_at", "delete").is_some() && said("due_at", "create").is_some());
        assert!(!log.iter().any(|entry| entry.to_string().contains("secret")), "{log:?}");
    });
}

#[test]
fn tasks_follow_a_merge_and_come_back_with_the_lead() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["task", "add", "2", "--due", "today", "--note", "of Ben"], ANN));
        world.ok(by(&["lead", "merge", "1", "2", "--yes"], "root@example.com"));
        assert_eq!(listed(world, &["--lead", "1"]), [1]);
        let tasks = world.json(by(&["task", "list"], MIA));
        assert_eq!(
            (&tasks[0]["lead_id"], &tasks[0]["merged_lead_id"], &tasks[0]["lead_name"]),
            (&json!(1), &json!(2), &json!("Ada"))
        );
        world.ok(by(&["lead", "restore", "2", "--yes"], "root@example.com"));
        assert_eq!(listed(world, &["--lead", "1"]), Vec::<i64>::new());
        assert_eq!(listed(world, &["--lead", "2"]), [1]);
    });
}

#[test]
fn a_lead_tells_of_its_tasks() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["task", "add", "1", "--due", "2026-03-09", "--note", "ask about May"], ANN));
        world.ok(by(&["task", "add", "2", "--kind", "email", "--due", "2026-03-06", "--owner", BOB], ANN));
        world.ok(by(&["lead", "merge", "1", "2", "--yes"], "root@example.com"));
        let shown = world.json(by(&["lead", "show", "1"], ANN));
        let tasks: Vec<(&Value, &Value, &Value)> = shown["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| (&task["id"], &task["kind"], &task["owner"]))
            .collect();
        assert_eq!(tasks, [(&json!(2), &json!("email"), &json!(BOB)), (&json!(1), &json!("call"), &json!(ANN))]);
        let table = world.ok(by(&["lead", "show", "1", "--format", "table"], ANN));
        assert!(table.contains("open tasks") && table.contains("ask about May"), "{table}");
        world.now = "2026-03-05T12:00:00Z";
        world.ok(by(&["task", "done", "1"], ANN));
        world.ok(by(&["task", "done", "2"], MIA));
        assert!(world.json(by(&["lead", "show", "1"], ANN))["tasks"].is_null());
        let timeline = world.json(by(&["lead", "timeline", "1"], ANN));
        let told: Vec<String> = timeline
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["event"].as_str().unwrap().starts_with("task_"))
            .map(|event| {
                let told = format!("{} {} {} {}", event["at"], event["event"], event["actor"], event["detail"]);
                told.replace('"', "").replace(" (tester@desk)", "")
            })
            .collect();
        let expected = [
            "2026-03-04T12:00:00Z task_added ann@example.com call, due 2026-03-09 00:00: ask about May",
            "2026-03-04T12:00:00Z task_added ann@example.com email, due 2026-03-06 00:00",
            "2026-03-05T12:00:00Z task_done ann@example.com call: ask about May",
            "2026-03-05T12:00:00Z task_done mia@example.com email",
        ];
        assert_eq!(told, expected);
    });
}

#[test]
fn erasing_a_person_takes_the_tasks_about_them() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["task", "add", "1", "--due", "today", "--note", "ask Ada"], ANN));
        world.ok(by(&["task", "add", "2", "--due", "today", "--note", "ask Ben"], ANN));
        world.ok(by(&["lead", "erase", "1", "--yes"], "root@example.com"));
        let tasks = world.json(by(&["task", "list"], MIA));
        let notes: Vec<&Value> = tasks.as_array().unwrap().iter().map(|task| &task["note"]).collect();
        assert_eq!(notes, [&json!("ask Ben")]);
    });
}
