//! `roi`: costs and what they brought, in reports that foot.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// The leads, costs and rates of the example in docs/roi.md.
fn example(world: &mut World) {
    world.now = "2026-05-01T12:00:00Z";
    world.ok(["org", "set", "timezone", "America/New_York"]);
    let fixture = |name: &str| format!("{}/fixtures/costs/{name}", env!("CARGO_MANIFEST_DIR"));
    for args in [
        &["import", "leads", &fixture("leads.csv")][..],
        &["import", "history", &fixture("history.csv")],
        &["import", "costs", &fixture("costs.csv")],
        &["import", "rates", &fixture("rates.csv")],
    ] {
        let summary = world.json(args);
        assert_eq!(summary["rejected"], 0, "{summary}");
    }
    world.ok(["budget", "deposit", "5000"]);
    world.ok(["budget", "charge", "120", "--source", "Trade Show", "--month", "2026-03", "--reference", "flyers"]);
    world.now = "2026-05-01T12:00:01Z";
    world.ok(["lead", "delete", "12", "--yes"]);
    world.ok(["lead", "merge", "13", "--into", "14", "--yes"]);
}

#[test]
fn the_example_of_the_docs() {
    assert_same_story!(|world: &mut World| {
        example(world);
        world.tell(&["roi", "--month", "2026-03"]);
        world.tell(&["roi", "--month", "2026-03", "--compare", "previous"]);
        world.tell(&["roi", "--month", "2026-03", "--by", "campaign", "--format", "csv"]);
        world.tell(&["roi", "--by", "month"]);
        world.tell(&["roi", "--quarter", "2026Q1", "--by", "owner"]);
        world.tell(&["roi", "--month", "2026-03", "--as-of", "2026-03-31"]);
        world.tell(&["roi", "--month", "2026-03", "--where", "source = referral"]);
        world.tell(&["roi", "--month", "2026-03", "--limit", "2", "--compare", "previous"]);
        world.tell(&["roi", "--month", "2026-03", "--format", "markdown"]);
        world.tell(&["roi", "--month", "2026-03", "--format", "json"]);
    });
}

#[test]
fn the_docs_print_what_the_program_prints() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/roi.md")).unwrap();
    on_both_engines(|world| {
        example(world);
        for args in [
            &["roi", "--month", "2026-03"][..],
            &["roi", "--month", "2026-03", "--by", "campaign"],
            &["roi", "--month", "2026-03", "--where", "source = google_ads"],
        ] {
            let printed = world.ok(args.iter().copied());
            let shown = args.iter().map(|arg| if arg.contains(' ') { format!("'{arg}'") } else { (*arg).to_owned() });
            let call = shown.collect::<Vec<_>>().join(" ");
            assert!(docs.contains(&format!("$ crmctl {call}\n{printed}```\n")), "{args:?}\n{printed}");
        }
    });
}

/// The parts of a report add up to its total, and every ratio is that of the sums beside it.
fn foots(report: &Value) {
    let by = report["by"].as_str().unwrap();
    let lines = report[format!("{by}s")].as_array().unwrap();
    for key in ["leads", "recruited", "cost_cents", "value_cents"] {
        let sum: i64 = lines.iter().filter_map(|line| line[key].as_i64()).sum();
        assert_eq!(sum, report["total"][key].as_i64().unwrap_or_default(), "{key}: {report}");
    }
    let near = |found: &Value, wanted: Option<f64>| match (found.as_f64(), wanted) {
        (None, None) => true,
        (Some(found), Some(wanted)) => (found - wanted).abs() < 1e-6,
        _ => false,
    };
    for line in lines.iter().chain([&report["total"]]) {
        let number = |key: &str| line[key].as_f64();
        let divided = |a: Option<f64>, b: Option<f64>| a.zip(b).filter(|(_, b)| *b != 0.0).map(|(a, b)| a / b);
        let (cost, value) = (number("cost_cents"), number("value_cents"));
        assert!(near(&line["roas"], divided(value, cost)), "{line}");
        assert!(near(&line["roi"], divided(value, cost).map(|roas| roas - 1.0)), "{line}");
        assert!(near(&line["conversion"], divided(number("recruited"), number("leads"))), "{line}");
        for (key, count) in [("cost_per_lead_cents", "leads"), ("cost_per_recruit_cents", "recruited")] {
            match (line[key].as_f64(), divided(cost, number(count))) {
                (None, None) => {}
                (Some(found), Some(exact)) => assert!((found - exact).abs() <= 0.5, "{line}"),
                _ => panic!("{line}"),
            }
        }
    }
    let parts = &report["reconciliation"];
    let cents = |key: &str| parts[key].as_i64().unwrap();
    assert_eq!(cents("cost_recorded_cents") - cents("cost_reported_cents"), cents("difference_cents"), "{report}");
    assert_eq!(cents("cost_reported_cents"), report["total"]["cost_cents"].as_i64().unwrap_or_default(), "{report}");
    let unreported: i64 =
        parts["unreported"].as_array().unwrap().iter().map(|part| part["cost_cents"].as_i64().unwrap()).sum();
    assert_eq!(unreported, cents("difference_cents"), "{report}");
}

