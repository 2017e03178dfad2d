//! What an import of leads could lose without a word, and keeps or tells.

use serde_json::json;

use crate::support::files::{Cell, xlsx};
use crate::support::on_both_engines;

#[test]
fn tags_in_the_forms_of_other_programs() {
    on_both_engines(|world| {
        let text = "Phone\tTags\n\
            2125550101\t[\"\"VIP\"\",\"\"Trade Show\"\"]\n2125550102\t{VIP,Trade Show}\n2125550103\tVIP ::: Trade Show\n\
            2125550104\t\"VIP\nTrade Show\"\n2125550105\t['vip', 'trade show']\n2125550106\tvip; trade show\n"
            .replace("[\"\"VIP\"\",\"\"Trade Show\"\"]", "\"[\"\"VIP\"\",\"\"Trade Show\"\"]\"");
        assert_eq!(world.import(&world.file("tags.tsv", text), &[])["created"], 6);
        for lead in world.leads() {
            assert_eq!(lead["tags"], json!(["trade show", "vip"]), "{lead}");
        }
    });
}

#[test]
fn rows_that_contradict_an_earlier_one_are_counted_and_named() {
    on_both_engines(|world| {
        let switchboard = "Phone,Email,City\n2125550101,ann@example.com,Troy\n2125550101,bob@example.com,Troy\n\
            2125550102,cy@example.com,\n2125550102,,Albany\n2125550101,dan@example.com,\n";
        let file = world.file("leads.csv", switchboard);
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--on-duplicate", "update"]);
        assert_eq!(ran.code, Some(0));
        let said = "2 rows say something else of a lead than an earlier row of the file: 3, 6; see";
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        // Again, of leads that are known: ann, bob and dan change one lead in turn.
        let summary = world.import(&file, &["--on-duplicate", "update"]);
        assert_eq!((&summary["contradicting"], &summary["contradicting_rows"]), (&json!(2), &json!([3, 6])));
        // To fill leaves the later ones out, and what was stored before is not the file's.
        let other = switchboard.replace("01,", "03,").replace("02,", "04,");
        let summary = world.import(&world.file("fill.csv", other), &["--on-duplicate", "fill"]);
        assert_eq!((&summary["contradicting"], &summary["contradicting_rows"]), (&json!(2), &json!([3, 6])));
        for policy in ["fill", "update", "skip"] {
            let one = world.file("one.csv", "Phone,Email\n2125550102,new@example.com\n");
            assert_eq!(world.import(&one, &["--on-duplicate", policy])["contradicting"], 0, "{policy}");
        }
    });
}

#[test]
fn a_creation_time_that_is_not_taken_is_told() {
    on_both_engines(|world| {
        let import = |name: &str, text: &str, policy: &str| {
            let file = world.file(name, format!("Phone,Joined\n{text}"));
            let ran = world.run([
                "import",
                "leads",
                file.to_str().unwrap(),
                "--map",
                "created=Joined",
                "--on-duplicate",
                policy,
                "--format",
                "json",
            ]);
            let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            (summary["created_kept"].clone(), ran.stderr.contains("another creation time than the lead has"))
        };
        let first = "2125550101,2025-01-02\n2125550102,2025-01-03\n";
        assert_eq!(import("a.csv", first, "update"), (json!(0), false));
        assert_eq!(import("b.csv", first, "update"), (json!(0), false));
        assert_eq!(import("c.csv", "2125550101,2025-02-02\n2125550102,2025-01-03\n", "update"), (json!(1), true));
        assert_eq!(
            import("d.csv", "2125550103,2025-02-02\n2125550103,2025-01-03\n2125550101,\n", "update"),
            (json!(1), true)
        );
        assert_eq!(import("e.csv", "2125550101,2025-02-02\n", "skip"), (json!(0), false));
        assert_eq!(world.leads()[0]["created_at"], "2025-01-02T00:00:00Z");
    });
}

