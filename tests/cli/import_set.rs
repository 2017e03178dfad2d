//! Values that are given to every row of a sheet, and columns that are left out.

use serde_json::json;

use crate::support::on_both_engines;

#[test]
fn events_take_what_every_row_is_given() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone\n2125550101\n2125550102\n"), &[]);
        world
            .file("h.csv", "Phone,Status,Stage,Changed at\n2125550101,x,hot,2026-01-05\n2125550102,y,hot,2026-01-06\n");
        // A status may be a wish not to be called: its column is left out by whoever says so.
        let refused = world.run(["import", "history", "h.csv", "--set", "status=contacted", "--set", "reason=fair"]);
        assert!(
            refused.code == Some(1) && refused.stderr.contains("the column `Status` holds it, too"),
            "{}",
            refused.stderr
        );
        let (line, ran) = world.as_told(&refused);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(
            line,
            "crmctl import history h.csv --set status=contacted --set reason=fair --ignore Status --ignore Stage"
        );
        world.ok(["import", "undo", "2", "--yes"]);
        let summary = world.json([
            "import",
            "history",
            "h.csv",
            "--set",
            "status=contacted",
            "--set",
            "reason=fair",
            "--ignore",
            "Status",
            "--ignore",
            "Stage",
        ]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(2), &json!(0)), "{summary}");
        let shown = world.json(["lead", "show", "+12125550101"]).to_string();
        assert!(shown.contains("fair"), "{shown}");
        let without = world.json(["import", "history", "h.csv", "--ignore", "Status", "--map", "status=Stage"]);
        assert_eq!(without["rejected"], 0, "{without}");
        // A reject file brings it back.
        world.file("b.csv", "Phone,Changed at\n2125550109,2026-02-05\n");
        let rejected = world.json(["import", "history", "b.csv", "--set", "status=hot"]);
        assert_eq!(rejected["rejected"], 1, "{rejected}");
        world.import(&world.file("c.csv", "Phone\n2125550109\n"), &[]);
        let again = world.json(["import", "history", "b.csv.rejects.csv"]);
        assert_eq!((&again["created"], &again["rejected"]), (&json!(1), &json!(0)), "{again}");
    });
}

#[test]
fn costs_and_numbers_take_what_every_row_is_given() {
    on_both_engines(|world| {
        world.file("costs.csv", "Month,Cost,Source\n2026-01,10.00,x\n2026-02,20.00,y\n");
        let set =
            ["import", "costs", "costs.csv", "--set", "source=web", "--set", "currency=EUR", "--set", "note=by hand"];
        let summary = world.json(set);
        assert_eq!((&summary["created"], &summary["amount_cents"]), (&json!(2), &json!({"EUR": 3000})), "{summary}");
        let costs = world.json(["roi", "cost", "list"]);
        let is_given = |cost: &serde_json::Value| cost["source"] == "web" && cost["note"] == "by hand";
        assert!(costs.as_array().unwrap().iter().all(is_given), "{costs}");
        world.file("dnc.csv", "Phone,Scope\n2125550101,all\n");
        let refused = world.run(["import", "dnc", "dnc.csv", "--set", "scope=calls"]);
        assert!(
            refused.code == Some(1) && refused.stderr.contains("the column `Scope` holds it, too"),
            "{}",
            refused.stderr
        );
        let summary = world.json(["import", "dnc", "dnc.csv", "--set", "reason=asked"]);
        assert_eq!(summary["created"], 1, "{summary}");
        let listed = &world.json(["dnc", "list"])[0];
        assert_eq!((&listed["scope"], &listed["reason"]), (&json!("all"), &json!("asked")));
    });
}

#[test]
fn what_cannot_be_given_is_said() {
    on_both_engines(|world| {
        world.file("h.csv", "Phone,Changed at\n2125550101,2026-01-05\n");
        for (set, told) in [
            (&["--set", "statsu=hot"][..], "`statsu` is not a field"),
            (&["--set", "status=hot", "--set", "status=cold"][..], "status is given twice"),
        ] {
            let ran = world.run([&["import", "history", "h.csv"][..], set].concat());
            assert!(ran.code == Some(1) && ran.stderr.contains(told), "{}", ran.stderr);
        }
        let ran = world.run(["import", "history", "h.csv", "--set", "status=asleep"]);
        assert!(ran.code == Some(3) && ran.stdout.contains("is no status"), "{}{}", ran.stdout, ran.stderr);
    });
}
