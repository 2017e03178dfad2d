//! Further emails of leads: imports, `lead email`, and all that looks at them.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// All emails of a lead, the first one first.
fn emails(world: &World, lead: &str) -> Vec<String> {
    let shown = world.json(["lead", "show", lead]);
    let further = shown["emails"].as_array().unwrap().iter().map(|email| &email["email"]);
    [&shown["email"]].into_iter().chain(further).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn found(world: &World, filter: &str) -> Vec<i64> {
    let list = world.json(["lead", "list", "--sort", "id", "--where", filter]);
    list.as_array().unwrap().iter().map(|lead| lead["id"].as_i64().unwrap()).collect()
}

#[test]
fn emails_are_added_removed_and_made_the_first() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--email", "ada@example.com", "--name", "Ada Lovelace"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--email", "out@example.com", "--consent", "denied"]);
        world.now = "2026-03-05T12:00:00Z";
        world.tell(&["lead", "email", "add", "1", "Ada@Example.org", "--kind", "work"]);
        world.tell(&["lead", "email", "add", "1", "ada@example.org", "--quiet", "--format", "csv"]);
        // A lead is found by further emails, too.
        world.tell(&["lead", "show", "ADA@example.org", "--format", "csv"]);
        world.tell(&["lead", "email", "add", "1", "nobody"]);
        world.tell(&["lead", "email", "delete", "1", "ada@example.com"]);
        world.tell(&["lead", "email", "primary", "1", "eve@example.com"]);
        world.now = "2026-03-06T12:00:00Z";
        world.tell(&["lead", "email", "primary", "1", "ada@example.org"]);
        world.now = "2026-03-07T12:00:00Z";
        world.tell(&["lead", "email", "delete", "1", "ada@example.com"]);
        world.tell(&["lead", "email", "delete", "1", "ada@example.com"]);
        world.now = "2026-03-08T12:00:00Z";
        world.tell(&["lead", "email", "add", "1", "out@example.com"]);
        world.tell(&["lead", "email", "add", "99", "ada@example.com"]);
        world.tell(&["lead", "history", "1", "--as-of", "2026-03-06"]);
        world.tell(&["lead", "timeline", "1"]);
    });
}

