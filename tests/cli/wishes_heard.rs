//! Wishes not to be contacted in whatever form a file has them: answers to questions, tags, vCards, reasons of events.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

fn verdict(world: &World, number: &str) -> Value {
    let ran = world.run(["dnc", "check", number, "--format", "json"]);
    let checked: Value = serde_json::from_str(&ran.stdout).unwrap();
    checked[0]["verdict"].clone()
}

fn take_back(world: &World) {
    world.ok(["import", "undo", &world.json(["import", "list"])[0]["id"].to_string(), "--with-dnc", "--yes"]);
}

#[test]
fn a_question_that_is_answered_no_stops_with_the_option_that_honours_it() {
    on_both_engines(|world| {
        for (header, cell, field) in [
            ("do_you_agree_to_be_called?", "no", "may_call"),
            ("Can we call you?", "No, thanks", "may_call"),
            ("Can call", "No", "may_call"),
            ("Erlaubnis", "nein", "may_contact"),
            ("Contact permission", "no", "may_contact"),
            ("May we contact you", "N", "may_contact"),
            ("Pouvons-nous vous appeler ?", "non", "may_call"),
            ("Podemos llamarle", "no", "may_contact"),
        ] {
            let sheet = |cell: &str| format!("Name,Phone,\"{header}\"\nA,2125550141,yes\nB,2125550142,\"{cell}\"\n");
            world.file("a.csv", sheet(cell));
            let refused = world.run(["import", "leads", "a.csv", "--region", "US"]);
            assert_eq!(refused.code, Some(1), "{header}: {}", refused.stderr);
            let told = "holds answers that people may not be contacted (1 of 2 cells)";
            assert!(refused.stderr.contains(told), "{header}: {}", refused.stderr);
            assert!(refused.stderr.contains(&format!("`{cell}` in row 3")), "{header}: {}", refused.stderr);
            // The line that is told honours it.
            let (line, ran) = world.as_told(&refused);
            assert!(line.contains(&format!("{field}=")), "{line}");
            assert_eq!(ran.code, Some(0), "{line}: {}", ran.stderr);
            assert_eq!(verdict(world, "+12125550142"), "blocked", "{header}");
            assert_eq!(verdict(world, "+12125550141"), "clear", "{header}");
            take_back(world);
            // To which all say yes, nobody is asked about.
            world.file("b.csv", sheet("yes"));
            let ran = world.run(["import", "leads", "b.csv", "--region", "US"]);
            assert_eq!(ran.code, Some(0), "{header}: {}", ran.stderr);
            take_back(world);
        }
        // Who says that a no is no refusal is believed.
        world.file("c.csv", "Name,Phone,May we contact you\nC,2125550143,no\n");
        world.ok(["import", "leads", "c.csv", "--region", "US", "--map", "consent=May we contact you"]);
        assert_eq!(verdict(world, "+12125550143"), "clear");
        // An answer that is neither is no answer.
        let neither = ["import", "leads", "d.csv", "--region", "US", "--map", "may_call=Can call"];
        world.file("d.csv", "Name,Phone,Can call\nD,2125550144,yes but not by phone\n");
        let ran = world.run(neither);
        assert!(ran.code == Some(3) && ran.stdout.contains("is neither yes nor no"), "{}{}", ran.stdout, ran.stderr);
    });
}

#[test]
fn plain_refusals_in_consents_and_tags_are_honoured() {
    on_both_engines(|world| {
        let text = "Name,Phone,Consent,Tags\nA,2125550141,do not call,\nB,2125550142,,\"vip, Do Not Call\"\n\
                    C,2125550143,withdrawn,\nD,2125550144,,callable\n";
        let summary = world.import(&world.file("a.csv", text), &["--region", "US"]);
        assert_eq!((&summary["dnc_flagged"], &summary["note_opt_outs"]), (&json!(2), &json!(1)), "{summary}");
        let verdicts = ["41", "42", "43", "44"].map(|end| verdict(world, &format!("+121255501{end}")));
        assert_eq!(verdicts, ["blocked", "blocked", "clear", "clear"]);
        let consents: Vec<Value> = world.leads().iter().map(|lead| lead["consent_status"].clone()).collect();
        assert_eq!(consents, ["denied", "pending", "denied", "pending"]);
    });
}

