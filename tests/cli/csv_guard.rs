//! Texts that a spreadsheet would run: marked in every CSV, and the same again when it is imported.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const TEXTS: [&str; 12] = [
    "=1+1",
    "'=1+1",
    "''+1+cmd",
    ";=1+1",
    "a;=1+1;b",
    "a\n＝1+1",
    "＝1+1",
    "＋1+cmd",
    "－1+cmd",
    "＠SUM(A1)",
    "'＝1+1",
    "a;'@b",
];

/// Leads with each of the texts as company and in a field of their own, by an import of a workbook, where nothing is marked.
fn fill(world: &World) {
    for (place, text) in TEXTS.iter().enumerate() {
        world.ok([
            "lead",
            "add",
            "--phone",
            &format!("+121255501{place:02}"),
            "--company",
            text,
            "--set",
            &format!("custom.Own={text}"),
        ]);
    }
}

fn texts(world: &World) -> Vec<(String, String)> {
    let of = |lead: &Value, what: &Value| {
        (lead["phone_number"].as_str().unwrap().to_owned(), what.as_str().unwrap_or("-").to_owned())
    };
    world
        .leads()
        .iter()
        .flat_map(|lead| [of(lead, &lead["company"]), of(lead, &lead["custom_fields"]["Own"])])
        .collect()
}

/// Who may read a file.
fn mode(world: &World, name: &str) -> u32 {
    std::fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777
}

/// The cells of a CSV as another reader cuts them.
fn cells(text: &str, delimiter: u8) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn runs(cell: &str) -> bool {
    // A whole line that begins with a phone is none.
    let cell = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"').trim_start_matches("+1212");
    cell.starts_with(['=', '@', '＝', '＋', '－', '＠'])
        || cell.starts_with(['+', '-']) && cell.chars().any(char::is_alphabetic)
}

#[test]
fn what_would_run_is_marked_and_comes_back() {
    on_both_engines(|world| {
        fill(world);
        let before = texts(world);
        assert_eq!(before.iter().map(|(_, text)| text.as_str()).step_by(2).collect::<Vec<_>>(), TEXTS);
        world.ok(["lead", "export", "--include-dnc", "--output", "out.csv"]);
        world.ok(["lead", "export", "--include-dnc", "--output", "out.xlsx"]);
        for name in ["out.csv", "out.xlsx"] {
            assert_eq!(mode(world, name), 0o600, "{name}");
        }
        let written = std::fs::read_to_string(world.path("out.csv")).unwrap();
        let listed = world.ok(["lead", "list", "--columns", "company", "--format", "csv"]);
        for delimiter in [b',', b';', b'\t'] {
            for cell in cells(&written, delimiter).iter().chain(&cells(&listed, delimiter)) {
                assert!(!runs(cell), "{cell:?}");
            }
        }
        for name in ["out.csv", "out.xlsx"] {
            let summary = world.import(&world.path(name), &["--on-duplicate", "update"]);
            assert_eq!(summary["unchanged"], TEXTS.len(), "{name}: {summary}");
            assert_eq!(texts(world), before, "{name}");
            let other = World::new(world.engine);
            other.import(&world.path(name), &[]);
            assert_eq!(texts(&other), before, "{name}");
            other.finish();
        }
    });
}

#[test]
fn rejected_rows_are_marked_and_come_back() {
    on_both_engines(|world| {
        let mut rows = csv::Writer::from_writer(Vec::new());
        rows.write_record(["Phone", "Company", "=Own"]).unwrap();
        for text in TEXTS {
            rows.write_record(["no number", text, text]).unwrap();
        }
        let file = world.file("people.csv", rows.into_inner().unwrap());
        assert_eq!(world.import(&file, &[])["rejected"], TEXTS.len());
        assert_eq!(mode(world, "people.csv.rejects.csv"), 0o600);
        let rejects = std::fs::read_to_string(world.path("people.csv.rejects.csv")).unwrap();
        for delimiter in [b',', b';', b'\t'] {
            assert!(!cells(&rejects, delimiter).iter().any(|cell| runs(cell)), "{rejects}");
        }
        // With its numbers mended the file means what the first one meant.
        let mend = |text: &str| {
            let mut at = 0;
            text.split("no number")
                .map(|part| {
                    at += 1;
                    format!("{part}+121255501{at:02}")
                })
                .collect::<String>()
        };
        let (mended, plain) = (mend(&rejects), mend(&std::fs::read_to_string(&file).unwrap()));
        let imported = |into: &World, name: &str, text: &str| {
            let summary = into.import(&into.file(name, text), &[]);
            assert_eq!(summary["created"], TEXTS.len(), "{summary}");
            let of = |lead: &Value| json!([lead["company"], lead["custom_fields"]["=Own"]]);
            into.leads().iter().map(of).collect::<Vec<Value>>()
        };
        let other = World::new(world.engine);
        assert_eq!(imported(world, "mended.csv", &mended), imported(&other, "plain.csv", &plain));
        other.finish();
    });
}

#[test]
fn json_in_a_csv_is_json() {
    on_both_engines(|world| {
        for (place, text) in ["a;=1+1", "=1", "x\u{202e}y\u{2066}", "q\";＝1", "\u{e0041}t"].iter().enumerate() {
            world.ok([
                "lead",
                "add",
                "--phone",
                &format!("+121255501{place:02}"),
                "--set",
                &format!("custom.Own={text}"),
            ]);
        }
        let expected: Vec<Value> = world.leads().iter().map(|lead| lead["custom_fields"].clone()).collect();
        world.ok(["lead", "export", "--columns", "custom_fields", "--sort", "id", "--output", "out.csv"]);
        let written = std::fs::read_to_string(world.path("out.csv")).unwrap();
        let streamed = world.ok(["lead", "export", "--columns", "custom_fields", "--sort", "id"]);
        let listed = world.ok(["lead", "list", "--columns", "custom_fields", "--sort", "id", "--format", "csv"]);
        for text in [&written, &streamed, &listed] {
            let found: Vec<Value> =
                cells(text, b',').iter().skip(1).map(|cell| serde_json::from_str(cell).unwrap()).collect();
            assert_eq!(found, expected, "{text}");
            assert!(!cells(text, b';').iter().any(|cell| runs(cell)), "{text}");
        }
    });
}
