//! Templates: empty files that import as they are once somebody has filled them in.

use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const KINDS: [&str; 5] = ["leads", "dnc", "history", "costs", "rates"];

/// The columns of a template, as it was written.
fn template(world: &World, kind: &str, file: &str) -> Vec<Value> {
    let columns = world.json(["import", "template", kind, "--output", file]);
    columns.as_array().unwrap().clone()
}

fn header(path: &Path) -> Vec<String> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| cell.to_string();
    range.rows().next().unwrap().iter().map(text).collect()
}

/// A workbook with the header of a template and a row of values, each of the type that the template gives its column.
fn filled(world: &World, name: &str, columns: &[Value], value: impl Fn(&Value) -> String) -> PathBuf {
    let path = world.path(name);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (place, column) in (0u16..).zip(columns) {
        sheet.write_string(0, place, column["column"].as_str().unwrap()).unwrap();
        let value = value(column);
        match value.parse::<f64>() {
            Ok(number) if ["value", "score", "cost", "rate", "lead"].contains(&column["column"].as_str().unwrap()) => {
                sheet.write_number(1, place, number).unwrap();
            }
            _ => {
                sheet.write_string(1, place, value).unwrap();
            }
        }
    }
    workbook.save(&path).unwrap();
    path
}

fn example(column: &Value) -> String {
    column["example"].as_str().unwrap().to_owned()
}

#[test]
fn every_template_imports_without_options() {
    on_both_engines(|world| {
        world.ok(["user", "add", "sales@example.com", "--role", "admin"]);
        for kind in KINDS {
            let columns = template(world, kind, &format!("{kind}.xlsx"));
            let names: Vec<&str> = columns.iter().map(|column| column["column"].as_str().unwrap()).collect();
            assert_eq!(header(&world.path(&format!("{kind}.xlsx"))), names, "{kind}");
            template(world, kind, &format!("{kind}.csv"));
            let csv = std::fs::read_to_string(world.path(&format!("{kind}.csv"))).unwrap();
            assert_eq!(csv, format!("{}\r\n", names.join(",")));
            let file = filled(world, &format!("filled-{kind}.xlsx"), &columns, example);
            let summary = world.json(["import", kind, file.to_str().unwrap(), "--as", "sales@example.com"]);
            assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(0)), "{kind}: {summary}");
            let line: Vec<String> =
                columns.iter().map(|column| format!("\"{}\"", example(column).replace('"', "\"\""))).collect();
            let text = format!("{csv}{}\n", line.join(","));
            let again = world.file(&format!("filled-{kind}.csv"), text);
            let ran = world.run(["import", kind, again.to_str().unwrap(), "--dry-run", "--as", "sales@example.com"]);
            assert_eq!(ran.code, Some(0), "{kind}: {}{}", ran.stdout, ran.stderr);
        }
        let leads = world.json(["lead", "list", "--sort", "id", "--as", "sales@example.com"]);
        let lead = &leads[0];
        assert_eq!((&lead["phone_number"], &lead["status"]), (&json!("+12125550142"), &json!("dnc")));
    });
}

#[test]
fn every_word_of_a_list_is_read() {
    on_both_engines(|world| {
        for (kind, key) in [("leads", "phone"), ("dnc", "phone")] {
            let columns = template(world, kind, &format!("{kind}.xlsx"));
            for column in columns.iter().filter(|column| column["words"] != "") {
                let name = column["column"].as_str().unwrap();
                for (n, word) in column["words"].as_str().unwrap().split(", ").enumerate() {
                    let text = format!("{key},{name}\n212555{:04},{word}\n", 100 + n);
                    let file = world.file("word.csv", text);
                    let summary = world.json(["import", kind, file.to_str().unwrap(), "--dry-run"]);
                    assert_eq!(
                        (&summary["read"], &summary["rejected"]),
                        (&json!(1), &json!(0)),
                        "{name}: {word}: {summary}"
                    );
                }
            }
        }
    });
}

