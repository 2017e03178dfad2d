//! `roi cost`, `roi rate` and `import costs`: what sources cost, entered once each, with every change written down.

use serde_json::json;

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

#[test]
fn costs_and_rates_by_hand() {
    assert_same_story!(|world: &mut World| {
        for args in [
            &["roi", "cost", "list"][..],
            &["roi", "cost", "add", "Facebook Ads", "2026-03", "1,250.00", "--note", "invoice 4711"],
            // However it is spelled, it is the same source.
            &["roi", "cost", "add", "facebook-ads", "2026-03", "1250"],
            &["roi", "cost", "add", "FACEBOOK  ADS", "2026-03", "99.50", "--add"],
            &["roi", "cost", "add", "facebook_ads", "2026-03", "1300", "--replace"],
            &["roi", "cost", "add", "facebook_ads", "2026-03", "1300", "--replace"],
            &["roi", "cost", "add", "facebook_ads", "2026-03", "800", "--currency", "EUR"],
            &["roi", "cost", "add", "facebook_ads", "2026-03", "¥50000", "--campaign", "Spring sale"],
            &["roi", "cost", "add", "trade_show", "2026-04", "0"],
            &["roi", "cost", "list"],
            &["roi", "cost", "list", "--month", "2026-04"],
            &["roi", "cost", "list", "--source", "Facebook-Ads", "--campaign", "spring SALE", "--format", "json"],
            &["roi", "cost", "delete", "4"],
            &["roi", "cost", "delete", "4", "--dry-run"],
            &["roi", "cost", "delete", "4", "--reason", "entered by mistake", "--yes"],
            &["roi", "cost", "delete", "1", "4", "--yes"],
            &["roi", "cost", "delete", "99", "--yes"],
            &["roi", "cost", "add", "trade_show", "2026-04", "12"],
            &["roi", "cost", "history"],
            &["roi", "cost", "history", "--source", "trade show", "--format", "csv"],
            &["roi", "rate", "set", "EUR", "2026-03", "1.0843"],
            &["roi", "rate", "set", "eur", "2026-03", "1.0900"],
            &["roi", "rate", "set", "EUR", "2026-03", "1.09"],
            &["roi", "rate", "set", "JPY", "2026-03", "0.0066"],
            &["roi", "rate", "list"],
            &["roi", "rate", "list", "--all", "--format", "ndjson"],
        ] {
            world.tell(args);
        }
    });
}

#[test]
fn what_cannot_be_entered_is_said() {
    assert_same_story!(|world: &mut World| {
        for args in [
            &["roi", "cost", "add", "—", "2026-03", "5"][..],
            &["roi", "cost", "add", "web", "March", "5"],
            &["roi", "cost", "add", "web", "2026-03", "-5"],
            &["roi", "cost", "add", "web", "2026-03", "1.250"],
            &["roi", "cost", "add", "web", "2026-03", "€5", "--currency", "USD"],
            &["roi", "cost", "add", "web", "2026-03", "5", "--currency", "EURO"],
            &["roi", "cost", "add", "web", "2026-03", "1.005"],
            &["roi", "cost", "add", "web", "2026-03", "99999999999999999999"],
            &["roi", "cost", "add", "web", "2026-03", "5", "--add", "--replace"],
            &["roi", "cost", "list", "--since", "2026-03-05"],
            &["roi", "rate", "set", "USD", "2026-03", "1"],
            &["roi", "rate", "set", "EUR", "2026-03", "0"],
            &["roi", "rate", "set", "EUR", "2026-03", "-1.2"],
            &["roi", "rate", "set", "EUR", "2026-03", "1,2"],
        ] {
            world.tell(args);
        }
        assert_eq!(world.json(["roi", "cost", "list"]), json!([]));
    });
}

