//! One change to many leads.

use serde_json::json;

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines};

const PEOPLE: &str = "\
Phone,Email,First name,Status,Score,Tags
2125550101,a@example.com,Ada,new,10,vip
2125550102,,Ben,contacted,20,
2125550103,,Cy,hot,30,\"vip,x\"
2125550104,,Di,recruited,40,
,e@example.com,Eve,new,50,
2125550106,,Fay,dnc,60,
";

fn people(world: &World) {
    let file = world.file("people.csv", PEOPLE);
    assert_eq!(world.import(&file, &["--region", "US"])["created"], 6);
}

#[test]
fn many_leads_change_together() {
    assert_same_story!(|world| {
        people(world);
        world.now = "2026-03-04T13:00:00Z";
        world.tell(&["lead", "tag", "--where", "score <= 30", "Big Deal,y", "--dry-run"]);
        world.tell(&["lead", "tag", "--where", "score <= 30", "big deal", "y"]);
        world.tell(&["lead", "tag", "--where", "score <= 30", "big deal", "vip", "--yes"]);
        world.tell(&["lead", "tag", "--where", "score <= 30", "big deal", "--yes", "--format", "json"]);
        world.tell(&["lead", "untag", "--where", "tag = vip", "vip", "x", "--yes"]);
        world.tell(&["lead", "list", "--columns", "first_name,status,tags,version", "--sort", "id"]);
        world.now = "2026-03-04T14:00:00Z";
        world.tell(&["lead", "status", "--where", "score > 0", "cold", "--yes"]);
        world.tell(&[
            "lead",
            "status",
            "--where",
            "score > 0",
            "new",
            "--yes",
            "--reason",
            "again",
            "--format",
            "json",
        ]);
        world.tell(&["lead", "status", "--where", "score = 10", "new", "--yes", "--force", "--reason", "again"]);
        world.tell(&["lead", "list", "--columns", "first_name,status,status_since,version", "--sort", "id"]);
        world.tell(&["lead", "status", "--where", "score in (20, 50)", "dnc", "--yes"]);
        world.tell(&["dnc", "list", "--format", "csv"]);
        world.now = "2026-03-04T15:00:00Z";
        world.tell(&["lead", "delete", "--where", "status = cold", "--dry-run"]);
        world.tell(&["lead", "delete", "--where", "status = cold", "--yes"]);
        world.tell(&["lead", "list", "--columns", "first_name,status,consent", "--sort", "id"]);
        world.tell(&["lead", "list", "--deleted", "--columns", "first_name,deleted", "--sort", "id"]);
        world.tell(&["lead", "status", "hot"]);
        world.tell(&["lead", "tag", "vip"]);
        world.tell(&["lead", "delete", "1", "--where", "score = 1"]);
        world.tell(&["lead", "tag", "--where", "score = 9999", "x", "--yes"]);
    });
}

#[test]
fn leads_are_assigned_in_turn() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let ann = ["--as", "ann@example.com"];
        for (user, role) in [("bob@example.com", "sales_rep"), ("cid@example.com", "manager")] {
            world.ok(["user", "add", user, "--role", role, ann[0], ann[1]]);
        }
        let file = world.file("people.csv", PEOPLE);
        world.import(&file, &["--region", "US", ann[0], ann[1]]);
        let assign = |args: &[&str]| world.json([&["lead", "assign", "--yes"], args, &ann].concat());
        let to = ["--to", "bob@example.com", "--to", "cid@example.com"];
        let done = assign(&[&["--where", "owner is empty and status != dnc"][..], &to].concat());
        assert_eq!(
            done,
            json!({"matched": 5, "changed": 5, "unchanged": 0, "not_allowed": 0, "on_dnc": 0, "dry_run": false})
        );
        let owners = || -> Vec<String> {
            let list = ["lead", "list", "--columns", "owner", "--sort", "id", ann[0], ann[1]];
            let leads = world.json(list);
            leads.as_array().unwrap().iter().map(|lead| lead["owner"].as_str().unwrap_or("-")[..1].to_owned()).collect()
        };
        assert_eq!(owners(), ["b", "c", "b", "c", "b", "-"]);
        assert_eq!(assign(&[&["--where", "status != dnc"][..], &to].concat())["unchanged"], 5);
        let id = world.json(["lead", "list", "--sort", "id", ann[0], ann[1]])[0]["id"].to_string();
        assert_eq!(assign(&[&id, "--nobody"])["owner_id"], json!(null));
        world.ok(["lead", "edit", &id, "--owner", "cid@example.com", ann[0], ann[1]]);
        assert_eq!(owners()[0], "c");
        // Each change is a row, with the filter that chose the lead.
        let columns =
            "SELECT count(*), count(context), count(to_user_id), min(strategy), max(strategy) FROM lead_assignments";
        let org = if world.engine == Engine::Postgres { "SET app.current_org_id = '1'; " } else { "" };
        let rows = world.engine.sql(&world.url, &format!("{org}{columns}")).unwrap();
        assert_eq!(rows, ["7|5|6|manual|round_robin"]);
        // A sales rep gives single leads, not many.
        let bob =
            |args: &[&str]| world.run([&["lead", "assign", "--yes", "--as", "bob@example.com"], args].concat()).code;
        assert_eq!(bob(&["--where", "status = new", "--to", "bob@example.com"]), Some(1));
        assert_eq!(bob(&[&id, "--to", "bob@example.com"]), Some(0));
        for bad in [
            &["--where", "status = new", "--to", "eve@example.com"][..],
            &[&id, "--to", "bob@example.com", "--to", "bob@example.com"],
        ] {
            assert_ne!(bob(bad), Some(0), "{bad:?}");
        }
    });
}

#[test]
fn a_change_of_many_is_all_or_nothing() {
    on_both_engines(|world| {
        let rows: String = (0..6_000).map(|n| format!("+1212{:07}\n", 2_000_000 + n)).collect();
        let file = world.file("many.csv", format!("Phone\n{rows}"));
        world.import(&file, &["--phone-check", "possible"]);
        let done = world.json(["lead", "status", "--where", "status = new", "contacted", "--yes"]);
        assert_eq!((&done["matched"], &done["changed"]), (&6_000.into(), &6_000.into()));
        let org = if world.engine == Engine::Postgres { "SET app.current_org_id = '1'; " } else { "" };
        let count = |table: &str| world.engine.sql(&world.url, &format!("{org}SELECT count(*) FROM {table}")).unwrap();
        assert_eq!(
            (count("lead_audit_log"), count("lead_status_history")),
            // Each was made, and moved with its first and last attempts and contacts.
            (vec!["36000".into()], vec!["12000".into()])
        );
        // A rehearsal leaves nothing behind, and a second time changes nothing.
        world.json(["lead", "tag", "--where", "status = contacted", "x", "--dry-run"]);
        assert_eq!(count("lead_tags"), ["0"]);
        let again = world.json(["lead", "status", "--where", "id > 0", "contacted", "--yes"]);
        assert_eq!(again["unchanged"], 6_000);
        assert_eq!(count("lead_audit_log"), ["36000"]);
    });
}
