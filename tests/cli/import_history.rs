//! `import history`: status events of another system, among what is known of the leads.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

fn statuses(world: &World, lead: &str) -> Vec<(String, String, Value)> {
    let shown = world.json(["lead", "show", lead]);
    let history = shown["status_history"].as_array().unwrap().iter();
    history
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            (text("changed_at"), text("to_status"), row["from_status"].clone())
        })
        .collect()
}

const LEADS: &str = "Name,Phone,Email,ID,Created\n\
    Ada,2125550101,ada@example.com,a1,2026-01-05\n\
    Ben,2125550102,ben@example.com,b2,2026-01-06\n\
    Cleo,,cleo@example.com,c3,2026-01-07\n\
    Dev,2125550104,,d4,2026-01-08\n";

fn leads(world: &mut World) {
    world.import(&world.file("leads.csv", LEADS), &["--map", "external_id=ID", "--source-system", "oldcrm"]);
    world.now = "2026-03-05T12:00:00Z";
}

#[test]
fn events_of_a_messy_sheet() {
    assert_same_story!(|world: &mut World| {
        leads(world);
        world.ok(["user", "add", "sam@example.com", "--role", "admin"]);
        let rows = "ID;Mobile;Mail;New Stage;When;By;Comment\n\
            a1;;;Demo held;2026-01-09 10:00;SAM@example.com;\n\
            ;(212) 555-0101;;attempted;2026-01-07 09:00;Kim (old CRM);called twice\n\
            a1;;;Closed Won;2026-02-01;;\n\
            ;;ben@example.com;working;2026-01-10;;\n\
            ;;ben@example.com;working;2026-01-12;;\n\
            ;2,12555E+09;;working;2026-01-10;;\n\
            ;212 555 0199;;working;2026-01-10;;\n\
            b2;2125550101;;working;2026-01-10;;\n\
            b2;;;sleeping;2026-01-10;;\n\
            b2;;;hot;2027-01-10;;\n\
            b2;;;hot;;;\n\
            ;;;hot;2026-01-10;;\n\
            c3;;;do not call;2026-01-11;;\n\
            d4;;;DNC;2026-02-03;;asked on the phone\n";
        world.file("events.csv", rows);
        let call = [
            "import",
            "history",
            "events.csv",
            "--as",
            "sam@example.com",
            "--map",
            "external_id=ID",
            "--source-system",
            "oldcrm",
            "--status-map",
            "Demo held=qualified",
        ];
        world.tell(&call);
        world.tell(&["lead", "show", "1", "--as", "sam@example.com"]);
        world.tell(&["lead", "show", "4", "--as", "sam@example.com"]);
        world.tell(&["dnc", "check", "+12125550104", "--as", "sam@example.com"]);
        // What was rejected stands beside the file, and what is known already changes nothing.
        world.now = "2026-03-05T12:00:01Z";
        world.tell(&[&call[..], &["--dry-run"]].concat());
        world.tell(&["import", "history", "leads.csv", "--as", "sam@example.com"]);
    });
}

