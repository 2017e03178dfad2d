//! Workbooks of every kind, preambles, and what can be wrong with a sheet.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::support::files::{Cell, xlsx};
use crate::support::xlsb::xlsb;
use crate::support::{Engine, World, on_both_engines};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/leads").join(name)
}

/// The people of `fixtures/leads/forms` in Excel's binary form.
fn people_xlsb(path: &Path) {
    use Cell::{Empty, Number, Serial, Text};
    let head = ["Full Name", "Phone", "Email", "Company", "Deal Amount", "Created", "Status", "Notes"];
    let mut rows: Vec<Vec<Cell<'_>>> = vec![head.iter().map(|text| Text(text)).collect()];
    rows.push(vec![
        Text("Zoé Sample"),
        Text("2125550121"),
        Text("zoe@example.com"),
        Text("Café Réunion"),
        Number(1250.5),
        Serial(45733.0),
        Text("new"),
        Text("first"),
    ]);
    rows.push(vec![
        Text("Björn Sample"),
        Number(2125550122.0),
        Text("bjorn@example.com"),
        Text("Müller & Söhne"),
        Number(117000.0),
        Serial(45750.0 + 17.5 / 24.0),
        Text("contacted"),
    ]);
    rows.push(vec![
        Text("Iñigo Sample"),
        Text("(212) 555-0123"),
        Empty,
        Text("Peña, Hijos"),
        Empty,
        Serial(45992.0),
        Text("Closed Won"),
        Text("line one"),
    ]);
    rows.push(vec![
        Text("Anna \"Ann\" Sample"),
        Text("+1 212 555 0124"),
        Text("anna@example.com"),
        Text("Semi; Colon"),
        Number(0.99),
        Serial(45659.0),
        Text("hot"),
    ]);
    rows.push(vec![Empty, Empty, Text("only@example.com"), Empty, Number(12.0), Serial(45720.0 + 8.0 / 24.0)]);
    rows.push(vec![
        Text("Lukasz Sample"),
        Text("212.555.0126 x9"),
        Text("lukasz@example.com"),
        Text("Zaklad"),
        Number(1000000.0),
        Serial(45351.0),
        Text("qualified"),
        Text("last"),
    ]);
    xlsb(path, "Leads", &rows);
}

#[test]
fn the_same_leads_in_every_form() {
    let mut expected: Option<Vec<Value>> = None;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let forms = ["xlsx", "xls", "ods", "utf16.tsv", "windows-1252.csv", "csv", "csv.gz", "xlsb", "stdin"];
        for form in forms {
            let world = World::new(engine);
            let summary = match form {
                "stdin" => {
                    let mut child = world
                        .command(["import", "leads", "-", "--format", "json"])
                        .stdin(Stdio::piped())
                        .stdout(Stdio::piped())
                        .spawn()
                        .unwrap();
                    let text = std::fs::read(fixture("forms/people.csv")).unwrap();
                    child.stdin.take().unwrap().write_all(&text).unwrap();
                    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
                }
                "xlsb" => {
                    let path = world.path("people.xlsb");
                    people_xlsb(&path);
                    world.import(&path, &[])
                }
                form => world.import(&fixture(&format!("forms/people.{form}")), &[]),
            };
            assert_eq!((&summary["created"], &summary["rejected"]), (&6.into(), &0.into()), "{form}: {summary}");
            let leads = world.essence();
            match &expected {
                None => {
                    assert_eq!(leads[0]["value_cents"], 125_050);
                    assert_eq!(leads[1]["created_at"], "2025-04-03T17:30:00Z");
                    assert_eq!(leads[2]["status"], "recruited");
                    assert_eq!(leads[5]["phone_extension"], "9");
                    expected = Some(leads);
                }
                Some(expected) => assert_eq!(&leads, expected, "{engine:?} {form}"),
            }
            world.finish();
        }
    }
}

#[test]
fn dates_of_the_1904_system_are_the_same_days() {
    let world = World::new(Engine::Sqlite);
    world.import(&fixture("forms/people-1904.xlsx"), &[]);
    let created: Vec<Value> = world.leads().iter().map(|lead| lead["created_at"].clone()).collect();
    assert_eq!(created[1], "2025-04-03T17:30:00Z");
    assert_eq!(created[5], "2024-02-29T00:00:00Z");
    world.finish();
}

