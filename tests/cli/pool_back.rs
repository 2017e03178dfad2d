//! Runs that are undone, leads that are taken back, and imports that distribute what they make.

use serde_json::{Value, json};

use crate::pool::{BOSS, asked, boss, leads, owners, pool, with_people};
use crate::support::on_both_engines;

#[test]
fn an_undo_gives_back_what_nobody_changed() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 5);
        pool(world, "p", &[], &[("ann", &[]), ("ben", &["--daily-limit", "2"])]);
        boss(world, &["pool", "run"]);
        assert_eq!(owners(world), ["ann", "ben", "ann", "ben", "ann"]);
        world.now = "2026-03-04T12:05:00Z";
        boss(world, &["lead", "note", "1", "called"]);
        boss(world, &["lead", "assign", "2", "--to", "cleo@example.com"]);
        boss(world, &["lead", "delete", "3", "--yes"]);
        let try_out = asked(world, &["pool", "undo", "1", "--dry-run"]);
        assert_eq!(try_out["run"], Value::Null);
        assert_eq!(owners(world).iter().filter(|owner| *owner == "-").count(), 0, "a dry run changes nothing");
        let ran = world.run(["pool", "undo", "1", "--as", BOSS, "--format", "json"]);
        assert_eq!(ran.code, Some(3), "something stays: {}", ran.stderr);
        let undone: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&undone["leads"], &undone["changed"], &undone["left"]), (&json!(5), &json!(2), &json!(3)));
        let mut reasons: Vec<(&str, &Value)> = undone["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kept| (kept["reason"].as_str().unwrap(), &kept["lead_ids"]))
            .collect();
        reasons.sort_by_key(|(reason, _)| *reason);
        assert_eq!(reasons, [("gone", &json!([3])), ("owner_changed", &json!([2])), ("worked_since", &json!([1]))]);
        assert_eq!(owners(world), ["ann", "cleo", "-", "-"]);
        let ran = world.run(["pool", "undo", "1", "--as", BOSS]);
        let undo = undone["run"].to_string();
        let said = format!("undone already, by the run {undo}");
        assert!(ran.code == Some(1) && ran.stderr.contains(&said), "{}", ran.stderr);
        let ran = world.run(["pool", "undo", &undo, "--as", BOSS]);
        assert!(ran.code == Some(1) && ran.stderr.contains("itself an undo"), "{}", ran.stderr);
        let runs = asked(world, &["pool", "runs"]);
        assert_eq!((&runs[0]["kind"], &runs[1]["undone_by"]), (&json!("undo"), &undone["run"]));
        // Of ben's leads of today one was given back, so that there is room for one.
        let again = asked(world, &["pool", "run", "--ignore-account"]);
        let ben = &again[0]["members"][1];
        assert_eq!((&again[0]["changed"], &ben["leads"]), (&json!(2), &json!(1)), "{again}");
    });
}

/// What is no work for a reclaim is none for an undo.
#[test]
fn an_undo_and_a_reclaim_mean_the_same_by_work() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 5);
        pool(world, "p", &[], &[("ann", &[])]);
        boss(world, &["pool", "run"]);
        world.now = "2026-03-04T12:05:00Z";
        boss(world, &["territory", "add", "All", "--where", "state = CA"]);
        boss(world, &["lead", "assign", "1", "--territory", "All"]);
        boss(world, &["task", "add", "4", "--due", "2026-03-05"]);
        boss(world, &["lead", "next", "dismiss", "5", "--reason", "moved"]);
        let file =
            world.file("enriched.csv", "Phone,City,Last Contacted\n2125550101,Rome,\n2125550102,,2026-03-04 12:02\n");
        boss(world, &["import", "leads", file.to_str().unwrap(), "--on-duplicate", "fill"]);
        let ran = world.run(["pool", "undo", "1", "--as", BOSS, "--format", "json"]);
        assert_eq!(ran.code, Some(3), "something stays: {}", ran.stderr);
        let undone: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(undone["changed"], 2, "the territory and the import are no work: {undone}");
        let kept = &undone["reasons"][0];
        assert_eq!((&kept["reason"], &kept["lead_ids"]), (&json!("worked_since"), &json!([3, 4, 5])), "{undone}");
    });
}

/// A run of an import looks at its own leads alone: older ones keep why they were left.
#[test]
fn an_import_does_not_hide_why_others_were_left() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        pool(world, "p", &[], &[("ann", &["--capacity", "1"])]);
        assert_eq!(world.run(["pool", "run", "--as", BOSS]).code, Some(3));
        for (name, phone) in [("b.csv", "2125550151"), ("c.csv", "2125550152")] {
            let file = world.file(name, format!("Phone\n{phone}\n"));
            let ran = world.run(["import", "leads", file.to_str().unwrap(), "--pool", "p", "--as", BOSS]);
            assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        }
        let left =
            |world: &crate::support::World, lead: &str| asked(world, &["lead", "show", lead])["left_by_pools"].clone();
        let runs =
            |told: &Value| told.as_array().unwrap().iter().map(|one| one["run"].as_i64().unwrap()).collect::<Vec<_>>();
        for (lead, run) in [("2125550101", 1), ("2125550151", 2), ("2125550152", 3)] {
            assert_eq!(runs(&left(world, lead)), [run], "{:?}: {lead}", world.engine);
        }
        assert_eq!(asked(world, &["pool", "show", "p"])["last_run"]["kind"], "import");
        assert_eq!(world.run(["pool", "run", "--as", BOSS]).code, Some(3));
        for lead in ["2125550101", "2125550151", "2125550152"] {
            assert_eq!(runs(&left(world, lead)), [4], "{:?}: {lead}", world.engine);
        }
    });
}

