//! Workbooks: formulas whose results are not stored, cells and rows in any order, hidden rows, merged cells.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Formula};
use serde_json::json;

use crate::support::books::{book, ods_row, raw_ods, raw_xlsx, text};
use crate::support::{Engine, World, on_both_engines};

fn phones(world: &World) -> Vec<String> {
    world.leads().iter().map(|lead| lead["phone_number"].as_str().unwrap_or_default().to_owned()).collect()
}

const REMEDY: &str = "open the file in a spreadsheet program and save it";

/// Three workbooks with two good rows and one whose opt-out is a formula without a stored result.
fn opt_outs_by_formula(world: &World) -> [PathBuf; 3] {
    let formula = "IF(1=1,\"yes\",\"no\")";
    let head = [text("A1", "Phone"), text("B1", "Do Not Call"), text("C1", "Company")].concat();
    let raw = format!(
        "<row r=\"1\">{head}</row><row r=\"2\">{}<c r=\"B2\"><f>{formula}</f></c></row>\
         <row r=\"3\">{}<c r=\"B3\" t=\"str\"><f>{formula}</f><v>yes</v></c><c r=\"C3\"><f>1+1</f><v></v></c></row>\
         <row r=\"4\">{}</row>",
        text("A2", "2125550101"),
        text("A3", "2125550102"),
        text("A4", "2125550103"),
    );
    let library = book(world, "library.xlsx", &["Phone", "Do Not Call", "Company"], |sheet| {
        for row in 1..4 {
            sheet.write_string(row, 0, format!("212555010{row}")).unwrap();
        }
        sheet.write_formula(1, 1, "=IF(1=1,\"yes\",\"no\")").unwrap();
        sheet.write_formula(2, 1, Formula::new("=IF(1=1,\"yes\",\"no\")").set_result("yes")).unwrap();
        sheet.write_formula(2, 2, "=1+1").unwrap();
    });
    let unsaid = r#"<table:table-cell table:formula="of:=IF(1=1;&quot;yes&quot;;&quot;no&quot;)"/>"#;
    let ods = [
        ods_row(&["Phone", "Do Not Call", "Company"]),
        ods_row(&["2125550101", unsaid]),
        ods_row(&["2125550102", "yes", unsaid]),
        ods_row(&["2125550103"]),
    ];
    [raw_xlsx(world, "raw.xlsx", &raw), library, raw_ods(world, "raw.ods", &ods.concat())]
}

#[test]
fn a_formula_without_result_is_no_blank_opt_out() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for which in 0..3 {
            let world = World::new(engine);
            let file = opt_outs_by_formula(&world)[which].clone();
            let summary = world.import(&file, &["--lenient"]);
            let counts = ["created", "rejected", "formulas_without_result"].map(|key| summary[key].clone());
            assert_eq!(counts, [json!(2), json!(1), json!(2)], "{summary}");
            let problem = &summary["problems"][0];
            assert_eq!((&problem["kind"], &problem["hint"]), (&json!("formula_without_result"), &json!(REMEDY)));
            let cell = problem["example_cell"].as_str().unwrap();
            assert!(cell.ends_with("!B2"), "{cell}");
            assert_eq!(phones(&world), ["+12125550102", "+12125550103"]);
            assert_eq!(world.leads()[0]["status"], "dnc");
            // What comes back is refused until somebody fills the cell in.
            let rejects = PathBuf::from(summary["rejects_file"].as_str().unwrap());
            let again = world.import(&world.path(rejects.to_str().unwrap()), &[]);
            assert_eq!((&again["created"], &again["rejected"]), (&json!(0), &json!(1)), "{again}");
            let ran = world.run(["import", "leads", file.to_str().unwrap(), "--dry-run"]);
            let told = "2 formulas have no stored result, so that each counts as blank or its row is rejected: ";
            assert!(
                ran.stderr.contains(told) && ran.stderr.contains("!B2, ") && ran.stderr.contains("!C3; "),
                "{}",
                ran.stderr
            );
            world.finish();
        }
    }
}

