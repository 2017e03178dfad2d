//! Reports of costs that lack what a cost needs: the message holds the line that gives it, and it runs as it is printed.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// Imports a report that is refused, and then by the line of its message; returns the line.
fn told(world: &World, name: &str, text: &str) -> String {
    world.file(name, text);
    let refused = world.run(["import", "costs", name]);
    assert_eq!(refused.code, Some(1), "{name}: {}{}", refused.stdout, refused.stderr);
    let (line, ran) = world.as_told(&refused);
    assert_eq!(ran.code, Some(0), "{name}: {line}: {}{}", ran.stdout, ran.stderr);
    line
}

/// Every cost: source, campaign, month, minor units and currency.
fn costs(world: &World) -> Vec<Value> {
    let costs = world.json(["roi", "cost", "list"]);
    let cost = |it: &Value| json!([it["source"], it["campaign"], it["period"], it["cost_cents"], it["currency"]]);
    let mut costs: Vec<Value> = costs.as_array().unwrap().iter().map(cost).collect();
    costs.sort_by_key(Value::to_string);
    costs
}

const GOOGLE: &str = "Campaign state,Campaign,Budget,Currency code,Cost,Impr.\n\
    Enabled,Search,50.00,EUR,\"1,250.50\",100\nEnabled,Brand,10.00,EUR,12.30,100\nTotal: Campaigns,,,EUR,\"1,262.80\",200\n";

#[test]
fn reports_without_a_month_are_told_with_theirs() {
    on_both_engines(|world| {
        world.now = "2026-03-10T12:00:00Z";
        let report = format!("Campaign report\n\"February 1, 2026 - February 28, 2026\"\n{GOOGLE}");
        assert_eq!(told(world, "a.csv", &report), "crmctl import costs a.csv --month 2026-02");
        assert_eq!(
            costs(world),
            [
                json!(["google_ads", "brand", "2026-02", 1_230, "EUR"]),
                json!(["google_ads", "search", "2026-02", 125_050, "EUR"])
            ]
        );
        let report = "Kampagnenbericht\n\"1. Januar 2026 - 31. Januar 2026\"\nKampagnenstatus;Kampagne;Währungscode;Kosten\n\
            Aktiviert;Suche;EUR;1.250,50\nAktiviert;Marke;EUR;3,40\nGesamt: Konto;;EUR;1.253,90\n";
        assert_eq!(told(world, "b.csv", report), "crmctl import costs b.csv --month 2026-01");
        assert!(costs(world).contains(&json!(["google_ads", "suche", "2026-01", 125_050, "EUR"])));
        // By the name that a program gives its file.
        let meta = "Campaign name,Amount spent (EUR),Impressions\nSpring,10.50,100\n";
        assert_eq!(
            told(world, "Northwind-Campaigns-Dec-1-2025-Dec-31-2025.csv", meta),
            "crmctl import costs Northwind-Campaigns-Dec-1-2025-Dec-31-2025.csv --source facebook_ads --month 2025-12"
        );
        assert!(costs(world).contains(&json!(["facebook_ads", "spring", "2025-12", 1_050, "EUR"])));
        // The last month where nothing says it, which is told.
        assert_eq!(
            told(world, "c.csv", &GOOGLE.replace("Search", "Other").replace("Brand", "More")),
            "crmctl import costs c.csv --month 2026-02"
        );
        let report = format!("Campaign report\n\"October 1, 2025 - December 31, 2025\"\n{GOOGLE}");
        assert_eq!(told(world, "d.csv", &report), "crmctl import costs d.csv --month 2025-12");
    });
}

#[test]
fn reports_without_a_source_are_told_with_one() {
    on_both_engines(|world| {
        world.now = "2026-03-10T12:00:00Z";
        let days = "Datum;Kampagne;Kosten\n01.02.2026;Suche;1.250,50\n15.02.2026;Suche;3,40\n";
        assert_eq!(
            told(world, "Kosten Februar.csv", days),
            "crmctl import costs 'Kosten Februar.csv' --source kosten_februar"
        );
        let months = "Kampagne;Monat;Kosten\nSuche;Februar 2026;1.250,50\nMarke;02.2026;3,40\nAlt;03/2026;3,40\n";
        assert_eq!(told(world, "google.csv", months), "crmctl import costs google.csv --source google_ads");
        let both = "LinkedIn export\nKampagne;Kosten\nSuche;1.250,50\n";
        assert_eq!(told(world, "x.csv", both), "crmctl import costs x.csv --source linkedin_ads --month 2026-02");
        assert_eq!(
            costs(world),
            [
                json!(["google_ads", "alt", "2026-03", 340, "USD"]),
                json!(["google_ads", "marke", "2026-02", 340, "USD"]),
                json!(["google_ads", "suche", "2026-02", 125_050, "USD"]),
                json!(["kosten_februar", "suche", "2026-02", 125_390, "USD"]),
                json!(["linkedin_ads", "suche", "2026-02", 125_050, "USD"]),
            ]
        );
    });
}

