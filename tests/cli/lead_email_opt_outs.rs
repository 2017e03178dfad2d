//! What an opt-out by one address does to everyone who has it, and that no address forgets it.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

fn emails(world: &World, lead: &str) -> Vec<String> {
    let shown = world.json(["lead", "show", lead]);
    let further = shown["emails"].as_array().unwrap().iter().map(|email| &email["email"]);
    [&shown["email"]].into_iter().chain(further).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn phones(world: &World, lead: &str) -> Vec<String> {
    let shown = world.json(["lead", "show", lead]);
    let further = shown["phones"].as_array().unwrap().iter().map(|phone| &phone["phone_number"]);
    [&shown["phone_number"]].into_iter().chain(further).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn consent(world: &World, lead: &str) -> Value {
    world.json(["lead", "show", lead])["consent_status"].clone()
}

/// What a row that grants consent to a new lead with this address makes of it.
fn consent_of_next(world: &World, phone: &str, email: &str) -> Value {
    let text = format!("Phone,Email,Consent\n{phone},{email},granted\n");
    let summary = world.import(&world.file("next.csv", text), &[]);
    assert_eq!(summary["created"], 1, "{summary}");
    consent(world, phone)
}

#[test]
fn who_opts_out_by_an_address_does_so_for_all_who_have_it() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--email", "a1@example.com", "--set", "further_email=a2@example.com"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--email", "s@example.com", "--consent", "granted"]);
        world.ok(["lead", "add", "--phone", "2125550103", "--email", "s@example.com"]);
        world.ok(["lead", "add", "--phone", "2125550104", "--email", "other@example.com", "--consent", "granted"]);
        world.now = "2026-03-05T12:00:00Z";
        // The last rows speak of a lead that an earlier one of the file made.
        let text = "Phone,Email,Email Opt Out,Consent\n,a2@example.com,yes,\n2125550106,s@example.com,,denied\n\
                    2125550107,n@example.com,,granted\n2125550108,new@example.com;n@example.com,yes,denied\n";
        let summary = world.import(&world.file("a.csv", text), &[]);
        assert_eq!((&summary["created"], &summary["possible_duplicates"]), (&json!(4), &json!(3)), "{summary}");
        let state = |world: &World, lead: &str| {
            let shown = world.json(["lead", "show", lead]);
            (shown["consent_status"].as_str().unwrap().to_owned(), !shown["email_opted_out_at"].is_null())
        };
        assert_eq!(state(world, "1"), ("pending".into(), true));
        assert_eq!(state(world, "2"), ("denied".into(), false));
        assert_eq!(state(world, "3"), ("denied".into(), false));
        assert_eq!(state(world, "4"), ("granted".into(), false));
        assert_eq!(state(world, "2125550107"), ("denied".into(), true));
        let import = &summary["import_id"];
        let log = world.json(["lead", "history", "1"]);
        let entry = log.as_array().unwrap().iter().find(|entry| entry["field"] == "email_opted_out_at").unwrap();
        assert_eq!(&entry["import_id"], import, "{log}");
        assert_eq!(world.json(["lead", "show", "1"])["version"], 2);
        // A known lead that opts out does so for others, too; so does a lead that is added by hand.
        let text = "Phone,Email,Consent\n2125550104,other@example.com,denied\n";
        world.ok(["lead", "add", "--phone", "2125550109", "--set", "further_email=other@example.com"]);
        world.now = "2026-03-06T12:00:00Z";
        world.import(&world.file("b.csv", text), &[]);
        assert_eq!(consent(world, "2125550109"), "denied");
        world.ok(["lead", "add", "--phone", "2125550110", "--email", "h@example.com"]);
        world.ok(["lead", "add", "--phone", "2125550111", "--email", "h@example.com", "--consent", "denied"]);
        assert_eq!(consent(world, "2125550110"), "denied");

        // An undo leaves opt-outs, unless it is asked to take them back.
        world.now = "2026-03-07T12:00:00Z";
        let undone = world.json(["import", "undo", &import.to_string(), "--yes", "--dry-run"]);
        assert!(undone.to_string().contains("opt_out_stays"), "{undone}");
        world.ok(["import", "undo", &import.to_string(), "--yes", "--with-dnc"]);
        assert_eq!(state(world, "1"), ("pending".into(), false));
        assert_eq!(state(world, "2"), ("granted".into(), false));
        assert_eq!(state(world, "3"), ("pending".into(), false));
    });
}

