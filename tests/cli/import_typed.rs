//! Typed cells of workbooks: numbers with the currencies and digits of their formats, booleans, dates.

use serde_json::{Value, json};

use crate::support::books::{book, number, ods_row, raw_ods};
use crate::support::{Engine, World, on_both_engines};

fn phones(world: &World) -> Vec<String> {
    world.leads().iter().map(|lead| lead["phone_number"].as_str().unwrap_or_default().to_owned()).collect()
}

fn amounts(world: &World) -> Vec<(i64, String)> {
    let leads = world.leads();
    let of = |lead: &Value| Some((lead["value_cents"].as_i64()?, lead["currency"].as_str()?.to_owned()));
    leads.iter().filter_map(of).collect()
}

#[test]
fn numbers_prove_nothing_about_texts() {
    on_both_engines(|world| {
        let headers = ["Phone", "Deal Amount"];
        // Beside numbers only, a text in doubt stays in doubt.
        for beside in [99.5, 12.125, 146_536.25] {
            let file = book(world, "doubt.xlsx", &headers, |sheet| {
                sheet.write_string(1, 0, "2125550101").unwrap();
                sheet.write_number(1, 1, beside).unwrap();
                sheet.write_string(2, 0, "2125550102").unwrap();
                sheet.write_string(2, 1, "1.250").unwrap();
            });
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{}", ran.stderr);
            assert!(ran.stderr.contains("`1.250` in Sheet1!B3 may have a decimal separator"), "{}", ran.stderr);
        }
        // A comma that is proven by texts leaves numbers what they are.
        let file = book(world, "comma.xlsx", &headers, |sheet| {
            for (row, phone) in (1..6).zip(2_125_550_111.0f64 as u64..) {
                sheet.write_string(row, 0, phone.to_string()).unwrap();
            }
            sheet.write_string(1, 1, "12,50").unwrap();
            sheet.write_string(2, 1, "1.250").unwrap();
            sheet.write_number(3, 1, 1250.5).unwrap();
            sheet.write_number(4, 1, 12.125).unwrap();
            sheet.write_number(5, 1, 0.1 + 0.2).unwrap();
        });
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(4), &json!(1)), "{summary}");
        assert_eq!(summary["problems"][0]["example_problem"], "has more decimals than USD has");
        let usd = |cents: i64| (cents, "USD".to_owned());
        assert_eq!(amounts(world), [usd(1250), usd(125_000), usd(125_050), usd(30)]);
        let costs = book(world, "costs.xlsx", &["Source", "Month", "Cost"], |sheet| {
            for row in 1..4 {
                sheet.write_string(row, 0, format!("source {row}")).unwrap();
                sheet.write_string(row, 1, "2026-01").unwrap();
            }
            sheet.write_string(1, 2, "12,50").unwrap();
            sheet.write_string(2, 2, "1.250").unwrap();
            sheet.write_number(3, 2, 1250.5).unwrap();
        });
        let summary = world.json(["import", "costs", costs.to_str().unwrap()]);
        assert_eq!(summary["amount_cents"], json!({ "USD": 1250 + 125_000 + 125_050 }), "{summary}");
        let rates = book(world, "rates.xlsx", &["Currency", "Month", "Rate"], |sheet| {
            for (row, code) in (1..4).zip(["EUR", "GBP", "SEK"]) {
                sheet.write_string(row, 0, code).unwrap();
                sheet.write_string(row, 1, "2026-01").unwrap();
            }
            sheet.write_string(1, 2, "1,08").unwrap();
            sheet.write_number(2, 2, 1.305).unwrap();
            sheet.write_number(3, 2, 0.0925).unwrap();
        });
        let summary = world.json(["import", "rates", rates.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(3), &json!(0)), "{summary}");
        assert!(world.ok(["roi", "rate", "list"]).contains("1.305"));
    });
}

