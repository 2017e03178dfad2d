//! `lead erase`: nothing of a person is left but what the law wants kept, and a later import of them is told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines};

/// Everything that a database says, but for the bare numbers that the do-not-call tables keep.
fn all_texts(world: &World) -> String {
    let url = &world.url;
    let list = match world.engine {
        Engine::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
                           WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name FROM information_schema.columns
                             WHERE table_schema = 'public'"
        }
    };
    let mut texts = String::new();
    for column in world.engine.sql(url, list).unwrap() {
        let (table, column) = column.split_once('.').unwrap();
        if column == "phone_number" && table.starts_with("dnc_") || (table, column) == ("dnc_checks", "input") {
            continue;
        }
        let text = match world.engine {
            Engine::Sqlite => format!("CASE typeof({column}) WHEN 'blob' THEN hex({column}) ELSE {column} END"),
            Engine::Postgres => format!("CAST({column} AS text)"),
        };
        let values = world.engine.sql(url, &format!("SELECT {text} FROM {table}"));
        texts.push_str(&values.unwrap_or_else(|e| panic!("{table}.{column}: {e}")).join("\n"));
        texts.push('\n');
    }
    texts
}

/// The leads that the index of searches knows anything of.
fn indexed(world: &World) -> BTreeSet<u32> {
    let hex = match world.engine {
        Engine::Sqlite => "SELECT hex(leads) FROM lead_search",
        Engine::Postgres => "SELECT encode(leads, 'hex') FROM lead_search",
    };
    let rows = world.engine.sql(&world.url, hex).unwrap();
    let bytes = |row: &str| -> Vec<u8> {
        (0..row.len()).step_by(2).map(|at| u8::from_str_radix(&row[at..at + 2], 16).unwrap()).collect()
    };
    rows.iter().flat_map(|row| roaring::RoaringBitmap::deserialize_from(&bytes(row)[..]).unwrap()).collect()
}

/// A person whose traces are everywhere, with a merged twin.
fn ada_everywhere(world: &mut World) {
    world.ok(["user", "add", "boss@example.com", "--role", "admin"]);
    let boss = ["--as", "boss@example.com"];
    let ok = |world: &World, args: &[&str]| {
        let ran = world.run([args, &boss].concat());
        assert!(matches!(ran.code, Some(0 | 3)), "{:?} {args:?}: {}{}", world.engine, ran.stdout, ran.stderr);
    };
    world.file(
        "Adabelle Lovelace.csv",
        "Phone,Email,First Name,Last Name,Company,City,custom.Pet,Tags,Note,Work Phone,Score\n\
         2125550101,ada@lovelace.example,Adabelle,Lovelace,Engines,Troyville,Babbagecat,countess,loves Byronpoems,2125550109,\n\
         2125550102,,Ben,Stone,,,,,,,\n\
         2125550103,ada@lovelace.example,Adabelle,,,,,,,,eleven\n",
    );
    ok(world, &["import", "leads", "Adabelle Lovelace.csv"]);
    world.now = "2026-03-05T12:00:00Z";
    ok(world, &["lead", "add", "--phone", "2125550104", "--name", "Adabelle Kingly", "--note", "born Byronpoems"]);
    ok(world, &["lead", "edit", "1", "--email", "adabelle@kingly.example", "--last-name", "Kingly"]);
    world.now = "2026-03-05T13:00:00Z";
    ok(world, &["lead", "status", "1", "contacted", "--reason", "Adabelle called"]);
    world.now = "2026-03-05T14:00:00Z";
    ok(
        world,
        &[
            "lead",
            "assign",
            "--where",
            "email = adabelle@kingly.example or first_name = Ben",
            "--to",
            "boss@example.com",
            "--yes",
        ],
    );
    world.now = "2026-03-06T12:00:00Z";
    ok(world, &["lead", "merge", "3", "--into", "1", "--yes"]);
    world.now = "2026-03-06T13:00:00Z";
    ok(world, &["dnc", "add", "2125550101", "--reason", "Adabelle Lovelace asked"]);
    ok(world, &["dnc", "check", "2125550101", "--record"]);
    ok(world, &["lead", "search", "adabelle"]);
    world.now = "2026-03-07T12:00:00Z";
}

const NAMES: [&str; 13] = [
    "adabelle",
    "lovelace",
    "kingly",
    "engines",
    "troyville",
    "babbagecat",
    "countess",
    "byronpoems",
    "2125550101",
    "2125550104",
    "2125550109",
    "ada@",
    "@kingly",
];