#[test]
fn every_address_of_a_row_opts_out_whatever_becomes_of_its_values() {
    on_both_engines(|world| {
        for (at, policy) in ["skip", "fill", "update"].into_iter().enumerate() {
            let (phone, b) = (format!("212555010{at}"), |n: u8| format!("b{n}.{policy}@example.com"));
            world.ok(["lead", "add", "--phone", &phone, "--email", &b(1)]);
            world.now = "2026-03-05T12:00:00Z";
            let row = |emails: &str| format!("Phone,Email,Consent\n{phone},{emails},denied\n");
            let first = row(&format!("{}; {}", b(1), b(2)));
            let summary = world.import(&world.file("a.csv", first), &["--on-duplicate", policy]);
            assert_eq!(summary["updated"], 1, "{policy}: {summary}");
            assert_eq!(emails(world, &phone), [b(1), b(2)], "{policy}");
            world.now = "2026-03-06T12:00:00Z";
            let import = world.import(&world.file("b.csv", row(&b(3))), &["--on-duplicate", policy]);
            let all = if policy == "update" { [b(3), b(2), b(1)] } else { [b(1), b(2), b(3)] };
            assert_eq!(emails(world, &phone), all, "{policy}");
            assert_eq!(consent_of_next(world, &format!("212555011{at}"), &b(2)), "denied", "{policy}");
            assert_eq!(consent_of_next(world, &format!("212555012{at}"), &b(3)), "denied", "{policy}");
            assert_eq!(consent_of_next(world, &format!("212555013{at}"), &b(1)), "denied", "{policy}");
            // Taking the row back forgets no address of somebody who has opted out.
            world.now = "2026-03-07T12:00:00Z";
            if policy != "update" {
                world.run(["import", "undo", &import["import_id"].to_string(), "--yes"]);
                assert_eq!(emails(world, &phone), all, "{policy}");
            }
        }
    });
}

#[test]
fn no_address_of_an_opted_out_lead_is_forgotten() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--email", "p1@example.com"]);
        world.ok(["lead", "email", "add", "1", "p2@example.com"]);
        world.ok(["lead", "edit", "1", "--consent", "denied"]);
        let refused = world.run(["lead", "email", "delete", "1", "p2@example.com"]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("has opted out by its email p2@example.com"), "{}", refused.stderr);
        assert!(refused.stderr.contains("lead edit 1 --consent granted"), "{}", refused.stderr);
        assert_eq!(consent_of_next(world, "2125550102", "p2@example.com"), "denied");
        // By now another lead knows of it.
        world.ok(["lead", "email", "delete", "1", "p2@example.com"]);
        assert_eq!(consent_of_next(world, "2125550103", "p2@example.com"), "denied");
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "edit", "1", "--email", "p3@example.com"]);
        assert_eq!(emails(world, "1"), ["p3@example.com", "p1@example.com"]);
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["lead", "edit", "1", "--clear", "email"]);
        assert_eq!(emails(world, "1"), ["p1@example.com", "p3@example.com"]);
        let log = world.json(["lead", "history", "1"]);
        assert!(
            log.as_array()
                .unwrap()
                .iter()
                .any(|entry| entry["new"] == "p3@example.com" && entry["field"] == "further_email"),
            "{log}"
        );
        assert_eq!(consent_of_next(world, "2125550104", "p1@example.com"), "denied");
        // Who has not opted out gives addresses up.
        world.ok(["lead", "add", "--phone", "2125550109", "--email", "q1@example.com"]);
        world.ok(["lead", "edit", "2125550109", "--email", "q2@example.com"]);
        assert_eq!(emails(world, "2125550109"), ["q2@example.com"]);
    });
}

