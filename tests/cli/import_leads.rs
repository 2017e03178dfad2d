//! The main story of an import: counts, duplicates, opt-outs, rejects.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// Ten good rows, one bad phone, one duplicate within the file, one of a stored lead, one row without identity.
const FOURTEEN: &str = "\
First Name,Last Name,Phone,Email,City
Ada,One,(212) 555-0101,ada@example.com,Albany
Ben,Two,212-555-0102,ben@example.com,
Cleo,Three,212.555.0103,,Zürich
Dev,Four,+12125550104,dev@example.com,
Eva,Five,1 212 555 0105,,
Finn,Six,2125550106,finn@example.com,
Gia,Seven,(212)555-0107,,
Hal,Eight,12125550108,,
Ines,Nine,,ines@example.com,
Jon,Ten,2125550110,,
Bad,Phone,555-01,,
Ada,Again,+1 (212) 555-0101,,
Kai,Stored,2125550120,,
Nobody,,,,Nowhere
";

fn counts(summary: &Value) -> Value {
    let keys = ["read", "created", "updated", "unchanged", "skipped", "rejected"];
    Value::Object(keys.iter().map(|key| ((*key).to_owned(), summary[*key].clone())).collect())
}

#[test]
fn every_row_is_accounted_for_and_the_rejects_import_once_fixed() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550120", "--name", "Kai Stored"]);
        let file = world.file("leads.csv", FOURTEEN);
        let summary = world.import(&file, &[]);
        assert_eq!(
            counts(&summary),
            json!({"read": 14, "created": 10, "updated": 0, "unchanged": 0, "skipped": 2, "rejected": 2})
        );
        let rejects = world.path("leads.csv.rejects.csv");
        assert_eq!(summary["rejects_file"], json!(rejects.to_str().unwrap()));
        let fixed = std::fs::read_to_string(&rejects)
            .unwrap()
            .replace("Phone,555-01,", "Phone,2125550111,")
            .replace("Nobody,,,,Nowhere", "Nobody,,,nobody@example.com,Nowhere");
        let fixed = world.file("fixed.csv", fixed);
        let second = world.import(&fixed, &[]);
        assert_eq!(
            (second["read"].as_u64(), second["created"].as_u64(), second["rejected"].as_u64()),
            (Some(2), Some(2), Some(0))
        );
        let again = world.import(&file, &[]);
        assert_eq!(
            (again["created"].as_u64(), again["skipped"].as_u64(), again["rejected"].as_u64()),
            (Some(0), Some(12), Some(2))
        );
        assert_eq!(world.leads().len(), 13);
        // The first reject file is not written over.
        assert_eq!(again["rejects_file"], json!(world.path("leads.csv.rejects-2.csv").to_str().unwrap()));
    });
}

#[test]
fn the_summary_for_people() {
    assert_same_story!(|world| {
        world.file("leads.csv", FOURTEEN);
        world.tell(&["import", "leads", "leads.csv", "--tag", "Fair 2026", "--set", "source=Trade Fair"]);
        world.tell_file("leads.csv.rejects.csv");
        world.tell(&["lead", "list", "--sort", "last_name"]);
        world.tell(&["lead", "show", "ada@example.com"]);
        world.tell(&["import", "leads", "leads.csv", "--dry-run", "--on-duplicate", "fill"]);
        world.tell(&["import", "list"]);
        world.tell(&["import", "show", "1"]);
        world.tell(&["import", "show", "99"]);
    });
}

#[test]
fn the_reject_file_brings_the_options_back() {
    on_both_engines(|world| {
        let file = world.file("leads.csv", "Fone,Who\n020 7946 0101,Ada\n12,Ben\n");
        let first =
            world.import(&file, &["--region", "GB", "--map", "phone=Fone", "--tag", "uk", "--set", "source=Expo"]);
        assert_eq!((first["created"].as_u64(), first["rejected"].as_u64()), (Some(1), Some(1)));
        let rejects = world.path("leads.csv.rejects.csv");
        let fixed = std::fs::read_to_string(&rejects).unwrap().replace("\n12,", "\n020 7946 0102,");
        let second = world.import(&world.file("fixed.csv", fixed), &[]);
        assert_eq!(second["created"], 1, "{second}");
        let lead = world.json(["lead", "show", "+442079460102"]);
        assert_eq!(
            (&lead["tags"], &lead["source"], &lead["custom_fields"]),
            (&json!(["uk"]), &json!("expo"), &json!({"Who": "Ben"}))
        );
    });
}

