//! Values that are there but written oddly: names with degrees, ids that a spreadsheet has rounded, dates with short years,
//! characters that nobody sees.

use serde_json::{Value, json};

use crate::support::files::{Cell, xlsx};
use crate::support::{Engine, World, on_both_engines};

fn kinds(summary: &Value) -> Vec<(String, u64)> {
    let problems = summary["problems"].as_array().unwrap().iter();
    problems.map(|group| (group["kind"].as_str().unwrap().to_owned(), group["count"].as_u64().unwrap())).collect()
}

/// The JSON of a command that may reject rows.
fn told(world: &World, args: &[&str]) -> Value {
    let ran = world.run([args, &["--format", "json"]].concat());
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn names_lose_nothing_in_either_order() {
    let world = World::new(Engine::Sqlite);
    for (n, header, row) in [
        (1, "Vorname;Name", "Änn;Röe"),
        (2, "Name;Vorname", "Röe;Änn"),
        (3, "First Name;Name", "Änn;Änn Röe"),
        (4, "Name;Last Name", "Röe, Änn;Röe"),
    ] {
        let file = world.file("names.csv", format!("Phone;{header}\n212555010{n};{row}\n"));
        assert_eq!(world.import(&file, &[])["created"], 1);
    }
    let text =
        "Phone;Name\n2125550111;Ann Roe, PhD\n2125550112;Roe Jr., Ann\n2125550113;Acme, Inc.\n2125550114;Dr. Ann Roe\n";
    world.import(&world.file("degrees.csv", text), &[]);
    let leads = world.leads();
    let names: Vec<(&str, &str)> = leads
        .iter()
        .map(|lead| (lead["first_name"].as_str().unwrap_or(""), lead["last_name"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(names[..4], [("Änn", "Röe"); 4]);
    assert_eq!(names[4..], [("Ann", "Roe, PhD"), ("Ann", "Roe Jr."), ("Acme, Inc.", ""), ("Ann", "Roe")]);
    assert_eq!(world.json(["lead", "show", "8"])["custom_fields"], json!({ "Name": "Dr. Ann Roe" }));
    world.finish();
}

#[test]
fn ids_that_a_spreadsheet_rounded_name_nobody() {
    on_both_engines(|world| {
        let options = ["--map", "external_id=ID", "--source-system", "oldcrm"];
        let text = "ID;Name\n1,23457E+17;Ann Roe\n1.23457E+17;Bea Dey\n1.23457E+5;Cy Dey\n7.0;Di Roe\n120212345678901234;Ed Roe\n00123\u{200b}4;Flo Dey\n";
        let file = world.file("ids.csv", text);
        let summary = told(world, &[&["import", "leads", file.to_str().unwrap()], &options[..]].concat());
        assert_eq!(
            (&summary["created"], &summary["rejected"], &summary["repaired"]),
            (&3.into(), &3.into(), &2.into())
        );
        assert_eq!(kinds(&summary), [("external_id_damaged".to_owned(), 3)]);
        let ids: Vec<Value> = world.leads().iter().map(|lead| lead["external_id"].clone()).collect();
        assert_eq!(ids, ["123457", "7", "120212345678901234"]);
        // In a workbook a number cell shows nothing but its zeros.
        let path = world.path("ids.xlsx");
        let rows = [Cell::Number(120212345678901234.0), Cell::Number(123457.0), Cell::Text("120212345678905678")];
        let names = ["Gus Roe", "Cy Dey", "Hal Roe"].into_iter();
        let rows = rows.into_iter().zip(names).map(|(id, name)| vec![id, Cell::Text(name)]);
        xlsx(&path, &[vec![Cell::Text("ID"), Cell::Text("Name")]].into_iter().chain(rows).collect::<Vec<_>>());
        let summary = told(world, &[&["import", "leads", path.to_str().unwrap()], &options[..]].concat());
        assert_eq!((&summary["created"], &summary["skipped"], &summary["rejected"]), (&1.into(), &1.into(), &1.into()));
        // Events of the same ids, and of leads by their own.
        world.now = "2026-03-05T12:00:00Z";
        let events = "ID,Status,Date\n1.23457E+17,hot,2026-03-05\n123457.0,hot,2026-03-05\n\"1,23457E+05\",qualified,2026-03-04\n";
        world.file("events.csv", events);
        let summary = told(world, &[&["import", "history", "events.csv"], &options[..]].concat());
        assert_eq!(
            (&summary["created"], &summary["rejected"], &summary["repaired"]),
            (&2.into(), &1.into(), &2.into())
        );
        assert_eq!(kinds(&summary), [("external_id_damaged".to_owned(), 1)]);
        world.file(
            "by-lead.csv",
            "Lead,Status,Date\n1.0,contacted,2026-03-03\n1.2E+1,hot,2026-03-05\n1E+2,hot,2026-03-05\n",
        );
        let summary = told(world, &["import", "history", "by-lead.csv", "--map", "lead=Lead"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&1.into(), &2.into()));
        assert_eq!(kinds(&summary).len(), 2, "{summary}");
    });
}

#[test]
fn short_years_are_proven_or_asked_for_in_every_import() {
    let mut world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", "Phone\n2125550101\n2125550102\n2125550103\n"), &[]);
    world.now = "2026-04-05T12:00:00Z";
    let sheet = |dates: [&str; 3]| {
        [
            (
                &["import", "leads"][..],
                format!("Phone,Created\n2125550111,{}\n2125550112,{}\n2125550113,{}\n", dates[0], dates[1], dates[2]),
            ),
            (
                &["import", "dnc"],
                format!("Phone,Date\n2125550121,{}\n2125550122,{}\n2125550123,{}\n", dates[0], dates[1], dates[2]),
            ),
            (
                &["import", "history"],
                format!(
                    "Phone,Status,Date\n2125550101,hot,{}\n2125550102,hot,{}\n2125550103,hot,{}\n",
                    dates[0], dates[1], dates[2]
                ),
            ),
            (
                &["import", "costs"],
                format!("Source,Date,Cost\nweb,{},5\nweb,{},5\nweb,{},5\n", dates[0], dates[1], dates[2]),
            ),
        ]
    };
    for (verb, text) in sheet(["26-03-04", "25-12-01", "24-02-29"]) {
        let file = world.file("short.csv", text);
        let call = |more: &[&str]| world.run([verb, &[file.to_str().unwrap(), "--dry-run"], more].concat());
        let ran = call(&[]);
        assert_eq!(ran.code, Some(1), "{verb:?}: {}", ran.stdout);
        assert!(ran.stderr.contains("`26-03-04` in row 2 may be day first or year first"), "{}", ran.stderr);
        assert!(ran.stderr.contains("--date-order dmy, mdy or ymd"), "{}", ran.stderr);
        let ran = call(&["--date-order", "ymd"]);
        assert_eq!(ran.code, Some(0), "{verb:?}: {}{}", ran.stdout, ran.stderr);
    }
    // What is a day only as year first may be a slip, and would turn the whole column.
    for (slip, dates) in [
        ("`99-12-31` in row 3", ["26-03-04", "99-12-31", "24-02-29"]),
        ("`31.04.26` in row 4", ["01.02.26", "15.03.26", "31.04.26"]),
        ("`30/02/26` in row 3", ["01/02/26", "30/02/26", "15/03/26"]),
    ] {
        for (verb, text) in sheet(dates) {
            let ran = world.run([verb, &[world.file("slip.csv", text).to_str().unwrap()]].concat());
            assert_eq!(ran.code, Some(1), "{verb:?}: {}{}", ran.stdout, ran.stderr);
            let problem = format!("{slip} is a day only when read year first");
            assert!(ran.stderr.contains(&problem), "{verb:?}: {}", ran.stderr);
        }
    }
    for (verb, text) in sheet(["26-03-04", "99-12-31", "24-02-29"]) {
        let file = world.file("said.csv", text);
        let ran = world.run([verb, &[file.to_str().unwrap(), "--date-order", "ymd"]].concat());
        assert_eq!(ran.code, Some(0), "{verb:?}: {}{}", ran.stdout, ran.stderr);
        let imports = world.json(["import", "list"]);
        let newest = imports.as_array().unwrap().iter().map(|import| import["id"].as_i64().unwrap()).max().unwrap();
        assert_eq!(world.json(["import", "show", &newest.to_string()])["options"]["date_order"], "ymd");
    }
    let created = world.json(["lead", "show", "2125550111"])["created_at"].clone();
    assert_eq!(created, "2026-03-04T00:00:00Z");
    // Rates are of months; replies are proven like requests.
    let rates = world.file("rates.csv", "Currency,Month,Rate\nEUR,26-03-01,1.08\nEUR,26-02-28,1.07\n");
    assert_eq!(world.run(["import", "rates", rates.to_str().unwrap()]).code, Some(1));
    world.ok(["import", "rates", rates.to_str().unwrap(), "--date-order", "ymd"]);
    // A further column of currencies may say what the rate is to; an apostrophe is no part of a value.
    for (n, header) in ["Quote currency", "Against", "Reporting currency"].into_iter().enumerate() {
        let text = format!("Ccy,{header},Month,Rate\nEUR,GBP,2026-03,0.85\n");
        let file = world.file(&format!("pairs{n}.csv"), text);
        let ran = world.run(["import", "rates", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1), "{header}: {}", ran.stdout);
        assert!(ran.stderr.contains(&format!("`{header}` holds currencies (1 of 1 cells)")), "{}", ran.stderr);
    }
    let marked = world.file("marked.csv", "Moeda,Month,Rate\n'CHF,'2026-03,1.1\n’SEK,’2026-03,'0.09\n");
    assert_eq!(world.json(["import", "rates", marked.to_str().unwrap()])["created"], 2);
    let replies =
        world.file("replies.csv", "From,Message,Received\n2125550131,STOP,26-03-04\n2125550132,STOP,31-12-99\n");
    let ran = world.run(["dnc", "detect", "--replies", replies.to_str().unwrap()]);
    assert!(ran.stderr.contains("`31-12-99` in row 3 proves that dates are day first"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn a_proof_counts_for_the_whole_file_of_requests_and_events() {
    let mut world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", "Phone\n2125550101\n2125550102\n"), &[]);
    world.now = "2026-04-05T12:00:00Z";
    for (verb, text) in [
        ("dnc", "Phone,Date,Reason\n2125550111,03/04/2026,a\n2125550112,03/17/2026,b\nx,03/05/2026,c\n"),
        ("history", "Phone,Status,Date\n2125550101,hot,03/04/2026\n2125550102,hot,03/17/2026\nx,hot,03/05/2026\n"),
    ] {
        let ran = world.run(["import", verb, world.file(&format!("{verb}.csv"), text).to_str().unwrap()]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("`03/17/2026` in row 3 proves that dates are month first"), "{}", ran.stderr);
        // The reject file is read alike, though nothing in it proves the order.
        let rejects = std::fs::read_to_string(world.path(&format!("{verb}.csv.rejects.csv"))).unwrap();
        let fixed = world.file("fixed.csv", rejects.replacen("\nx,", "\n2125550102,", 1));
        world.ok(["import", verb, fixed.to_str().unwrap()]);
        let alone = world.file("alone.csv", text.lines().take(2).collect::<Vec<_>>().join("\n"));
        let ran = world.run(["import", verb, alone.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("`03/04/2026` in row 2 may be day first or month first"), "{}", ran.stderr);
    }
    // Two columns that prove different orders contradict each other.
    let both = "Phone,Date,Expires\n2125550121,17/03/2026,12/31/2026\n";
    let ran = world.run(["import", "dnc", world.file("both.csv", both).to_str().unwrap()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("but in another column `17/03/2026` in row 2 proves"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn what_nobody_sees_keeps_no_number_off_the_list() {
    on_both_engines(|world| {
        let text = "\u{feff}Phone\u{200b},Reason\u{ad}\n\u{200e}+12125550101\u{200f},a\n212\u{200b}5550102,b\n\u{202a}+1 212\u{202f}555\u{2009}0103\u{202c},c\n'2125550104,d\n’+12125550105,e\n\u{2060}(212)\u{2007}555-0106,nan\n";
        let summary = told(world, &["import", "dnc", world.file("dnc.csv", text).to_str().unwrap()]);
        assert_eq!(
            (&summary["created"], &summary["rejected"], &summary["repaired"]),
            (&6.into(), &0.into(), &1.into()),
            "{summary}"
        );
        for n in 1..=6 {
            let ran = world.run(["dnc", "check", &format!("+1212555010{n}")]);
            assert!(ran.stdout.contains("blocked"), "{n}: {}", ran.stdout);
        }
        let reasons: Vec<Value> =
            world.json(["dnc", "list"]).as_array().unwrap().iter().map(|entry| entry["reason"].clone()).collect();
        assert!(reasons.contains(&Value::Null) && reasons.contains(&json!("e")), "{reasons:?}");
    });
}

#[test]
fn what_nobody_sees_inside_a_value_is_named() {
    on_both_engines(|world| {
        let text = "\u{feff}Email\u{200b},Name,Stage,Amount,Created,Do\u{200b} Not Call,Phone,Budget\n\
            ann@example.com\u{200b},\u{200e}Ann Roe\u{ad},hot,\"1\u{202f}250.50\",2026-03-01,n\u{200b}o,,\u{200b}1 000\n\
            be\u{200b}a@example.com,Bea Dey,new,,,,,\n\
            cy@example.com,Cy Dey,ho\u{200b}t,,,,,\n\
            di@example.com,Di Roe,new,12\u{2060}50,,,,\n\
            ed@example.com,Ed Roe,new,,2026-\u{200e}03-01,,,\n\
            'flo@example.com,\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645},False,NaN,undefined,y\u{200b}es,2125550106,False\n";
        let file = world.file("leads.csv", text);
        let summary = told(world, &["import", "leads", file.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&2.into(), &4.into()), "{summary}");
        let named =
            ["email_invalid", "status_unknown", "money_invalid", "time_invalid"].map(|kind| (kind.to_owned(), 1));
        assert_eq!(kinds(&summary), named);
        assert!(summary["problems"][0].to_string().contains("holds the invisible character U+200B"), "{summary}");
        let ann = world.json(["lead", "show", "ann@example.com"]);
        assert_eq!(
            (&ann["first_name"], &ann["last_name"], &ann["value_cents"]),
            (&json!("Ann"), &json!("Roe"), &json!(125_050))
        );
        assert_eq!(ann["custom_fields"], json!({ "Budget": "1 000" }));
        // An opt-out is read through, and a custom field keeps what is there.
        let flo = world.json(["lead", "show", "flo@example.com"]);
        assert_eq!((&flo["status"], &flo["custom_fields"]["Budget"]), (&json!("dnc"), &json!("False")));
        assert_eq!(flo["first_name"], "می\u{200c}خواهم");
        assert_eq!(summary["placeholders"], 3);
    });
}
