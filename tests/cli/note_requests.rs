//! Wishes not to be contacted that stand in notes.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const SHEET: &str = "Name,Phone,Email,Notes\n\
    Ada,+12125550101,,Do not call\n\
    Ben,+12125550102,,bitte nicht mehr anrufen\n\
    Cem,+12125550103,,\"met at the fair\n\nunsubscribe\"\n\
    Dan,+12125550104,,we have to stop this terrible bill\n\
    Eve,+12125550105,,met at the bus stop\n\
    Fay,,fay@example.com,unsubscribe\n\
    Gil,,gil@example.com,we have to stop this terrible bill\n\
    Hal,+12125550108,,\"don't call me, text me instead\"\n\
    Ivy,+12125550109,,\n";

fn verdict(world: &World, number: &str) -> Value {
    let ran = world.run(["dnc", "check", number, "--format", "json"]);
    let checked: Value = serde_json::from_str(&ran.stdout).unwrap();
    checked[0]["verdict"].clone()
}

#[test]
fn wishes_in_notes_are_honoured_or_wait_for_a_person() {
    on_both_engines(|world| {
        let file = world.file("notes.csv", SHEET);
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--format", "json"]);
        let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(9), &json!(0)), "{summary}");
        let counts = ["note_opt_outs", "notes_to_decide", "notes_without_number"].map(|key| summary[key].clone());
        assert_eq!(counts, [json!(5), json!(1), json!(1)], "{summary}");
        assert_eq!((&summary["note_opt_out_row"], &summary["note_to_decide_row"]), (&json!(2), &json!(7)), "{summary}");
        for told in ["5 rows ask in a note", "1 row asks in a note", "crmctl dnc due", "(row 7)", "(row 10)"] {
            assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
        }
        for (number, expected) in [
            ("+12125550101", "blocked"),
            ("+12125550102", "blocked"),
            ("+12125550103", "blocked"),
            ("+12125550104", "unknown"),
            ("+12125550105", "clear"),
            ("+12125550108", "blocked"),
            ("+12125550109", "clear"),
        ] {
            assert_eq!(verdict(world, number), expected, "{number}");
        }
        let leads = world.leads();
        let of = |name: &str| leads.iter().find(|lead| lead["first_name"] == name).unwrap();
        assert_eq!((&of("Ada")["status"], &of("Dan")["status"]), (&json!("dnc"), &json!("new")));
        assert_eq!(of("Fay")["consent_status"], "denied");
        let due = world.json(["dnc", "due"]);
        let texts: Vec<&str> = due.as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
        assert_eq!(texts.len(), 1, "{due}");
        assert!(texts.contains(&"we have to stop this terrible bill"), "{due}");
    });
}

#[test]
fn names_and_other_lines_that_ask_wait_for_a_person() {
    on_both_engines(|world| {
        let sheet = "First Name,Last Name,Company,Title,Source,Phone\n\
            Ada,Lovelace - DO NOT CALL,,,,+12125550101\n\
            Ben,Kay,Zuse KG (nicht anrufen),,,+12125550102\n\
            Cem,Ito,,Buyer / don't call,,+12125550103\n\
            Dan,Oz,,,DNC list 2024,+12125550104\n\
            Eve,Call,Stop & Shop,Call Center Manager,cold call,+12125550105\n\
            Zoé,Désabonné,Café,,,+12125550106\n";
        world.file("names.csv", sheet);
        let summary = world.json(["import", "leads", "names.csv"]);
        assert_eq!((&summary["created"], &summary["notes_to_decide"]), (&json!(6), &json!(5)), "{summary}");
        for number in 1..=6 {
            let expected = if number == 5 { "clear" } else { "unknown" };
            assert_eq!(verdict(world, &format!("+1212555010{number}")), expected, "{number}");
        }
        let due = world.json(["dnc", "due"]);
        let texts: Vec<&str> = due.as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
        assert!(texts.contains(&"Zuse KG (nicht anrufen)") && texts.len() == 5, "{due}");
    });
}

