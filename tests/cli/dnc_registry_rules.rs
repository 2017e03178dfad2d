//! What answers of registries are worth: countries, ages, coverage, what was left out, and who hears of it.

use serde_json::json;

use crate::support::{World, on_both_engines};

fn verdict(world: &World, number: &str) -> String {
    world.json(["dnc", "check", number])[0]["verdict"].as_str().unwrap().to_owned()
}

fn load(world: &World, text: &str, more: &[&str]) -> Option<i32> {
    world.file("list.txt", text);
    let ran = world.run([&["dnc", "registry", "load", "us", "list.txt"], more].concat());
    ran.code
}

#[test]
fn a_list_of_another_country_answers_for_nobody() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--region", "DE"]);
        world.ok(["dnc", "registry", "require", "us", "--region", "US"]);
        // The country that is required is that of the list.
        assert_eq!(load(world, "2125550142\n", &["--as-of", "today", "--region", "DE"]), Some(1));
        assert_eq!(load(world, "2125550142\n", &["--as-of", "today"]), Some(0));
        assert_eq!(verdict(world, "+12125550142"), "blocked");
        // Another organization loads a list of that name of its own country.
        world.ok(["dnc", "registry", "require", "de", "--region", "US"]);
        world.ok(["lead", "add", "--phone", "+12125550143"]);
        world.ok(["org", "add", "beta", "--region", "US"]);
        world.file("de.txt", "+4930901820\n");
        world.ok(["dnc", "registry", "load", "de", "de.txt", "--as-of", "today", "--region", "DE", "--org", "beta"]);
        let checked = world.json(["dnc", "check", "+12125550143", "--org", "acme"]);
        assert_eq!(checked[0]["verdict"], "unknown", "{checked}");
        assert_eq!(world.json(["lead", "list", "--where", "on_dnc = no", "--org", "acme"]), json!([]));
    });
}

#[test]
fn changes_make_no_old_list_young() {
    on_both_engines(|world| {
        world.ok(["dnc", "registry", "require", "us"]);
        assert_eq!(load(world, "2125550142\n2125550143\n", &["--as-of", "2026-01-20"]), Some(0));
        assert_eq!(verdict(world, "2125550150"), "unknown");
        assert_eq!(load(world, "2125550144\n", &["--as-of", "today", "--mode", "add"]), Some(1));
        assert_eq!(load(world, "2125550143\n", &["--as-of", "today", "--mode", "remove"]), Some(1));
        assert_eq!(load(world, "2125550142\n2125550143\n", &["--as-of", "2026-02-20"]), Some(0));
        assert_eq!(load(world, "2125550143\n", &["--as-of", "today", "--mode", "remove"]), Some(0));
        assert_eq!(world.json(["dnc", "registry", "show", "us"])["as_of"], "2026-02-20");
        assert_eq!(load(world, "2125550144\n", &["--as-of", "today", "--mode", "add"]), Some(0));
        assert_eq!(world.json(["dnc", "registry", "show", "us"])["as_of"], "2026-03-04");
        // No load makes it older than the law lets it be.
        assert_eq!(load(world, "2125550142\n", &["--as-of", "today", "--max-age", "60", "--yes"]), Some(2));
    });
}

#[test]
fn numbers_that_strayed_into_a_list_cover_nothing() {
    on_both_engines(|world| {
        world.ok(["dnc", "registry", "require", "us"]);
        let list: String = (0..300).map(|at| format!("212555{at:04}\n718555{at:04}\n")).collect();
        assert_eq!(load(world, &format!("{list}9175550142\n"), &["--as-of", "today"]), Some(0));
        assert_eq!(world.json(["dnc", "registry", "show", "us"])["area_codes"], json!([212, 718]));
        assert_eq!((verdict(world, "9175550142"), verdict(world, "9175550143")), ("blocked".into(), "unknown".into()));
        // Further area codes come in with their numbers.
        assert_eq!(load(world, "9175550144\n", &["--as-of", "today", "--mode", "add", "--area-codes", "917"]), Some(0));
        assert_eq!(world.json(["dnc", "registry", "show", "us"])["area_codes"], json!([212, 718, 917]));
        let remove = ["--as-of", "today", "--mode", "remove", "--area-codes", "917"];
        assert_eq!(load(world, "9175550144\n", &remove), Some(1));
    });
}

#[test]
fn lines_that_were_left_out_are_remembered() {
    on_both_engines(|world| {
        let bad: String = (0..50).map(|at| format!("line {at}\n")).collect();
        world.file("list.txt", format!("2125550142\n{bad}"));
        let load = ["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"];
        let ran = world.run(load);
        assert_eq!((ran.code, ran.stderr.contains("--max-rejects 50")), (Some(1), true), "{}", ran.stderr);
        let ran = world.run([&load[..], &["--max-rejects", "50"]].concat());
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert_eq!(world.json(["dnc", "registry", "show", "us"])["loads"][0]["rejected_count"], 50);
        // They count over all files of a call.
        world.file("other.txt", "2125550143\nnone\n");
        let both =
            ["dnc", "registry", "load", "us", "other.txt", "other.txt", "--as-of", "today", "--max-rejects", "1"];
        assert_eq!(world.run(both).code, Some(1));
    });
}

