//! `dnc add`, `remove`, `check`, `list`, `history`, `expire`, `stats`.

use serde_json::json;

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines, ran};

#[test]
fn a_day_of_compliance_staff() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "2125550142", "--name", "Ada Lovelace", "--status", "hot"]);
        world.tell(&["dnc", "check", "(212) 555-0142"]);
        world.tell(&[
            "dnc",
            "add",
            "(212) 555-0142",
            "nope",
            "--reason",
            "asked on the phone",
            "--source",
            "opt_out_call",
        ]);
        world.tell(&["dnc", "check", "212.555.0142 x9", "+12125550143", "555", "--record"]);
        world.tell(&["dnc", "check", "2125550142", "--format", "json"]);
        world.tell(&["lead", "list"]);
        world.now = "2026-03-05T09:00:00Z";
        world.tell(&["dnc", "add", "2125550142", "2125550150", "--scope", "texts", "--expires", "2026-03-20"]);
        world.tell(&[
            "dnc",
            "add",
            "2125550150",
            "--scope",
            "calls",
            "--expires",
            "2026-03-31",
            "--evidence",
            "a letter",
        ]);
        world.tell(&["dnc", "list"]);
        world.tell(&["dnc", "list", "--removed", "--format", "csv"]);
        world.tell(&["dnc", "remove", "2125550142", "2125550143", "--reason", "new owner", "--dry-run"]);
        world.tell(&["dnc", "remove", "2125550142", "--reason", "new owner"]);
        world.tell(&["dnc", "remove", "2125550142", "2125550143", "--reason", "new owner", "--yes"]);
        world.tell(&["dnc", "remove", "2125550142", "--reason", "new owner", "--yes"]);
        world.tell(&["dnc", "history", "2125550142"]);
        world.tell(&["dnc", "stats"]);
        world.now = "2026-04-01T00:00:00Z";
        world.tell(&["dnc", "check", "2125550150"]);
        world.tell(&["dnc", "expire"]);
        world.tell(&["dnc", "stats", "--format", "json"]);
    });
}

#[test]
fn what_is_wrong_is_said() {
    assert_same_story!(|world| {
        world.tell(&["dnc", "add", "nope", "12"]);
        world.tell(&["dnc", "add"]);
        world.tell(&["dnc", "add", "2125550142", "--requested-at", "2027-01-01"]);
        world.tell(&["dnc", "add", "2125550142", "--expires", "2026-01-01"]);
        world.tell(&["dnc", "add", "2125550142", "--scope", "fax"]);
        world.tell(&["dnc", "add", "2125550142", "--reason", " "]);
        world.tell(&["dnc", "add", "--file", "missing.txt"]);
        world.file("latin.txt", b"2125550142\nM\xfcller\n");
        world.tell(&["dnc", "add", "--file", "latin.txt"]);
        world.tell(&["dnc", "remove", "2125550142"]);
        world.tell(&["dnc", "history", "nope"]);
        world.tell(&["dnc", "decide", "7", "honour"]);
        world.tell(&["dnc", "decide", "7", "dismiss"]);
        world.tell(&["dnc", "list"]);
    });
}