#[test]
fn leads_that_nobody_worked_are_taken_back() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 10);
        boss(world, &["lead", "assign", "8", "--to", "ann@example.com"]);
        pool(world, "p", &[], &[("ann", &[])]);
        boss(world, &["pool", "run"]);
        world.now = "2026-03-04T13:00:00Z";
        boss(world, &["lead", "note", "1", "called"]);
        boss(world, &["lead", "tag", "2", "warm"]);
        boss(world, &["lead", "status", "3", "contacted"]);
        boss(world, &["lead", "edit", "4", "--city", "Troy"]);
        boss(world, &["task", "add", "9", "--due", "2026-03-05"]);
        boss(world, &["lead", "next", "dismiss", "10", "--reason", "moved"]);
        // What an import writes is no work, but calls that it brings are.
        let file =
            world.file("enriched.csv", "Phone,City,Last Contacted\n2125550104,Rome,\n2125550105,,2026-03-04 12:30\n");
        boss(world, &["import", "leads", file.to_str().unwrap(), "--on-duplicate", "fill"]);
        world.now = "2026-03-04T15:59:00Z";
        assert_eq!(asked(world, &["pool", "reclaim", "--untouched", "4h"])[0]["leads"], 0, "not yet");
        world.now = "2026-03-04T16:00:00Z";
        let taken = asked(world, &["pool", "reclaim", "p", "--untouched", "4h", "--dry-run"]);
        assert_eq!((&taken[0]["changed"], &taken[0]["run"]), (&json!(2), &Value::Null));
        let taken = asked(world, &["pool", "reclaim", "--untouched", "4h"]);
        assert_eq!(taken[0]["members"], json!([{ "user_id": 2, "user": "ann@example.com", "leads": 2 }]));
        let free = asked(world, &["lead", "list", "--where", "owner is empty", "--sort", "id", "--columns", "id"]);
        let ids: Vec<&Value> = free.as_array().unwrap().iter().map(|lead| &lead["id"]).collect();
        assert_eq!(ids, [&json!(5), &json!(7)], "leads of others than pools stay, too");
        // Somebody else takes them, or they go back.
        let ran = world.run(["pool", "run", "--not-back", "--as", BOSS]);
        assert_eq!(ran.code, Some(3), "there is nobody else");
        let run = asked(world, &["pool", "runs", "--pool", "p"]);
        assert_eq!((&run[1]["kind"], &run[1]["changed"]), (&json!("reclaim"), &json!(2)));
        assert_eq!(world.run(["pool", "undo", &taken[0]["run"].to_string(), "--as", BOSS]).code, Some(0));
        assert_eq!(asked(world, &["lead", "count", "--where", "owner is empty"])["count"], 0);
        for bad in ["soon", "-4h", "tomorrow"] {
            assert_eq!(
                world.run(["pool", "reclaim", &format!("--untouched={bad}"), "--as", BOSS]).code,
                Some(2),
                "{bad}"
            );
        }
    });
}

/// A reclaim takes what its pools gave, and counts the rest; who works no leads any more gets none back.
#[test]
fn a_reclaim_keeps_to_its_pools() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 5);
        pool(world, "p", &["--where", "score < 2"], &[("ann", &[])]);
        pool(world, "q", &["--where", "score in (2, 3)"], &[("ben", &[])]);
        pool(world, "r", &["--where", "score = 4"], &[("cleo", &[])]);
        boss(world, &["pool", "run"]);
        world.now = "2026-03-04T17:00:00Z";
        boss(world, &["pool", "delete", "r", "--yes"]);
        let reclaim = |world: &crate::support::World, args: &[&str]| {
            let call = [&["pool", "reclaim", "--untouched", "4h", "--as", BOSS, "--format", "json"], args].concat();
            let ran = world.run(call);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            (serde_json::from_str::<Value>(&ran.stdout).unwrap(), ran.stderr)
        };
        let (taken, said) = reclaim(world, &["p"]);
        assert_eq!((taken.as_array().unwrap().len(), &taken[0]["changed"]), (1, &json!(2)));
        assert!(said.contains("of other pools, or deleted ones: 3; they stay"), "{said}");
        assert_eq!(owners(world), ["-", "-", "ben", "ben", "cleo"]);
        let (taken, said) = reclaim(world, &[]);
        assert_eq!(
            (&taken[0]["changed"], &taken[1]["pool"], &taken[1]["changed"]),
            (&json!(0), &json!("q"), &json!(2))
        );
        assert!(said.contains("of pools that are deleted: 1; they stay"), "{said}");
        let run = taken[1]["run"].to_string();
        boss(world, &["user", "edit", "ben@example.com", "--role", "viewer"]);
        let ran = world.run(["pool", "undo", &run, "--as", BOSS, "--format", "json"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        let undone: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(undone["reasons"], json!([{ "reason": "owner_inactive", "leads": 2, "lead_ids": [3, 4] }]));
        let run = undone["run"].to_string();
        assert_eq!(asked(world, &["pool", "runs", &run])["reasons"], undone["reasons"]);
        let page = boss(world, &["pool", "runs", &run]);
        assert!(page.contains("left as they are") && page.contains("owner_inactive"), "{page}");
    });
}

