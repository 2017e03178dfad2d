//! Text files whose quotes or letters can be misread: nothing in them is lost without a word.

use serde_json::Value;

use crate::support::{World, on_both_engines};

/// Four rows of which a stray quote makes two, in the columns that a kind of import takes.
const FOUR: &str = "Ann Roe,\"Roe & Sons,+12125550142\nBob Low,Low Inc,+12125550143\nCy Dey,\"Dey Ltd,+12125550144\nDan Fox,Fox Inc,+12125550145\n";

fn counts(summary: &Value) -> (u64, u64, u64) {
    let of = |key: &str| summary[key].as_u64().unwrap();
    (of("read"), of("created"), of("rejected"))
}

fn texts(world: &World, key: &str) -> Vec<String> {
    world.leads().iter().map(|lead| lead[key].as_str().unwrap_or("").to_owned()).collect()
}

#[test]
fn rows_that_a_stray_quote_swallows_are_rejected_by_their_lines() {
    on_both_engines(|world| {
        // Closed by the opening quote of a later row, with text behind it.
        let file = world.file("opened.csv", format!("Name,Company,Phone\n{FOUR}"));
        let summary = world.import(&file, &[]);
        assert_eq!(counts(&summary), (4, 1, 3), "{summary}");
        assert_eq!(texts(world, "phone_number"), ["+12125550145"]);
        assert_eq!(
            (&summary["problems"][0]["kind"], &summary["problems"][0]["example_row"]),
            (&"stray_quote".into(), &2.into())
        );
        let rejects = std::fs::read_to_string(world.path("opened.csv.rejects.csv")).unwrap();
        assert!(
            ["+12125550142", "+12125550143", "+12125550144"].iter().all(|number| rejects.contains(number)),
            "{rejects}"
        );
        // Closed in its own column of a later row, as the standard has it.
        let text = "Name,Company,Phone\nEve Ash,Ash Inc,+12125550146\nAnn Roe,\"Roe & Sons,+12125550142\nCy Dey,Dey Ltd\",+12125550144\n";
        let summary = world.import(&world.file("closed.csv", text), &[]);
        assert_eq!(counts(&summary), (3, 1, 2), "{summary}");
        // A row of its own lies between.
        let text = "Name;Company;Phone\nAnn Roe;\"Roe & Sons;x\nBob Low;Low Inc;+12125550143\nend\";+12125550144\nFay Elm;Elm Inc;+12125550147\n";
        let summary = world.import(&world.file("between.csv", text), &[]);
        assert_eq!(counts(&summary), (4, 1, 3), "{summary}");
        // Nothing closes it.
        let text = "Name,Company,Phone\nAnn Roe,\"Roe & Sons,+12125550142\nBob Low,Low Inc,+12125550143\n";
        let ran = world.run(["import", "leads", world.file("open.csv", text).to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("line 2 is never closed"), "{}", ran.stderr);
        // The header itself.
        let text = "Name,\"Company,Phone\nAnn Roe,Roe & Sons,+12125550142\nBob Low,\"Low Inc\",+12125550143\n";
        let ran = world.run(["import", "leads", world.file("header.csv", text).to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("the header in line 1"), "{}", ran.stderr);
    });
}

#[test]
fn a_number_that_a_quote_hides_is_never_clear_without_a_word() {
    on_both_engines(|world| {
        for (name, text) in [
            ("opened.csv", format!("Name,Reason,Phone\n{FOUR}")),
            ("closed.csv", "Name,Reason,Phone\nAnn,\"called,+12125550142\nBob,wrote,+12125550143\nCy,wrote\",+12125550144\nDan,x,+12125550145\n".into()),
            ("phones.csv", "Phone\n\"+12125550142\n+12125550143\n+12125550144\"\n+12125550145\n".into()),
        ] {
            let file = world.file(name, text);
            let ran = world.run(["import", "dnc", file.to_str().unwrap(), "--format", "json"]);
            assert_eq!(ran.code, Some(3), "{name}: {}", ran.stderr);
            let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!((&summary["read"], &summary["rejected"]), (&4.into(), &3.into()), "{name}: {summary}");
            let rejects = std::fs::read_to_string(world.path(&format!("{name}.rejects.csv"))).unwrap();
            for number in ["+12125550142", "+12125550143", "+12125550144"] {
                assert!(rejects.contains(number), "{name}: {rejects}");
            }
        }
        let replies = "Phone,Message\n+12125550146,\"stop\n+12125550147,\"please\n+12125550148,hello\n";
        let file = world.file("replies.csv", replies);
        let ran = world.run(["dnc", "detect", "--replies", file.to_str().unwrap(), "--format", "json"]);
        assert!(ran.code != Some(0) && ran.stdout.contains("quoted cell"), "{} {}", ran.stdout, ran.stderr);
    });
}

#[test]
fn other_imports_reject_what_a_stray_quote_swallows() {
    on_both_engines(|world| {
        world.import(&world.file("leads.csv", "Phone\n+12125550142\n+12125550143\n+12125550144\n"), &[]);
        for (args, text) in [
            (
                vec!["import", "costs"],
                "Source,Month,Cost,Currency\nradio,2026-01,10,\"USD\nfair,2026-01,20,USD\nflyer,2026-02,30,\"USD\ntv,2026-02,40,USD\n",
            ),
            (
                vec!["import", "history"],
                "Phone,Status,Date\n+12125550142,\"contacted,2026-01-02\n+12125550143,qualified,2026-01-03\n+12125550144,\"qualified,2026-01-04\n+12125550142,hot,2026-01-05\n",
            ),
            (
                vec!["import", "rates"],
                "Currency,Month,Rate,To\n\"EUR,2026-01,1.1,USD\nGBP,2026-01,1.3,USD\n\"CHF,2026-01,1.2,USD\nSEK,2026-01,0.1,USD\n",
            ),
        ] {
            let file = world.file("sheet.csv", text);
            let args: Vec<&str> = args.into_iter().chain([file.to_str().unwrap()]).collect();
            let summary = world.json(args.clone());
            assert_eq!((&summary["read"], &summary["rejected"]), (&4.into(), &3.into()), "{args:?}: {summary}");
            assert_eq!(summary["problems"][0]["kind"], "stray_quote", "{args:?}");
        }
    });
}

#[test]
fn quotes_of_the_standard_and_notes_of_several_lines_stay_as_they_are() {
    on_both_engines(|world| {
        let text = "Phone,Note\n+12125550142,\"line1\nline2, with commas\"\n+12125550143,\"one\n\nDear Ann, call, please\n\"\"soon\"\"\"\n+12125550144,\"5\"\" pipe\"\n";
        let summary = world.import(&world.file("notes.csv", text), &[]);
        assert_eq!(counts(&summary), (3, 3, 0), "{summary}");
        let shown = world.json(["lead", "show", "+12125550142"]);
        assert!(shown.to_string().contains("line1\\nline2, with commas"), "{shown}");
        let text = "Name,Company,Phone\n\"Roe, Ann\",\"a\nb\nc\",\"+12125550145\"\n5\" pipe,2\" x 4\",+12125550146\n\"Bob\" ,x,+12125550147\n";
        let summary = world.import(&world.file("mixed.csv", text), &[]);
        assert_eq!(counts(&summary), (3, 3, 0), "{summary}");
        let shown = world.json(["lead", "show", "+12125550146"]);
        assert_eq!(shown["company"], "2\" x 4\"");
    });
}

#[test]
fn inch_marks_and_names_in_quotes_between_tabs_are_text() {
    on_both_engines(|world| {
        let text = "Company\tName\tPhone\n\"Best\" Shop\tAnn Roe\t+12125550142\n\"Roe & Sons\tBob Low\t+12125550143\n5\" pipe\tCy Dey\t+12125550144\n";
        let file = world.file("plain.tsv", text);
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("no cell is in quotes, as line 2 shows"), "{}", ran.stderr);
        assert_eq!(texts(world, "company"), ["\"Best\" Shop", "\"Roe & Sons", "5\" pipe"]);
        // Where some cells are quoted, the line is rejected.
        let text =
            "Company\tPhone\n\"5\"\" pipe\"\t+12125550145\n\"Best\" Shop\t+12125550146\n2\" x 4\"\t+12125550147\n";
        let summary = world.import(&world.file("quoted.tsv", text), &[]);
        assert_eq!(counts(&summary), (3, 2, 1), "{summary}");
        assert_eq!(texts(world, "company")[3..], ["5\" pipe", "2\" x 4\""]);
    });
}

#[test]
fn quotes_behind_backslashes_are_read() {
    on_both_engines(|world| {
        let text = "Company,Phone\n\"The \\\"Best\\\" Shop\",\"+12125550142\"\n\"5\\\" pipe, long\",+12125550143\n\"C:\\\\new\\files\",+12125550144\n";
        let summary = world.import(&world.file("mysql.csv", text), &[]);
        assert_eq!(counts(&summary), (3, 3, 0), "{summary}");
        assert_eq!(texts(world, "company"), ["The \"Best\" Shop", "5\" pipe, long", "C:\\new\\files"]);
        assert!(summary["notices"][0].as_str().unwrap().contains("behind a backslash, as line 2 shows"), "{summary}");
        let text = "Phone;Reason\n\"+12125550145\";\"said \\\"stop\\\"; twice\"\n\"+12125550146\";\"\\\"no\\\"\"\n";
        let file = world.file("dnc.csv", text);
        let summary = world.json(["import", "dnc", file.to_str().unwrap()]);
        assert_eq!((&summary["read"], &summary["rejected"]), (&2.into(), &0.into()), "{summary}");
        let text = "Company,Phone\n\"C:\\dir\\\",+12125550147\n\"C:\\new\\\",+12125550148\n";
        let summary = world.import(&world.file("folders.csv", text), &[]);
        assert_eq!(counts(&summary), (2, 2, 0), "{summary}");
        assert_eq!(texts(world, "company")[3..], ["C:\\dir\\", "C:\\new\\"]);
    });
}

#[test]
fn letters_of_macintosh_and_dos_are_read() {
    on_both_engines(|world| {
        for (name, bytes, told) in [
            ("mac.csv", b"Phone,First Name,City\n+12125550142,J\x9frgen,K\x9aln\n".as_slice(), "macintosh text"),
            ("dos.csv", b"Phone,First Name,City\n+12125550143,J\x81rgen,K\x94ln\n", "cp850 text"),
            ("windows.csv", b"Phone,First Name,City\n+12125550144,J\xfcrgen,K\xf6ln\n", "windows-1252 text"),
        ] {
            let ran = world.run(["import", "leads", world.file(name, bytes).to_str().unwrap()]);
            assert!(ran.stderr.contains(told), "{}", ran.stderr);
        }
        assert_eq!(texts(world, "first_name"), ["Jürgen"; 3]);
        assert_eq!(texts(world, "city"), ["Köln"; 3]);
        let us = world.file("us.csv", b"Phone,City\n+12125550145,S\xc6o\n");
        world.import(&us, &["--encoding", "ibm850"]);
        assert_eq!(world.json(["lead", "show", "+12125550145"])["city"], "São");
        let us = world.file("us.csv", b"Phone,City\n+12125550146,Espa\xa4a\n");
        world.import(&us, &["--encoding", "cp437"]);
        assert_eq!(world.json(["lead", "show", "+12125550146"])["city"], "España");
        let dnc = world.file("dnc.csv", b"Phone,Evidence\n+12125550147,Mu\x96oz\n");
        let summary = world.json(["import", "dnc", dnc.to_str().unwrap(), "--encoding", "mac-roman"]);
        assert_eq!(summary["rejected"], 0, "{summary}");
        assert!(world.json(["dnc", "history", "+12125550147"]).to_string().contains("Muñoz"));
    });
}

#[test]
fn garbled_text_is_said() {
    on_both_engines(|world| {
        for (n, (text, told)) in [
            ("MÃ¼ller", "line 2: `MÃ¼ller` looks like `Müller`"),
            ("Caf\u{FFFD}", "line 2: `Caf\u{FFFD}` holds U+FFFD"),
            ("J\u{9F}rgen", "line 2: `J\u{FFFD}rgen` holds a control character"),
        ]
        .into_iter()
        .enumerate()
        {
            let file = world.file("garbled.csv", format!("Phone,City\n+1212555014{n},{text}\n"));
            let ran = world.run(["import", "leads", file.to_str().unwrap(), "--format", "json"]);
            assert!(ran.stderr.contains(told), "{}", ran.stderr);
            let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert!(summary["notices"][0].as_str().unwrap().contains(told), "{summary}");
            let file = world.file("dnc.csv", format!("Phone,Evidence\n+1212555014{n},{text}\n"));
            let ran = world.run(["import", "dnc", file.to_str().unwrap()]);
            assert!(ran.stderr.contains(told), "{}", ran.stderr);
        }
        assert_eq!(texts(world, "city")[0], "MÃ¼ller");
    });
}
