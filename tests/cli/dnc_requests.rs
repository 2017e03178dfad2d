//! Requests: imported, found in replies, due and decided.

use serde_json::json;

use crate::assert_same_story;
use crate::support::on_both_engines;

#[test]
fn replies_are_applied_and_doubtful_ones_decided() {
    assert_same_story!(|world| {
        for number in ["2125550101", "2125550102"] {
            world.ok(["lead", "add", "--phone", number]);
        }
        world.file(
            "replies.csv",
            "From,Message,Received\n2125550101,STOP!!,2026-03-02 09:00\n2125550102,we must stop this bill,2026-02-12\n\
             2125550103,can you stop?,2026-03-01\nx,please unsubscribe me,\n2125550104,see you then,\n",
        );
        world.tell(&["dnc", "detect", "--replies", "replies.csv"]);
        world.tell(&["dnc", "detect", "--replies", "replies.csv", "--apply"]);
        world.tell(&["dnc", "due"]);
        world.tell(&["dnc", "due", "--overdue", "--format", "json"]);
        let due = world.json(["dnc", "due"]);
        let ids: Vec<String> = due.as_array().unwrap().iter().map(|request| request["id"].to_string()).collect();
        world.tell(&["dnc", "decide", &ids[0], "dismiss", "--reason", "speaks of a bill"]);
        world.tell(&["dnc", "decide", &ids[0], "honour"]);
        world.tell(&["dnc", "decide", &ids[1], "honour"]);
        world.tell(&["dnc", "due"]);
        world.tell(&["dnc", "history", "2125550103"]);
        world.tell(&["lead", "list", "--sort", "id"]);
        // Rehearsals come last: on PostgreSQL they use up ids.
        world.tell(&["dnc", "detect", "--number", "2125550102", "stop", "--apply", "--dry-run"]);
        world.tell(&["dnc", "check", "2125550102", "-q"]);
        world.tell(&["dnc", "detect", "stop", "--apply"]);
        world.file("no-texts.csv", "Phone,Name\n2125550101,Ada\n");
        world.tell(&["dnc", "detect", "--replies", "no-texts.csv"]);
    });
}

/// What stands below the evidence because it could not be read is none of the reply's words.
#[test]
fn a_stop_with_an_unreadable_cell_is_listed_all_the_same() {
    on_both_engines(|world| {
        world.file(
            "replies.csv",
            "From,Message,Received,Scope,Source\n2125550101,STOP,2999-01-01 09:00,,\n2125550102,Stop calling me,2999-12-31,,\n\
             2125550103,unsubscribe,soon,,\n2125550104,ALTO,,sometimes,\n2125550105,quit,,,a friend\n\
             2125550106,we must stop this bill,2999-01-01,,\n",
        );
        let out = world.run(["dnc", "detect", "--replies", "replies.csv", "--apply", "--format", "json"]);
        let lines: Vec<serde_json::Value> = serde_json::from_str(&out.stdout).unwrap();
        let outcomes: Vec<&str> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["added", "added", "added", "added", "added", "under_review"]);
        assert!(out.stderr.contains("lies in the future; it counts from the time of the import"), "{}", out.stderr);
        let checked = world.run(["dnc", "check", "2125550101", "2125550104", "--format", "json"]);
        let checked: Vec<serde_json::Value> = serde_json::from_str(&checked.stdout).unwrap();
        assert!(checked.iter().all(|line| line["verdict"] == "blocked"), "{checked:?}");
    });
}

#[test]
fn a_reply_forbids_what_it_names() {
    on_both_engines(|world| {
        let scopes = |world: &crate::support::World| -> Vec<(String, String)> {
            let entries = world.json(["dnc", "list"]);
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let mut scopes: Vec<_> =
                entries.as_array().unwrap().iter().map(|e| (text(&e["phone_number"]), text(&e["scope"]))).collect();
            scopes.sort();
            scopes
        };
        let entry = |number: &str, scope: &str| (number.to_owned(), scope.to_owned());
        world.file(
            "replies.csv",
            "From,Message,Scope\n2125550101,\"Don't call me, text me instead\",\n2125550102,\"no more texts, calls are fine\",\n\
             2125550103,stop texting me,\n2125550104,\"Don't call me, text me instead\",all\n",
        );
        world.ok(["dnc", "detect", "--replies", "replies.csv", "--apply"]);
        let mut listed = vec![
            entry("+12125550101", "calls"),
            entry("+12125550102", "texts"),
            entry("+12125550103", "all"),
            entry("+12125550104", "all"),
        ];
        assert_eq!(scopes(world), listed);
        // `--scope` is for texts that name none.
        for (number, text) in [("2125550105", "Stop calling, just text"), ("2125550106", "stop")] {
            world.ok(["dnc", "detect", "--number", number, text, "--apply", "--scope", "texts"]);
        }
        listed.extend([entry("+12125550105", "calls"), entry("+12125550106", "texts")]);
        assert_eq!(scopes(world), listed);
        // A further wish widens the entry.
        world.ok(["dnc", "detect", "--number", "2125550101", "ALTO", "--apply"]);
        assert_eq!(scopes(world)[0], entry("+12125550101", "all"));
    });
}

