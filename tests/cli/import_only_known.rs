//! Imports that make no lead.

use serde_json::json;

use crate::support::on_both_engines;

#[test]
fn rows_that_match_no_lead_are_counted_and_listed() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone,Email,City\n2125550101,ann@example.com,\n2125550102,,Troy\n"), &[]);
        let text = "Phone,Email,City\n2125550101,,Rome\n2125550109,new@example.com,Oslo\n2125550109,,Oslo\n,ann@example.com,Bonn\n12,,\n";
        let update = ["--on-duplicate", "update", "--only-known"];
        let file = world.file("b.csv", text);
        let dry = world.import(&file, &[&update[..], &["--dry-run"]].concat());
        let summary = world.import(&file, &[&update[..], &["--skipped", "unknown.csv"]].concat());
        for key in ["read", "created", "updated", "unchanged", "skipped", "not_known", "rejected"] {
            assert_eq!(dry[key], summary[key], "{key}");
        }
        let count = |key: &str| summary[key].as_u64().unwrap_or(0);
        assert_eq!(
            (count("read"), count("created"), count("updated"), count("not_known"), count("rejected")),
            (5, 0, 2, 2, 1),
            "{summary}"
        );
        let all = ["created", "updated", "unchanged", "skipped", "not_known", "rejected"];
        assert_eq!(count("read"), all.map(count).iter().sum::<u64>());
        let listed = std::fs::read_to_string(world.path("unknown.csv")).unwrap();
        assert_eq!(listed.lines().filter(|line| line.contains("it matches no lead")).count(), 2, "{listed}");
        let leads = world.leads();
        assert_eq!((leads.len(), &leads[0]["city"], &leads[1]["city"]), (2, &json!("Bonn"), &json!("Troy")));
        // Filling, too; the list of skipped rows imports as it is.
        let fill = world.import(&file, &["--on-duplicate", "fill", "--only-known"]);
        assert_eq!((&fill["not_known"], world.leads().len()), (&json!(2), 2));
        let rest = world.import(&world.path("unknown.csv"), &[]);
        assert_eq!((&rest["created"], &rest["skipped"]), (&json!(1), &json!(1)), "{rest}");
        let ran = world.run(["import", "leads", "b.csv", "--on-duplicate", "update", "--only-known", "--region", "US"]);
        assert!(ran.code == Some(3), "{}", ran.stderr);
    });
}

/// Nobody is called who asks not to be, known or not.
#[test]
fn wishes_of_people_who_are_not_known_are_kept_or_told() {
    on_both_engines(|world| {
        let text =
            "Phone,Email,DNC,Email opt out\n2125550101,,yes,\n,bob@example.com,,yes\n2125550103,cy@example.com,,\n";
        world.file("a.csv", text);
        let ran = world.run(["import", "leads", "a.csv", "--on-duplicate", "update", "--only-known"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("1 row asks not to be contacted and match no lead"), "{}", ran.stderr);
        assert!(world.leads().is_empty());
        let listed = world.json(["dnc", "list"]);
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["phone_number"]), (1, &json!("+12125550101")));
    });
}

#[test]
fn a_policy_under_which_nothing_would_happen_is_refused_with_the_line_that_works() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone\n2125550101\n"), &[]);
        world.file("b.csv", "Phone,City\n2125550101,Rome\n");
        let refused = world.run(["import", "leads", "b.csv", "--only-known"]);
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
        let (line, ran) = world.as_told(&refused);
        assert_eq!(
            (line.as_str(), ran.code),
            ("crmctl import leads b.csv --only-known --on-duplicate update", Some(0)),
            "{}",
            ran.stderr
        );
        assert_eq!(world.leads()[0]["city"], "Rome");
        world.ok(["org", "set", "import.on_duplicate", "fill"]);
        assert_eq!(world.run(["import", "leads", "b.csv", "--only-known"]).code, Some(0));
    });
}