#[test]
fn the_currency_of_a_format_counts() {
    let formats = [
        ("#,##0.00 \"€\"", "EUR"),
        ("[$€-407] #,##0.00", "EUR"),
        ("[$£-809]#,##0.00", "GBP"),
        ("[$USD] #,##0.00", "USD"),
        ("[$kr-41D] #,##0.00", "SEK"),
        ("General", "USD"),
    ];
    on_both_engines(|world| {
        let file = book(world, "leads.xlsx", &["Phone", "Deal Amount", "Currency"], |sheet| {
            for (row, (format, _)) in (1..).zip(formats) {
                sheet.write_string(row, 0, format!("212555010{row}")).unwrap();
                number(sheet, row, 1, 99.5, format);
            }
            for (row, format, code) in [(7, "0.00 \"€\"", "USD"), (8, "0 \"kr\"", ""), (9, "0 \"kr\"", "NOK")] {
                sheet.write_string(row, 0, format!("212555010{row}")).unwrap();
                number(sheet, row, 1, 40.0, format);
                sheet.write_string(row, 2, code).unwrap();
            }
        });
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(7), &json!(2)), "{summary}");
        let codes: Vec<String> = amounts(world).into_iter().map(|(_, code)| code).collect();
        assert_eq!(codes, ["EUR", "EUR", "GBP", "USD", "SEK", "USD", "NOK"]);
        assert_eq!(summary["problems"][0]["example_problem"], "is in EUR, but the row's currency is USD");
        // A rejected number comes back with its currency, and as a number.
        let rejects = world.path(summary["rejects_file"].as_str().unwrap());
        let again = world.import(&rejects, &[]);
        assert_eq!((&again["rejected"], &again["problems"]), (&json!(2), &json!(again["problems"])), "{again}");
        assert_eq!(again["problems"][0]["example_problem"], "is in EUR, but the row's currency is USD");
        let costs = book(world, "costs.xlsx", &["Source", "Month", "Cost"], |sheet| {
            for (row, (format, _)) in (1..).zip(formats) {
                sheet.write_string(row, 0, format!("source {row}")).unwrap();
                sheet.write_string(row, 1, "2026-01").unwrap();
                number(sheet, row, 2, 10.0, format);
            }
        });
        let summary = world.json(["import", "costs", costs.to_str().unwrap()]);
        assert_eq!(summary["amount_cents"], json!({ "EUR": 2000, "GBP": 1000, "USD": 2000, "SEK": 1000 }), "{summary}");
    });
    let world = World::new(Engine::Sqlite);
    let money = |code: &str, text: &str| {
        format!(
            r#"<table:table-cell office:value-type="currency" office:currency="{code}" office:value="99.5"><text:p>{text}</text:p></table:table-cell>"#
        )
    };
    let rows = [
        ods_row(&["Phone", "Deal Amount"]),
        ods_row(&["2125550101", &money("EUR", "99,50 €")]),
        ods_row(&["2125550102", &money("GBP", "£99.50")]),
        ods_row(&["2125550103", r#"<table:table-cell office:value-type="float" office:value="99.5"/>"#]),
    ];
    world.import(&raw_ods(&world, "leads.ods", &rows.concat()), &[]);
    assert_eq!(amounts(&world), ["EUR", "GBP", "USD"].map(|code| (9950, code.to_owned())));
    world.finish();
}

#[test]
fn fixed_digits_are_read_as_the_sheet_shows_them() {
    on_both_engines(|world| {
        let file = book(world, "leads.xlsx", &["Phone", "Postal Code", "Member"], |sheet| {
            for (row, phone, format) in [
                (1, 493_012_345_678.0, "\"+\"0"),
                (2, 2_125_550_102.0, "0000-000-000"),
                (3, 2_125_550_103.0, "(000) 000-0000"),
                (4, 2_125_550_104.0, "General"),
            ] {
                number(sheet, row, 0, phone, format);
            }
            for (row, code, format) in
                [(1, 2035.0, "00000"), (2, 12_345.0, "000000000"), (3, 7.0, "00\\-000"), (4, 2035.0, "#,##0")]
            {
                number(sheet, row, 1, code, format);
                number(sheet, row, 2, code, format);
            }
        });
        assert_eq!(world.import(&file, &[])["created"], 4);
        assert_eq!(phones(world), ["+493012345678", "+12125550102", "+12125550103", "+12125550104"]);
        let codes: Vec<Value> = world.leads().iter().map(|lead| lead["postal_code"].clone()).collect();
        assert_eq!(codes, ["02035", "000012345", "00-007", "2035"]);
        let members: Vec<Value> = world.leads().iter().map(|lead| lead["custom_fields"]["Member"].clone()).collect();
        assert_eq!(members, codes);
        let listed = book(world, "dnc.xlsx", &["Phone"], |sheet| number(sheet, 1, 0, 493_012_345_679.0, "\"+\"0"));
        assert_eq!(world.json(["import", "dnc", listed.to_str().unwrap()])["created"], 1);
        assert!(world.run(["dnc", "check", "+493012345679"]).stdout.contains("+493012345679"));
    });
    let world = World::new(Engine::Sqlite);
    let shown = |value: &str, text: &str| {
        format!(
            r#"<table:table-cell office:value-type="float" office:value="{value}"><text:p>{text}</text:p></table:table-cell>"#
        )
    };
    let rows = [
        ods_row(&["Phone", "Postal Code"]),
        ods_row(&[&shown("493012345678", "+493012345678"), &shown("2035", "02035")]),
        ods_row(&[&shown("2125550102", "2125550102"), &shown("2035", "2.035")]),
    ];
    world.import(&raw_ods(&world, "leads.ods", &rows.concat()), &[]);
    assert_eq!(phones(&world), ["+493012345678", "+12125550102"]);
    let codes: Vec<Value> = world.leads().iter().map(|lead| lead["postal_code"].clone()).collect();
    assert_eq!(codes, ["02035", "2035"]);
    world.finish();
}

#[test]
fn booleans_are_no_texts() {
    on_both_engines(|world| {
        let headers = ["Phone", "Company", "City", "Email", "Do Not Call", "VIP"];
        let file = book(world, "leads.xlsx", &headers, |sheet| {
            for row in 1..3 {
                sheet.write_string(row, 0, format!("212555010{row}")).unwrap();
                for column in 1..6 {
                    sheet.write_boolean(row, column, row == 2 && column != 3).unwrap();
                }
            }
        });
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["placeholders"]), (&json!(2), &json!(6)), "{summary}");
        let leads = world.leads();
        for (lead, vip, status) in [(&leads[0], "FALSE", "new"), (&leads[1], "TRUE", "dnc")] {
            assert_eq!([&lead["company"], &lead["city"], &lead["email"]], [&Value::Null; 3]);
            assert_eq!((&lead["custom_fields"]["VIP"], &lead["status"]), (&json!(vip), &json!(status)));
        }
        let dnc = book(world, "dnc.xlsx", &["Phone", "Reason"], |sheet| {
            sheet.write_string(1, 0, "2125550109").unwrap();
            sheet.write_boolean(1, 1, false).unwrap();
        });
        assert_eq!(world.json(["import", "dnc", dnc.to_str().unwrap()])["created"], 1);
        assert!(!world.ok(["dnc", "list"]).contains("FALSE"));
    });
}

