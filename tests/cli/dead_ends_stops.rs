//! Stops of a whole import: the message holds a line for each choice, and each line runs as it is printed.

use serde_json::json;

use crate::assert_same_story;
use crate::support::{Ran, World, on_both_engines};

/// The lines that a message tells.
fn lines(ran: &Ran) -> Vec<String> {
    let told = |line: &str| line.find("crmctl import ").map(|at| line[at..].to_owned());
    ran.stderr.lines().filter_map(told).collect()
}

/// Runs each line of a message, none of which keeps anything.
fn each_runs(world: &World, ran: &Ran) -> Vec<String> {
    let told = lines(ran);
    assert!(told.len() > 1, "{}", ran.stderr);
    for line in &told {
        let ran = world.shell(&format!("{line} --dry-run"));
        assert!(matches!(ran.code, Some(0 | 3)), "{line}: {}{}", ran.stdout, ran.stderr);
    }
    told
}

#[test]
fn what_a_column_does_not_prove_is_told_with_a_line_for_each_reading() {
    assert_same_story!(|world: &mut World| {
        world.file("dates.csv", "Phone,Created\n2125550101,03/04/2025\n");
        let ran = world.tell(&["import", "leads", "dates.csv", "--region", "US"]);
        assert_eq!(
            each_runs(world, &ran),
            [
                "crmctl import leads dates.csv --region US --date-order dmy",
                "crmctl import leads dates.csv --region US --date-order mdy"
            ]
        );
        world.file("both.csv", "Phone,Created\n2125550101,13/04/2025\n2125550102,04/13/2025\n");
        let ran = world.tell(&["import", "leads", "both.csv"]);
        assert_eq!(each_runs(world, &ran).len(), 2);
        world.file("slip.csv", "Source,Date,Cost\nweb,01.02.26,5\nweb,31.04.26,5\n");
        let ran = world.tell(&["import", "costs", "slip.csv"]);
        assert_eq!(each_runs(world, &ran).len(), 3);
        world.file("amounts.csv", "Phone;Amount;Created\n2125550103;50.000;03/04/2025\n2125550104;146536,25;\n");
        let ran = world.tell(&["import", "leads", "amounts.csv"]);
        let told = lines(&ran);
        assert_eq!(told[1], "crmctl import leads amounts.csv --date-order mdy");
        // Where two things are open, one line leads to the next.
        let ran = world.shell(&told[1]);
        assert_eq!(
            each_runs(world, &ran),
            [
                "crmctl import leads amounts.csv --date-order mdy --decimal-separator point",
                "crmctl import leads amounts.csv --date-order mdy --decimal-separator comma"
            ]
        );
        let ran = world.shell(&lines(&ran)[1]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        world.tell(&["lead", "list", "--columns", "phone_number,value,created_at"]);
        world.file("rates.csv", "Month,Currency,Rate\n2026-03,EUR,\"1,084\"\n");
        let ran = world.tell(&["import", "rates", "rates.csv"]);
        assert_eq!(each_runs(world, &ran).len(), 2);
    });
}

#[test]
fn tables_and_reject_files_of_elsewhere_are_told_with_their_lines() {
    on_both_engines(|world| {
        let table = |phone: &str| format!("<table><tr><th>Phone<th>Name</tr><tr><td>{phone}<td>Ann</tr></table>");
        world.file("two.html", format!("<html><body>{}{}</body></html>", table("2125550101"), table("2125550102")));
        let ran = world.run(["import", "leads", "two.html"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stdout);
        assert_eq!(each_runs(world, &ran).len(), 2);
        world.file("strange.csv", "Phone,_row,_import\n2125550103,2,018f4e7a-0000-7000-8000-000000000000\n");
        let ran = world.run(["import", "leads", "strange.csv"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stdout);
        let (line, again) = world.as_told(&ran);
        assert_eq!(line, "crmctl import leads strange.csv --ignore _import");
        assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
        // A policy that would do nothing gives way to the one that is told.
        world.file("known.csv", "Phone,City\n2125550103,Rome\n");
        let ran = world.run(["import", "leads", "known.csv", "--on-duplicate", "skip", "--only-known"]);
        let (line, again) = world.as_told(&ran);
        assert_eq!(line, "crmctl import leads known.csv --only-known --on-duplicate update");
        assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
        assert_eq!(world.leads()[0]["city"], "Rome");
    });
}

#[test]
fn the_command_of_an_import_has_the_form_of_its_file() {
    on_both_engines(|world| {
        // A dry run may take an id.
        let command = |place: usize| {
            let imports = world.json(["import", "list"]);
            let mut ids: Vec<i64> = imports.as_array().unwrap().iter().filter_map(|it| it["id"].as_i64()).collect();
            ids.sort_unstable();
            let shown = world.ok(["import", "show", &ids[place - 1].to_string()]);
            let mut lines = shown.lines().skip_while(|line| !line.trim_start().starts_with("command"));
            let first = lines.next().unwrap_or_default().trim_start().trim_start_matches("command").trim().to_owned();
            // Wrapped lines have no title.
            lines.take_while(|line| line.starts_with("  ")).fold(first, |all, line| format!("{all} {}", line.trim()))
        };
        world.file("a.csv", b"x\nName^Phone\nZo\xe9^2125550101\nBob^21255501\n".as_slice());
        let call = ["import", "leads", "a.csv", "--delimiter", "^", "--encoding", "latin1", "--header-row", "2"];
        let ran = world.run(call);
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        let line = command(1);
        assert_eq!(line, "crmctl import leads a.csv --delimiter '^' --encoding windows-1252 --header-row 2");
        let ran = world.shell(&format!("{line} --dry-run"));
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(world.json(["import", "show", "1"])["options"]["header_row"], 2);
        // The file of rejected rows has a form of its own.
        let rejects = std::fs::read_to_string(world.path("a.csv.rejects.csv")).unwrap();
        world.file("fixed.csv", rejects.replace("21255501", "2125550102"));
        world.ok(["import", "leads", "fixed.csv"]);
        assert_eq!(world.leads()[1]["phone_number"], "+12125550102");
        assert!(!command(2).contains("--delimiter") && !command(2).contains("--header-row"), "{}", command(2));
        world.file("d.csv", "2125550104\tleft town\n");
        world.ok(["import", "dnc", "d.csv", "--delimiter", "tab", "--no-header", "--map", "phone=#1"]);
        let line = command(3);
        assert!(line.contains("--delimiter tab") && line.contains("--no-header"), "{line}");
        assert_eq!(world.shell(&format!("{line} --dry-run")).code, Some(0), "{line}");
        // Amounts of totals are kept with the options, and are none.
        world.file("c.csv", "Source,Campaign,Month,Cost\nads,a,2026-03,10\nads,b,2026-03,20\n,,2026-03,30\n");
        world.run(["import", "costs", "c.csv"]);
        assert_eq!(command(4), "crmctl import costs c.csv");
    });
}

#[test]
fn why_rows_are_skipped_and_columns_left_out_is_told() {
    on_both_engines(|world| {
        world.file("a.csv", "Phone,City\n2125550101,Troy\n");
        world.ok(["import", "leads", "a.csv"]);
        world.ok(["dnc", "add", "2125550102"]);
        world.file("b.csv", "Phone,City\n2125550101,Rome\n2125550101,Rome\n2125550102,Rome\n");
        let ran = world.run(["import", "leads", "b.csv", "--dnc", "skip"]);
        let told = "skipped rows: 2 whose lead is known (--on-duplicate fill or update takes what they say), 1 whose number \
                    is on the do-not-call list";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        world.file("c.csv", "Phone,City\n2125550109,Rome\n");
        let ran = world.run(["import", "leads", "c.csv", "--only-known", "--on-duplicate", "update"]);
        assert!(ran.stderr.contains("skipped rows: 1 that match no lead"), "{}", ran.stderr);
        world.file("d.csv", "Phone,Agent,Reason,Shoe size\n2125550105,Kim,mail,43\n");
        let summary = world.json(["import", "dnc", "d.csv"]);
        assert_eq!(summary["columns_left_out"], json!(["Agent", "Shoe size"]), "{summary}");
        assert_eq!(world.json(["import", "show", "4"])["counts"]["columns_left_out"], json!(["Agent", "Shoe size"]));
    });
}