#[test]
fn a_dry_run_counts_like_the_import_and_keeps_nothing() {
    on_both_engines(|world| {
        let file = world.file("leads.csv", FOURTEEN);
        let dry = world.import(&file, &["--dry-run"]);
        assert_eq!(
            (&dry["import_id"], &dry["rejects_file"], &dry["dry_run"]),
            (&Value::Null, &Value::Null, &json!(true))
        );
        assert!(world.leads().is_empty() && !world.path("leads.csv.rejects.csv").exists());
        assert_eq!(world.json(["import", "list"]), json!([]));
        assert_eq!(counts(&dry), counts(&world.import(&file, &[])));
    });
}

#[test]
fn skip_fill_update_and_reject() {
    on_both_engines(|world| {
        let stored = "Phone,City,Company,Status,Tags,Note\n2125550101,Albany,,contacted,a,first\n";
        world.import(&world.file("stored.csv", stored), &[]);
        let file = world.file("more.csv", "Phone,City,Company,Status,Tags,Note\n2125550101,Boston,Acme,new,b,second\n");
        let lead = |world: &World| world.json(["lead", "show", "+12125550101"]);

        let skip = world.import(&file, &["--on-duplicate", "skip"]);
        assert_eq!((skip["skipped"].as_u64(), lead(world)["company"].clone()), (Some(1), Value::Null));

        let reject = world.import(&file, &["--on-duplicate", "reject"]);
        assert_eq!((reject["rejected"].as_u64(), &reject["problems"][0]["kind"]), (Some(1), &json!("duplicate")));

        let fill = world.import(&file, &["--on-duplicate", "fill"]);
        assert_eq!(fill["updated"], 1);
        let filled = lead(world);
        assert_eq!(
            (&filled["city"], &filled["company"], &filled["tags"]),
            (&json!("Albany"), &json!("Acme"), &json!(["a", "b"]))
        );

        let update = world.import(&file, &["--on-duplicate", "update"]);
        assert_eq!((update["updated"].as_u64(), update["status_kept"].as_u64()), (Some(1), Some(1)));
        let updated = lead(world);
        assert_eq!((&updated["city"], &updated["status"]), (&json!("Boston"), &json!("contacted")));
        assert_eq!(updated["notes"].as_array().unwrap().len(), 2);
        let city =
            updated["recent_changes"].as_array().unwrap().iter().find(|c| c["field_name"] == "city").unwrap().clone();
        assert_eq!(
            (&city["old_value"], &city["new_value"], &city["import_id"]),
            (&json!("Albany"), &json!("Boston"), &update["import_id"])
        );

        let same = world.import(&file, &["--on-duplicate", "update"]);
        assert_eq!((same["unchanged"].as_u64(), lead(world)["version"].clone()), (Some(1), updated["version"].clone()));

        let blank = world
            .import(&world.file("blank.csv", "Phone,City,Company\n2125550101,,N/A\n"), &["--on-duplicate", "update"]);
        assert_eq!((blank["unchanged"].as_u64(), blank["placeholders"].as_u64()), (Some(1), Some(1)));
        assert_eq!(lead(world)["city"], "Boston");
    });
}

#[test]
fn the_organization_s_policy_holds_when_nobody_names_one() {
    on_both_engines(|world| {
        world.ok(["org", "set", "import.on_duplicate", "fill"]);
        world.import(&world.file("a.csv", "Phone\n2125550101\n"), &[]);
        let file = world.file("b.csv", "Phone,City\n2125550101,Albany\n");
        assert_eq!(world.import(&file, &["--on-duplicate", "skip"])["skipped"], 1);
        assert_eq!(world.import(&file, &[])["updated"], 1);
    });
}