#[test]
fn events_go_among_what_is_known_and_come_out_again() {
    on_both_engines(|world| {
        leads(world);
        world.ok(["lead", "status", "1", "contacted"]);
        let before: Vec<Value> = ["1", "2"].map(|lead| world.json(["lead", "show", lead])).to_vec();
        world.now = "2026-03-06T12:00:00Z";
        let events = "Phone,Status,Date\n2125550101,qualified,2026-02-01\n2125550101,hot,2026-02-03\n\
            2125550102,contacted,2026-02-01\n2125550102,hot,2026-02-02\n";
        world.file("events.csv", events);
        let summary = world.json(["import", "history", "events.csv"]);
        assert_eq!(
            (&summary["created"], &summary["leads"], &summary["leads_moved"]),
            (&json!(4), &json!(2), &json!(1))
        );
        // The events of lead 1 lie before what was known last; lead 2 is where the last one says.
        let told: Vec<(String, Value)> = statuses(world, "1").into_iter().map(|(_, to, from)| (to, from)).collect();
        let expected = [
            ("new", Value::Null),
            ("qualified", json!("new")),
            ("hot", json!("qualified")),
            ("contacted", json!("new")),
        ];
        assert_eq!(told, expected.map(|(to, from)| (to.to_owned(), from)));
        assert_eq!(world.json(["lead", "show", "1"])["status"], "contacted");
        let ben = world.json(["lead", "show", "2"]);
        assert_eq!((&ben["status"], &ben["status_changed_at"]), (&json!("hot"), &json!("2026-02-02T00:00:00Z")));
        // The log tells the state at any time, however old what was written is.
        world.now = "2026-03-07T12:00:00Z";
        let as_of = |lead: &str, time: &str| world.json(["lead", "history", lead, "--as-of", time])["status"].clone();
        assert_eq!(
            (as_of("2", "2026-03-06T00:00:00Z"), as_of("2", "2026-03-06T13:00:00Z")),
            (json!("new"), json!("hot"))
        );
        // A number that leaves the do-not-call list goes back to what was true last.
        world.ok(["dnc", "add", "+12125550101"]);
        world.now = "2026-03-08T12:00:00Z";
        world.ok(["dnc", "remove", "+12125550101", "--reason", "asked back", "--yes"]);
        assert_eq!(world.json(["lead", "show", "1"])["status"], "contacted");
        world.now = "2026-03-09T12:00:00Z";
        let undone = world.json(["import", "undo", "2", "--yes"]);
        assert_eq!((&undone["status_events"], &undone["restored"]), (&json!(4), &json!(1)), "{undone}");
        let after = world.json(["lead", "show", "2"]);
        for key in ["status", "status_changed_at"] {
            assert_eq!(after[key], before[1][key], "{key}");
        }
        let funnel = world.json(["funnel", "--where", "id in (1, 2)"]);
        let reached: Vec<u64> =
            funnel["stages"].as_array().unwrap().iter().map(|s| s["reached"].as_u64().unwrap()).collect();
        assert_eq!(reached, [2, 1, 0, 0, 0, 0]);
    });
}

#[test]
fn a_dnc_event_is_honoured_once() {
    on_both_engines(|world| {
        leads(world);
        // The file is not in the order of its times: the last event of lead 2 is not dnc.
        let events = "Phone,Status,Date\n2125550102,contacted,2026-02-20\n2125550101,dnc,2026-02-03\n\
            2125550102,dnc,2026-02-02\n2125550101,hot,2026-02-01\n";
        world.file("events.csv", events);
        let summary = world.json(["import", "history", "events.csv"]);
        assert_eq!((&summary["dnc_flagged"], &summary["leads_moved"]), (&json!(1), &json!(2)), "{summary}");
        let status = |world: &World, lead: &str| world.json(["lead", "show", lead])["status"].clone();
        assert_eq!((status(world, "1"), status(world, "2")), (json!("dnc"), json!("contacted")));
        assert_eq!(world.run(["dnc", "check", "+12125550101"]).code, Some(3));
        assert_eq!(world.run(["dnc", "check", "+12125550102"]).code, Some(0));
        // Undoing keeps the opt-out; a person takes it back, and the same file does not bring it again.
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["dnc", "remove", "+12125550101", "--reason", "asked back", "--yes"]);
        assert_eq!(status(world, "1"), json!("hot"));
        world.now = "2026-03-07T12:00:00Z";
        let again = world.json(["import", "history", "events.csv"]);
        assert_eq!((&again["unchanged"], &again["dnc_flagged"]), (&json!(4), &json!(0)), "{again}");
        assert_eq!(world.run(["dnc", "check", "+12125550101"]).code, Some(0));
    });
}

#[test]
fn a_lead_that_an_undo_keeps_keeps_its_statuses() {
    on_both_engines(|world| {
        let sheet = "Phone,Status,Created\n2125550101,hot,2026-01-05\n2125550102,hot,2026-01-05\n";
        let import = world.import(&world.file("leads.csv", sheet), &[])["import_id"].to_string();
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "edit", "1", "--city", "Troy"]);
        world.now = "2026-03-06T12:00:00Z";
        assert_eq!(world.run(["import", "undo", &import, "--yes"]).code, Some(3));
        let funnel = world.json(["funnel"]);
        assert_eq!((&funnel["cohort"], &funnel["stages"][4]["reached"]), (&json!(1), &json!(1)));
        let activity = world.json(["funnel", "--mode", "activity"]);
        assert_eq!((&activity["entries"], &activity["stages"][4]["entries"]), (&json!(1), &json!(1)));
    });
}