#[test]
fn requests_are_imported_and_taken_back() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada", "--status", "hot"]);
        world.file(
            "opt-outs.csv",
            "Opt outs of March\n\nPhone Number;Reason;Date;Channel;Expires;Agent\n\
             212-555-0101;angry;2026-03-01;;;x\n1.21E+10;;;;;x\n2125550102, 2125550103;;soon;sms;;x\n\
             2125550104;;;fax;;\n;;;;;\n2125550101;again;2026-03-02;;2026-12-31;\n2125550105;;2027-01-01;;2026-01-01;\n",
        );

        world.tell(&["import", "dnc", "opt-outs.csv", "--reason", "by mail"]);
        world.tell_file("opt-outs.csv.rejects.csv");
        world.tell(&["dnc", "list"]);
        world.file(
            "fixed.csv",
            std::fs::read_to_string(world.path("opt-outs.csv.rejects.csv"))
                .unwrap()
                .replace("1.21E+10", "2125550106")
                .replace(",soon,sms", ",03/04/2026,sms"),
        );
        world.tell(&["import", "dnc", "fixed.csv", "--date-order", "mdy"]);
        world.tell(&["dnc", "check", "2125550101", "2125550102", "2125550106"]);
        world.tell(&["import", "dnc", "opt-outs.csv"]);
        let ids: Vec<String> =
            world.json(["import", "list"]).as_array().unwrap().iter().map(|i| i["id"].to_string()).collect();
        world.tell(&["import", "undo", ids.last().unwrap(), "--yes"]);
        world.tell(&["lead", "list"]);
        world.tell(&["dnc", "list"]);
        world.file("numbers.csv", "2125550101\n2125550102\n");
        world.tell(&["import", "dnc", "numbers.csv"]);
        // Rehearsals come last: on PostgreSQL they use up ids.
        world.tell(&["import", "dnc", "opt-outs.csv", "--reason", "by mail", "--dry-run"]);
        world.tell(&["dnc", "list"]);
    });
}

#[test]
fn a_list_that_was_printed_is_imported_again() {
    on_both_engines(|world| {
        world.ok([
            "dnc",
            "add",
            "+12125550101",
            "--reason",
            "=1+1",
            "--evidence",
            "a letter",
            "--expires",
            "2026-12-31",
        ]);
        world.ok(["dnc", "add", "+442079460123", "--scope", "texts", "--source", "litigator"]);
        let essence = |entries: serde_json::Value| -> Vec<_> {
            let keys = ["phone_number", "scope", "source", "reason", "evidence", "expires_at"];
            entries.as_array().unwrap().iter().map(|entry| keys.map(|key| entry[key].clone())).collect()
        };
        let before = essence(world.json(["dnc", "list"]));
        world.file("dnc.csv", world.ok(["dnc", "list", "--format", "csv"]));
        world.ok(["org", "add", "beta"]);
        // Newest first was printed, so the newest is imported first.
        let done = world.json(["import", "dnc", "dnc.csv", "--org", "beta"]);
        assert_eq!((&done["created"], &done["rejected"]), (&json!(2), &json!(0)), "{done}");
        let mut after = essence(world.json(["dnc", "list", "--org", "beta"]));
        after.reverse();
        assert_eq!(after, before);
    });
}

#[test]
fn a_later_request_honours_what_is_under_review() {
    on_both_engines(|world| {
        world.run(["dnc", "detect", "--number", "2125550101", "can you stop?", "--apply"]);
        world.run(["dnc", "detect", "--number", "2125550102", "can you stop?", "--apply"]);
        assert_eq!(world.json(["dnc", "due"]).as_array().unwrap().len(), 2);
        world.ok(["dnc", "add", "2125550101", "--scope", "texts"]);
        assert_eq!(world.json(["dnc", "due"]).as_array().unwrap().len(), 2, "texts only is less than was asked for");
        world.ok(["dnc", "add", "2125550101"]);
        // What an entry forbids already needs nobody to decide.
        let again = world.run(["dnc", "detect", "--number", "2125550101", "can you stop?", "--apply"]);
        assert!(again.code == Some(0) && again.stdout.contains("already_listed"), "{}", again.stdout);
        let due = world.json(["dnc", "due"]);
        assert_eq!(due.as_array().unwrap().len(), 1);
        assert_eq!(due[0]["phone_number"], "+12125550102");
    });
}

