//! Loads of registries: who hears of them, what else lies in an archive, and who waits for them.

use std::io::Write as _;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::dnc_registry::one_a_block;
use crate::support::{Engine, World, on_both_engines};

fn load(world: &World, file: &str, more: &[&str]) -> (Option<i32>, String, Value) {
    let args = ["dnc", "registry", "load", "us", file, "--as-of", "today", "--yes", "--format", "json"];
    let ran = world.run([&args[..], more].concat());
    (ran.code, ran.stderr, serde_json::from_str(&ran.stdout).unwrap_or(Value::Null))
}

fn zipped(world: &World, members: &[(&str, &str)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(world.path("list.zip")).unwrap());
    for (name, text) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn loads_and_drops_stand_in_the_log_with_who() {
    on_both_engines(|world| {
        world.ok(["user", "add", "eve@example.com", "--role", "admin"]);
        world.file("list.txt", "2125550101\n2125550102\n");
        let by = ["--as", "eve@example.com"];
        let registry = |args: &[&str]| world.ok([&["dnc", "registry"], args, &by].concat());
        registry(&["load", "us", "list.txt", "--as-of", "2026-03-01"]);
        world.file("list.txt", "2125550103\n");
        registry(&["load", "us", "list.txt", "--as-of", "2026-03-02", "--mode", "add"]);
        registry(&["load", "us", "list.txt", "--as-of", "2026-03-02", "--mode", "add", "--dry-run"]);
        registry(&["drop", "us", "--yes"]);
        let log = world.json([&["audit", "list", "--entity", "dnc_registry"][..], &by].concat());
        let mut entries: Vec<Value> = log.as_array().unwrap().clone();
        entries.reverse();
        let told: Vec<Value> = entries
            .iter()
            .map(|it| json!([it["action"], it["field_name"], it["old_value"], it["new_value"]]))
            .collect();
        assert_eq!(
            json!(told),
            json!([
                ["create", "version", null, "1"],
                ["create", "as_of", null, "2026-03-01"],
                ["create", "number_count", null, "2"],
                ["update", "version", "1", "2"],
                ["update", "as_of", "2026-03-01", "2026-03-02"],
                ["update", "number_count", "2", "3"],
                ["delete", "version", "2", null],
                ["delete", "as_of", "2026-03-02", null],
                ["delete", "number_count", "3", null],
            ]),
            "{log}"
        );
        assert!(entries.iter().all(|it| it["actor"].as_str().unwrap().starts_with("eve@example.com")), "{log}");
        let shown = world.ok([&["audit", "list", "--entity", "dnc_registry"][..], &by].concat());
        assert!(shown.contains("us"), "{shown}");
    });
}

#[test]
fn a_text_without_numbers_in_an_archive_stops_no_load() {
    on_both_engines(|world| {
        let readme = "The list of numbers\n\nOne a line. Do not pass it on.\n";
        zipped(
            world,
            &[("README.txt", readme), ("212.txt", "212,5550101\n"), ("LICENCE", "All rights reserved, 2026.\n")],
        );
        let (code, said, loaded) = load(world, "list.zip", &[]);
        assert_eq!((code, &loaded["number_count"], &loaded["rejected"]), (Some(0), &json!(1), &json!(0)), "{said}");
        for name in ["README.txt", "LICENCE"] {
            assert!(said.contains(&format!("{name}` holds no numbers; it is left out")), "{said}");
        }
        // What has digits enough for a number may be one that nobody could read.
        for text in ["read me\ncall 1-202-555-01\n", "212-555-01011\n"] {
            zipped(world, &[("212.txt", "212,5550101\n"), ("more.txt", text)]);
            let (code, said, _) = load(world, "list.zip", &[]);
            assert_eq!((code, said.contains("more.txt, line")), (Some(1), true), "{said}");
        }
        // A file by itself is the list.
        world.file("readme.txt", readme);
        assert_eq!(load(world, "readme.txt", &[]).0, Some(1));
        zipped(world, &[("README.txt", readme)]);
        let (code, said, _) = load(world, "list.zip", &[]);
        assert_eq!((code, said.contains("holds no phone numbers")), (Some(1), true), "{said}");
    });
}

#[test]
fn several_columns_of_a_sheet_are_one_list() {
    on_both_engines(|world| {
        world.file("list.csv", "Name,Phone,Mobile\nAnn,2125550101,2125550102\nBob,,2125550103\nCy,n/a,\n");
        let (code, said, loaded) =
            load(world, "list.csv", &["--column", "Phone", "--column", "#3", "--column", "mobile"]);
        assert_eq!((code, &loaded["number_count"], &loaded["read"]), (Some(0), &json!(3), &json!(3)), "{said}");
        assert!(said.contains("rows without a number in `Phone` and `Mobile`: 1"), "{said}");
        assert_eq!(load(world, "list.csv", &["--column", "Phone", "--column", "Fax"]).0, Some(1));
        world.file("list.csv", "Name,Phone,Mobile\nAnn,2125550101,nope\n");
        let (code, said, _) = load(world, "list.csv", &["--column", "Phone", "--column", "Mobile"]);
        assert_eq!((code, said.contains("line 2: `nope`")), (Some(1), true), "{said}");
    });
}

#[test]
fn numbers_of_other_area_codes_than_those_named_are_told() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n7185550101\n7185550102\n9175550101\n");
        let (_, said, loaded) = load(world, "list.txt", &["--area-codes", "212"]);
        assert_eq!(loaded["number_count"], 4);
        assert!(said.contains("--area-codes does not name: 3 (718, 917)"), "{said}");
        world.ok(["dnc", "registry", "require", "us"]);
        let verdict = |number: &str| world.json(["dnc", "check", number])[0]["verdict"].clone();
        assert_eq!([verdict("7185550101"), verdict("7185550103")], [json!("blocked"), json!("unknown")]);
        for codes in ["212,718,917", "all"] {
            let (_, said, _) = load(world, "list.txt", &["--area-codes", codes]);
            assert!(!said.contains("does not name"), "{said}");
        }
    });
}