#[test]
fn what_lenient_drops_is_listed() {
    on_both_engines(|world| {
        let text =
            "Phone,Email,Score\n2125550101,nobody,900\n2125550102,b@example.com,5\n2125550103,=1+1,5\n555-01,,\n";
        let file = world.file("leads.csv", text);
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--lenient"]);
        assert!(ran.stderr.contains("dropped values are in"), "{}", ran.stderr);
        let listed = std::fs::read_to_string(world.path("leads.csv.dropped.csv")).unwrap();
        let lines: Vec<&str> = listed.lines().collect();
        assert_eq!(lines.len(), 4, "{listed}");
        assert_eq!(lines[0], "row,column,value,problem,hint,lead");
        assert!(lines[1].starts_with("2,Email,nobody,") && lines[1].ends_with(",1"), "{listed}");
        assert!(lines[2].starts_with("2,Score,900,") && lines[2].ends_with(",1"), "{listed}");
        assert!(lines[3].starts_with("4,Email,'=1+1,") && lines[3].ends_with(",3"), "{listed}");
        let dry = world.import(&world.file("dry.csv", text.replace("555010", "555011")), &["--lenient", "--dry-run"]);
        assert_eq!((&dry["dropped_values"], &dry["dropped_file"]), (&json!(3), &json!(null)));
        assert!(!world.path("dry.csv.dropped.csv").exists());
        // Nothing dropped, no file; one that is named is written in a rehearsal, too; a long cell is kept whole.
        let good = world.file("good.csv", "Phone,Email\n2125550105,e@example.com\n");
        assert_eq!(world.import(&good, &["--lenient"])["dropped_file"], json!(null));
        let long = "x".repeat(500);
        let book = world.path("book.xlsx");
        let rows = [vec![Cell::Text("Phone"), Cell::Text("City")], vec![Cell::Text("2125550106"), Cell::Text(&long)]];
        xlsx(&book, &rows);
        let named = world.path("named.csv");
        let options = ["--lenient", "--dry-run", "--dropped", named.to_str().unwrap()];
        assert_eq!(world.import(&book, &options)["dropped_file"], named.to_str().unwrap());
        let listed = std::fs::read_to_string(&named).unwrap();
        assert!(listed.contains(&format!("2,City (Sheet1!B2),{long},")), "{listed}");
        let ran = world.run(["import", "leads", "a.csv", "b.csv", "--dropped", "c.csv"]);
        assert!(ran.stderr.contains("--dropped, --plan and --explain are of one file"), "{}", ran.stderr);
    });
}

#[test]
fn extensions_of_further_phones_are_kept_everywhere() {
    on_both_engines(|world| {
        let (work, several) = ("(212) 555-0143 x34", "212-555-0105; 212-555-0106 ext 7");
        let text =
            format!("Phone,Work Phone,Email\n2125550101,{work},a@example.com\n{several},,b@example.com\n,{work},\n");
        let file = world.file("leads.csv", text.replace("0143 x34,\n", "0144 x34,\n"));
        assert_eq!(world.import(&file, &[])["created"], 3);
        let shown = |id: &str| world.json(["lead", "show", id]);
        assert_eq!(shown("1")["phones"][0]["phone_number"], "+12125550143");
        assert_eq!(shown("1")["custom_fields"], json!({ "Work Phone": work }));
        assert_eq!(shown("2")["custom_fields"], json!({ "Phone": several }));
        // The first number of a row has its extension in a column.
        assert_eq!(shown("3")["phone_number"], "+12125550144");
        assert_eq!(shown("3")["phone_extension"], "34");
        assert!(world.ok(["lead", "show", "1"]).contains(work));
        // What is exported comes back as it was.
        let out = world.path("out.csv");
        world.ok(["lead", "export", "--output", out.to_str().unwrap()]);
        assert!(std::fs::read_to_string(&out).unwrap().contains(work));
        let again = world.import(&out, &["--on-duplicate", "update"]);
        assert_eq!((&again["unchanged"], &again["read"]), (&json!(3), &json!(3)), "{again}");
        world.ok(["lead", "merge", "1", "--into", "2", "--yes"]);
        let shown = world.json(["lead", "show", "2"]);
        assert_eq!(shown["custom_fields"]["Work Phone"], work, "{shown}");
        world.ok(["lead", "erase", "2", "--reason", "asked", "--yes"]);
        assert!(!world.run(["lead", "show", "2", "--format", "json"]).stdout.contains("x34"));
        world.ok(["import", "dnc", world.file("dnc.csv", format!("Phone\n{work}\n")).to_str().unwrap()]);
        let checked = world.run(["dnc", "check", "2125550143"]);
        assert!(checked.stdout.contains("+12125550143"), "{}", checked.stdout);
        assert!(!checked.stdout.contains("clear"), "{}", checked.stdout);
        // One number by hand: an extension is refused, not forgotten.
        let ran = world.run(["lead", "phone", "add", "3", work]);
        assert!(ran.code == Some(1) && ran.stderr.contains("has an extension"), "{}", ran.stderr);
    });
}