#[test]
fn a_lead_with_three_emails_from_its_import_to_its_erasure() {
    on_both_engines(|world| {
        let own = ["ada@example.com", "ada@example.org", "ada@work.example"];
        let text = "Phone,Email,Work Email,Name\n2125550101,Ada@Example.com; ada@example.org,ada@work.example,Ada Lovelace\n\
                    2125550102,eve@example.com,,Eve Adams\n";
        let file = world.file("people.csv", text);
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(2), &json!(0)), "{summary}");
        assert_eq!(emails(world, "1"), own);
        let shown = world.json(["lead", "show", "1"]);
        assert_eq!((&shown["emails"][1]["kind"], &shown["custom_fields"]), (&json!("work"), &json!({})));

        // Each of them names the lead, finds it, and is asked for by filters.
        for email in own {
            assert_eq!(world.json(["lead", "show", email])["id"], 1, "{email}");
            assert_eq!(world.json(["lead", "search", email])[0]["id"], 1, "{email}");
            assert_eq!(found(world, &format!("email = {email}")), [1], "{email}");
            assert_eq!(found(world, &format!("email != {email}")), [2], "{email}");
        }
        assert_eq!(found(world, "email contains \"@work.\""), [1]);
        assert_eq!(found(world, "email starts with ada@example.o"), [1]);
        assert_eq!(found(world, "email in (ada@work.example, eve@example.com)"), [1, 2]);
        assert_eq!(found(world, "email is empty"), [] as [i64; 0]);

        // What is exported comes back as it was, here and elsewhere.
        let export = world.ok(["lead", "export", "--where", "id = 1"]);
        assert!(export.contains("ada@example.com,\"ada@example.org, ada@work.example\""), "{export}");
        let export = world.file("export.csv", export);
        let again = world.import(&export, &["--on-duplicate", "update"]);
        assert_eq!((&again["unchanged"], &again["read"]), (&json!(1), &json!(1)), "{again}");
        let elsewhere = World::new(world.engine);
        assert_eq!(elsewhere.import(&export, &[])["created"], 1);
        assert_eq!(emails(&elsewhere, "ada@work.example"), own);
        elsewhere.finish();

        // An import adds what is new, is logged, and is taken back.
        world.now = "2026-03-05T12:00:00Z";
        let more = world.file("more.csv", "Phone,Email 2,Email 3\n2125550101,ada@example.net,ada@example.org\n");
        let summary = world.import(&more, &["--on-duplicate", "fill"]);
        assert_eq!(summary["updated"], 1, "{summary}");
        assert_eq!(emails(world, "1").len(), 4);
        let logged = |world: &World| {
            let log = world.json(["lead", "history", "1"]);
            let told = log.as_array().unwrap().iter().filter(|entry| entry["field"] == "further_email");
            told.map(|entry| (entry["old"].clone(), entry["new"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(logged(world), [(json!(null), json!("ada@example.net"))]);
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["import", "undo", &summary["import_id"].to_string(), "--yes"]);
        assert_eq!(emails(world, "1"), own);
        assert_eq!(logged(world).len(), 2);
        let past = world.json(["lead", "history", "1", "--as-of", "2026-03-05T13:00:00Z"]);
        assert_eq!(past["emails"].as_array().unwrap().len(), 3, "{past}");

        // A merge carries emails over, and a restore takes them back.
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["lead", "email", "add", "2", "eve@example.org"]);
        world.now = "2026-03-08T12:00:00Z";
        world.ok(["lead", "merge", "1", "2", "--yes"]);
        assert_eq!(emails(world, "1"), [&own[..], &["eve@example.com", "eve@example.org"]].concat());
        assert_eq!(world.json(["lead", "show", "eve@example.org"])["id"], 1);
        world.now = "2026-03-09T12:00:00Z";
        world.ok(["lead", "restore", "2"]);
        assert_eq!(emails(world, "1"), own);
        assert_eq!(emails(world, "2"), ["eve@example.com", "eve@example.org"]);

        // The person is given all of them, and all of them go.
        let personal = world.json(["lead", "show", "1", "--export-personal"]);
        assert_eq!(personal["leads"][0]["emails"].as_array().unwrap().len(), 2, "{personal}");
        world.now = "2026-03-10T12:00:00Z";
        world.ok(["lead", "email", "delete", "1", "ada@work.example"]);
        world.now = "2026-03-11T12:00:00Z";
        // Lead 2 has the emails that this one had for a day.
        assert_eq!(world.run(["lead", "erase", "1", "--yes"]).code, Some(3));
        for table in ["leads", "lead_emails", "lead_audit_log"] {
            let sql = format!("SELECT * FROM {table} WHERE organization_id = 1");
            let rows = world.engine.sql(&world.url, &sql).unwrap().join("\n");
            assert!(!rows.contains("ada@") && (table == "leads" || rows.contains("eve@")), "{table}: {rows}");
        }
        let back =
            world.file("back.csv", "Email\nada@example.org\nada@work.example\nada@example.com\nnew@example.com\n");
        let summary = world.import(&back, &[]);
        assert_eq!((&summary["created"], &summary["previously_erased"]), (&json!(4), &json!(3)), "{summary}");
    });
}

