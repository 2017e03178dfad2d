//! `import undo`: what the import did is put back, what others did since stays.

use std::collections::BTreeSet;
use std::time::Duration;

use crmctl::domain::imports::kind::ImportKind;
use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::files::many_leads;
use crate::support::{Engine, World, on_both_engines};

/// Everything of the leads that an undo must bring back: every column but time and count of changes, and what
/// belongs to each lead.
fn state(world: &World) -> Vec<Value> {
    let mut leads = world.leads();
    for lead in &mut leads {
        let shown = world.json(["lead", "show", &lead["id"].to_string()]);
        let lead = lead.as_object_mut().unwrap();
        for key in ["updated_at", "version"] {
            lead.remove(key);
        }
        for key in ["phones", "tags", "custom_fields", "consent_at", "status_changed_at"] {
            lead.insert(key.into(), shown[key].clone());
        }
        let notes = shown["notes"].as_array().unwrap().iter().map(|note| note["body"].clone());
        lead.insert("notes".into(), notes.collect());
    }
    leads
}

const FIRST: &str = "Phone,Name,City,Status,Tags,Other Phone,Budget,Email,Amount,Note,Created\n\
    2125550101,Ada Sample,Albany,new,old,,10,ada@example.com,5.00,one,2025-01-01\n\
    2125550102,Ben Sample,Boston,contacted,old,2125550142,,,,,2025-01-02\n\
    2125550103,Cy Sample,Chester,qualified,,,,,,,2025-01-03\n\
    2125550104,Di Sample,Dover,new,,,,,,,2025-01-04\n\
    2125550105,Ed Sample,,new,,,,,,,2025-01-05\n";

const SECOND: &str = "Phone,Name,City,Status,Tags,Other Phone,Budget,Email,Amount,Note,Consent,Unsubscribed\n\
    2125550101,Ada Changed,Troy,contacted,new,2125550143,20,,EUR 7.50,two,granted,\n\
    2125550102,Ben Sample,Buffalo,hot,vip,,30,ben@example.com,,,,\n\
    2125550103,Cy Sample,Chester,qualified,,,,,,,,\n\
    2125550104,Di Sample,Durham,cold,,,,,,,,\n\
    2125550105,Ed Sample,Elmira,new,,,,,,,denied,yes\n\
    2125550106,Fay New,,new,fresh,,,,,,,\n\
    2125550107,Gus New,,new,,,,,,,,\n\
    2125550108,Hal New,,new,,,,,,,,\n";

#[test]
fn an_undone_import_leaves_the_state_before_it() {
    on_both_engines(|world| {
        world.import(&world.file("first.csv", FIRST), &[]);
        let before = state(world);
        let second = world.file("second.csv", SECOND);
        let summary = world.import(&second, &["--on-duplicate", "update"]);
        assert_eq!(
            (&summary["created"], &summary["updated"], &summary["unchanged"]),
            (&json!(3), &json!(4), &json!(1))
        );
        assert_ne!(state(world), before);
        let dry = world.json(["import", "undo", "2", "--dry-run", "--with-dnc"]);
        assert_eq!((&dry["dry_run"], &dry["deleted"], &dry["restored"]), (&json!(true), &json!(3), &json!(4)), "{dry}");
        assert_eq!(world.leads().len(), 8);
        let undone = world.json(["import", "undo", "2", "--yes", "--with-dnc"]);
        for key in ["leads", "deleted", "restored", "partly_restored", "kept", "refused", "fields_restored"] {
            assert_eq!(undone[key], dry[key], "{key}");
        }
        assert_eq!((&undone["leads"], &undone["kept"], &undone["refused"]), (&json!(7), &json!(0), &json!(0)));
        assert_eq!(state(world), before);
        // The history tells it, and the rows of the undone import are marked.
        let ada = world.json(["lead", "show", "+12125550101"]);
        let history = ada["status_history"].as_array().unwrap();
        let told: Vec<_> = history
            .iter()
            .map(|row| {
                (
                    row["to_status"].as_str().unwrap(),
                    row["trigger_type"].as_str().unwrap(),
                    row["undone"].as_bool().unwrap(),
                )
            })
            .collect();
        assert_eq!(told, [("new", "import", false), ("contacted", "import", true), ("new", "undo", false)]);
        assert_eq!(history[2]["reason"], "import 2 undone");
        // A second undo is refused, and so is undoing the undo; the file can be imported again.
        // A rehearsal uses up a number of a sequence, so the ids are asked for.
        let undo = undone["import_id"].to_string();
        for (id, text) in [
            ("2", "the import 2 was undone already"),
            (undo.as_str(), "is itself an undo"),
            ("9", "no import has the id 9"),
        ] {
            let again = world.run(["import", "undo", id, "--yes"]);
            assert_eq!(again.code, Some(1), "{id}");
            assert!(again.stderr.contains(text), "{}", again.stderr);
        }
        let list = world.json(["import", "list"]);
        assert_eq!(
            (&list[0]["kind"], &list[0]["undoes_import_id"], &list[1]["status"]),
            (&json!("undo"), &json!(2), &json!("undone"))
        );
        let second_time = world.run(["import", "leads", second.to_str().unwrap(), "--dry-run"]);
        assert!(!second_time.stderr.contains("imported before"), "{}", second_time.stderr);
        let again = world.import(&second, &["--on-duplicate", "update"]);
        assert_eq!(
            (&again["created"], &again["updated"], &again["previously_deleted"]),
            (&json!(3), &json!(4), &json!(3))
        );
        // What the undone import and its undo wrote is no edit by others.
        let undone = world.json(["import", "undo", &again["import_id"].to_string(), "--yes", "--with-dnc"]);
        assert_eq!((&undone["restored"], &undone["kept"]), (&json!(4), &json!(0)), "{undone}");
        assert_eq!(state(world), before);
    });
}