#[test]
fn sheets_of_costs_are_imported_and_taken_back() {
    assert_same_story!(|world: &mut World| {
        world.ok(["roi", "cost", "add", "google_ads", "2026-03", "100"]);
        world.ok(["roi", "cost", "add", "trade_show", "2026-03", "70"]);
        let costs = "Source;Month;Campaign;Cost;Currency;Note\n\
            Facebook Ads;2026-03;Spring Sale;1.250,50;EUR;Rechnung 1\n\
            facebook-ads;03/2026;spring_sale;99,50;EUR;in the file twice\n\
            Google Ads;Mar-26;;50.000;;recorded already\n\
            Trade Show;2026-03;;70;;the very same\n\
            Google Ads;2026-04;;-5,00;;\n\
            ;2026-04;;5,00;;\n\
            Google Ads;;;5,00;XXQ;\n\
            —;spring;;#N/A;;\n\
            Webinar;17.03.2026;;5000;;days add up\n\
            Webinar;18.03.2026;;5000;;\n\
            Webinar;18.03.2026;;5000;;the day is there already\n\n";
        world.file("costs.csv", costs);
        world.tell(&["import", "costs", "costs.csv"]);
        world.tell_file("costs.csv.rejects.csv");
        world.tell(&["roi", "cost", "list"]);
        // The rejected rows, mended: the options and the proven formats come back.
        let rejects = std::fs::read_to_string(world.path("costs.csv.rejects.csv")).unwrap();
        let kept: Vec<&str> = rejects.lines().filter(|line| !line.contains("Google Ads,2026-04")).collect();
        let mended = kept
            .join("\n")
            .replace(",2026-04,,\"5,00\"", "Radio,2026-04,,\"5,00\"")
            .replace("Google Ads,,,", "Google Ads,2026-05,,")
            .replace("XXQ", "USD");
        world.file("mended.csv", mended.replace("—,spring,,#N/A", "Posters,June 2026,,\"7,5\""));
        world.tell(&["import", "costs", "mended.csv", "--add"]);
        world.tell(&["roi", "cost", "list"]);
        world.ok(["roi", "cost", "add", "posters", "2026-06", "1", "--add"]);
        world.tell(&["import", "undo", "2", "--yes"]);
        world.tell(&["import", "undo", "1", "--yes"]);
        world.tell(&["roi", "cost", "list"]);
        world.tell(&["roi", "cost", "history", "--source", "google ads"]);
        world.tell(&["import", "list"]);
    });
}

#[test]
fn a_rehearsal_counts_and_keeps_nothing() {
    on_both_engines(|world| {
        world.file("costs.csv", "Source,Month,Cost\nweb,2026-03,5\nweb,2026-03,6\nradio,2026-03,7\n");
        let mut would = world.json(["import", "costs", "costs.csv", "--dry-run"]);
        assert_eq!(world.json(["roi", "cost", "list"]), json!([]));
        let mut did = world.json(["import", "costs", "costs.csv"]);
        let import = did["import_id"].to_string();
        for summary in [&mut would, &mut did] {
            ["import_id", "dry_run", "seconds", "rows_per_second", "rejects_file"]
                .iter()
                .for_each(|key| drop(summary.as_object_mut().unwrap().remove(*key)));
        }
        assert_eq!(would, did);
        assert_eq!(
            (&did["created"], &did["rejected"], &did["amount_cents"]),
            (&json!(2), &json!(1), &json!({ "USD": 1200 }))
        );
        let undo = |more: &[&str]| {
            let undone = world.json([&["import", "undo", &import][..], more].concat());
            (undone["costs_removed"].clone(), undone["costs_kept"].clone())
        };
        assert_eq!(undo(&["--dry-run"]), (json!(2), json!(0)));
        assert_eq!(world.json(["roi", "cost", "list"]).as_array().unwrap().len(), 2);
        assert_eq!(undo(&["--yes"]), (json!(2), json!(0)));
        assert_eq!(world.json(["roi", "cost", "list"]), json!([]));
    });
}

#[test]
fn exports_of_ad_platforms_need_a_source_only() {
    assert_same_story!(|world: &mut World| {
        let meta = "\"Campaign name\",\"Amount spent (EUR)\",\"Reporting starts\",\"Reporting ends\",Impressions\n\
            \"Spring — Sale\",123.45,2026-03-01,2026-03-31,100\nAutumn,\"1,123.45\",2026-03-01,2026-03-31,100\n\
            Winter,3,2026-03-01,2026-05-31,100\nWeekly,10,2026-03-02,2026-03-08,1\nWeekly,20,2026-03-09,2026-03-15,1\n\
            Weekly,20,2026-03-09,2026-03-15,1\nWeekly,40,2026-03-30,2026-04-05,1\n";
        world.file("meta.csv", meta);
        world.tell(&["import", "costs", "meta.csv", "--preset", "none"]);
        world.tell(&["import", "costs", "meta.csv", "--preset", "none", "--source", "Facebook Ads"]);
        world.file("bare.csv", "Cost\n5\n6\n");
        world.tell(&[
            "import",
            "costs",
            "bare.csv",
            "--source",
            "radio",
            "--month",
            "2026-03",
            "--currency",
            "CHF",
            "--add",
        ]);
        world.file("doubtful.csv", "Source,Month,Cost\nradio,2026-03,\"1,250\"\n");
        world.tell(&["import", "costs", "doubtful.csv"]);
        world.tell(&["import", "costs", "doubtful.csv", "--decimal-separator", "point", "--format", "json"]);
        world.tell(&["roi", "cost", "list"]);
    });
}