#[test]
fn a_listed_number_is_found_however_it_is_written() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta", "--region", "US"]);
        let written = [
            "(212) 555-0142",
            "+12125550142",
            "212.555.0142 x9",
            "２１２５５５０１４２",
            "1-212-555-0142",
            "12125550142.0",
            "'+1 212 555 0142",
            "tel:+1-212-555-0142",
        ];
        for listed in written {
            world.ok(["dnc", "add", listed, "--org", "acme"]);
            let check = |org: &str| world.json([&["dnc", "check"][..], &written, &["--org", org]].concat());
            let (here, there) = (check("acme"), check("beta"));
            for (place, asked) in written.iter().enumerate() {
                let answer = &here[place];
                assert_eq!(
                    (&answer["verdict"], &answer["number"]),
                    (&json!("blocked"), &json!("+12125550142")),
                    "{asked}"
                );
                assert_eq!(answer["lists_checked"], json!(["internal"]));
                assert_eq!(there[place]["verdict"], "clear", "{asked}");
            }
            world.ok(["dnc", "remove", listed, "--reason", "test", "--yes", "--org", "acme"]);
            assert_eq!(world.run(["dnc", "check", listed, "--org", "acme"]).code, Some(0));
        }
        for unreadable in ["555-0142", "call me", "+1212555014", "+999123456789", ""] {
            let ran = world.run(["dnc", "check", unreadable, "--org", "acme", "--format", "json"]);
            let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!((ran.code, &answer[0]["verdict"]), (Some(3), &json!("unknown")), "{unreadable}");
            assert_eq!(answer[0]["lists_checked"], json!([]));
        }
    });
}

#[test]
fn files_and_standard_input_are_checked_line_by_line() {
    on_both_engines(|world| {
        let numbers: Vec<String> = (0..3000).map(|n| format!("+1212{:03}{:04}", 200 + n / 100, n)).collect();
        world.file("listed.txt", format!("\u{feff}{}\r\n\r\nnope\n", numbers[..1500].join("\r\n")));
        let added = world.json(["dnc", "add", "--file", "listed.txt", "--reason", "a file"]);
        assert_eq!((&added["requests"], &added["added"]), (&json!(1500), &json!(1500)));
        assert_eq!(
            added["refused"],
            json!([{"line": 1502, "input": "nope", "problem": "is not a phone number",
            "hint": "correct the number, or empty the cell"}])
        );
        let all = world.file("all.txt", numbers.join("\n"));
        let mut piped = world.command(["dnc", "check", "-", "--format", "csv"]);
        let piped = ran(piped.stdin(std::fs::File::open(&all).unwrap()));
        let from_file = world.run(["dnc", "check", "--file", "all.txt", "--format", "csv"]);
        assert_eq!((piped.code, &piped.stdout), (Some(3), &from_file.stdout));
        let verdicts = |word: &str| piped.stdout.lines().filter(|line| line.contains(&format!(",{word},"))).count();
        assert_eq!((verdicts("blocked"), verdicts("clear"), verdicts("unknown")), (1500, 1500, 0));
        // Adding again is no error: the requests are kept.
        let again = world.json(["dnc", "add", "--file", "listed.txt"]);
        assert_eq!((&again["added"], &again["already_listed"]), (&json!(0), &json!(1500)));
        let stats = world.json(["dnc", "stats"]);
        assert_eq!((&stats["entries"], &stats["requests"]), (&json!(1500), &json!(3000)));
        assert_eq!(world.json(["dnc", "list"]).as_array().unwrap().len(), 1500);
    });
}

#[test]
fn one_channel_may_be_forbidden() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550142", "--scope", "texts"]);
        world.ok(["dnc", "add", "+12125550143", "--scope", "calls"]);
        for (number, channel, verdict) in [
            ("+12125550142", Some("texts"), "blocked"),
            ("+12125550142", Some("calls"), "clear"),
            ("+12125550142", None, "blocked"),
            ("+12125550143", Some("texts"), "clear"),
            ("+12125550143", Some("calls"), "blocked"),
        ] {
            let channel: Vec<&str> = channel.into_iter().flat_map(|channel| ["--channel", channel]).collect();
            let answer = world.json([&["dnc", "check", number][..], &channel].concat());
            assert_eq!(answer[0]["verdict"], verdict, "{number} {channel:?}");
        }
    });
}