#[test]
fn a_formula_without_result_names_nobody() {
    on_both_engines(|world| {
        for kind in ["leads", "dnc"] {
            let file = book(world, &format!("{kind}.xlsx"), &["Phone", "Reason", "Email"], |sheet| {
                sheet.write_formula(1, 0, "=\"+1212555\"&\"0101\"").unwrap();
                sheet.write_string(1, 2, "ada@example.com").unwrap();
                sheet.write_string(2, 0, "2125550102").unwrap();
                sheet.write_formula(2, 1, "=\"asked\"").unwrap();
                sheet.write_formula(3, 0, Formula::new("=\"+1\"").set_result("+12125550103")).unwrap();
            });
            let summary = world.json(["import", kind, file.to_str().unwrap()]);
            assert_eq!((&summary["created"], &summary["rejected"]), (&json!(2), &json!(1)), "{kind}: {summary}");
            assert_eq!(summary["problems"].as_array().unwrap().len(), 1, "{summary}");
            assert_eq!(summary["problems"][0]["example_cell"], "Sheet1!A2");
        }
        let headers = ["Phone", "Status", "Changed At", "Reason"];
        let history = book(world, "history.xlsx", &headers, |sheet| {
            for row in 1..5 {
                sheet.write_string(row, 0, "2125550102").unwrap();
                sheet.write_string(row, 1, "contacted").unwrap();
                sheet.write_string(row, 2, format!("2026-01-0{row}")).unwrap();
            }
            for column in 0..4 {
                sheet.write_formula(u32::from(column) + 1, column, "=1").unwrap();
            }
        });
        let summary = world.json(["import", "history", history.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(3)), "{summary}");
        assert_eq!(summary["problems"][0]["count"], 3, "{summary}");
        let costs = book(world, "costs.xlsx", &["Source", "Month", "Cost", "Currency", "Note"], |sheet| {
            for row in 1..6 {
                let cells = [format!("source {row}"), "2026-01".into(), "10".into(), "EUR".into(), "a".into()];
                for (column, cell) in (0u16..).zip(cells) {
                    sheet.write_string(row, column, cell).unwrap();
                }
                sheet.write_formula(row, row as u16 - 1, "=1").unwrap();
            }
        });
        let summary = world.json(["import", "costs", costs.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(4)), "{summary}");
        let rates = book(world, "rates.xlsx", &["Currency", "Month", "Rate"], |sheet| {
            for row in 1..4 {
                let cells = ["EUR".to_owned(), format!("2026-0{row}"), "1.1".into()];
                for (column, cell) in (0u16..).zip(cells) {
                    sheet.write_string(row, column, cell).unwrap();
                }
                sheet.write_formula(row, row as u16 - 1, "=1").unwrap();
            }
        });
        let summary = world.json(["import", "rates", rates.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(0), &json!(3)), "{summary}");
    });
}

#[test]
fn cells_and_rows_may_stand_in_any_order() {
    let cell = |address: &str| text(address, &format!("{}@example.com", address.to_lowercase()));
    let row = |row: u32, phone: &str, columns: &[&str]| {
        let cells = columns.iter().map(|column| match *column {
            "A" => text(&format!("A{row}"), phone),
            "B" => cell(&format!("B{row}")),
            _ => text(&format!("{column}{row}"), &format!("city {row}")),
        });
        format!("<row r=\"{row}\">{}</row>", cells.collect::<String>())
    };
    let head = format!("<row r=\"1\">{}{}{}</row>", text("C1", "City"), text("A1", "Phone"), text("B1", "Email"));
    let one = row(2, "2125550102", &["C", "A", "B"]);
    let two = row(3, "2125550103", &["B", "C", "A"]);
    let three = row(5, "2125550105", &["A", "B", "C"]);
    for (name, rows) in [
        ("cells.xlsx", [&head, &one, &two, &three]),
        ("rows.xlsx", [&head, &three, &two, &one]),
        ("header.xlsx", [&two, &one, &head, &three]),
    ] {
        let world = World::new(Engine::Sqlite);
        let rows: String = rows.into_iter().map(String::as_str).collect();
        let summary = world.import(&raw_xlsx(&world, name, &rows), &[]);
        assert_eq!((&summary["created"], &summary["blank_rows"]), (&json!(3), &json!(1)), "{name}: {summary}");
        let mut found: Vec<String> = world
            .leads()
            .iter()
            .map(|lead| ["phone_number", "email", "city"].map(|key| lead[key].as_str().unwrap_or("-")).join(" "))
            .collect();
        found.sort_unstable();
        let expected = [2, 3, 5].map(|row| format!("+1212555010{row} b{row}@example.com city {row}"));
        assert_eq!(found, expected, "{name}");
        world.finish();
    }
    // A row in two pieces is told, not taken for two.
    let world = World::new(Engine::Sqlite);
    let rows = [&head, &row(2, "2125550102", &["A"]), &row(3, "2125550103", &["A"]), &row(2, "", &["B"])];
    let summary = world.import(&raw_xlsx(&world, "pieces.xlsx", &rows.map(String::as_str).concat()), &[]);
    assert_eq!((&summary["created"], &summary["rejected"]), (&json!(2), &json!(1)), "{summary}");
    assert_eq!(summary["problems"][0]["example_problem"], "stands in a further piece of row 2");
    world.finish();
}