#[test]
fn nothing_of_an_erased_person_is_left() {
    on_both_engines(|world| {
        ada_everywhere(world);
        let before = all_texts(world).to_lowercase();
        for name in NAMES {
            assert!(before.contains(name), "{:?}: {name} was nowhere, so the test shows nothing", world.engine);
        }
        assert_eq!(indexed(world), BTreeSet::from([1, 2, 3]), "{:?}", world.engine);
        let erased = world.json(["lead", "erase", "3", "--yes", "--reason", "by letter", "--as", "boss@example.com"]);
        assert_eq!(erased["lead_ids"], json!([1, 3]), "{erased}");
        assert_eq!(indexed(world), BTreeSet::from([2]), "{:?}", world.engine);
        let after = all_texts(world).to_lowercase();
        for name in NAMES {
            let at = after.find(name).map(|at| &after[at.saturating_sub(60)..(at + 60).min(after.len())]);
            assert_eq!(at, None, "{:?}: {name} is left", world.engine);
        }
        if world.engine == Engine::Sqlite {
            // The file itself, with its free pages and its log; the listed number stays, and it alone.
            let mut bytes = std::fs::read(&world.url).unwrap();
            bytes.extend(std::fs::read(format!("{}-wal", world.url)).unwrap_or_default());
            let raw = String::from_utf8_lossy(&bytes).to_lowercase();
            for name in NAMES.iter().filter(|name| **name != "2125550101") {
                assert!(!raw.contains(name), "{name} is left in the file");
            }
            assert!(raw.contains("2125550101"));
        }
        // Ben is as he was.
        let ben = world.json(["lead", "show", "2", "--as", "boss@example.com"]);
        assert_eq!((&ben["first_name"], &ben["owner_id"]), (&json!("Ben"), &json!(1)));
        assert_eq!(world.json(["dnc", "check", "2125550101", "--as", "boss@example.com"])[0]["verdict"], "blocked");
    });
}

#[test]
fn an_erased_person_is_told_when_they_come_again() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--email", "ada@example.com", "--consent", "denied"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--email", "ben@example.com"]);
        for id in ["1", "2"] {
            world.ok(["lead", "erase", id, "--yes"]);
        }
        let file = world.file(
            "again.csv",
            "Phone,Email,Consent\n2125550101,,granted\n2125550109,ada@example.com,\n2125550102,,granted\n2125550105,,\n",
        );
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["previously_erased"]), (&json!(4), &json!(3)), "{summary}");
        assert_eq!((&summary["previously_deleted"], &summary["consent_kept"]), (&json!(0), &json!(2)), "{summary}");
        let consents: Vec<Value> = world.leads().iter().map(|lead| lead["consent_status"].clone()).collect();
        assert_eq!(consents, ["denied", "denied", "granted", "pending"]);
        // Nor does a single lead weaken it, by hand or by an edit.
        let ran =
            world.run(["lead", "add", "--phone", "2125550110", "--email", "ADA@example.com", "--consent", "granted"]);
        assert!(ran.stderr.contains("was erased at their wish"), "{}", ran.stderr);
        world.ok(["lead", "add", "--phone", "2125550111", "--consent", "granted"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "delete", "2125550101", "--yes"]);
        let edited = world.json(["lead", "edit", "2125550111", "--phone", "2125550101"]);
        assert_eq!(edited["consent_status"], "denied", "{edited}");
    });
}

#[test]
fn erasing_says_what_it_does_and_what_it_leaves() {
    assert_same_story!(|world| {
        ada_everywhere(world);
        let boss = ["--as", "boss@example.com"];
        world.ok(["user", "add", "rep@example.com", "--role", "manager", "--as", "boss@example.com"]);
        world.ok([&["segment", "add", "countesses", "--where", "last_name = Kingly"][..], &boss].concat());
        world.ok([&["lead", "add", "--phone", "2125550188", "--email", "adabelle@kingly.example"][..], &boss].concat());
        // Ben once had her email by mistake.
        world.ok([&["lead", "edit", "2", "--email", "ada@lovelace.example"][..], &boss].concat());
        world.now = "2026-03-07T13:00:00Z";
        world.ok([&["lead", "edit", "2", "--clear", "email"][..], &boss].concat());
        world.tell(&["lead", "erase", "1", "--yes", "--as", "rep@example.com"]);
        world.tell(&[&["lead", "erase", "1"][..], &boss].concat());
        world.tell(&[&["lead", "erase", "1", "--dry-run"][..], &boss].concat());
        world.tell(&[&["lead", "show", "1", "--export-personal"][..], &boss].concat());
        world.now = "2026-03-08T12:00:00Z";
        // What is said of the engine's files differs.
        let erased = world.run([&["lead", "erase", "1", "--yes", "--quiet"][..], &boss].concat());
        assert_eq!(erased.code, Some(3), "{}", erased.stderr);
        world.tell(&[&["lead", "show", "1"][..], &boss].concat());
        world.tell(&[&["lead", "history", "1"][..], &boss].concat());
        world.tell(&[&["lead", "history", "1", "--as-of", "2026-03-05"][..], &boss].concat());
        world.tell(&[&["lead", "erase", "1", "--yes"][..], &boss].concat());
        world.tell(&[&["lead", "restore", "1"][..], &boss].concat());
        world.tell(&[&["lead", "restore", "3"][..], &boss].concat());
        world.tell(&[&["lead", "merge", "1", "--into", "2", "--yes"][..], &boss].concat());
        world.tell(&[&["lead", "edit", "1", "--city", "Troy"][..], &boss].concat());
        world.tell(&[&["import", "undo", "1", "--yes", "--quiet"][..], &boss].concat());
    });
}