#[test]
fn a_further_number_blocks_its_lead_like_the_first() {
    on_both_engines(|world| {
        let status = |world: &World, phone: &str| world.json(["lead", "show", phone])["status"].clone();
        let view = |world: &World| {
            let sql = "SELECT count(*) FROM lead_summary WHERE on_dnc_list";
            world.engine.sql(&world.url, sql).unwrap().pop().unwrap()
        };
        world.ok(["lead", "add", "--phone", "2125550101", "--set", "further_phone=2125550109"]);
        world.ok(["lead", "status", "2125550101", "contacted"]);
        assert_eq!(view(world), "0");
        world.ok(["dnc", "add", "2125550109"]);
        let lead = &world.leads()[0];
        assert_eq!((&lead["status"], &lead["blocked"]), (&json!("dnc"), &json!(["+12125550109"])));
        assert_eq!(world.json(["lead", "show", "2125550101"])["blocked"], json!(["+12125550109"]));
        assert!(world.ok(["lead", "list"]).contains("blocked"));
        assert_eq!(view(world), "1");
        let refused = world.run(["lead", "status", "2125550101", "hot", "--force", "--reason", "x"]);
        assert!(refused.stderr.contains("crmctl dnc remove +12125550109"), "{}", refused.stderr);
        // Whichever way a lead gets such a number.
        world.ok(["lead", "add", "--phone", "2125550102", "--set", "further_phone=2125550109"]);
        world.file("people.csv", "Phone,Work Phone\n2125550103,2125550109\n");
        assert_eq!(world.json(["import", "leads", "people.csv"])["dnc_flagged"], 1);
        world.ok(["lead", "add", "--phone", "2125550104"]);
        world.ok(["lead", "phone", "add", "2125550104", "2125550109"]);
        world.ok(["lead", "add", "--phone", "2125550105"]);
        world.file("more.csv", "Phone,Work Phone\n2125550105,2125550109\n");
        world.ok(["import", "leads", "more.csv", "--on-duplicate", "update"]);
        world.ok(["lead", "add", "--phone", "2125550106"]);
        world.ok(["lead", "edit", "2125550106", "--set", "further_phone=2125550109"]);
        for phone in ["2125550102", "2125550103", "2125550104", "2125550105", "2125550106"] {
            assert_eq!(status(world, phone), "dnc", "{phone}");
        }
        world.ok(["lead", "phone", "delete", "2125550104", "2125550109"]);
        assert_eq!(status(world, "2125550104"), "new");
        // Another listed number of the lead keeps it where it is.
        world.ok(["dnc", "add", "2125550102"]);
        world.ok(["dnc", "remove", "2125550109", "--reason", "x", "--yes"]);
        assert_eq!((status(world, "2125550101"), status(world, "2125550102")), (json!("contacted"), json!("dnc")));
        world.ok(["lead", "merge", "2125550102", "--into", "2125550101", "--yes"]);
        assert_eq!(status(world, "2125550101"), "dnc");
        world.ok(["lead", "restore", "2"]);
        assert_eq!(status(world, "2125550101"), "contacted");
    });
}

#[test]
fn an_entry_has_an_end_for_calls_and_one_for_texts() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550142"]);
        world.ok(["dnc", "add", "2125550142", "--scope", "texts"]);
        world.ok(["dnc", "add", "2125550142", "--scope", "calls", "--expires", "2026-03-05"]);
        let list = world.json(["dnc", "list"]);
        assert_eq!((&list[0]["scope"], &list[0]["expires_at"]), (&json!("all"), &json!(null)));
        assert_eq!(list[0]["calls_expire_at"], "2026-03-06T00:00:00Z");
        let verdict = |world: &World, channel: &str| {
            world.json(["dnc", "check", "+12125550142", "--channel", channel])[0]["verdict"].clone()
        };
        assert_eq!((verdict(world, "calls"), verdict(world, "texts")), (json!("blocked"), json!("blocked")));
        assert_eq!(world.leads()[0]["status"], "dnc");
        world.now = "2026-03-06T00:00:00Z";
        assert_eq!((verdict(world, "calls"), verdict(world, "texts")), (json!("clear"), json!("blocked")));
        assert_eq!(world.json(["dnc", "stats"])["expired"], 1);
        world.ok(["dnc", "expire"]);
        assert_eq!(world.leads()[0]["status"], "new");
        let list = world.json(["dnc", "list"]);
        assert_eq!((&list[0]["scope"], &list[0]["calls_expire_at"]), (&json!("texts"), &json!(null)));
        assert_eq!(world.json(["dnc", "list", "--removed"]).as_array().unwrap().len(), 2);
        // The longer of two ends counts, channel by channel.
        world.ok(["dnc", "add", "2125550142", "--scope", "all", "--expires", "2026-04-01"]);
        world.ok(["dnc", "add", "2125550142", "--scope", "calls", "--expires", "2026-05-01"]);
        let list = world.json(["dnc", "list"]);
        assert_eq!((&list[0]["scope"], &list[0]["calls_expire_at"]), (&json!("all"), &json!("2026-05-02T00:00:00Z")));
        assert_eq!((&list[0]["expires_at"], &list[0]["texts_expire_at"]), (&json!(null), &json!(null)));
    });
}