#[test]
fn hidden_rows_and_merged_cells_are_told() {
    on_both_engines(|world| {
        let headers = ["Phone", "City", "State", "Owner Group"];
        let file = book(world, "leads.xlsx", &headers, |sheet| {
            for row in 1..5 {
                sheet.write_string(row, 0, format!("212555010{row}")).unwrap();
            }
            let plain = Format::new();
            sheet.merge_range(1, 1, 3, 1, "Albany", &plain).unwrap();
            sheet.merge_range(4, 1, 4, 2, "Troy", &plain).unwrap();
            sheet.merge_range(2, 3, 4, 3, "north", &plain).unwrap();
            for row in [2, 3, 9] {
                sheet.set_row_hidden(row).unwrap();
            }
        });
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--dry-run", "--ignore", "Owner Group"]);
        assert!(ran.stderr.contains("2 hidden rows are read like the others"), "{}", ran.stderr);
        let told = "a merged range covers several rows, and its value is the first row's alone: B2:B4";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["hidden_rows"]), (&json!(4), &json!(2)), "{summary}");
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--dry-run"]);
        let told = "2 merged ranges cover several rows, and their values are their first rows' alone: B2:B4, D3:D5";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        let listed = world.run(["import", "dnc", file.to_str().unwrap(), "--map", "reason=City"]);
        assert!(listed.stderr.contains("2 hidden rows") && listed.stderr.contains("B2:B4"), "{}", listed.stderr);
    });
    let world = World::new(Engine::Sqlite);
    let hidden = ods_row(&["2125550101"]).replace("<table:table-row", r#"<table:table-row table:visibility="filter""#);
    let merged = r#"<table:table-cell office:value-type="string" table:number-rows-spanned="2" table:number-columns-spanned="1"><text:p>Albany</text:p></table:table-cell>"#;
    let rows = [ods_row(&["Phone", "City"]), hidden, ods_row(&["2125550102", merged]), ods_row(&["2125550103"])];
    let file = raw_ods(&world, "leads.ods", &rows.concat());
    let ran = world.run(["import", "leads", file.to_str().unwrap()]);
    assert!(ran.stderr.contains("1 hidden row is read like the others"), "{}", ran.stderr);
    assert!(ran.stderr.contains("B3:B4"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn an_xls_workbook_says_what_its_cells_are() {
    let world = World::new(Engine::Sqlite);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/leads/forms/typed.xls");
    let copy = world.file("typed.xls", std::fs::read(file).unwrap());
    let ran = world.run(["import", "leads", copy.to_str().unwrap(), "--dry-run"]);
    let formula = "1 formula has no stored result, so that it counts as blank or its row is rejected: Leads!E5";
    for told in ["1 hidden row is", formula, "alone: F2:F3"] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    let summary = world.import(&copy, &[]);
    assert_eq!((&summary["created"], &summary["rejected"]), (&json!(3), &json!(1)), "{summary}");
    assert_eq!(summary["problems"][0]["kind"], "formula_without_result");
    let told: Vec<String> = world
        .leads()
        .iter()
        .map(|lead| {
            ["phone_number", "postal_code", "currency", "status"].map(|key| lead[key].as_str().unwrap_or("-")).join(" ")
        })
        .collect();
    assert_eq!(told, ["+12125550101 02035 EUR new", "+12125550102 12345 GBP new", "+12125550103 00007 SEK dnc"]);
    world.finish();
}