#[test]
fn every_report_foots() {
    on_both_engines(|world| {
        example(world);
        for by in ["source", "campaign", "owner", "month"] {
            for more in [
                &[][..],
                &["--month", "2026-03"],
                &["--quarter", "2026Q1", "--compare", "previous"],
                &["--where", "source = google_ads"],
                &["--where", "source is empty"],
                &["--since", "2027-01"],
                &["--as-of", "2026-03-15"],
            ] {
                foots(&world.json([&["roi", "--by", by], more].concat()));
            }
        }
    });
}

#[test]
fn a_cost_is_reported_once_whatever_leads_there_are() {
    on_both_engines(|world| {
        world.ok(["roi", "cost", "add", "web", "2026-03", "1234.56"]);
        world.ok(["roi", "cost", "add", "web", "2026-03", "1000", "--campaign", "spring"]);
        let cost = |world: &World| {
            let report = world.json(["roi", "--month", "2026-03"]);
            (report["total"]["leads"].as_u64().unwrap(), report["sources"][0]["cost_cents"].as_i64().unwrap())
        };
        assert_eq!(cost(world), (0, 223_456));
        let rows = |from: usize, to: usize| -> String {
            (from..to).map(|n| format!("+1212555{n:04},web,2026-03-04\n")).collect()
        };
        for (from, to) in [(0, 1), (1, 100), (100, 500)] {
            let name = format!("{from}.csv");
            let file = world.file(&name, format!("Phone,Source,Created\n{}", rows(from, to)));
            world.import(&file, &["--phone-check", "possible"]);
            assert_eq!(cost(world), (to as u64, 223_456));
        }
        world.ok(["lead", "delete", "--where", "id < 400", "--yes"]);
        assert_eq!(cost(world).1, 223_456);
        let by_campaign = world.json(["roi", "--month", "2026-03", "--by", "campaign"]);
        assert_eq!(by_campaign["total"]["cost_cents"], 223_456);
    });
}

#[test]
fn currencies_without_a_rate_are_named() {
    assert_same_story!(|world: &mut World| {
        world.ok(["roi", "cost", "add", "web", "2026-03", "100", "--currency", "EUR"]);
        world.tell(&["roi", "--month", "2026-03"]);
        world.tell(&["roi", "--month", "2026-02"]);
        world.ok(["roi", "cost", "add", "web", "2026-02", "100", "--currency", "GBP"]);
        world.file("leads.csv", "Phone,Status,Value,Currency,Created\n2125550101,recruited,500,CHF,2026-03-02\n");
        world.ok(["import", "leads", "leads.csv"]);
        world.tell(&["roi"]);
        world.ok(["roi", "rate", "set", "EUR", "2026-03", "1.1"]);
        // The value of a lead needs the rate of the month in which it was recruited.
        world.tell(&["roi", "--month", "2026-03"]);
        world.ok(["roi", "rate", "set", "CHF", "2026-03", "1.25"]);
        world.tell(&["roi", "--month", "2026-03"]);
    });
}

