//! A change answers people in a line that says what changed from what to what; programs, and who asks with `--show`, get the record.

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// Runs each call as Ann and writes it down.
fn tell(world: &mut World, calls: &[&[&str]]) {
    for call in calls {
        world.tell(&[call, &["--as", "ann@example.com"][..]].concat());
    }
}

#[test]
fn changes_of_leads_answer_in_a_line() {
    assert_same_story!(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        world.ok(["user", "add", "bob@example.com", "--as", "ann@example.com"]);
        tell(
            world,
            &[
                &["lead", "add", "--phone", "2125550101", "--name", "Ada Byron", "--email", "ada@example.com"],
                &["lead", "edit", "1", "--city", "Rome", "--set", "value=1250", "--set", "currency=EUR"],
                &["lead", "edit", "1", "--city", "Milan", "--set", "value=99.5"],
                &["lead", "edit", "1", "--city", "Milan"],
                &["lead", "edit", "1", "--set", "value=1", "--set", "currency=USD", "--clear", "city"],
                &["lead", "edit", "1", "--set", "custom.Shoe size=9", "--company", "\"Ada\" & \u{1b}[2J Co"],
                &["lead", "edit", "1", "--city", "Bonn", "--dry-run"],
                &["lead", "status", "1", "hot", "--dry-run"],
                &["lead", "status", "1", "hot"],
                &["lead", "status", "1", "hot"],
                &["lead", "assign", "1", "--to", "ann@example.com"],
                &["lead", "assign", "1", "--to", "bob@example.com"],
                &["lead", "assign", "1", "--nobody", "--dry-run"],
                &["lead", "tag", "1", "vip", "partner"],
                &["lead", "untag", "1", "vip"],
                &["lead", "tag", "1", "partner"],
                &["lead", "note", "1", "call back in May", "--contacted", "--next-contact", "2026-05-04T15:00"],
                &["lead", "note", "1", &"long ".repeat(40), "--dry-run"],
                &["lead", "phone", "add", "1", "2125550102"],
                &["lead", "phone", "primary", "1", "2125550102"],
                &["lead", "phone", "remove", "1", "2125550101"],
                &["lead", "email", "add", "1", "ada@example.org"],
                &["lead", "email", "primary", "1", "ada@example.org", "--dry-run"],
                &["lead", "email", "remove", "1", "ada@example.org"],
                &["lead", "add", "--phone", "2125550103", "--name", "Bea", "--city", "Oslo"],
                &["lead", "merge", "1", "2", "--yes"],
                &["lead", "restore", "2"],
                &["lead", "delete", "2", "--dry-run"],
                &["lead", "delete", "2", "--yes"],
                &["lead", "restore", "2", "--dry-run"],
                &["lead", "status", "1", "dnc", "--reason", "asked"],
                &["lead", "show", "1"],
                &["lead", "history", "1"],
            ],
        );
    });
}