#[test]
fn a_workbook_has_notes_and_lists() {
    on_both_engines(|world| {
        let columns = template(world, "leads", "t.xlsx");
        let mut book = zip::ZipArchive::new(std::fs::File::open(world.path("t.xlsx")).unwrap()).unwrap();
        let mut part = |name: &str| {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut book.by_name(name).unwrap(), &mut text).unwrap();
            text
        };
        let notes = part("xl/comments1.xml");
        assert_eq!(notes.matches("<comment ").count(), columns.len());
        assert!(
            notes.contains("Example: +1 212 555 0142") && notes.contains("Words: new, contacted, qualified"),
            "{notes}"
        );
        let sheet = part("xl/worksheets/sheet1.xml");
        assert!(sheet.contains("\"new,contacted,qualified,nurturing,hot,cold,recruited,dnc\""), "{sheet}");
        assert!(part("xl/styles.xml").contains("numFmtId=\"49\""), "phones are text");
    });
}

#[test]
fn a_file_that_is_there_stays() {
    on_both_engines(|world| {
        world.file("t.csv", "mine");
        let ran = world.run(["import", "template", "--output", "t.csv"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("--overwrite"), "{}", ran.stderr);
        assert_eq!(std::fs::read_to_string(world.path("t.csv")).unwrap(), "mine");
        let told = world.ok(["import", "template", "costs", "--output", "t.csv", "--overwrite"]);
        assert!(told.contains("what it takes") && told.contains("period_end"), "{told}");
        let ran = world.run(["import", "template", "--output", "t.pdf"]);
        assert!(ran.code == Some(2) && ran.stderr.contains(".xlsx"), "{}", ran.stderr);
        let ran = world.run(["import", "template", "undo", "--output", "u.csv"]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    });
}

/// A link is replaced where that is said, and what it leads to stays.
#[test]
fn a_link_is_replaced_and_not_followed() {
    on_both_engines(|world| {
        world.file("mine.csv", "mine");
        for (link, target) in [("link.csv", "mine.csv"), ("dangling.csv", "nowhere.csv")] {
            std::os::unix::fs::symlink(target, world.path(link)).unwrap();
            let ran = world.run(["import", "template", "--output", link]);
            assert!(ran.code == Some(1) && ran.stderr.contains("--overwrite"), "{}", ran.stderr);
            world.ok(["import", "template", "--output", link, "--overwrite"]);
            assert!(world.path(link).symlink_metadata().unwrap().is_file(), "{link}");
        }
        assert_eq!(std::fs::read_to_string(world.path("mine.csv")).unwrap(), "mine");
        assert!(!world.path("nowhere.csv").exists());
    });
}

/// Events of another system name leads by its ids: the template has their column beside that of the system.
#[test]
fn events_are_filled_in_by_external_ids() {
    on_both_engines(|world| {
        world.import(&world.file("l.csv", "external_source,external_id\nhubspot,4711\nsalesforce,4711\n"), &[]);
        let columns = template(world, "history", "h.csv");
        let names: Vec<&str> = columns.iter().map(|column| column["column"].as_str().unwrap()).collect();
        assert_eq!(names[2..4], ["external_id", "external_source"]);
        let value = |name: &&str| match *name {
            "external_id" => "4711",
            "external_source" => "hubspot",
            "status" => "contacted",
            "changed_at" => "2026-02-01",
            _ => "",
        };
        let row: Vec<&str> = names.iter().map(value).collect();
        world.file("h2.csv", format!("{}\n{}\n", names.join(","), row.join(",")));
        let summary = world.json(["import", "history", "h2.csv"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(0)), "{summary}");
        let events = |id: &str| world.json(["lead", "show", id])["status_history"].as_array().unwrap().len();
        assert_eq!((events("1"), events("2")), (2, 1), "the lead of that system has the event");
        // Alone it is no id of anybody.
        world.file("h3.csv", "external_id,status,changed_at\n4711,hot,2026-02-02\n");
        let ran = world.run(["import", "history", "h3.csv"]);
        assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    });
}