#[test]
fn preambles_are_passed_over_and_said() {
    on_both_engines(|world| {
        let notes = "Notes:\n\"When exporting your connections, some emails may be missing, as people choose\n\
                     who may see them.\"\n\nFirst Name,Last Name,Email Address\nAda,Sample,ada@example.com\n";
        let file = world.file("connections.csv", notes);
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("the header is in row 5; 2 rows above it passed over"), "{}", ran.stderr);
        assert_eq!(world.leads()[0]["first_name"], "Ada");
        let odd = world.file("odd.csv", "Fair of 2026\nFone;Name\n2125550131;Ben\n");
        assert_eq!(world.import(&odd, &["--header-row", "2", "--map", "phone=Fone"])["created"], 1);
        assert_eq!(world.import(&odd, &["--map", "phone=Fone"])["unchanged"], 0);
        let beyond = world.run(["import", "leads", odd.to_str().unwrap(), "--header-row", "9"]);
        assert_eq!(beyond.code, Some(1));
        assert!(beyond.stderr.contains("no row begins at 9, which --header-row names"), "{}", beyond.stderr);
        let path = world.path("report.xlsx");
        let rows: Vec<Vec<Cell<'_>>> = vec![
            vec![Cell::Text("Report of the fair")],
            vec![],
            vec![Cell::Text("Name"), Cell::Text("Mobile")],
            vec![Cell::Text("Cy"), Cell::Number(2125550132.0)],
        ];
        xlsx(&path, &rows);
        assert_eq!(world.import(&path, &[])["created"], 1);
    });
}

#[test]
fn hidden_sheets_and_merged_cells() {
    let world = World::new(Engine::Sqlite);
    let path = world.path("hidden.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, phone) in [("Leads", "2125550102"), ("Old", "2125550101")] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        if name == "Old" {
            sheet.set_hidden(true);
        }
        sheet.write_string(0, 0, "Phone").unwrap();
        sheet.write_string(0, 1, "City").unwrap();
        sheet.write_string(1, 0, phone).unwrap();
        let format = rust_xlsxwriter::Format::new();
        sheet.merge_range(1, 1, 2, 1, "Albany", &format).unwrap();
        sheet.write_string(2, 0, phone.replace("010", "014")).unwrap();
        sheet.set_row_hidden(2).unwrap();
    }
    book.save(&path).unwrap();
    let ran = world.run(["import", "leads", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("hidden sheets with rows left out: Old"), "{}", ran.stderr);
    let leads = world.leads();
    // A hidden row is a row; a merged cell belongs to its first row.
    let told: Vec<_> = leads.iter().map(|lead| (lead["phone_number"].as_str(), lead["city"].as_str())).collect();
    assert_eq!(told, [(Some("+12125550102"), Some("Albany")), (Some("+12125550142"), None)]);
    world.finish();
}