#[test]
fn days_that_are_none_are_no_dates() {
    on_both_engines(|world| {
        let file = book(world, "leads.xlsx", &["Phone", "Created"], |sheet| {
            for row in 1..8 {
                sheet.write_string(row, 0, format!("212555010{row}")).unwrap();
            }
            number(sheet, 1, 1, 0.0, "yyyy-mm-dd");
            number(sheet, 2, 1, -3.0, "yyyy-mm-dd");
            number(sheet, 3, 1, 0.5, "hh:mm");
            sheet.write_string(4, 1, "0019-03-04").unwrap();
            sheet.write_string(5, 1, "0019-03-04T10:00:00Z").unwrap();
            sheet.write_string(6, 1, "04/03/0019").unwrap();
            number(sheet, 7, 1, 45_731.0, "yyyy-mm-dd");
        });
        let summary = world.import(&file, &["--date-order", "dmy"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(6)), "{summary}");
        let problem = &summary["problems"][0];
        assert_eq!((&problem["kind"], &problem["example_cell"]), (&json!("time_invalid"), &json!("Sheet1!B2")));
        assert_eq!(problem["example_value"], "1900-01-00");
        let dates = book(world, "history.xlsx", &["Phone", "Status", "Changed At"], |sheet| {
            for (row, day) in [(1, 0.0), (2, -1.0), (3, 45_740.0)] {
                sheet.write_string(row, 0, "2125550107").unwrap();
                sheet.write_string(row, 1, "contacted").unwrap();
                number(sheet, row, 2, day, "dd/mm/yyyy");
            }
        });
        let summary = world.json(["import", "history", dates.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(2)), "{summary}");
    });
    let world = World::new(Engine::Sqlite);
    let date = |day: &str| format!(r#"<table:table-cell office:value-type="date" office:date-value="{day}"/>"#);
    let rows = [
        ods_row(&["Phone", "Created"]),
        ods_row(&["2125550101", &date("0019-03-04")]),
        ods_row(&["2125550102", &date("1899-12-30")]),
        ods_row(&["2125550103", &date("2019-03-04")]),
    ];
    let summary = world.import(&raw_ods(&world, "leads.ods", &rows.concat()), &[]);
    assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(2)), "{summary}");
    assert_eq!(summary["problems"][0]["example_cell"], "Leads!B2");
    world.finish();
}

#[test]
fn booleans_are_no_reasons_and_notes() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        let row = |name: &str, headers: &[&str], cells: &[&str]| {
            book(world, name, headers, |sheet| {
                for (column, cell) in (0..).zip(cells) {
                    match *cell {
                        "TRUE" => sheet.write_boolean(1, column, true).unwrap(),
                        text => sheet.write_string(1, column, text).unwrap(),
                    };
                }
            })
        };
        let dnc = row("dnc.xlsx", &["Phone", "Reason", "Message"], &["2125550142", "TRUE", "TRUE"]);
        let history =
            row("history.xlsx", &["Phone", "Status", "Date", "Reason"], &["2125550101", "hot", "2026-03-01", "TRUE"]);
        let costs = row("costs.xlsx", &["Source", "Month", "Cost", "Note"], &["web", "2026-01", "5", "TRUE"]);
        for (kind, file) in [("dnc", dnc), ("history", history), ("costs", costs)] {
            let summary = world.json(["import", kind, file.to_str().unwrap()]);
            assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(0)), "{summary}");
        }
        for query in [
            "SELECT reason FROM dnc_list",
            "SELECT reason FROM lead_status_history",
            "SELECT note FROM lead_source_costs",
        ] {
            let texts = world.engine.sql(&world.url, query).unwrap().join(" ").to_uppercase();
            assert!(!texts.contains("TRUE"), "{query}: {texts}");
        }
    });
}