#[test]
fn what_cannot_be_asked() {
    assert_same_story!(|world: &mut World| {
        for args in [
            &["roi", "--since", "2026-03-05"][..],
            &["roi", "--month", "2026-03", "--until", "2026-05"],
            &["roi", "--since", "2026-04", "--until", "2026-03"],
            &["roi", "--compare", "previous"],
            &["roi", "--by", "tag"],
            &["roi", "--as-of", "someday"],
            &["roi", "--where", "stage = hot"],
            &["roi", "--segment", "none"],
            &["roi"],
        ] {
            world.tell(args);
        }
    });
}

#[test]
fn costs_of_zero_have_no_roi() {
    on_both_engines(|world| {
        world.ok(["roi", "cost", "add", "web", "2026-03", "0"]);
        world.file("leads.csv", "Phone,Source,Status,Value,Created\n2125550101,web,recruited,500,2026-03-02\n");
        world.ok(["import", "leads", "leads.csv"]);
        let line = &world.json(["roi", "--month", "2026-03"])["sources"][0];
        assert_eq!((&line["roi"], &line["roas"], &line["cost_cents"]), (&Value::Null, &Value::Null, &json!(0)));
        assert_eq!((&line["cost_per_lead_cents"], &line["value_cents"]), (&json!(0), &json!(50_000)));
    });
}

#[test]
fn months_are_cut_where_the_organization_is() {
    on_both_engines(|world| {
        world.now = "2026-05-01T12:00:00Z";
        world.ok(["org", "set", "timezone", "America/New_York"]);
        // The first and last microseconds of March there, and recruitments around midnight of April 1.
        let leads = "Phone,Source,Value,Currency,Created\n\
            2125550101,web,100,EUR,2026-03-01T04:59:59Z\n2125550102,web,100,EUR,2026-03-01T05:00:00Z\n\
            2125550103,web,100,EUR,2026-04-01T03:59:59Z\n2125550104,web,100,EUR,2026-04-01T04:00:00Z\n";
        world.import(&world.file("leads.csv", leads), &[]);
        let events =
            "Phone,Status,Date\n2125550102,recruited,2026-04-01T03:59:59Z\n2125550103,recruited,2026-04-01T04:00:00Z\n";
        world.file("events.csv", events);
        world.ok(["import", "history", "events.csv"]);
        world.ok(["roi", "rate", "set", "EUR", "2026-03", "2"]);
        world.ok(["roi", "rate", "set", "EUR", "2026-04", "3"]);
        let march = world.json(["roi", "--month", "2026-03"]);
        assert_eq!((&march["total"]["leads"], &march["total"]["value_cents"]), (&json!(2), &json!(50_000)));
        let months = world.json(["roi", "--by", "month"]);
        let told: Vec<(&str, u64)> = months["months"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| (line["month"].as_str().unwrap(), line["leads"].as_u64().unwrap()))
            .collect();
        assert_eq!(told, [("2026-02", 1), ("2026-03", 2), ("2026-04", 1)]);
        let as_of = world.json(["roi", "--month", "2026-03", "--as-of", "2026-03-31T23:59:59.5-04:00"]);
        assert_eq!(as_of["total"]["recruited"], 1);
    });
}

#[test]
fn what_undone_imports_recruited_does_not_count() {
    on_both_engines(|world| {
        world.file(
            "leads.csv",
            "Phone,Source,Value,Created\n2125550101,web,100,2026-03-01\n2125550102,web,100,2026-03-01\n",
        );
        world.ok(["import", "leads", "leads.csv"]);
        world.file("events.csv", "Phone,Status,Date\n2125550101,recruited,2026-03-03\n");
        let import = world.json(["import", "history", "events.csv"])["import_id"].to_string();
        assert_eq!(world.json(["roi"])["total"]["recruited"], 1);
        world.run(["import", "undo", &import, "--yes"]);
        assert_eq!(world.json(["roi"])["total"]["recruited"], 0);
    });
}