#[test]
fn an_entry_is_only_closed_or_widened() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550142", "--scope", "calls", "--expires", "2030-01-01"]);
        world.ok(["dnc", "add", "+12125550143", "--reason", "asked"]);
        world.ok(["dnc", "remove", "+12125550143", "--reason", "x", "--yes"]);
        let now = if world.engine == Engine::Sqlite { "1" } else { "now()" };
        let later = if world.engine == Engine::Sqlite { "expires_at + 1" } else { "expires_at + interval '1 day'" };
        let earlier = if world.engine == Engine::Sqlite { "expires_at - 1" } else { "expires_at - interval '1 day'" };
        let (live, closed) = ("WHERE removed_at IS NULL", "WHERE removed_at IS NOT NULL");
        for refused in [
            format!("phone_number = '+12125550149' {live}"),
            format!("source = 'other' {live}"),
            format!("added_actor = 'x' {live}"),
            format!("reason = 'x' {live}"),
            format!("evidence = 'x' {closed}"),
            format!("removed_at = {now} {live}"),
            format!("removed_at = {now}, removed_actor = 'x' {live}"),
            format!("removed_at = {now}, removed_actor = 'x', removal_reason = 'x' {live}"),
            format!("scope = 'texts' {live}"),
            format!("expires_at = {earlier} {live}"),
            format!("removed_at = NULL {closed}"),
            format!("removed_actor = 'x' {closed}"),
            format!("removal_reason = 'y' {closed}"),
            format!("removal_kind = 'expiry' {closed}"),
        ] {
            let refusal = world.engine.sql(&world.url, &format!("UPDATE dnc_list SET {refused}"));
            assert!(refusal.is_err_and(|e| e.contains("closed")), "{:?}: {refused}", world.engine);
        }
        for allowed in [
            format!("expires_at = {later} {live}"),
            format!("scope = 'all' {live}"),
            format!("expires_at = NULL {live}"),
            format!("removed_at = {now}, removed_actor = 'x', removal_reason = 'x', removal_kind = 'person' {live}"),
        ] {
            world.engine.sql(&world.url, &format!("UPDATE dnc_list SET {allowed}")).unwrap();
        }
    });
}

#[test]
fn checks_are_recorded_when_asked_for() {
    on_both_engines(|world| {
        world.ok(["dnc", "check", "+12125550142"]);
        assert_eq!(world.json(["dnc", "history", "+12125550142"]), json!([]));
        world.ok(["dnc", "check", "+12125550142", "--record", "--channel", "calls"]);
        world.ok(["org", "set", "dnc.record_checks", "yes"]);
        world.ok(["dnc", "check", "(212) 555-0142"]);
        let history = world.json(["dnc", "history", "+12125550142"]);
        let details: Vec<_> = history.as_array().unwrap().iter().map(|event| event["detail"].clone()).collect();
        assert_eq!(details, [json!("clear for calls, on internal"), json!("clear, on internal")]);
        assert_eq!(world.run(["org", "set", "dnc.record_checks", "perhaps"]).code, Some(2));
    });
}

