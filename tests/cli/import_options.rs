//! Options that decide what a column is and how strict the checks are.

use serde_json::json;

use crate::assert_same_story;
use crate::support::on_both_engines;

#[test]
fn what_cannot_be_decided_is_an_error_with_the_flag_that_decides_it() {
    assert_same_story!(|world| {
        world.file("fone.csv", "Name,Fone,City\nAda,2125550101,Albany\n");
        world.tell(&["import", "leads", "fone.csv"]);
        world.tell(&["import", "leads", "fone.csv", "--map", "fone=Fone"]);
        world.tell(&["import", "leads", "fone.csv", "--map", "phone=Phone"]);
        world.tell(&["import", "leads", "fone.csv", "--map", "phone"]);
        world.tell(&["import", "leads", "fone.csv", "--map", "phone=Fone", "--map", "email=Fone"]);
        world.tell(&["import", "leads", "fone.csv", "--map", "external_id=Fone"]);
        world.file("twice.csv", "Phone,phone\n2125550101,2125550102\n");
        world.tell(&["import", "leads", "twice.csv"]);
        world.tell(&["import", "leads", "fone.csv", "--region", "Texas"]);
        world.tell(&["import", "leads", "fone.csv", "--max-rejects", "lots"]);
        world.tell(&["lead", "list"]);
    });
}

#[test]
fn columns_nobody_claims_are_kept_or_dropped() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone,Budget,Secret,Budget\n2125550101,100,x,200\n");
        world.import(&file, &["--ignore", "Secret"]);
        assert_eq!(world.leads()[0]["custom_fields"], json!({"Budget": "100", "Budget 2": "200"}));
        let file = world.file("b.csv", "Phone,Budget\n2125550102,100\n");
        world.import(&file, &["--drop-extra"]);
        assert_eq!(world.leads()[1]["custom_fields"], json!({}));
    });
}

#[test]
fn lenient_keeps_the_row_and_reports_the_value() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone,Email,Score\n2125550101,nobody,900\n,nobody,\n");
        let summary = world.import(&file, &["--lenient"]);
        assert_eq!(
            (summary["created"].as_u64(), summary["rejected"].as_u64(), summary["dropped_values"].as_u64()),
            (Some(1), Some(1), Some(2))
        );
        let lead = &world.leads()[0];
        assert_eq!((&lead["email"], &lead["lead_score"]), (&json!(null), &json!(null)));
        let kinds: Vec<_> = summary["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| (p["kind"].as_str().unwrap(), p["count"].as_u64().unwrap()))
            .collect();
        assert_eq!(kinds, [("email_invalid", 2), ("score_invalid", 1), ("no_identity", 1)]);
    });
}

#[test]
fn too_many_rejects_import_nothing() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone\n2125550101\n12\n13\n2125550102\n");
        for (most, code) in [("1", 1), ("49%", 1), ("2", 3), ("50%", 3)] {
            let ran = world.run(["import", "leads", "a.csv", "--max-rejects", most]);
            assert_eq!(ran.code, Some(code), "{most}: {}", ran.stderr);
            assert_eq!(world.leads().len(), if code == 1 { 0 } else { 2 });
            if code == 1 {
                assert!(
                    ran.stderr.contains("2 of 4 rows") && ran.stderr.contains("nothing was imported"),
                    "{}",
                    ran.stderr
                );
            }
        }
        drop(file);
    });
}

#[test]
fn owners_are_users_and_unknown_ones_reject_the_row() {
    on_both_engines(|world| {
        world.ok(["user", "add", "boss@example.com", "--role", "admin"]);
        world.ok(["user", "add", "rep@example.com", "--as", "boss@example.com"]);
        let file = world.file("a.csv", "Phone,Owner\n2125550101,REP@example.com\n2125550102,nobody@example.com\n");
        let summary = world.import(&file, &["--as", "boss@example.com"]);
        assert_eq!((summary["created"].as_u64(), &summary["problems"][0]["kind"]), (Some(1), &json!("owner_unknown")));
        let owned = world.json(["lead", "list", "--owner", "rep@example.com", "--as", "rep@example.com"]);
        assert_eq!(owned[0]["phone_number"], "+12125550101");
        let refused = world.run(["import", "leads", "a.csv", "--as", "rep@example.com"]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("the role `sales_rep` does not allow this"), "{}", refused.stderr);
    });
}

#[test]
fn several_files_are_several_imports() {
    on_both_engines(|world| {
        world.file("a.csv", "Phone\n2125550101\n");
        world.file("b.csv", "Phone\n2125550102\n");
        let both = world.json(["import", "leads", "a.csv", "b.csv"]);
        assert_eq!(both.as_array().unwrap().iter().map(|s| s["created"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(world.json(["import", "list"]).as_array().unwrap().len(), 2);
        assert_eq!(world.run(["import", "leads", "a.csv", "b.csv", "--rejects", "r.csv"]).code, Some(2));
    });
}

#[test]
fn the_rejects_never_replace_the_file_that_is_imported() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone\n2125550101\n12\n");
        let ran = world.run(["import", "leads", "a.csv", "--rejects", "./a.csv"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("is imported"), "{}", ran.stderr);
        assert_eq!(std::fs::read_to_string(file).unwrap(), "Phone\n2125550101\n12\n");
    });
}

#[test]
fn a_place_for_rejects_that_cannot_be_written_stops_the_import() {
    on_both_engines(|world| {
        world.file("a.csv", "Phone\n2125550101\n12\n");
        let ran = world.run(["import", "leads", "a.csv", "--rejects", "/nonexistent/rejects.csv"]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("/nonexistent/rejects.csv") && ran.stderr.contains("hint:"), "{}", ran.stderr);
        assert!(world.leads().is_empty());
    });
}