#[test]
fn sheets_of_rates_are_imported_and_taken_back() {
    assert_same_story!(|world: &mut World| {
        world.ok(["roi", "rate", "set", "EUR", "2026-02", "1.07"]);
        let rates = "Currency;Month;Rate;To\nEUR;2026-02;1,08;USD\nEUR;31.03.2026;1,0843;USD\nGBP;Mar 2026;1,27;USD\n\
            GBP;2026-03;1,28;USD\nCHF;17.03.2026;1,1;USD\nUSD;2026-03;1;USD\nGBP;2026-04;0,85;EUR\nEURO;;x;\n";
        world.file("rates.csv", rates);
        world.tell(&["import", "rates", "rates.csv"]);
        world.tell(&["roi", "rate", "list"]);
        world.tell(&["import", "undo", "1", "--yes"]);
        world.tell(&["roi", "rate", "list"]);
    });
}

#[test]
fn two_that_enter_one_cost_at_once_are_told_apart() {
    on_both_engines(|world| {
        let children: Vec<_> = (0..8).map(|_| world.start(["roi", "cost", "add", "web", "2026-03", "5"])).collect();
        let done = children.into_iter().map(|child| child.wait_with_output().unwrap().status.code());
        assert_eq!(done.filter(|code| *code == Some(0)).count(), 1);
        let children: Vec<_> =
            (0..8).map(|_| world.start(["roi", "cost", "add", "web", "2026-03", "5", "--add"])).collect();
        assert!(children.into_iter().all(|child| child.wait_with_output().unwrap().status.success()));
        assert_eq!(world.json(["roi", "cost", "list"])[0]["cost_cents"], 4500);
        assert_eq!(world.json(["roi", "cost", "history"]).as_array().unwrap().len(), 9);
    });
}

#[test]
fn rates_are_to_the_currency_that_the_organization_had() {
    on_both_engines(|world| {
        world.ok(["roi", "rate", "set", "EUR", "2026-03", "1.08"]);
        world.ok(["org", "set", "base_currency", "GBP"]);
        assert_eq!(world.json(["roi", "rate", "list"]), json!([]));
        world.ok(["roi", "rate", "set", "EUR", "2026-03", "0.86"]);
        assert_eq!(world.json(["roi", "rate", "list"])[0]["rate"], "0.86");
        world.ok(["org", "set", "base_currency", "USD"]);
        assert_eq!(world.json(["roi", "rate", "list"])[0]["rate"], "1.08");
    });
}

#[test]
fn viewers_and_reps_read_costs_only() {
    on_both_engines(|world| {
        for (name, role) in [("ann", "admin"), ("max", "manager"), ("rob", "sales_rep"), ("vic", "viewer")] {
            let as_ann: &[&str] = if name == "ann" { &[] } else { &["--as", "ann@example.com"] };
            world.ok([&["user", "add", &format!("{name}@example.com"), "--role", role][..], as_ann].concat());
        }
        for (name, may) in [("max", true), ("rob", false), ("vic", false)] {
            let who = format!("{name}@example.com");
            for args in [
                &["roi", "cost", "add", "web", "2026-03", "5", "--add"][..],
                &["roi", "rate", "set", "EUR", "2026-03", "1.08"],
                &["roi", "cost", "delete", "1", "--yes"],
            ] {
                let ran = world.run([args, &["--as", &who]].concat());
                assert_eq!(ran.code, Some(if may { 0 } else { 1 }), "{who} {args:?} {}", ran.stderr);
                assert!(may || ran.stderr.contains("(manage_costs)"), "{}", ran.stderr);
            }
            world.ok(["roi", "cost", "list", "--as", &who]);
        }
    });
}

#[test]
fn cells_that_must_be_filled_are_not_to_be_emptied() {
    assert_same_story!(|world: &mut World| {
        world.file("costs.csv", "Source,Month,Cost\nradio,2026-03,much\nradio,2026-04,1.255\n");
        world.tell(&["import", "costs", "costs.csv", "--decimal-separator", "point"]);
        world.file("leads.csv", "Phone,Value\n2125550142,much\n");
        world.tell(&["import", "leads", "leads.csv", "--region", "US"]);
    });
}