#[test]
fn pictures_and_pages_show_the_same_figures() {
    on_both_engines(|world| {
        example(world);
        world.ok(["roi", "--month", "2026-03", "--svg", "roi.svg", "--html", "roi.html"]);
        let [svg, html] = ["roi.svg", "roi.html"].map(|name| std::fs::read_to_string(world.path(name)).unwrap());
        for text in [&svg, &html] {
            assert!(text.contains("7,238.50") && text.contains("facebook_ads") && text.contains("3,285.44"), "{text}");
        }
        let call = ["roi", "--month", "2026-03", "--compare", "previous"];
        for columns in ["80", "160"] {
            let output = world.command(call).env("COLUMNS", columns).output().unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            let widest = printed.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= columns.parse().unwrap() && widest > 75, "{widest} of {columns}\n{printed}");
        }
    });
}

#[test]
fn leads_tell_how_their_source_was_written() {
    on_both_engines(|world| {
        let rows = "Phone,Source\n2125550101,Facebook Ads\n2125550102,facebook-ads\n2125550103,ＦＡＣＥＢＯＯＫ ads\n2125550104,facebook_ads\n2125550105,—\n";
        world.import(&world.file("leads.csv", rows), &[]);
        let told = |world: &World| -> Vec<(Value, Value)> {
            let leads = world.leads();
            leads.iter().map(|lead| (lead["source"].clone(), lead["source_metadata"]["spelling"].clone())).collect()
        };
        let written = |text: &str| (json!("facebook_ads"), json!(text));
        let before = [
            written("Facebook Ads"),
            written("facebook-ads"),
            written("ＦＡＣＥＢＯＯＫ ads"),
            (json!("facebook_ads"), Value::Null),
            (Value::Null, Value::Null),
        ];
        assert_eq!(told(world), before);
        assert!(world.ok(["lead", "show", "1"]).contains("Facebook Ads"));
        let report = world.json(["roi"]);
        let lines: Vec<(&Value, &Value)> =
            report["sources"].as_array().unwrap().iter().map(|line| (&line["source"], &line["leads"])).collect();
        assert_eq!(lines, [(&json!("facebook_ads"), &json!(4)), (&Value::Null, &json!(1))]);
        // Another spelling of the same source changes nothing; another source takes its own along, and an undo brings it back.
        world.now = "2026-03-05T12:00:00Z";
        let update = "Phone,Source\n2125550101,FACEBOOK ADS\n2125550102,Google Ads\n2125550103,google_ads\n";
        let summary = world.import(&world.file("update.csv", update), &["--on-duplicate", "update"]);
        assert_eq!((&summary["updated"], &summary["unchanged"]), (&json!(2), &json!(1)));
        assert_eq!(
            told(world)[..3],
            [written("Facebook Ads"), (json!("google_ads"), json!("Google Ads")), (json!("google_ads"), Value::Null)]
        );
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["import", "undo", &summary["import_id"].to_string(), "--yes"]);
        assert_eq!(told(world), before);
        // A survivor that has a source keeps it as it was written.
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["lead", "merge", "1", "--into", "4", "--yes"]);
        assert_eq!(world.json(["lead", "show", "4"])["source_metadata"], Value::Null);
        world.ok(["lead", "merge", "2", "--into", "5", "--yes"]);
        let five = world.json(["lead", "show", "5"]);
        assert_eq!(
            (&five["source"], &five["source_metadata"]["spelling"]),
            (&json!("facebook_ads"), &json!("facebook-ads"))
        );
        world.now = "2026-03-08T12:00:00Z";
        world.ok(["lead", "restore", "2"]);
        let five = world.json(["lead", "show", "5"]);
        assert_eq!((&five["source"], &five["source_metadata"]), (&Value::Null, &Value::Null));
        world.ok(["lead", "edit", "3", "--clear", "source"]);
        assert_eq!(world.json(["lead", "show", "3"])["source_metadata"], Value::Null);
    });
}
