//! Amounts that programs write with more decimals than a currency has: they are refused with the line that rounds them.

use serde_json::json;

use crate::support::{World, on_both_engines};

/// The amounts of all leads, in minor units.
fn amounts(world: &World) -> Vec<serde_json::Value> {
    world.leads().iter().map(|lead| lead["value_cents"].clone()).collect()
}

#[test]
fn amounts_of_leads_are_rounded_when_that_is_said() {
    on_both_engines(|world| {
        world.file(
            "a.csv",
            "Phone,Value\n2125550101,1250.499999\n2125550102,0.125\n2125550103,19.999\n2125550104,12.5\n2125550105,-0.135\n",
        );
        let ran = world.run(["import", "leads", "a.csv", "--region", "US", "--rejects", "r.csv"]);
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("round it, say --round, or empty the cell"), "{}", ran.stdout);
        let told = "amounts with more decimals than their currency has: 4, for example `1250.499999` in row 2";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        let (line, again) = world.as_told(&ran);
        assert_eq!(line, "crmctl import leads --region US r.csv --round");
        assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
        let told = "4 rows give an amount with more decimals than its currency has, which was rounded half to even: \
                    in row 2 `1250.499999` to 1250.50 USD";
        assert!(again.stderr.contains(told), "{}", again.stderr);
        assert!(again.stdout.contains("amounts rounded"), "{}", again.stdout);
        assert_eq!(amounts(world), [1250, 125_050, 12, 2_000, -14].map(|cents| json!(cents)));
        // The record says so, and a file of rejected rows brings it back.
        let text = "Phone,Value\n2125550106,7.0071\n21255501,8.0081\n";
        world.file("b.csv", text);
        world.run(["import", "leads", "b.csv", "--region", "US", "--round"]);
        assert!(world.ok(["import", "show", "3"]).contains("--round"));
        let rejects = std::fs::read_to_string(world.path("b.csv.rejects.csv")).unwrap();
        world.file("c.csv", rejects.replace("21255501,", "2125550107,"));
        let summary = world.json(["import", "leads", "c.csv"]);
        assert_eq!((&summary["created"], &summary["rounded"]), (&json!(1), &json!(1)), "{summary}");
        assert_eq!(summary["rounded_example"], "in row 2 `8.0081` to 8.01 USD", "{summary}");
        assert_eq!(amounts(world)[5..], [json!(701), json!(801)]);
    });
}

#[test]
fn dropped_amounts_are_filled_in_by_the_line_that_is_told() {
    on_both_engines(|world| {
        world.file("a.csv", "Phone,Value\n2125550101,1250.499999\n2125550102,Zzz\n");
        let call = ["import", "leads", "a.csv", "--region", "US", "--lenient", "--on-duplicate", "skip"];
        let ran = world.run(call);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        let (line, again) = world.as_told(&ran);
        assert_eq!(line, "crmctl import leads a.csv --region US --lenient --round --on-duplicate fill");
        assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
        assert_eq!(amounts(world), [json!(125_050), json!(null)]);
        // Dry, nothing is there yet.
        let ran = world.run([&call[..2], &["b.csv", "--dry-run", "--region", "US"]].concat());
        assert_eq!(ran.code, Some(1), "no such file: {}", ran.stderr);
        world.file("b.csv", "Phone,Value\n2125550103,1250.499999\n");
        let (line, again) = world.as_told(&world.run(["import", "leads", "b.csv", "--dry-run", "--region", "US"]));
        assert_eq!(line, "crmctl import leads b.csv --dry-run --region US --round");
        assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
    });
}

#[test]
fn costs_of_programs_that_divide_are_rounded_and_totals_known_all_the_same() {
    on_both_engines(|world| {
        // The total is that of the figures as they were: 30.015 is 30.02.
        world.file(
            "costs.csv",
            "Source,Campaign,Month,Cost\nads,a,2026-03,10.005\nads,b,2026-03,10.005\nads,c,2026-03,10.0050\n,,2026-03,30.015\n",
        );
        let ran = world.run(["import", "costs", "costs.csv"]);
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("round it, or say --round"), "{}", ran.stdout);
        let (line, again) = world.as_told(&ran);
        assert_eq!(line, "crmctl import costs costs.csv.rejects.csv --round");
        assert_eq!(again.code, Some(3), "{}{}", again.stdout, again.stderr);
        assert!(again.stdout.contains("is the sum of other rows"), "{}", again.stdout);
        assert!(again.stdout.contains("`10.005` in row 2 to 10.00 USD"), "{}", again.stdout);
        let costs = world.json(["roi", "cost", "list"]);
        let cents: Vec<_> = costs.as_array().unwrap().iter().map(|cost| cost["cost_cents"].clone()).collect();
        assert_eq!(cents, [1000, 1000, 1000].map(|cents| json!(cents)), "{costs}");
        let show = world.ok(["import", "show", "2"]);
        assert!(show.contains("--round"), "{show}");
        // An amount in yen has no decimals at all.
        world.file("yen.csv", "Source,Month,Cost\nads,2026-04,¥1250.5\n");
        let summary = world.json(["import", "costs", "yen.csv", "--round"]);
        assert_eq!((&summary["rounded"], &summary["amount_cents"]["JPY"]), (&json!(1), &json!(1250)), "{summary}");
    });
}

#[test]
fn amounts_without_decimals_may_be_written_apart_from_others() {
    on_both_engines(|world| {
        let text = "Phone;Value\n2125550101;JPY 1,500\n2125550102;EUR 12,50\n2125550103;¥1,234,500\n2125550104;KRW 2,000\n21255501;JPY 3,000\n";
        world.file("a.csv", text);
        let ran = world.run(["import", "leads", "a.csv"]);
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(amounts(world), [1_500, 1_250, 1_234_500, 2_000].map(|amount| json!(amount)));
        // The file of rejected rows is read alike, and the command proves it anew.
        let rejects = std::fs::read_to_string(world.path("a.csv.rejects.csv")).unwrap();
        world.file("fixed.csv", rejects.replace("21255501", "2125550105"));
        world.ok(["import", "leads", "fixed.csv"]);
        assert_eq!(amounts(world)[4], json!(3_000));
        assert!(!world.ok(["import", "show", "1"]).contains("--decimal-separator"));
        // What a person says holds for all.
        let ran = world.run(["import", "leads", "a.csv", "--decimal-separator", "comma", "--on-duplicate", "update"]);
        assert!(ran.stdout.contains("has more decimals than JPY has"), "{}", ran.stdout);
        let costs = "Source;Month;Cost\nads;2026-03;JPY 1.500\nads;2026-04;EUR 12.50\nads;2026-05;1.000,-\n";
        world.file("costs.csv", costs);
        let ran = world.run(["import", "costs", "costs.csv", "--dry-run"]);
        assert_eq!(ran.code, Some(1), "a dash shows that points group: {}{}", ran.stdout, ran.stderr);
        world.file("costs.csv", costs.replace("ads;2026-05;1.000,-\n", ""));
        let summary = world.json(["import", "costs", "costs.csv"]);
        assert_eq!(summary["amount_cents"], json!({"EUR": 1_250, "JPY": 1_500}), "{summary}");
        // An address is no amount, and proves nothing.
        world.file("b.csv", "Phone,Value\n2125550106,192.168.001.001\n2125550107,\"1,250.75\"\n");
        let summary = world.json(["import", "leads", "b.csv"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(1)), "{summary}");
    });
}