#[test]
fn vcards_say_it_in_properties_types_labels_and_categories() {
    on_both_engines(|world| {
        let card = |name: &str, lines: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\n{lines}\nEND:VCARD\n");
        let text = [
            card("Ann Roe", "TEL;TYPE=CELL:+12125550141\nX-DO-NOT-CALL:yes"),
            card("Bob Roe", "TEL;TYPE=CELL:+12125550142\nCATEGORIES:fair,Do Not Call"),
            card("Cem Roe", "TEL;TYPE=\"do-not-call\":+12125550143"),
            card("Dan Roe", "item1.TEL:+12125550144\nitem1.X-ABLabel:Do not call"),
            card("Eve Roe", "TEL;TYPE=CELL:+12125550145\nX-DO-NOT-CALL:no\nCATEGORIES:callable"),
        ]
        .concat();
        world.import(&world.file("a.vcf", text), &[]);
        for (end, expected) in
            [("41", "blocked"), ("42", "blocked"), ("43", "blocked"), ("44", "blocked"), ("45", "clear")]
        {
            assert_eq!(verdict(world, &format!("+121255501{end}")), expected, "{end}");
        }
    });
}

#[test]
fn reasons_of_events_are_heard() {
    on_both_engines(|world| {
        let leads =
            "Name,Phone,Email\nA,2125550141,\nB,2125550142,\nC,2125550143,\nD,,dee@example.com\nE,,eve@example.com\n";
        world.import(&world.file("leads.csv", leads), &["--region", "US"]);
        world.now = "2026-03-05T12:00:00Z";
        let events = "Phone,Email,Status,Date,Reason\n\
            2125550141,,contacted,2026-03-04,does not want to be contacted\n\
            2125550142,,contacted,2026-03-04,we have to stop this terrible bill\n\
            2125550143,,contacted,2026-03-04,asked for a brochure\n\
            ,dee@example.com,contacted,2026-03-04,kein Anruf erwünscht\n\
            ,eve@example.com,contacted,2026-03-04,we have to stop this terrible bill\n";
        let file = world.file("events.csv", events);
        let ran = world.run(["import", "history", file.to_str().unwrap(), "--region", "US"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let summary = world.json(["import", "show", "2"])["counts"].clone();
        let counts = ["reason_opt_outs", "reasons_to_decide", "reasons_without_number", "dnc_flagged"];
        assert_eq!(counts.map(|key| summary[key].clone()), [2, 1, 1, 1].map(|count| json!(count)), "{summary}");
        for told in ["2 events ask in a reason", "(for example row 2)", "crmctl dnc due", "(for example row 6)"] {
            assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
        }
        let verdicts = ["41", "42", "43"].map(|end| verdict(world, &format!("+121255501{end}")));
        assert_eq!(verdicts, ["blocked", "unknown", "clear"]);
        let leads = world.leads();
        let of = |name: &str| leads.iter().find(|lead| lead["first_name"] == name).unwrap();
        assert_eq!((&of("A")["status"], &of("D")["consent_status"]), (&json!("dnc"), &json!("denied")));
        assert_eq!(of("E")["consent_status"], "pending");
        // The same file again asks and lists nothing anew.
        let requests = |world: &World| {
            let listed = world.json(["dnc", "history", "+12125550141"]);
            (listed.to_string().matches("2026-03-04").count(), world.json(["dnc", "due"]).as_array().unwrap().len())
        };
        let before = requests(world);
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["import", "history", file.to_str().unwrap(), "--region", "US"]);
        assert_eq!(requests(world), before);
    });
}

const REFUSERS: &str = "Name,Email,Do not call,Status,Consent,Notes\n\
    Ada,ada@example.com,yes,,,\n\
    Ben,ben@example.com,,dnc,,\n\
    Cem,cem@example.com,,,denied,\n\
    Dan,dan@example.com,,,,do not call\n\
    Eve,eve@example.com,,,,\n";

/// Who refused when no number of theirs was known is not clear by a number that comes later, in whatever way.
#[test]
fn a_number_that_comes_to_a_refuser_is_not_clear() {
    on_both_engines(|world| {
        let file = world.file("leads.csv", REFUSERS);
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--format", "json"]);
        let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(
            (&summary["dnc_without_number"], &summary["dnc_without_number_row"]),
            (&json!(3), &json!(2)),
            "{summary}"
        );
        assert!(ran.stderr.contains("3 rows ask not to be called and have no number"), "{}", ran.stderr);
        let consents: Vec<Value> = world.leads().iter().map(|lead| lead["consent_status"].clone()).collect();
        assert_eq!(consents, ["denied", "denied", "denied", "denied", "pending"]);
        world.now = "2026-03-05T12:00:00Z";
        // By an import that fills in what is missing.
        let numbers =
            "Email,Phone,Home phone\nada@example.com,+12125550141,+12125550151\neve@example.com,+12125550145,\n";
        let filled = world.import(&world.file("numbers.csv", numbers), &["--on-duplicate", "fill"]);
        assert_eq!((&filled["updated"], &filled["dnc_flagged"]), (&json!(2), &json!(1)), "{filled}");
        for (number, expected) in [("+12125550141", "blocked"), ("+12125550151", "blocked"), ("+12125550145", "clear")]
        {
            assert_eq!(verdict(world, number), expected, "{number}");
        }
        assert_eq!(world.json(["lead", "show", "1"])["status"], "dnc");
        let entries = world.json(["dnc", "list"]);
        assert!(entries.to_string().contains("its lead has refused to be contacted"), "{entries}");
        // By hand it waits for a person.
        world.now = "2026-03-06T12:00:00Z";
        let edited = world.run(["lead", "edit", "2", "--phone", "+12125550142"]);
        assert!(
            edited.code == Some(0) && edited.stderr.contains("+12125550142 waits for a decision"),
            "{}",
            edited.stderr
        );
        let added = world.run(["lead", "phone", "add", "3", "+12125550143"]);
        assert!(
            added.code == Some(0) && added.stderr.contains("+12125550143 waits for a decision"),
            "{}",
            added.stderr
        );
        let clear = world.run(["lead", "phone", "add", "5", "+12125550155"]);
        assert!(clear.code == Some(0) && !clear.stderr.contains("waits"), "{}", clear.stderr);
        world.ok(["lead", "add", "--name", "Dan", "--phone", "+12125550144"]);
        let merged = world.run(["lead", "merge", "6", "--into", "4", "--yes"]);
        assert!(merged.code == Some(0) && merged.stderr.contains("+12125550144 waits"), "{}", merged.stderr);
        for number in ["+12125550142", "+12125550143", "+12125550144"] {
            assert_eq!(verdict(world, number), "unknown", "{number}");
        }
        assert_eq!(verdict(world, "+12125550155"), "clear");
        // Who has decided is not asked again, and a consent that is given anew asks for nothing.
        let due = world.json(["dnc", "due"]);
        assert_eq!(due.as_array().unwrap().len(), 3, "{due}");
        let of = |number: &str| {
            due.as_array().unwrap().iter().find(|it| it["phone_number"] == number).unwrap()["id"].to_string()
        };
        world.ok(["dnc", "decide", &of("+12125550143"), "dismiss", "--reason", "agreed on the phone"]);
        world.ok(["lead", "phone", "delete", "3", "+12125550143"]);
        world.ok(["lead", "phone", "add", "3", "+12125550143"]);
        assert_eq!(verdict(world, "+12125550143"), "clear");
        world.ok(["lead", "edit", "3", "--consent", "granted", "--set", "further_phone=+12125550153"]);
        assert_eq!(verdict(world, "+12125550153"), "clear");
    });
}

/// A new lead with the address of somebody who refused is that person.
#[test]
fn a_number_beside_a_refuser_s_address_is_not_clear() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Name,Email,Do not call\nAda,ada@example.com,yes\n"), &[]);
        world.ok(["lead", "delete", "1", "--yes"]);
        world.now = "2026-03-05T12:00:00Z";
        world.import(&world.file("b.csv", "Name,Email,Phone\nAda,ada@example.com,+12125550141\n"), &[]);
        assert_eq!(verdict(world, "+12125550141"), "blocked");
        assert_eq!(world.leads()[0]["status"], "dnc");
        // By hand it waits.
        let added = world.run(["lead", "add", "--email", "ada@example.com", "--phone", "+12125550142"]);
        assert!(
            added.code == Some(0) && added.stderr.contains("+12125550142 waits for a decision"),
            "{}",
            added.stderr
        );
        assert_eq!(verdict(world, "+12125550142"), "unknown");
    });
}