#[test]
fn every_kind_of_import_is_undone_and_tells_the_same_keys() {
    on_both_engines(|world| {
        // A file of each kind, what its undo counts besides leads, and what it leaves.
        let files: [(&[&str], &str, Value); 5] = [
            (&["import", "leads"], FIRST, json!({})),
            (&["import", "dnc"], "Phone\n2125550101\n2125550199\n", json!({ "dnc_removed": 2, "restored": 1 })),
            (
                &["import", "history"],
                "Phone,Status,Changed at\n2125550102,hot,2026-02-01\n2125550102,cold,2025-02-01\n",
                json!({ "status_events": 2 }),
            ),
            (
                &["import", "costs", "--replace"],
                "Source,Month,Cost\nweb,2026-03,5\nradio,2026-03,6\nfair,2026-03,7\n",
                json!({ "costs_removed": 1, "costs_restored": 1, "costs_kept": 1 }),
            ),
            (&["import", "rates"], "Currency,Month,Rate\nEUR,2026-03,1.08\n", json!({ "rates_removed": 1 })),
        ];
        world.ok(["roi", "cost", "add", "radio", "2026-03", "9"]);
        let mut imports = Vec::new();
        for (place, (args, text, counts)) in files.iter().enumerate() {
            let file = world.file(&format!("{place}.csv"), text);
            let imported = world.json([args, &[file.to_str().unwrap()][..]].concat());
            assert_eq!((&imported["rejected"], imported["read"] == json!(0)), (&json!(0), false), "{imported}");
            imports.push((imported["import_id"].to_string(), counts));
        }
        world.ok(["roi", "cost", "add", "fair", "2026-03", "1", "--add"]);
        let list = world.json(["import", "list"]);
        let kinds: BTreeSet<&str> = list.as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
        let all: BTreeSet<&str> = ImportKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(&kinds | &BTreeSet::from(["undo"]), all, "an import of each kind");

        let others = ["status_events", "costs_removed", "costs_restored", "costs_kept", "rates_removed"];
        let mut keys = BTreeSet::new();
        // The latest first, so that no import stands in another's way.
        for (id, counts) in imports.iter().rev() {
            let ran = world.run(["import", "undo", id, "--yes", "--format", "json"]);
            let undone: Value = serde_json::from_str(&ran.stdout).unwrap();
            let count = |key: &str| undone[key].as_u64().unwrap();
            let groups = ["deleted", "restored", "partly_restored", "kept", "refused"];
            assert_eq!(count("leads"), groups.map(count).iter().sum::<u64>(), "{undone}");
            for (key, count) in counts.as_object().unwrap() {
                assert_eq!(&undone[key], count, "{key}: {undone}");
            }
            for key in others {
                assert_eq!(undone[key].is_null(), counts[key].is_null(), "{key}: {undone}");
            }
            let kept = undone["kept_costs"].as_array().unwrap();
            assert_eq!(kept.len() as u64, counts["costs_kept"].as_u64().unwrap_or(0), "{undone}");
            assert_eq!(ran.code, Some(if kept.is_empty() { 0 } else { 3 }));
            keys.insert(undone.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        }
        assert_eq!(keys.len(), 1, "{keys:?}");
        assert_eq!(world.leads(), Vec::<Value>::new());
    });
}

#[test]
fn edits_since_are_kept_and_listed() {
    assert_same_story!(|world| {
        world.import(&world.file("first.csv", FIRST), &[]);
        world.now = "2026-03-05T12:00:00Z";
        world.import(&world.file("second.csv", SECOND), &["--on-duplicate", "update"]);
        // Three edits: a later import changes a field of Ada and the new lead Fay, and someone deletes Gus.
        world.now = "2026-03-06T12:00:00Z";
        let later = "Phone,City,Tags\n2125550101,Utica,\n2125550106,Fulton,\n2125550102,,extra\n";
        world.import(&world.file("later.csv", later), &["--on-duplicate", "update"]);
        world.ok(["lead", "delete", "+12125550107", "--yes"]);
        world.now = "2026-03-07T12:00:00Z";
        world.tell(&["import", "undo", "2"]);
        world.tell(&["import", "undo", "2", "--yes"]);
        world.tell(&["import", "list"]);
        world.tell(&["lead", "show", "+12125550101"]);
        world.tell(&["lead", "show", "+12125550105"]);
        world.tell(&["lead", "list", "--sort", "id"]);
    });
}

#[test]
fn do_not_call_entries_stay_unless_asked_for() {
    on_both_engines(|world| {
        world.import(&world.file("first.csv", FIRST), &[]);
        let text = "Phone,Do Not Call\n2125550101,yes\n2125550109,yes\n";
        let file = world.file("dnc.csv", text);
        world.import(&file, &[]);
        let kept = world.json(["import", "undo", "2", "--yes"]);
        assert_eq!(
            (&kept["deleted"], &kept["kept"], &kept["dnc_removed"]),
            (&json!(1), &json!(1), &json!(0)),
            "{kept}"
        );
        assert_eq!(kept["kept_fields"], json!([{ "lead_id": 1, "field": "status", "reason": "opt_out_stays" }]));
        assert_eq!(world.json(["lead", "show", "1"])["status"], "dnc");
        let live = "SELECT count(*) FROM dnc_list WHERE removed_at IS NULL";
        assert_eq!(world.engine.sql(&world.url, live).unwrap(), ["2"]);
        // In another world, with the entries; a lead that came later to the number leaves `dnc`, too.
        let other = World::new(world.engine);
        other.import(&other.file("first.csv", FIRST), &[]);
        let before = state(&other);
        other.import(&other.file("dnc.csv", text), &[]);
        other.ok(["lead", "add", "--phone", "2125550109 x5"]);
        assert_eq!(other.json(["lead", "show", "7"])["status"], "dnc");
        let undone = other.json(["import", "undo", "2", "--yes", "--with-dnc"]);
        assert_eq!(
            (&undone["deleted"], &undone["restored"], &undone["dnc_removed"], &undone["dnc_moved"]),
            (&json!(1), &json!(1), &json!(2), &json!(1)),
            "{undone}"
        );
        assert_eq!(other.engine.sql(&other.url, live).unwrap(), ["0"]);
        assert_eq!(other.json(["lead", "show", "7"])["status"], "new");
        assert_eq!(state(&other)[..5], before[..]);
        other.finish();
    });
}

#[test]
fn a_phone_that_another_lead_has_meanwhile_is_refused() {
    on_both_engines(|world| {
        let first = "ID,Phone,City\na,2125550101,Albany\nb,2125550102,Boston\nc,2125550103,Chester\n";
        let by_id = ["--map", "external_id=ID", "--source-system", "crm", "--on-duplicate", "update"];
        world.import(&world.file("first.csv", first), &by_id);
        // `a` and `b` swap their phones within one file, `c` gets a new one.
        let second = "ID,Phone,City\na,2125550109,Troy\nb,2125550101,Troy\na,2125550102,Troy\nc,2125550104,Troy\n";
        world.import(&world.file("second.csv", second), &by_id);
        world.ok(["lead", "add", "--phone", "2125550103"]);
        let undone = world.json(["import", "undo", "2", "--yes"]);
        assert_eq!((&undone["restored"], &undone["refused"]), (&json!(2), &json!(1)), "{undone}");
        assert_eq!(
            undone["refused_leads"],
            json!([{ "lead_id": 3, "reason": "the lead 4 has its old phone number meanwhile" }])
        );
        let told: Vec<_> =
            world.leads().iter().map(|l| (l["phone_number"].as_str().unwrap().to_owned(), l["city"].clone())).collect();
        let expected = [
            ("+12125550101", json!("Albany")),
            ("+12125550102", json!("Boston")),
            ("+12125550104", json!("Troy")),
            ("+12125550103", Value::Null),
        ];
        assert_eq!(told, expected.map(|(phone, city)| (phone.to_owned(), city)));
    });
}

#[test]
fn an_undo_that_is_killed_is_all_or_nothing() {
    on_both_engines(|world| {
        const ROWS: u64 = 60_000;
        world.import(&world.file("many.csv", many_leads(ROWS, 0)), &[]);
        let live = |world: &World| -> u64 {
            world.engine.sql(&world.url, "SELECT count(*) FROM leads WHERE deleted_at IS NULL").unwrap()[0]
                .parse()
                .unwrap()
        };
        for round in 0..6u64 {
            let mut child = world.start(["import", "undo", "1", "--yes"]);
            std::thread::sleep(Duration::from_millis(30 + round * 130));
            child.kill().unwrap();
            child.wait().unwrap();
            let left = live(world);
            assert!(left == 0 || left == ROWS, "{left} live leads after round {round}");
            let deletes = world.engine.sql(&world.url, "SELECT count(*) FROM lead_audit_log WHERE action = 'delete'");
            assert_eq!(deletes.unwrap()[0].parse::<u64>().unwrap(), ROWS - left);
            if left == 0 {
                break;
            }
        }
        if live(world) > 0 {
            assert_eq!(world.json(["import", "undo", "1", "--yes"])["deleted"], ROWS);
        }
        assert_eq!(live(world), 0);
    });
}

#[test]
fn another_organization_s_import_is_not_found() {
    let world = World::new(Engine::Postgres);
    world.import(&world.file("first.csv", FIRST), &[]);
    world.ok(["org", "add", "other"]);
    let ran = world.run(["import", "undo", "1", "--yes", "--org", "other"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("no import has the id 1"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn a_lead_that_keeps_its_phone_stands_in_another_s_way() {
    on_both_engines(|world| {
        let by_id = ["--map", "external_id=ID", "--source-system", "crm", "--on-duplicate", "update"];
        world.import(&world.file("first.csv", "ID,Phone\na,2125550101\nb,2125550102\n"), &by_id);
        // `b` takes over the phone that `a` gives up; then that number is listed, so `b` must keep it.
        let second = "ID,Phone\na,2125550103\nb,2125550101\n";
        world.import(&world.file("second.csv", second), &by_id);
        world.import(&world.file("dnc.csv", "Phone,DNC\n2125550101,yes\n"), &[]);
        let undone = world.json(["import", "undo", "2", "--yes"]);
        assert_eq!((&undone["kept"], &undone["refused"]), (&json!(1), &json!(1)), "{undone}");
        assert_eq!(undone["refused_leads"][0]["reason"], "the lead 2 has its old phone number meanwhile");
        assert_eq!(undone["kept_fields"][0]["reason"], "on_dnc_list");
        let phones: Vec<_> = world.leads().iter().map(|lead| lead["phone_number"].clone()).collect();
        assert_eq!(phones, ["+12125550103", "+12125550101"]);
    });
}