#[test]
fn an_import_distributes_what_it_makes() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        pool(world, "p", &["--where", "source = fair"], &[("ann", &[]), ("ben", &["--capacity", "1"])]);
        let file = world.file(
            "fair.csv",
            "Phone,Owner,Source\n2125550151,,fair\n2125550152,,fair\n2125550153,cleo@example.com,fair\n2125550154,,web\n2125550155,,fair\n2125550100,,fair\n",
        );
        let path = file.to_str().unwrap();
        let tried = asked(world, &["import", "leads", path, "--pool", "p", "--dry-run"]);
        assert_eq!((&tried["distributed"]["changed"], &tried["distributed"]["run"]), (&json!(3), &Value::Null));
        assert_eq!(asked(world, &["pool", "runs"]), json!([]));
        let imported = asked(world, &["import", "leads", path, "--pool", "p"]);
        assert_eq!(imported["created"], 5);
        let run = &imported["distributed"];
        assert_eq!((&run["leads"], &run["changed"], &run["kind"]), (&json!(3), &json!(3), &json!("import")));
        assert_eq!((&run["pool"], &run["not_taken"]), (&json!("p"), &json!(1)), "the filter takes nothing of the web");
        let page = boss(world, &["import", "show", &imported["import_id"].to_string()]);
        assert!(page.contains("--pool p") && page.contains("not taken") && page.contains("run of a pool"), "{page}");
        let owner = |phone: &str| asked(world, &["lead", "show", phone])["owner"].clone();
        let to = ["2125550151", "2125550152", "2125550153", "2125550154", "2125550155", "2125550100"].map(owner);
        let (ann, ben, cleo) = (json!("ann@example.com"), json!("ben@example.com"), json!("cleo@example.com"));
        assert_eq!(to, [ann.clone(), ben, cleo, Value::Null, ann, Value::Null]);
        let page = boss(world, &["pool", "runs"]);
        assert!(page.contains("import"), "{page}");
        // The import is undone with what the pool did.
        let import = imported["import_id"].to_string();
        boss(world, &["import", "undo", &import, "--yes"]);
        assert_eq!(asked(world, &["lead", "count"])["count"], 2);
        // Nor do its leads count among those of today.
        boss(world, &["pool", "member", "edit", "p", "ben@example.com", "--daily-limit", "1", "--clear", "capacity"]);
        let again = asked(world, &["import", "leads", path, "--pool", "p"]);
        assert_eq!(again["distributed"]["members"][1]["leads"], 1, "{again}");
        assert_eq!(again["distributed"]["to_earlier_owners"], 3, "the same people have the same owners: {again}");
        for (args, said) in [
            (vec!["import", "leads", path, "--pool", "q"], "there is no pool `q`"),
            (vec!["import", "leads", path, "--pool", "p", "--plan", "x.plan"], "excludes"),
        ] {
            let ran = world.run([&args[..], &["--as", BOSS]].concat());
            assert!(ran.code != Some(0) && ran.stderr.contains(said), "{}", ran.stderr);
        }
    });
}

#[test]
fn an_import_whose_leads_stay_without_an_owner_says_so() {
    on_both_engines(|world| {
        with_people(world);
        pool(world, "p", &[], &[("ann", &["--capacity", "1"])]);
        let file = world.file("a.csv", "Phone\n2125550151\n2125550152\n");
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--pool", "p", "--as", BOSS]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        for told in ["new leads without an owner", "not taken", "full: ann@example.com"] {
            assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
        }
        let ran = world.run(["import", "list", "--limit", "0", "--as", BOSS]);
        assert!(ran.stdout.contains("a.csv") && !ran.stderr.contains("the latest"), "{}{}", ran.stdout, ran.stderr);
        pool(world, "empty", &[], &[]);
        let other = world.file("b.csv", "Phone\n2125550153\n");
        let ran = world.run(["import", "leads", other.to_str().unwrap(), "--pool", "empty", "--as", BOSS]);
        assert!(ran.code == Some(1) && ran.stderr.contains("the pool `empty` has no members"), "{}", ran.stderr);
        assert_eq!(asked(world, &["lead", "count"])["count"], 2, "nothing was imported");
    });
}