#[test]
fn cells_and_columns_of_several_emails() {
    on_both_engines(|world| {
        let (a, b, c) = ("a@example.com", "b@example.com", "c@example.com");
        for (text, wanted) in [
            ("Phone,Email\nNUMBER,a@example.com;b@example.com\n", &[a, b][..]),
            ("Phone,Email\nNUMBER,\"a@example.com, b@example.com / c@example.com\"\n", &[a, b, c]),
            ("Phone,Email\nNUMBER,\"a@example.com\nb@example.com c@example.com\"\n", &[a, b, c]),
            ("Phone,Email,Email 2,Other email\nNUMBER,a@example.com,B@example.com,a@example.com\n", &[a, b]),
            ("Phone,E-mail 1 - Value,E-mail 2 - Value\nNUMBER,,b@example.com ::: c@example.com\n", &[b, c]),
            ("Phone,Personal Email,Work Email\nNUMBER,,b@example.com\n", &[b]),
            ("Secondary Email,Phone\n,NUMBER\n", &[]),
            ("Secondary Email,Third Email,Name\nc@example.com,a@example.com,Ada\n", &[c, a]),
        ] {
            let file = world.file("a.csv", text.replace("NUMBER", "2125550101"));
            let summary = world.import(&file, &[]);
            assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(0)), "{text}: {summary}");
            let id = world.leads().last().unwrap()["id"].to_string();
            assert_eq!(emails(world, &id), wanted, "{text}");
            world.ok(["lead", "delete", &id, "--yes"]);
        }
        // What is no address is told with its place, whatever stands beside it.
        for (text, column, value) in [
            ("Email,Email 2\na@example.com,nobody\n", "Email 2", "nobody"),
            ("Phone,Email\n2125550101,a@example.com; b@\n", "Email", "b@"),
            ("Phone,Email\n2125550101,a b@example.com\n", "Email", "a b@example.com"),
            ("Email,Other email\na@example.com,b@example.com|#REF!\n", "Other email", "#REF!"),
        ] {
            let summary = world.import(&world.file("bad.csv", text), &[]);
            let problem = &summary["problems"][0];
            assert_eq!(
                (&summary["rejected"], &problem["kind"]),
                (&json!(1), &json!("email_invalid")),
                "{text}: {summary}"
            );
            let told = problem.to_string();
            for part in [column, value, "correct the address, or empty the cell"] {
                assert!(told.contains(part), "{text}: {told} lacks {part}");
            }
        }
        // Without those that are none a lenient import takes the row.
        let text = "Phone,Email,Email 2\n2125550101,a@example.com,nobody; c@example.com\n";
        let summary = world.import(&world.file("bad.csv", text), &["--lenient"]);
        assert_eq!((&summary["created"], &summary["dropped_values"]), (&json!(1), &json!(1)), "{summary}");
        assert_eq!(emails(world, "2125550101"), [a, c]);
    });
}

#[test]
fn a_row_with_a_further_email_alone_keeps_the_first_of_its_lead() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--email", "a@example.com"]);
        world.ok(["lead", "add", "--phone", "2125550102"]);
        world.now = "2026-03-05T12:00:00Z";
        let text = "Phone,Email,Email 2\n2125550101,,b@example.com\n2125550102,,c@example.com\n";
        let file = world.file("a.csv", text);
        let summary = world.import(&file, &["--on-duplicate", "update"]);
        assert_eq!(summary["updated"], 2, "{summary}");
        assert_eq!(emails(world, "1"), ["a@example.com", "b@example.com"]);
        assert_eq!(emails(world, "2"), ["c@example.com"]);
        assert_eq!(world.import(&file, &["--on-duplicate", "update"])["unchanged"], 2);
    });
}

#[test]
fn a_further_email_leaves_a_doubt_and_decides_nothing() {
    on_both_engines(|world| {
        world.ok([
            "lead",
            "add",
            "--phone",
            "2125550101",
            "--email",
            "a@example.com",
            "--set",
            "further_email=b@example.com",
        ]);
        for (text, created, doubts) in [
            ("Email\nb@example.com\n", 1, 1),
            // The lead that was made is known by it from now on.
            ("Email\nb@example.com\n", 0, 0),
            ("Phone,Email\n2125550105,b@example.com\n", 1, 1),
            ("Phone,Email 2\n2125550106,a@example.com\n", 1, 1),
            ("Email,Email 2\nnew@example.com,b@example.com\n", 1, 1),
            // In one file, too.
            ("Email,Email 2\nx@example.com,y@example.com\ny@example.com,\nz@example.com,x@example.com\n", 3, 2),
            // The phone decides.
            ("Phone,Email\n2125550101,b@example.com\n", 0, 0),
            ("Email\na@example.com\n", 1, 1),
        ] {
            let summary = world.import(&world.file("a.csv", text), &[]);
            assert_eq!(
                (&summary["created"], &summary["possible_duplicates"]),
                (&json!(created), &json!(doubts)),
                "{text}: {summary}"
            );
        }
        let groups = world.json(["lead", "duplicates"]);
        assert!(groups.to_string().contains("same email"), "{groups}");
        // A history says of whom it tells.
        let text = "Email,Status,Date\nnew@example.com; q@example.com,contacted,2026-01-02\n";
        let file = world.file("history.csv", text);
        let summary = world.json(["import", "history", file.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(0)), "{summary}");
    });
}