#[test]
fn undoing_an_import_keeps_what_others_asked_for() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--status", "hot"]);
        world.ok(["dnc", "add", "2125550103", "--scope", "texts"]);
        world.file("first.csv", "Phone\n2125550101\n2125550102\n2125550103\n");
        world.file("second.csv", "Phone\n2125550101\n");
        let first = world.json(["import", "dnc", "first.csv"])["import_id"].to_string();
        let second = world.json(["import", "dnc", "second.csv"])["import_id"].to_string();
        world.ok(["dnc", "add", "2125550102", "--scope", "texts", "--reason", "a text"]);
        world.run(["import", "undo", &first, "--yes"]);
        let listed = |world: &crate::support::World| -> Vec<(String, String)> {
            let entries = world.json(["dnc", "list"]);
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let mut listed: Vec<_> =
                entries.as_array().unwrap().iter().map(|e| (text(&e["phone_number"]), text(&e["scope"]))).collect();
            listed.sort();
            listed
        };
        let entry = |number: &str, scope: &str| (number.to_owned(), scope.to_owned());
        let kept = [entry("+12125550101", "all"), entry("+12125550102", "texts"), entry("+12125550103", "texts")];
        assert_eq!(listed(world), kept);
        assert_eq!(world.leads()[0]["status"], "dnc");
        // The entry belongs to the second import now, and goes with it.
        world.run(["import", "undo", &second, "--yes"]);
        assert_eq!(listed(world), kept[1..]);
        assert_eq!(world.leads()[0]["status"], "hot");
    });
}

#[test]
fn undoing_an_import_does_not_bring_back_what_a_person_removed() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "2125550101"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["dnc", "remove", "2125550101", "--reason", "new owner", "--yes"]);
        world.now = "2026-03-06T12:00:00Z";
        world.file("list.csv", "Phone\n2125550101\n");
        let import = world.json(["import", "dnc", "list.csv"])["import_id"].to_string();
        world.run(["import", "undo", &import, "--yes"]);
        assert_eq!(world.json(["dnc", "list"]), json!([]));
    });
}

#[test]
fn the_deadline_is_counted_in_the_organization_s_days() {
    on_both_engines(|world| {
        world.ok(["org", "set", "timezone", "America/New_York"]);
        // Late on Friday, 20 November in New York; Thanksgiving is the 26th.
        world.now = "2026-11-21T03:00:00Z";
        world.run(["dnc", "detect", "--number", "2125550101", "can you stop?", "--apply"]);
        let due = world.json(["dnc", "due"]);
        assert_eq!((&due[0]["due_at"], &due[0]["business_days_left"]), (&json!("2026-12-08T04:59:59Z"), &json!(10)));
        world.now = "2026-12-08T04:59:59Z";
        assert_eq!(world.run(["dnc", "due"]).code, Some(0));
        world.now = "2026-12-08T05:00:00Z";
        assert_eq!(world.run(["dnc", "due"]).code, Some(3));
        assert_eq!(world.json(["dnc", "stats"])["overdue"], 1);
    });
}

#[test]
fn who_may_have_asked_is_not_clear_until_somebody_decides() {
    on_both_engines(|world| {
        let verdicts = |world: &crate::support::World| -> Vec<String> {
            let numbers = ["2125550101", "2125550102", "2125550103"];
            let call = [&["dnc", "check", "--org", "acme", "--format", "json"], &numbers[..]].concat();
            let ran = world.run(call);
            let lines: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
            let verdict = |line: &serde_json::Value| line["verdict"].as_str().unwrap().to_owned();
            let all_clear = lines.iter().all(|line| line["verdict"] == "clear");
            assert_eq!(ran.code, Some(if all_clear { 0 } else { 3 }));
            lines.iter().map(verdict).collect()
        };
        for number in ["2125550101", "2125550102"] {
            let detected = world.run(["dnc", "detect", "--number", number, "we must stop this leak", "--apply"]);
            assert_eq!(detected.code, Some(3), "{}", detected.stderr);
        }
        assert_eq!(verdicts(world), ["unknown", "unknown", "clear"]);
        let said = world.run(["dnc", "check", "2125550101"]).stdout;
        assert!(said.contains("request 1 is undecided") && said.contains("crmctl dnc due"), "{said}");
        world.ok(["dnc", "decide", "1", "honour"]);
        world.ok(["dnc", "decide", "2", "dismiss", "--reason", "about a pipe"]);
        assert_eq!(verdicts(world), ["blocked", "clear", "clear"]);
        // Of another organization nothing is told.
        world.ok(["org", "add", "other", "--region", "US"]);
        let other = ["--apply", "--org", "other"];
        let call = [&["dnc", "detect", "--number", "2125550103", "we must stop this leak"], &other[..]].concat();
        assert_eq!(world.run(call).code, Some(3));
        assert_eq!(verdicts(world), ["blocked", "clear", "clear"]);
    });
}
