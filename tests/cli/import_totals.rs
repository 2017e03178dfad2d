//! Rows of totals in sheets: what they add up is counted once.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// Imports costs and returns the summary.
fn costs(world: &World, name: &str, text: &str, options: &[&str]) -> Value {
    let file = world.file(name, text);
    let mut args = vec!["import", "costs", file.to_str().unwrap()];
    args.extend(options);
    world.json(args)
}

/// What of a sheet is imported, in cents, and how many rows are rejected as totals; nothing else is rejected.
fn split(summary: &Value) -> (Value, u64) {
    let problems = summary["problems"].as_array().unwrap();
    let totals = problems.iter().find(|group| group["kind"] == "totals_row").map_or(0, |group| {
        let hint = group["hint"].as_str().unwrap();
        assert!(hint.starts_with("delete the row; if it is a cost of its own, "), "{hint}");
        group["count"].as_u64().unwrap()
    });
    assert_eq!(summary["rejected"], totals, "{summary}");
    (summary["amount_cents"].clone(), totals)
}

#[test]
fn totals_by_their_name_are_rejected() {
    on_both_engines(|world| {
        let all = "Source,Campaign,Month,Cost\n\
            Google,Spring,2026-03,100\nGoogle,Summer,2026-03,50\nGoogle Total,,2026-03,150\n\
            Bing,Spring,2026-03,1500\nSubtotal,,2026-03,1500\n\
            Total Wine Ads,,2026-03,1\nTotaljobs,,2026-03,2\nBing,Total,2026-03,1500\n\
            Gesamtsumme,,,1650\nTotal: Search campaigns,,2026-03,1650\n--,--,2026-03,1650\n\
            ,,Total (3),1650\nИтого,,2026-03,1650\n合計,,2026-03,1650\nTotal général,,2026-03,1650\n";
        let summary = costs(world, "all.csv", all, &[]);
        assert_eq!(split(&summary), (json!({ "USD": 165_300 }), 10), "{summary}");
        // The reject file as it is adds nothing.
        let again = world.json(["import", "costs", world.path("all.csv.rejects.csv").to_str().unwrap()]);
        assert_eq!(split(&again), (json!({}), 10), "{again}");
        // A total beside an account, which is no column of a cost.
        let beside = "Account,Amount\nNorth,100\nSouth,50\nResults from 2 accounts,150\n";
        let summary = costs(world, "beside.csv", beside, &["--source", "radio", "--month", "2026-04", "--add"]);
        assert_eq!(split(&summary), (json!({ "USD": 15_000 }), 1), "{summary}");
    });
}

#[test]
fn names_that_may_be_others_are_totals_by_their_sum() {
    on_both_engines(|world| {
        let all = "Source,Month,Cost\nFacebook,2026-03,100\nGoogle,2026-03,250\nTotal Wine Ads,2026-03,40\n\
            All Star Media,2026-03,10\nTotal Google,2026-03,250\nTotal amount spent,2026-03,400\nOverall,2026-03,400\n";
        let summary = costs(world, "names.csv", all, &[]);
        assert_eq!(split(&summary), (json!({ "USD": 40_000 }), 3), "{summary}");
        let again = world.json(["import", "costs", world.path("names.csv.rejects.csv").to_str().unwrap()]);
        assert_eq!(split(&again), (json!({}), 3), "{again}");
    });
}

#[test]
fn a_sum_without_a_name_is_rejected_and_equal_sums_are_not() {
    on_both_engines(|world| {
        // The platform's total stands first or last, of all, of a group, or of a source.
        let facebook = "Campaign name,Amount spent (USD),Reporting starts,Reporting ends\n\
            ,1650.01,2026-03-01,2026-03-31\nSpring,1100.00,2026-03-01,2026-03-31\nSummer,550.00,2026-03-01,2026-03-31\n";
        let summary = costs(world, "facebook.csv", facebook, &["--source", "facebook", "--preset", "none"]);
        assert_eq!(split(&summary), (json!({ "USD": 165_000 }), 1), "{summary}");
        let rejects = world.path("facebook.csv.rejects.csv");
        let again = world.json(["import", "costs", rejects.to_str().unwrap(), "--source", "facebook"]);
        assert_eq!(split(&again), (json!({}), 1), "{again}");
        let groups = "Campaign,Month,Currency,Cost\n\
            A,2026-03,USD,10\nB,2026-03,USD,20\n,2026-03,USD,30\nC,2026-03,EUR,5\nD,2026-03,EUR,6\n,2026-03,EUR,11\n\
            ,2026-03,,30\n";
        let summary = costs(world, "groups.csv", groups, &["--source", "bing"]);
        assert_eq!(split(&summary), (json!({ "USD": 3000, "EUR": 1100 }), 3), "{summary}");
        let sources = "Source,Campaign,Month,Cost\n\
            Mail,A,2026-03,10\nMail,B,2026-03,20\nMail,,2026-03,30\nRadio,A,2026-03,7\nRadio,,2026-03,8\n";
        let summary = costs(world, "sources.csv", sources, &[]);
        assert_eq!(split(&summary), (json!({ "USD": 4500 }), 1), "{summary}");
        // A cost without a campaign is one, and is part of the total.
        let blank = "Campaign,Month,Cost\nA,2026-04,100\nB,2026-04,200\n,2026-04,50\n,2026-04,350\n";
        let summary = costs(world, "blank.csv", blank, &["--source", "fair"]);
        assert_eq!(split(&summary), (json!({ "USD": 35_000 }), 1), "{summary}");
        // Named rows whose sums are equal prove nothing.
        for (name, rows) in [
            ("two", "F,2026-05,100\nG,2026-05,100\n"),
            ("three", "H,2026-05,100\nI,2026-05,100\nJ,2026-05,200\n"),
            ("one", "K,2026-05,100\nK,2026-06,100\n"),
        ] {
            let summary = costs(world, &format!("{name}.csv"), &format!("Source,Month,Cost\n{rows}"), &[]);
            assert_eq!((split(&summary).1, &summary["created"]), (0, &summary["read"]), "{summary}");
        }
    });
}

#[test]
fn totals_of_other_sheets_have_no_identity() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        let rejected = |kind: &str, text: &str| {
            let file = world.file(&format!("{kind}.csv"), text);
            world.json(["import", kind, file.to_str().unwrap()])["rejected"].clone()
        };
        assert_eq!(rejected("leads", "Name,Phone,Value\nAda,2125550102,100\nTotal,,100\n,,100\n"), 2);
        assert_eq!(rejected("dnc", "Name,Phone\nAda,2125550103\nTotal,1\n"), 1);
        assert_eq!(rejected("history", "Phone,Status,When\n2125550101,contacted,2026-03-01\nTotal,1,\n"), 1);
        let rates = "Currency,Month,Rate\nEUR,2026-03,1.08\nTotal,2026-03,1.08\nEUR,Average,1.08\n";
        let rates = world.file("rates.csv", rates);
        assert_eq!(world.json(["import", "rates", rates.to_str().unwrap()])["rejected"], 2);
    });
}