/// Leads that opted out and have the emails `out1@example.com` and so on, live and gone. Each is found by `x@example.com`.
const OPTED_OUT: [(&str, &[&str]); 6] = [
    ("a live lead", &["lead add --email x@example.com --set further_email=OUT --consent denied"]),
    (
        "a lead that was given them later",
        &[
            "lead add --email x@example.com",
            "lead edit x@example.com --set further_email=OUT",
            "lead edit x@example.com --consent denied",
        ],
    ),
    (
        "a listed lead",
        &["lead add --email x@example.com --phone 2125550199 --set further_email=OUT", "dnc add 2125550199"],
    ),
    (
        "a deleted lead",
        &["lead add --email x@example.com --set further_email=OUT --consent denied", "lead delete x@example.com --yes"],
    ),
    (
        "a merged lead",
        &[
            "lead add --email x@example.com --set further_email=OUT --consent denied",
            "lead add --phone 2125550198",
            "lead merge x@example.com --into 2125550198 --yes",
        ],
    ),
    (
        "an erased lead",
        &["lead add --email x@example.com --set further_email=OUT --consent denied", "lead erase x@example.com --yes"],
    ),
];

#[test]
fn an_opt_out_holds_for_every_email_of_a_person() {
    on_both_engines(|world| {
        let outs: Vec<String> = (1..=6).map(|n| format!("out{n}@example.com")).collect();
        for (at, (what, before)) in OPTED_OUT.iter().enumerate() {
            let org = format!("o{at}");
            world.ok(["org", "add", &org, "--region", "US"]);
            let in_org = |call: &str| {
                let call = format!("{call} --org {org}").replace("OUT", &outs.join(";"));
                world.ok(call.split(' '));
            };
            let import = |text: &str, policy: &str| {
                world.import(&world.file("in.csv", text), &["--on-duplicate", policy, "--org", &org])
            };
            before.iter().for_each(|call| in_org(call));
            // Each of them takes another one of the emails.
            import("Phone,Email,Consent\n2125550101,out1@example.com,granted\n", "skip");
            import("Phone,Email,Email 2,Consent\n2125550102,two@example.com,out2@example.com,granted\n", "skip");
            in_org("lead add --phone 2125550103 --set further_email=out3@example.com --consent granted");
            in_org("lead add --phone 2125550104 --consent granted");
            in_org("lead email add 2125550104 out4@example.com");
            in_org("lead add --phone 2125550105 --consent granted");
            in_org("lead edit 2125550105 --set further_email=out5@example.com");
            in_org("lead add --phone 2125550106 --consent granted --email six@example.com");
            import("Phone,Email 2,Consent\n2125550106,out6@example.com,granted\n", "fill");
            let consent = |phone: &str| world.json(["lead", "show", phone, "--org", &org])["consent_status"].clone();
            for last in 1..=6 {
                assert_eq!(consent(&format!("212555010{last}")), "denied", "{what}: the lead {last}");
            }
            // Nor is it weakened by hand while others say so.
            in_org("lead edit 2125550104 --consent granted");
            assert_eq!(consent("2125550104"), "denied", "{what}");
        }
    });
}

#[test]
fn an_opt_out_of_email_follows_further_emails_both_ways() {
    on_both_engines(|world| {
        let out = |id: &str| !world.json(["lead", "show", id])["email_opted_out_at"].is_null();
        // In one file: the further email of who opts out is the first of a later one, and the other way round.
        let text = "Email,Email 2,Email Opt Out\na@example.com,b@example.com,yes\nb@example.com,,\nc@example.com,a@example.com,\nd@example.com,,\n";
        world.import(&world.file("a.csv", text), &[]);
        assert_eq!([out("1"), out("2"), out("3"), out("4")], [true, true, true, false]);
        // A known lead that opts out by a skipped row does so by all its emails.
        world.ok(["lead", "email", "add", "4", "d@example.org"]);
        let text = "Email,Email Opt Out,Email 2\nd@example.com,yes,\ne@example.com,,d@example.org\n";
        world.import(&world.file("a.csv", text), &["--on-duplicate", "skip"]);
        assert_eq!([out("4"), out("5")], [true, true]);
        // Who comes back finds what was said meanwhile.
        world.ok(["lead", "add", "--email", "f@example.com", "--set", "further_email=f@example.org"]);
        world.ok(["lead", "delete", "6", "--yes"]);
        world.ok(["lead", "add", "--email", "f@example.org", "--consent", "denied"]);
        world.ok(["lead", "restore", "6"]);
        assert_eq!(world.json(["lead", "show", "6"])["consent_status"], "denied");
    });
}