#[test]
fn what_is_read_loosely_loses_nothing() {
    on_both_engines(|world| {
        let load = |name: &str, text: &[u8]| {
            world.file(name, text);
            world.run(["dnc", "registry", "load", "us", name, "--as-of", "today", "--yes", "--format", "json"])
        };
        let count = |name: &str, text: &str| {
            let ran = load(name, text.as_bytes());
            serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap_or_default()["number_count"].as_u64()
        };
        let phones =
            "<n><p num='+12125550144'/><p num='212-555-0145'/><p tel=2125550148/><phone>(212) 555-0149</phone></n>";
        assert_eq!(count("a.xml", phones), Some(4));
        let areas = "<list type='full'><ac val=917><ph val=5550101></ac><ac n='250' val=' 718 '><ph val='5550102'/></ac></list>";
        assert_eq!(count("b.xml", areas), Some(2));
        assert_eq!(world.json(["dnc", "registry", "show", "us"])["area_codes"], json!([718, 917]));
        for cut in [
            "<list type='full'><ac val='212'><ph val='5550101'/>",
            "<list type=change><ac val='212'><ph val='5550101'/></ac></list>",
        ] {
            assert_eq!(load("c.xml", cut.as_bytes()).code, Some(1), "{cut}");
        }
        // Two members of one name, and a list before the archive.
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, b"2125550101\n").unwrap();
        let whole = zip.finish().unwrap().into_inner();
        assert_eq!(load("one.zip", &whole).code, Some(0));
        assert_eq!(load("two.zip", &[&whole[..], &whole[..]].concat()).code, Some(1));
        // A sheet without a header.
        world.file("sheet.csv", "2125550101,A\n2125550102,B\n2125550103,C\n");
        let sheet = ["dnc", "registry", "load", "us", "sheet.csv", "--as-of", "today", "--column", "#1"];
        assert_eq!(world.json(sheet)["number_count"], 3);
    });
}

#[test]
fn a_list_that_somebody_changed_is_not_added_to() {
    on_both_engines(|world| {
        assert_eq!(load(world, "2125550101\n2125550102\n", &["--as-of", "today"]), Some(0));
        world.engine.sql(&world.url, "DELETE FROM dnc_registry_blocks").unwrap();
        world.file("more.txt", "2125550103\n");
        let ran = world.run(["dnc", "registry", "load", "us", "more.txt", "--as-of", "today", "--mode", "add"]);
        assert!(ran.stderr.contains("is not what was loaded") && ran.stderr.contains("full list"), "{}", ran.stderr);
        assert_eq!(load(world, "2125550101\n", &["--as-of", "today", "--yes"]), Some(0));
    });
}

#[test]
fn imports_tell_of_registries() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n2125550102\n");
        world.ok(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"]);
        world.ok(["dnc", "registry", "require", "us"]);
        let sheet =
            world.file("in.csv", "Phone,Mobile\n2125550101,\n2125550103,2125550102\n7185550104,\n2125550105,\n");
        let told = world.import(&sheet, &[]);
        assert_eq!(
            (&told["created"], &told["on_registries"], &told["registries_unknown"]),
            (&4.into(), &2.into(), &1.into())
        );
        assert_eq!(world.json(["lead", "show", "2125550103"])["blocked"], json!(["+12125550102"]));
        world.ok(["import", "undo", "1", "--yes"]);
        let told = world.import(&sheet, &["--dnc", "skip"]);
        assert_eq!((&told["created"], &told["skipped_dnc"]), (&2.into(), &2.into()), "{told}");
    });
}

#[test]
fn who_waits_for_a_decision_is_not_exported() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--name", "Ben"]);
        let asked = world.run(["dnc", "detect", "--number", "2125550101", "we must stop this bill", "--apply"]);
        assert_eq!(asked.code, Some(3), "{}", asked.stderr);
        assert_eq!(verdict(world, "2125550101"), "unknown");
        let names = |filter: &str| {
            let leads = world.json(["lead", "list", "--where", filter, "--columns", "first_name"]);
            leads.as_array().unwrap().iter().map(|it| it["first_name"].clone()).collect::<Vec<_>>()
        };
        assert_eq!((names("on_dnc = no"), names("on_dnc = yes")), (vec![json!("Ben")], vec![]));
        let export = world.run(["lead", "export"]);
        assert!(!export.stdout.contains("Ada") && export.stdout.contains("Ben"), "{}", export.stdout);
        assert!(export.stderr.contains("crmctl dnc due"), "{}", export.stderr);
        world.ok(["dnc", "decide", "1", "dismiss", "--reason", "a bill"]);
        assert_eq!(names("on_dnc = no").len(), 2);
    });
}