#[test]
fn rows_of_one_file_match_each_other() {
    on_both_engines(|world| {
        let file = world.file("leads.csv", "Phone,Email,City,Company\n2125550101,ada@example.com,Albany,\n2125550101,,,Acme\n,ada@example.com,Boston,\n2125550102,ada@example.com,,\n");
        let summary = world.import(&file, &["--on-duplicate", "fill"]);
        assert_eq!(
            (
                summary["created"].as_u64(),
                summary["updated"].as_u64(),
                summary["unchanged"].as_u64(),
                summary["possible_duplicates"].as_u64()
            ),
            (Some(2), Some(1), Some(1), Some(1))
        );
        let lead = world.json(["lead", "show", "+12125550101"]);
        assert_eq!((&lead["city"], &lead["company"]), (&json!("Albany"), &json!("Acme")));
    });
}

#[test]
fn an_email_loses_its_power_to_decide_within_one_file() {
    on_both_engines(|world| {
        world.import(&world.file("stored.csv", "Phone,Email\n2125550101,e@example.com\n"), &[]);
        // The first row makes a second lead with that email, so that the second row is nobody known, and the third
        // is the second.
        let file = world.file("a.csv", "Phone,Email\n2125550102,e@example.com\n,e@example.com\n,e@example.com\n");
        for (options, created) in [(["--on-duplicate", "update"], 2), (["--on-duplicate", "skip"], 0)] {
            let summary = world.import(&file, &options);
            assert_eq!(
                (summary["created"].as_u64(), summary["rejected"].as_u64()),
                (Some(created), Some(0)),
                "{summary}"
            );
        }
    });
}

#[test]
fn external_ids_decide_and_conflicts_name_both_leads() {
    on_both_engines(|world| {
        let options = ["--map", "external_id=ID", "--source-system", "hubspot", "--on-duplicate", "update"];
        world.import(&world.file("a.csv", "ID,Phone\n1,2125550101\n2,2125550102\n"), &options);
        let moved = world.import(&world.file("b.csv", "ID,Phone\n1,2125550103\n"), &options);
        assert_eq!(moved["updated"], 1);
        assert_eq!(world.json(["lead", "show", "+12125550103"])["external_id"], "1");
        let conflict = world.import(&world.file("c.csv", "ID,Phone\n1,2125550102\n"), &options);
        assert_eq!(conflict["problems"][0]["kind"], "identity_conflict");
        let ids: Vec<String> = world.leads().iter().map(|lead| lead["id"].to_string()).collect();
        let problem = conflict["problems"][0]["example_problem"].as_str().unwrap();
        assert!(ids.iter().all(|id| problem.contains(id.as_str())), "{problem}");
    });
}

#[test]
fn leads_of_one_file_may_exchange_their_phones() {
    on_both_engines(|world| {
        let options = ["--map", "external_id=ID", "--source-system", "crm", "--on-duplicate", "update"];
        world.import(&world.file("a.csv", "ID,Phone\n1,2125550101\n2,2125550102\n"), &options);
        // The first takes a free phone, the second the first's, and a new lead the second's.
        let file = world.file("b.csv", "ID,Phone\n1,2125550103\n2,2125550101\n3,2125550102\n");
        let summary = world.import(&file, &options);
        assert_eq!((summary["updated"].as_u64(), summary["created"].as_u64()), (Some(2), Some(1)), "{summary}");
        for (phone, id) in [("+12125550103", "1"), ("+12125550101", "2"), ("+12125550102", "3")] {
            let lead = world.json(["lead", "show", phone]);
            assert_eq!((&lead["external_id"], &lead["deleted_at"]), (&json!(id), &Value::Null));
        }
        assert_eq!(world.import(&file, &options)["unchanged"], 3);
    });
}