#[test]
fn two_who_add_a_number_at_once_make_one_entry_and_two_requests() {
    on_both_engines(|world| {
        for _ in 0..5 {
            let adders: Vec<_> = (0..2)
                .map(|n| world.start(["dnc", "add", "+12125550142", "--reason", if n == 0 { "a" } else { "b" }]))
                .collect();
            for adder in adders {
                let output = adder.wait_with_output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            }
            assert_eq!(world.json(["dnc", "list"]).as_array().unwrap().len(), 1);
            world.ok(["dnc", "remove", "+12125550142", "--reason", "again", "--yes"]);
        }
        assert_eq!(world.json(["dnc", "stats"])["requests"], 10);
        assert_eq!(world.json(["dnc", "list", "--removed"]).as_array().unwrap().len(), 5);
    });
}

#[test]
fn roles_decide_who_adds_and_removes() {
    on_both_engines(|world| {
        for role in ["admin", "sales_rep", "viewer"] {
            let email = format!("{role}@example.com");
            let admin: &[&str] = if role == "admin" { &[] } else { &["--as", "admin@example.com"] };
            world.ok([&["user", "add", &email, "--role", role][..], admin].concat());
        }
        let code =
            |role: &str, args: &[&str]| world.run([args, &["--as", &format!("{role}@example.com")]].concat()).code;
        assert_eq!(code("viewer", &["dnc", "add", "+12125550142"]), Some(1));
        assert_eq!(code("sales_rep", &["dnc", "add", "+12125550142"]), Some(0));
        assert_eq!(code("viewer", &["dnc", "check", "+12125550142", "--record"]), Some(3));
        assert_eq!(code("sales_rep", &["dnc", "remove", "+12125550142", "--reason", "x", "--yes"]), Some(1));
        assert_eq!(code("admin", &["dnc", "remove", "+12125550142", "--reason", "x", "--yes"]), Some(0));
        let history = world.json(["dnc", "history", "+12125550142", "--as", "viewer@example.com"]);
        let who: Vec<_> = history.as_array().unwrap().iter().map(|event| event["actor"].clone()).collect();
        assert!(who.contains(&json!("admin@example.com (tester@desk)")), "{who:?}");
    });
}

#[test]
fn the_list_and_its_logs_refuse_to_forget() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550142"]);
        world.ok(["dnc", "check", "+12125550143", "--record"]);
        let refused = |sql: &str| world.engine.sql(&world.url, sql).unwrap_err();
        assert!(refused("DELETE FROM dnc_list").contains("keeps its rows"));
        for table in ["dnc_requests", "dnc_checks"] {
            assert!(refused(&format!("DELETE FROM {table}")).contains("append-only"), "{table}");
            assert!(refused(&format!("UPDATE {table} SET actor = 'x'")).contains("append-only"), "{table}");
        }
        if world.engine == Engine::Sqlite {
            assert!(refused("INSERT OR REPLACE INTO dnc_requests SELECT * FROM dnc_requests").contains("append-only"));
        } else {
            assert!(refused("TRUNCATE dnc_requests").contains("append-only"));
            assert!(refused("TRUNCATE dnc_list CASCADE").contains("keeps its rows"));
        }
        // A request is decided once, and nothing else of it changes.
        world.run(["dnc", "detect", "--number", "+12125550144", "we must stop this bill", "--apply"]);
        let id = world.json(["dnc", "due"])[0]["id"].to_string();
        let now = if world.engine == Engine::Sqlite { "1" } else { "now()" };
        let decide = format!("UPDATE dnc_requests SET decision = 'dismiss', decided_at = {now}");
        assert!(refused(&format!("{decide}, text = 'x' WHERE id = {id}")).contains("decided once"));
        world.engine.sql(&world.url, &format!("{decide} WHERE id = {id}")).unwrap();
        assert!(refused(&format!("{decide} WHERE id = {id}")).contains("decided once"));
    });
}