#[test]
fn changes_of_other_things_answer_in_a_line() {
    assert_same_story!(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        tell(
            world,
            &[
                &["user", "add", "bob@example.com", "--first-name", "Bob", "--dry-run"],
                &["user", "add", "bob@example.com", "--first-name", "Bob"],
                &["user", "edit", "bob@example.com", "--role", "manager", "--timezone", "Europe/Rome"],
                &["user", "edit", "bob@example.com", "--role", "manager"],
                &["user", "edit", "bob@example.com", "--email", "rob@example.com"],
                &["user", "disable", "rob@example.com", "--dry-run"],
                &["user", "disable", "rob@example.com"],
                &["org", "edit", "acme", "--region", "DE", "--industry", "soft ware"],
                &["org", "edit", "acme", "--region", "DE"],
                &["org", "set", "funnel.stages", "new,hot", "--org", "acme"],
                &["org", "set", "timezone", "Europe/Rome", "--org", "acme", "--dry-run"],
                &["org", "set", "custom.office", "Bonn", "--org", "acme"],
                &["org", "set", "custom.office", "--clear", "--org", "acme"],
                &["org", "add", "beta", "--name", "Beta Inc.", "--dry-run", "--org", "acme"],
                &["org", "disable", "acme", "--dry-run"],
                &["segment", "create", "fresh", "--where", "status = new", "--public"],
                &["segment", "edit", "fresh", "--where", "status = hot", "--name", "hot ones", "--private"],
                &["segment", "edit", "hot ones", "--private"],
                &["segment", "refresh", "hot ones", "--dry-run"],
                &["segment", "delete", "hot ones", "--dry-run"],
                &["segment", "delete", "hot ones", "--yes"],
                &["budget", "account", "add", "ads", "--currency", "EUR"],
                &["budget", "deposit", "5000", "--dry-run"],
                &["budget", "deposit", "5000"],
                &["budget", "charge", "1250.50", "--source", "web", "--month", "2026-03"],
                &["budget", "refund", "50", "--source", "web", "--month", "2026-03"],
                &["budget", "adjust", "-1", "--description", "fees"],
                &["roi", "cost", "add", "radio", "2026-03", "100", "--dry-run"],
                &["roi", "cost", "add", "radio", "2026-03", "100"],
                &["roi", "cost", "add", "radio", "2026-03", "50", "--add"],
                &["roi", "cost", "add", "radio", "2026-03", "150", "--replace"],
                &["roi", "rate", "set", "EUR", "2026-03", "1.0843"],
                &["roi", "rate", "set", "EUR", "2026-03", "1.1", "--dry-run"],
                &["roi", "rate", "set", "EUR", "2026-03", "1.0843"],
                &["dnc", "detect", "--number", "+12125550142", "dont call before nine", "--apply"],
                &["dnc", "due"],
                &["dnc", "decide", "1", "honour", "--dry-run"],
                &["dnc", "decide", "1", "dismiss", "--reason", "about hours"],
                &["audit", "list", "--entity", "segment"],
            ],
        );
    });
}

#[test]
fn programs_and_who_asks_get_the_record() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        let edited = world.json(["lead", "edit", "1", "--city", "Rome"]);
        assert_eq!((&edited["city"], edited["recent_changes"].as_array().unwrap().len()), (&"Rome".into(), 2));
        let shown = world.ok(["lead", "edit", "1", "--city", "Troy", "--show"]);
        assert!(shown.contains("recent changes") && shown.contains("Troy"), "{shown}");
        // A dry run shows what would be, and that is not so.
        let planned = world.json(["lead", "edit", "1", "--city", "Bonn", "--dry-run"]);
        assert_eq!(planned["city"], "Bonn");
        assert_eq!(world.json(["lead", "show", "1"])["city"], "Troy");
        for many in [&["lead", "status", "hot"][..], &["lead", "tag", "x"], &["lead", "delete"]] {
            let ran = world.run([many, &["--where", "city = Troy", "--show", "--yes"]].concat());
            assert_eq!(ran.code, Some(2), "{many:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("--show prints one record"), "{}", ran.stderr);
        }
    });
}

#[test]
fn answers_tell_what_was_done_besides_and_what_was_not() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Byron"]);
        let listed = "status new → dnc, its numbers go on the do-not-call list, for calls and texts";
        let dry = world.ok(["lead", "status", "1", "dnc", "--dry-run"]);
        assert!(dry.starts_with(&format!("lead 1: {listed} (dry run")), "{dry}");
        assert_eq!(world.ok(["lead", "status", "1", "dnc"]), format!("lead 1: {listed}\n"));
        assert!(!world.ok(["lead", "status", "1", "dnc"]).contains("list"));
        // A call that was made before books nothing, and says so where `-q` says nothing else.
        let deposit = ["budget", "deposit", "10", "--idempotency-key", "k", "--quiet"];
        assert!(!world.ok(deposit).contains("nothing booked"));
        world.ok(["budget", "deposit", "5"]);
        let again = world.ok(deposit);
        assert!(again.contains("nothing booked, for transaction 1 is this call"), "{again}");
        // Numbers are no days, and words no files.
        for day in ["1700000000", "20260304", "45731"] {
            for option in ["--next-contact", "--expected-close-date"] {
                let ran = world.run(["lead", "edit", "1", option, day]);
                assert_eq!(ran.code, Some(2), "{option} {day}: {}", ran.stdout);
                assert!(ran.stderr.contains("is a number, and no day or time"), "{}", ran.stderr);
            }
        }
        let ran = world.run(["backup", "lists"]);
        assert_eq!(ran.code, Some(2), "{}", ran.stdout);
        assert!(
            ran.stderr.contains("crmctl backup --output lists.db.zst") && !world.path("lists").exists(),
            "{}",
            ran.stderr
        );
    });
}