#[test]
fn opt_outs_are_kept_whatever_the_file_says() {
    on_both_engines(|world| {
        let first = world.file(
            "first.csv",
            "Phone,Email,DNC,Consent\n2125550101,a@example.com,yes,\n2125550102,b@example.com,,denied\n",
        );
        let summary = world.import(&first, &[]);
        assert_eq!((summary["created"].as_u64(), summary["dnc_flagged"].as_u64()), (Some(2), Some(1)));
        world.ok(["lead", "delete", "+12125550102", "--yes"]);
        let second = world.file("second.csv", "Phone,Email,Status,Consent\n2125550101,,hot,granted\n2125550102,b@example.com,hot,granted\n2125550109,b@example.com,,granted\n");
        let summary = world.import(&second, &["--on-duplicate", "update"]);
        assert_eq!((summary["consent_kept"].as_u64(), summary["previously_deleted"].as_u64()), (Some(3), Some(1)));
        let on_list = world.json(["lead", "show", "+12125550101"]);
        assert_eq!(on_list["status"], "dnc");
        let again = world.json(["lead", "show", "+12125550102"]);
        assert_eq!((&again["consent_status"], &again["status"]), (&json!("denied"), &json!("hot")));
        // The same email, another phone: the opt-out is the person's.
        assert_eq!(world.json(["lead", "show", "+12125550109"])["consent_status"], "denied");
        // Even under `skip` the attempt is counted.
        assert_eq!(world.import(&second, &[])["consent_kept"], 3);
    });
}

#[test]
fn do_not_call_flags_reach_every_lead_with_the_number() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone,Status\n2125550101,hot\n2125550101 x7,contacted\n"), &[]);
        let flags = world.file("b.csv", "Phone,Do Not Call\n2125550101,Y\n2125550102,no\n,yes\n2125550103,maybe\n");
        let summary = world.import(&flags, &["--lenient"]);
        assert_eq!(
            (summary["updated"].as_u64(), summary["created"].as_u64(), summary["rejected"].as_u64()),
            (Some(1), Some(1), Some(2))
        );
        for lead in world.leads().iter().filter(|lead| lead["phone_number"] == "+12125550101") {
            assert_eq!(lead["status"], "dnc", "{lead}");
        }
        let history = world.json(["lead", "show", "1"])["status_history"].clone();
        assert_eq!(history.as_array().unwrap().len(), 2);
        assert_eq!(
            (&history[1]["from_status"], &history[1]["to_status"], &history[1]["trigger_type"]),
            (&json!("hot"), &json!("dnc"), &json!("dnc"))
        );
        // A new lead on a listed number: its own status, then dnc.
        let listed = world.file("c.csv", "Phone,Status,First Name\n2125550101 x8,contacted,Eve\n");
        let left_out = world.import(&listed, &["--dnc", "skip"]);
        assert_eq!((left_out["skipped"].as_u64(), left_out["skipped_dnc"].as_u64()), (Some(1), Some(1)));
        assert_eq!(world.import(&listed, &[])["dnc_flagged"], 1);
        let eve = world.leads().into_iter().find(|lead| lead["first_name"] == "Eve").unwrap();
        let history =
            world.json(["lead".to_owned(), "show".to_owned(), eve["id"].to_string()])["status_history"].clone();
        let path: Vec<_> = history
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["from_status"].clone(), row["to_status"].clone()))
            .collect();
        assert_eq!(path, [(Value::Null, json!("contacted")), (json!("contacted"), json!("dnc"))]);
        // Without a phone there is nothing to list: consent is denied.
        world.import(&world.file("d.csv", "Email,DNC\nq@example.com,yes\n"), &[]);
        assert_eq!(world.json(["lead", "show", "q@example.com"])["consent_status"], "denied");
    });
}