#[test]
fn the_column_of_amounts_is_named() {
    on_both_engines(|world| {
        world.now = "2026-03-10T12:00:00Z";
        assert_eq!(
            told(world, "a.csv", "Fecha;Fuente;Inversión;Clics\n2026-02;Google;1.250,50;12\n2026-02;Bing;3,40;7\n"),
            "crmctl import costs a.csv --map cost=Inversión"
        );
        let line = told(world, "b.csv", "Month,Media value,Clicks\n2026-02,$12.50,12\n2026-01,$3.40,7\n");
        assert_eq!(line, "crmctl import costs b.csv --map 'cost=Media value' --source b");
        // Of two columns of amounts nobody knows which.
        world.file("c.csv", "Source,Month,Net value,Gross value\nads,2026-02,12.50,14.88\n");
        let ran = world.run(["import", "costs", "c.csv"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("--map cost=HEADER"), "{}", ran.stderr);
        assert_eq!(costs(world).len(), 4);
    });
}

#[test]
fn amounts_of_pandas_are_rounded_when_that_is_said() {
    on_both_engines(|world| {
        for (name, text, cents) in [
            ("a.csv", "Source,Month,Cost\nads,2026-02,1250.50\nweb,2026-02,99.999\n", [125_050, 10_000]),
            ("b.csv", "Source;Month;Cost\nads;2026-01;1250,5\nweb;2026-01;99,994\n", [125_050, 9_999]),
            ("c.csv", "Source,Month,Cost\nads,2025-12,99.125\nweb,2025-12,$12345.5\n", [9_912, 1_234_550]),
        ] {
            world.file(name, text);
            let refused = world.run(["import", "costs", name]);
            assert_eq!(refused.code, Some(1), "{}{}", refused.stdout, refused.stderr);
            let (line, ran) = world.as_told(&refused);
            assert_eq!(line, format!("crmctl import costs {name} --round"));
            assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
            let found: Vec<Value> = costs(world).iter().map(|cost| cost[3].clone()).collect();
            assert!(cents.iter().all(|cents| found.contains(&json!(cents))), "{name}: {found:?}");
        }
        // A lead's value, too.
        world.file("leads.csv", "Phone,Value\n2125550101,1250.50\n2125550102,99.999\n");
        let summary = world.json(["import", "leads", "leads.csv", "--round"]);
        assert_eq!((&summary["created"], &summary["rounded"]), (&json!(2), &json!(1)), "{summary}");
        // Two thousand does not become two.
        world.file("d.csv", "Source;Month;Cost\nads;2026-02;1.250,00\nweb;2026-02;2,000\n");
        let ran = world.run(["import", "costs", "d.csv", "--round"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("not written alike"), "{}{}", ran.stdout, ran.stderr);
    });
}

#[test]
fn what_is_told_of_reports_that_lack_something() {
    assert_same_story!(|world: &mut World| {
        world.now = "2026-03-10T12:00:00Z";
        world.file("google.csv", format!("Campaign report\n\"February 1, 2026 - February 28, 2026\"\n{GOOGLE}"));
        world.tell(&["import", "costs", "google.csv"]);
        world.file("quarter.csv", format!("Campaign report\n\"October 1, 2025 - December 31, 2025\"\n{GOOGLE}"));
        world.tell(&["import", "costs", "quarter.csv"]);
        world.file("kosten.csv", "Kampagne;Kosten\nSuche;1.250,50\n");
        world.tell(&["import", "costs", "kosten.csv"]);
        world.file("pandas.csv", "Source,Month,Cost\nads,2026-02,1250.50\nweb,2026-02,99.999\n");
        world.tell(&["import", "costs", "pandas.csv"]);
    });
}