#[test]
fn numbers_of_another_country_are_no_numbers_of_a_registry() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--region", "US"]);
        world.file("ca.xml", "<list type='full'><ac val='416'><ph val='5550104'/><ph val='5550105'/></ac></list>");
        let ca = ["dnc", "registry", "load", "ca-dncl", "ca.xml", "--as-of", "today"];
        let ran = world.run(ca);
        let told = ran.stderr.contains("another country than the registry's") && ran.stderr.contains("--region CA");
        assert!(ran.code == Some(1) && told && !ran.stderr.contains("--max-rejects 2"), "{}", ran.stderr);
        // A list that is not loaded is whatever its next load says.
        assert_eq!(load(world, "2125550142\n", &["--as-of", "today"]), Some(0));
        world.ok(["dnc", "registry", "require", "us"]);
        for mode in ["add", "remove"] {
            assert_eq!(load(world, "4165550199\n", &["--as-of", "today", "--mode", mode]), Some(1), "{mode}");
        }
        assert_eq!(world.json(["dnc", "registry", "show", "us"])["number_count"], 1);
        let unlike = load(world, "2125550142\n", &["--as-of", "today", "--region", "CA"]);
        assert_eq!(unlike, Some(1));
        world.ok(["dnc", "registry", "load", "ca-dncl", "list.txt", "--as-of", "today"]);
        world.ok(["dnc", "registry", "drop", "ca-dncl", "--yes"]);
        world.ok(["dnc", "registry", "require", "ca-dncl", "--region", "CA"]);
        assert_eq!(verdict(world, "4165550104"), "unknown");
        world.ok([&ca[..], &["--region", "CA"]].concat());
        assert_eq!((verdict(world, "4165550104"), verdict(world, "4165550106")), ("blocked".into(), "clear".into()));
        assert_eq!(verdict(world, "2125550143"), "clear");
        assert_eq!(world.json(["dnc", "registry", "show", "ca-dncl"])["country"], "CA");
        // What is left out is told.
        assert_eq!(load(world, "2125550142\n4165550199\n", &["--as-of", "today", "--max-rejects", "1"]), Some(3));
    });
}

#[test]
fn what_a_registry_is_changes_with_a_full_list_alone() {
    on_both_engines(|world| {
        assert_eq!(load(world, "2125550142\n", &["--as-of", "today"]), Some(0));
        for more in [["--kind", "state"], ["--max-age", "5"]] {
            let args = [&["--as-of", "today", "--mode", "add"], &more[..]].concat();
            assert_eq!(load(world, "2125550143\n", &args), Some(1), "{more:?}");
        }
        let shown = world.json(["dnc", "registry", "show", "us"]);
        assert_eq!(json!([shown["kind"], shown["max_age_days"]]), json!(["national", 31]));
        let args =
            ["dnc", "registry", "load", "us", "list.txt", "--as-of", "today", "--kind", "state", "--max-age", "5"];
        let ran = world.run(args);
        assert!(ran.code == Some(0) && ran.stderr.contains("it was a registry of the kind national"), "{}", ran.stderr);
        let loads = world.json(["dnc", "registry", "show", "us"])["loads"].clone();
        assert_eq!(json!([loads[0]["state"], loads[1]["state"]]), json!(["replaced", "complete"]));
    });
}

#[test]
fn who_is_concerned_by_a_drop_or_a_wrong_name_hears_of_it() {
    on_both_engines(|world| {
        assert_eq!(load(world, "2125550142\n", &["--as-of", "today"]), Some(0));
        world.file("list.txt", "2125550142\n");
        world.ok(["dnc", "registry", "load", "us-national", "list.txt", "--as-of", "today"]);
        let ran = world.run(["dnc", "registry", "require", "us-natonal"]);
        assert!(ran.stderr.contains("did you mean `us-national`?"), "{}", ran.stderr);
        world.ok(["dnc", "registry", "unrequire", "us-natonal", "--yes"]);
        let ran = world.run(["dnc", "registry", "require", "us-national"]);
        assert!(ran.stdout.starts_with("requirement of us-national: added"), "{}", ran.stdout);
        // Ids of requirements are used again, and the log goes by what was required then.
        world.ok(["dnc", "registry", "unrequire", "us-national", "--yes"]);
        world.ok(["dnc", "registry", "require", "us"]);
        let list =
            ["audit", "list", "--entity", "dnc_requirement", "--format", "csv", "--columns", "what,action,change"];
        let log = world.ok(list);
        for line in ["us-natonal,create,→ us-natonal", "us-natonal,delete,us-natonal →", "us,create,→ us"] {
            assert!(log.lines().any(|it| it == line), "{line}: {log}");
        }
        let ran = world.run(["dnc", "registry", "drop", "us", "--yes"]);
        assert!(ran.stderr.contains("it is required by acme"), "{}", ran.stderr);
        let shown = world.json(["dnc", "registry", "show", "us"]);
        assert_eq!(shown["loads"][0]["state"], "dropped");
    });
}