#[test]
fn wishes_in_notes_of_known_leads_count_and_a_dry_run_keeps_none() {
    on_both_engines(|world| {
        let file = world.file("known.csv", "Name,Phone\nAda,+12125550101\nDan,+12125550104\n");
        world.import(&file, &[]);
        let again = world.file(
            "again.csv",
            "Phone,Comments,Notes\n+12125550101,called,do not call\n+12125550104,,we have to stop this terrible bill\n",
        );
        let dry = world.import(&again, &["--dry-run"]);
        assert_eq!((&dry["note_opt_outs"], &dry["notes_to_decide"]), (&json!(1), &json!(1)), "{dry}");
        assert_eq!(verdict(world, "+12125550101"), "clear");
        assert_eq!(verdict(world, "+12125550104"), "clear");
        let real = world.import(&again, &[]);
        assert_eq!(
            (&real["updated"], &real["skipped"], &real["notes_to_decide"]),
            (&json!(1), &json!(1), &json!(1)),
            "{real}"
        );
        assert_eq!(verdict(world, "+12125550101"), "blocked");
        assert_eq!(verdict(world, "+12125550104"), "unknown");
        // Somebody who types a note says with options of their own what it means.
        world.ok(["lead", "add", "--phone", "+12125550109", "--set", "note=do not call"]);
        assert_eq!(verdict(world, "+12125550109"), "clear");
    });
}

/// Who refuses in a column that nobody claims, or that was decided about for other files, is not left aside unsaid.
#[test]
fn refusals_in_other_columns_stop_or_are_told() {
    on_both_engines(|world| {
        let long =
            format!("{}He said: do not call again. {}", "We spoke of prices. ".repeat(80), "And so on. ".repeat(80));
        for (header, cell) in [
            ("Disposition", "do not call"),
            ("Call outcome", "DNC"),
            ("Bemerk", "bitte nicht mehr anrufen"),
            ("Message", "Please take me off your list, I never asked for these calls"),
            ("Transcript", &long),
        ] {
            world.file("a.csv", format!("Name,Phone,{header}\nA,2125550141,reached\nB,2125550142,\"{cell}\"\n"));
            let refused = world.run(["import", "leads", "a.csv", "--region", "US"]);
            assert_eq!(refused.code, Some(1), "{header}: {}", refused.stderr);
            assert!(refused.stderr.contains("wishes not to be contacted (1 of 2 cells)"), "{}", refused.stderr);
            // The line that is told honours it.
            let (line, ran) = world.as_told(&refused);
            assert!(line.contains("--map 'note=") || line.contains("--map note="), "{line}");
            assert_eq!(ran.code, Some(0), "{line}: {}", ran.stderr);
            assert_eq!(world.run(["dnc", "check", "+12125550142"]).code, Some(3), "{header}");
            assert_eq!(world.run(["dnc", "check", "+12125550141"]).code, Some(0), "{header}");
            world.ok(["import", "undo", &world.json(["import", "list"])[0]["id"].to_string(), "--with-dnc", "--yes"]);
        }
        // What a saved mapping leaves out is told when somebody refuses there.
        world.file("b.csv", "Name,Phone,DNC\nA,2125550143,no\n");
        world.ok(["import", "leads", "b.csv", "--region", "US", "--ignore", "DNC", "--save-mapping", "monthly"]);
        world.file("c.csv", "Name,Phone,DNC\nA,2125550144,yes\n");
        let ran = world.run(["import", "leads", "c.csv", "--region", "US", "--mapping", "monthly"]);
        assert!(ran.stderr.contains("`DNC` is left out and holds refusals to be contacted (1)"), "{}", ran.stderr);
    });
}

/// Who has decided about a note is not asked again by the next import of it.
#[test]
fn a_note_is_asked_about_once() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Name,Phone,Notes\nA,+12125550141,we have to stop this terrible bill\n");
        let asked = |world: &World| world.json(["dnc", "due"]).as_array().unwrap().len();
        world.import(&file, &[]);
        let plan = world.import(&file, &["--plan", "a.plan"]);
        assert_eq!(plan["notes_to_decide"], 1);
        assert!(std::fs::read_to_string(world.path("a.plan")).unwrap().contains("which waits for a decision"));
        world.ok(["import", "apply", "a.plan"]);
        assert_eq!((asked(world), verdict(world, "+12125550141")), (1, json!("unknown")));
        let id = world.json(["dnc", "due"])[0]["id"].to_string();
        world.ok(["dnc", "decide", &id, "dismiss", "--reason", "talks of a bill"]);
        world.import(&file, &[]);
        assert_eq!((asked(world), verdict(world, "+12125550141")), (0, json!("clear")));
        // Another note is another question.
        let other = world.file("b.csv", "Name,Phone,Notes\nA,+12125550141,we have to stop this other bill\n");
        world.import(&other, &[]);
        assert_eq!(asked(world), 1);
    });
}