#[test]
fn opt_outs_hold_within_one_file_and_for_who_takes_the_email_over() {
    on_both_engines(|world| {
        // The same person by email: the second row's lead inherits what the first row asked for.
        let file = world.file(
            "a.csv",
            "Phone,Email,DNC,Consent\n2125550101,a@example.com,yes,\n2125550102,a@example.com,,granted\n",
        );
        assert_eq!(world.import(&file, &[])["consent_kept"], 1);
        assert_eq!(world.json(["lead", "show", "+12125550102"])["consent_status"], "denied");
        // A stored lead that an update gives the email of somebody who opted out.
        world.import(&world.file("b.csv", "Phone,Consent\n2125550103,granted\n"), &[]);
        let taken = world.file("c.csv", "Phone,Email\n2125550103,a@example.com\n");
        assert_eq!(world.import(&taken, &["--on-duplicate", "fill"])["consent_kept"], 1);
        let lead = world.json(["lead", "show", "+12125550103"]);
        assert_eq!((&lead["email"], &lead["consent_status"]), (&json!("a@example.com"), &json!("denied")));
    });
}

#[test]
fn email_opt_outs_leave_the_do_not_call_list_alone() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone,Email,Email Opt Out\n2125550101,a@example.com,yes\n"), &[]);
        let lead = world.json(["lead", "show", "a@example.com"]);
        assert_eq!((&lead["status"], &lead["email_opted_out_at"]), (&json!("new"), &json!("2026-03-04T12:00:00Z")));
    });
}

#[test]
fn logs_of_an_imported_lead_carry_import_actor_and_times() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ada@example.com", "--role", "manager"]);
        let file = world.file("a.csv", "Phone,Status,Created\n2125550101,contacted,2025-11-02 09:30\n");
        let summary = world.import(&file, &["--as", "ada@example.com"]);
        let lead = world.json(["lead", "show", "+12125550101", "--as", "ada@example.com"]);
        assert_eq!(lead["created_at"], "2025-11-02T09:30:00Z");
        let status = &lead["status_history"][0];
        assert_eq!(
            (&status["changed_at"], &status["recorded_at"]),
            (&json!("2025-11-02T09:30:00Z"), &json!("2026-03-04T12:00:00Z"))
        );
        assert_eq!(
            (&status["import_id"], &status["trigger_type"], &status["from_status"]),
            (&summary["import_id"], &json!("import"), &Value::Null)
        );
        let created = &lead["recent_changes"][0];
        assert_eq!(
            (&created["action"], &created["import_id"], &created["changed_at"]),
            (&json!("create"), &summary["import_id"], &json!("2026-03-04T12:00:00Z"))
        );
        assert!(created["actor"].as_str().unwrap().starts_with("ada@example.com ("));
        assert!(created["changed_by"].is_i64() && status["changed_by"].is_i64());
    });
}

#[test]
fn a_lead_that_rows_of_one_file_make_and_move_began_with_its_first_status() {
    on_both_engines(|world| {
        world.file(
            "moves.csv",
            "Phone,Status,Created,DNC\n\
             2125550101,new,2026-01-05,\n2125550101,contacted,,\n2125550101,qualified,,\n\
             2125550102,contacted,2026-01-06,\n2125550102,,,yes\n\
             2125550103,hot,2026-01-07,\n\
             2125550104,Proposal Sent,2026-01-08,\n2125550104,hot,,\n",
        );
        world.ok(["import", "leads", "moves.csv", "--on-duplicate", "update"]);
        let told = |lead: &str| -> Vec<String> {
            let history = world.json(["lead", "show", lead])["status_history"].clone();
            let row = |row: &serde_json::Value| {
                format!("{} → {} {}", row["from_status"], row["to_status"], row["changed_at"]).replace('"', "")
            };
            history.as_array().unwrap().iter().map(row).collect()
        };
        let now = "2026-03-04T12:00:00Z";
        let expected: [&[String]; 4] = [
            &[
                "null → new 2026-01-05T00:00:00Z".into(),
                format!("new → contacted {now}"),
                format!("contacted → qualified {now}"),
            ],
            &["null → contacted 2026-01-06T00:00:00Z".into(), format!("contacted → dnc {now}")],
            &["null → hot 2026-01-07T00:00:00Z".into()],
            &["null → qualified 2026-01-08T00:00:00Z".into(), format!("qualified → hot {now}")],
        ];
        for (lead, expected) in ["1", "2", "3", "4"].into_iter().zip(expected) {
            assert_eq!(told(lead), expected, "{:?}: lead {lead}", world.engine);
        }
    });
}