#[test]
fn a_list_of_changes_says_what_to_do() {
    on_both_engines(|world| {
        world.file("list.xml", "<list type='change'><ac val='212'><ph val='5550101'/></ac></list>");
        for mode in ["full", "add", "remove"] {
            world.file("full.txt", "2125550101\n2125550102\n");
            assert_eq!(load(world, "full.txt", &[]).0, Some(0));
            let (code, said, _) = load(world, "list.xml", &["--mode", mode]);
            let is_told = said.contains("type `change`") && said.contains("--mode add and --mode remove");
            assert_eq!((code, is_told), (Some(1), true), "{said}");
        }
    });
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Whether somebody is in the middle of a transaction that writes blocks of a registry.
fn is_writing(world: &World) -> bool {
    match world.engine {
        Engine::Sqlite => {
            let conn = rusqlite::Connection::open(&world.url).unwrap();
            conn.busy_timeout(Duration::ZERO).unwrap();
            conn.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
        }
        Engine::Postgres => {
            let sql = "SELECT count(*) FROM pg_locks WHERE relation = 'dnc_registry_blocks'::regclass AND mode = 'RowExclusiveLock'
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            world.engine.sql(&world.url, sql).unwrap() != ["0"]
        }
    }
}

#[test]
fn checks_wait_for_no_load_that_stands_still_in_the_middle() {
    on_both_engines(|world| {
        world.file("old.txt", "2125550142\n2125550143\n");
        world.ok(["dnc", "registry", "load", "us", "old.txt", "--as-of", "today", "--area-codes", "all"]);
        world.ok(["dnc", "registry", "require", "us"]);
        world.file("in.csv", "Phone\n2125550142\n2125550144\n");
        let new = one_a_block(40_000);
        world.file("new.txt", new);
        let mut load =
            world.start(["dnc", "registry", "load", "us", "new.txt", "--as-of", "today", "--area-codes", "all"]);
        let began = Instant::now();
        // Stopped, it holds whatever it holds until it is let go on.
        loop {
            assert!(began.elapsed() < Duration::from_secs(60), "it was met in no transaction");
            assert!(load.try_wait().unwrap().is_none(), "the load has ended");
            if is_writing(world) {
                signal(&load, "-STOP");
                if is_writing(world) {
                    break;
                }
                signal(&load, "-CONT");
            }
        }
        let verdicts = |world: &World| {
            let checked = world.json(["dnc", "check", "2125550142", "2125550144"]);
            json!([checked[0]["verdict"], checked[1]["verdict"]])
        };
        for _ in 0..3 {
            assert_eq!(verdicts(world), json!(["blocked", "clear"]));
        }
        assert_eq!(world.json(["lead", "list", "--where", "on_dnc = yes"]), json!([]));
        assert!(is_writing(world) && load.try_wait().unwrap().is_none());
        signal(&load, "-CONT");
        assert!(load.wait().unwrap().success());
        assert_eq!(verdicts(world), json!(["clear", "blocked"]));
    });
}