#[test]
fn a_further_address_or_number_becomes_the_first_and_returns() {
    on_both_engines(|world| {
        let (a, b) = ("a@example.com", "b@example.com");
        let import = |world: &World, text: &str| {
            world.import(&world.file("a.csv", text), &["--on-duplicate", "update"])["import_id"].to_string()
        };
        import(world, "Phone,Email\n2125550101,a@example.com;b@example.com\n");
        world.now = "2026-03-05T12:00:00Z";
        let second = import(world, "Phone,Email\n2125550101,b@example.com;a@example.com\n");
        assert_eq!(emails(world, "1"), [b, a]);
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["import", "undo", &second, "--yes"]);
        assert_eq!(emails(world, "1"), [a, b]);
        // To and fro in one file, it is as it was.
        world.now = "2026-03-07T12:00:00Z";
        let row = |first: &str, other: &str| format!("2125550101,{first};{other}\n");
        let third = import(world, &format!("Phone,Email\n{}{}{}", row(b, a), row(a, b), row(b, a)));
        assert_eq!(emails(world, "1"), [b, a]);
        world.now = "2026-03-08T12:00:00Z";
        world.ok(["import", "undo", &third, "--yes"]);
        assert_eq!(emails(world, "1"), [a, b]);

        let head = "external_source,external_id,Phone,Phone 2\n";
        import(world, &format!("{head}crm,7,2125550111,2125550112\n"));
        let lead = "2125550111";
        let (one, two) = ("+12125550111", "+12125550112");
        assert_eq!(phones(world, lead), [one, two]);
        world.now = "2026-03-09T12:00:00Z";
        let swapped = import(world, &format!("{head}crm,7,2125550112,2125550111\n"));
        assert_eq!(phones(world, two), [two, one]);
        world.now = "2026-03-10T12:00:00Z";
        world.ok(["import", "undo", &swapped, "--yes"]);
        assert_eq!(phones(world, one), [one, two]);
    });
}

#[test]
fn an_export_of_a_lead_without_a_first_email_or_number_comes_back_as_it_is() {
    on_both_engines(|world| {
        let text = "external_source,external_id,Phone,Phone 2,Email,Email 2\n\
                    crm,7,2125550111,2125550112,a@example.com,b@example.com\n";
        world.import(&world.file("a.csv", text), &[]);
        for (day, clear) in [("2026-03-05", "email"), ("2026-03-06", "phone")] {
            let now = format!("{day}T12:00:00Z");
            world.now = Box::leak(now.into_boxed_str());
            world.ok(["lead", "edit", "1", "--clear", clear]);
            let export = world.ok(["lead", "export"]);
            let again = world.import(&world.file("export.csv", export), &["--on-duplicate", "update"]);
            assert_eq!((&again["unchanged"], &again["read"]), (&json!(1), &json!(1)), "{clear}: {again}");
        }
        assert_eq!(
            (emails(world, "1"), phones(world, "1")),
            (vec!["b@example.com".into()], vec!["+12125550112".into()])
        );
        // A new lead is known by the first of its further ones.
        let text = "Email 2,Phone 2\nc@example.com,2125550119\n";
        world.import(&world.file("b.csv", text), &[]);
        assert_eq!(world.json(["lead", "show", "2"])["email"], "c@example.com");
    });
}

#[test]
fn several_emails_are_added_at_once() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--email", "a@example.com"]);
        world.ok(["lead", "email", "add", "1", "x@example.com; Y@example.com"]);
        assert_eq!(emails(world, "1"), ["a@example.com", "x@example.com", "y@example.com"]);
        // One that is none refuses all.
        let refused = world.run(["lead", "email", "add", "1", "z@example.com; nobody"]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("nobody") && !refused.stderr.contains("z@"), "{}", refused.stderr);
        assert_eq!(emails(world, "1").len(), 3);
    });
}

#[test]
fn a_row_without_a_number_lists_those_of_its_lead() {
    on_both_engines(|world| {
        for (at, policy) in ["skip", "fill", "update"].into_iter().enumerate() {
            let (first, further, email) =
                (format!("212555010{at}"), format!("212555011{at}"), format!("{policy}@example.com"));
            world.ok([
                "lead",
                "add",
                "--phone",
                &first,
                "--email",
                &email,
                "--set",
                &format!("further_phone={further}"),
            ]);
            world.ok([
                "lead",
                "add",
                "--phone",
                &format!("212555012{at}"),
                "--set",
                &format!("further_phone={further}"),
            ]);
            let file = world.file("a.csv", format!("Email,Do Not Call\n{email},yes\n"));
            let summary = world.import(&file, &["--on-duplicate", policy]);
            assert_eq!((&summary["updated"], &summary["dnc_flagged"]), (&json!(1), &json!(1)), "{policy}: {summary}");
            for lead in [first.clone(), format!("212555012{at}")] {
                assert_eq!(world.json(["lead", "show", &lead])["status"], "dnc", "{policy}: {lead}");
            }
            for number in [&first, &further] {
                assert_eq!(world.run(["dnc", "check", number]).code, Some(3), "{policy}: {number}");
            }
            let again = world.import(&file, &["--on-duplicate", policy]);
            assert_eq!((&again["updated"], &again["rejected"]), (&json!(0), &json!(0)), "{policy}: {again}");
        }
    });
}
