//! Rows with fewer cells than the header, and columns of the header that are none.

use serde_json::json;

use crate::support::{World, on_both_engines};

/// What an import of a text says: rows created, rejected and short.
fn counts(world: &World, name: &str, text: &str) -> (u64, u64, u64) {
    let summary = world.import(&world.file(name, text), &["--region", "US"]);
    let count = |key: &str| summary[key].as_u64().unwrap_or(0);
    (count("created"), count("rejected"), count("short_rows"))
}

#[test]
fn columns_without_header_and_cells_are_none() {
    on_both_engines(|world| {
        let three = "Name;Phone;Email;;;\nAnn Roe;2125550101;ann@example.com\nBob Low;2125550102;bob@example.com\n";
        assert_eq!(counts(world, "three.csv", three), (2, 0, 0));
        let six = "Name,Phone,Email,,,\nCy Dey,2125550103,cy@example.com,,,\nDee Fox,2125550104,dee@example.com,,,\n";
        assert_eq!(counts(world, "six.csv", six), (2, 0, 0));
        let mixed =
            "Name\tPhone\tEmail\t \t\nEd Gay\t2125550105\ted@example.com\t\nFay Hill\t2125550106\tfay@example.com\n";
        assert_eq!(counts(world, "mixed.csv", mixed), (2, 0, 0));
        assert!(world.leads().iter().all(|lead| lead["custom_fields"] == json!({})), "{:?}", world.leads());
        // What stands below is kept, and told.
        let file = world.file("used.csv", "Name;Phone;;;\nGil Ivy;2125550107;;vip;\nHal Joy;2125550108\n");
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--region", "US"]);
        assert!(ran.code == Some(0) && ran.stderr.contains("column #4 has no header"), "{}", ran.stderr);
        assert!(world.leads().iter().any(|lead| lead["custom_fields"]["column 4"] == "vip"));
    });
}

#[test]
fn cells_that_are_missing_at_the_end_are_blank() {
    on_both_engines(|world| {
        let rows =
            "Phone,Email,City,DNC\n2125550101,ann@example.com\n2125550102,,Albany\n2125550103,,,yes\n2125550104\n";
        assert_eq!(counts(world, "a.csv", rows), (4, 0, 3));
        let leads = world.leads();
        assert_eq!(
            (&leads[1]["city"], &leads[2]["status"], &leads[3]["city"]),
            (&json!("Albany"), &json!("dnc"), &json!(null))
        );
        let lists = "Phone,Reason,Scope\n2125550111,asked\n2125550112,asked,calls\n2125550113\n";
        let file = world.file("dnc.csv", lists);
        let summary = world.json(["import", "dnc", file.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["short_rows"]), (&json!(3), &json!(2)), "{summary}");
        let costs =
            world.file("costs.csv", "source,period,cost,currency,note\nweb,2026-01,10.00\nfair,2026-01,20.00,USD\n");
        let summary = world.json(["import", "costs", costs.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["short_rows"]), (&json!(2), &json!(2)), "{summary}");
    });
}

/// Its other half may hold a wish not to be called.
#[test]
fn a_row_that_a_line_break_has_cut_is_rejected_with_its_rest() {
    on_both_engines(|world| {
        let text = "Name,Phone,Note,DNC\nAnn,2125550101,called\nback,yes\nBob,2125550102,,no\nCy,2125550103\n";
        assert_eq!(counts(world, "a.csv", text), (2, 2, 1));
        let phones: Vec<_> = world.leads().iter().map(|lead| lead["phone_number"].clone()).collect();
        assert_eq!(phones, ["+12125550102", "+12125550103"]);
        // Cells beyond the header are never taken for others.
        assert_eq!(counts(world, "b.csv", "Phone,City\n2125550104,Troy,NY\n2125550105,Rome,\n"), (1, 1, 0));
        // A file that was cut off ends in a row that is no whole one.
        assert_eq!(counts(world, "c.csv", "Phone,City,DNC\n2125550106,Troy,no\n2125550107,Ro"), (1, 1, 0));
    });
}