#[test]
fn workbooks_that_are_damaged_or_too_large() {
    let world = World::new(Engine::Sqlite);
    let xls = std::fs::read(fixture("forms/people.xls")).unwrap();
    let ods = std::fs::read(fixture("forms/people.ods")).unwrap();
    let binary = world.path("good.xlsb");
    people_xlsb(&binary);
    let binary = std::fs::read(&binary).unwrap();
    // The length of the first cell record (LabelSst, 0x00FD) reaches beyond the end.
    let at = xls.windows(4).position(|w| w == [0xFD, 0, 10, 0]).unwrap();
    let mut bad_record = xls.clone();
    bad_record[at + 2..at + 4].copy_from_slice(&[0xFF, 0xFF]);
    // An index of a shared string that does not exist.
    let mut bad_string = xls.clone();
    bad_string[at + 10..at + 14].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x7F]);
    let cases: [(&str, Vec<u8>, &[&str]); 5] = [
        ("record.xls", bad_record, &["the workbook is damaged: the record at byte ", "(in sheet 1)"]),
        ("cut.xls", xls[..xls.len() / 2].to_vec(), &["the workbook is damaged"]),
        ("cut.ods", ods[..ods.len() / 2].to_vec(), &["damaged or cut off"]),
        ("cut.xlsb", binary[..binary.len() / 2].to_vec(), &["damaged or cut off"]),
        ("string.xls", bad_string, &["names no text (in sheet 1)"]),
    ];
    for (name, bytes, expected) in cases {
        let ran = world.run(["import", "leads", world.file(name, bytes).to_str().unwrap()]);
        assert!(ran.code == Some(1), "{name}: {:?} {}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
        expected.iter().for_each(|text| assert!(ran.stderr.contains(text), "{name}: {}", ran.stderr));
    }
    let path = world.path("bomb.ods");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("mimetype", options).unwrap();
    archive.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    archive.start_file("content.xml", options).unwrap();
    archive
        .write_all(
            br#"<office:document-content><office:body><office:spreadsheet><table:table table:name="A"><table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#,
        )
        .unwrap();
    archive.finish().unwrap();
    let ran = world.run(["import", "leads", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("it has more than 3000000 cells"), "{}", ran.stderr);
    assert!(world.leads().is_empty());
    world.finish();
}

#[test]
fn the_widest_sheet_and_the_longest_cell() {
    // A sheet of this size is read for half a minute by a debug build, whatever the engine.
    let world = &World::new(Engine::Sqlite);
    {
        let path = world.path("wide.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "Phone").unwrap();
        sheet.write_string(1, 0, "2125550101").unwrap();
        sheet.write_string(2, 0, "2125550102").unwrap();
        for column in 1..16_384u16 {
            sheet.write_string(0, column, format!("Field {column}")).unwrap();
        }
        sheet.write_string(1, 16_383, "the last").unwrap();
        sheet.write_string(2, 7, "x".repeat(32_767)).unwrap();
        book.save(&path).unwrap();
        assert_eq!(world.import(&path, &[])["created"], 2);
        let lead = world.json(["lead", "show", "+12125550101"]);
        assert_eq!(lead["custom_fields"]["Field 16383"], "the last");
        let lead = world.json(["lead", "show", "+12125550102"]);
        assert_eq!(lead["custom_fields"]["Field 7"].as_str().map(str::len), Some(32_767));
        let company = world.path("company.xlsx");
        let long = "x".repeat(32_767);
        xlsx(
            &company,
            &[vec![Cell::Text("Phone"), Cell::Text("Company")], vec![Cell::Text("2125550103"), Cell::Text(&long)]],
        );
        let summary = world.import(&company, &[]);
        assert_eq!((&summary["rejected"], &summary["problems"][0]["kind"]), (&1.into(), &"text_too_long".into()));
        assert_eq!(summary["problems"][0]["example_cell"], "Sheet1!B2");
    }
}

#[test]
fn a_bad_byte_far_down_is_named_by_its_line() {
    let world = World::new(Engine::Sqlite);
    // Far behind all that is looked at to tell what the file is.
    let mut text = String::from("Phone,Remark\n");
    let long = "é".repeat(400);
    for row in 2..=3_000u32 {
        let number = if row % 2 == 0 { "2125550101" } else { "2125550102" };
        text.push_str(&format!("{number},{long}\n"));
    }
    let mut bytes = text.into_bytes();
    bytes.extend(b"2125550103,Z\xfcrich\n2125550104,Troy\n");
    let ran = world.run(["import", "leads", world.file("far.csv", bytes).to_str().unwrap()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("line 3001 is not UTF-8: it holds the byte 0xFC"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn a_chart_is_passed_over_and_a_damaged_sheet_is_not() {
    let world = World::new(Engine::Sqlite);
    let whole = world.path("chart.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in [("Leads", 2), ("Empty", 0)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for row in 0..rows {
            sheet.write_string(row, 0, if row == 0 { "Phone" } else { "2125550101" }).unwrap();
        }
    }
    let mut chart = rust_xlsxwriter::Chart::new(rust_xlsxwriter::ChartType::Column);
    chart.add_series().set_values("Leads!$A$2:$A$2");
    book.add_chartsheet().insert_chart(0, 0, &chart).unwrap();
    book.save(&whole).unwrap();
    assert_eq!(world.import(&whole, &["--dry-run"])["created"], 1);
    // The same workbook, its second sheet cut off: it may have held rows.
    let cut = world.path("cut-sheet.xlsx");
    let mut from = zip::ZipArchive::new(std::fs::File::open(&whole).unwrap()).unwrap();
    let mut to = zip::ZipWriter::new(std::fs::File::create(&cut).unwrap());
    for place in 0..from.len() {
        let mut part = from.by_index(place).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut bytes).unwrap();
        if name == "xl/worksheets/sheet2.xml" {
            let at = bytes.windows(10).position(|window| window == b"<sheetData").unwrap();
            bytes.truncate(at);
            bytes.extend(b"<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>");
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&bytes).unwrap();
    }
    to.finish().unwrap();
    let ran = world.run(["import", "leads", cut.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("the workbook is damaged or cut off"), "{}", ran.stderr);
    world.finish();
}
