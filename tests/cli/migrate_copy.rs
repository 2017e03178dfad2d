//! `migrate copy`: every row of every table comes over, on either engine, and nothing else does.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::copies::{Other, Rows, guards, held};
use crate::support::filled::filled;
use crate::support::{Engine, World, on_both_engines};

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A database with rows in every table, an import that was undone, texts that are hard to write down, and JSON of other programs.
fn with_history(engine: Engine) -> World {
    let world = filled(engine);
    let acme = ["--org", "acme", "--as", "acme@example.com"];
    world.ok([&["migrate", "seed"][..], &acme].concat());
    world.file(
        "more.csv",
        "Phone,First Name,Note,Created\n2125550130,\"back\\slash, tab\there\",\"one\ntwo\r\nthree\",1969-07-20 20:17:40\n\
         2125550131,\u{202e}\u{1f469}\u{200d}\u{1f4bb}\u{fffd},\\N \\.,2025-12-31\n2125550132,' OR 1=1;--,é,\n",
    );
    world.ok([&["import", "leads", "more.csv"][..], &acme].concat());
    world.file("undone.csv", "Phone,First Name\n2125550140,Gone\n2125550101,Changed\n");
    let undone = world.json([&["import", "leads", "undone.csv", "--on-duplicate", "update"][..], &acme].concat());
    let id = undone["import_id"].to_string();
    world.ok([&["import", "undo", &id, "--yes"][..], &acme].concat());
    world.ok([&["dnc", "remove", "+12125550103", "--reason", "came back", "--yes"][..], &acme].concat());
    let scrub = ["dnc", "scrub", "people.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
    world.ok([&scrub[..], &["--org", "beta", "--as", "beta@example.com"]].concat());
    let json = r#"{"z": 1.50, "a": [12345678901234567890123, -7], "é\u00e9": {"b": null, "\"": "\\u0000"}}"#;
    world.engine.sql(&world.url, &format!("UPDATE leads SET custom_fields = '{json}' WHERE id = 1")).unwrap();
    world
}

/// Where two databases differ.
fn difference(one: &Rows, other: &Rows) -> Vec<String> {
    let mut found = Vec::new();
    for (table, rows) in one {
        let others = &other[table];
        found.extend(rows.iter().filter(|row| !others.contains(row)).map(|row| format!("{table} lacks {row}")));
        found.extend(others.iter().filter(|row| !rows.contains(row)).map(|row| format!("{table} has besides {row}")));
        if rows.len() != others.len() {
            found.push(format!("{table} has {} rows and not {}", others.len(), rows.len()));
        }
    }
    found
}

fn copied(from: &str, to: &Other, more: &[&str]) {
    let admin = if more.contains(&"beta") { "beta@example.com" } else { "acme@example.com" };
    to.ok(&[&["migrate", "copy", "--from", from, "--to", &to.url, "--as", admin], more].concat());
}

#[test]
fn every_row_goes_over_and_back() {
    for from in ENGINES {
        let world = with_history(from);
        let before = held(&world);
        assert!(before.values().all(|rows| !rows.is_empty()), "{from:?}");
        for over in ENGINES {
            let first = Other::empty(over);
            let fresh = (over == Engine::Postgres).then(|| guards(over, &first.url));
            copied(&world.url, &first, &[]);
            assert_eq!(difference(&before, &first.holds()), Vec::<String>::new(), "{from:?} to {over:?}");
            if let Some(fresh) = fresh {
                assert_eq!(guards(over, &first.url), fresh);
            }
            let back = Other::empty(from);
            copied(&first.url, &back, &[]);
            assert_eq!(difference(&before, &back.holds()), Vec::<String>::new(), "{from:?} to {over:?} and back");
            if from == Engine::Sqlite {
                assert_eq!(guards(from, &back.url), guards(from, &world.url));
            }
            for copy in [&first, &back] {
                proves(&world, copy);
                works(copy);
            }
        }
        assert_eq!(difference(&before, &held(&world)), Vec::<String>::new(), "the source is changed");
        world.finish();
    }
}

/// A certificate and those before it, with the files of its scrub, against the chain of a copy.
fn proves(world: &World, copy: &Other) {
    let scrub = ["clean.csv.cert.json", "people.csv", "clean.csv", "blocked.csv"];
    let url = copy.everyday_url();
    let of_beta = ["--org", "beta", "--as", "beta@example.com", "--database-url", &url];
    let found = world.json([&["dnc", "verify"][..], &scrub, &of_beta].concat());
    let outcomes: Vec<_> = found.as_array().unwrap().iter().map(|it| (&it["subject"], &it["outcome"])).collect();
    assert!(outcomes.len() == 5 && outcomes.iter().all(|(_, outcome)| *outcome == "good"), "{outcomes:?}");
}

/// Goes on with a copy: new rows get numbers of their own, chains are whole, and logs refuse changes.
fn works(copy: &Other) {
    let acme = ["--org", "acme", "--as", "acme@example.com"];
    let highest = |table: &str| copy.sql(&format!("SELECT max(id) FROM {table}"))[0].parse::<i64>().unwrap();
    let counted = ["leads", "lead_audit_log", "audit_log", "lead_notes"];
    let before = counted.map(highest);
    copy.ok(&[&["lead", "add", "--phone", "+12125550190", "--note", "after the copy"][..], &acme].concat());
    copy.ok(&[&["user", "add", "later@example.com"][..], &acme].concat());
    let after = counted.map(highest);
    assert_eq!(after[0], before[0] + 1, "{:?}", copy.engine);
    assert!(before.iter().zip(&after).all(|(before, after)| after > before), "{before:?} {after:?}");
    for org in ["acme", "beta"] {
        let user = format!("{org}@example.com");
        let of = ["--org", org, "--as", user.as_str()];
        copy.ok(&[&["budget", "verify"][..], &of].concat());
        copy.ok(&[&["budget", "deposit", "5"][..], &of].concat());
        copy.ok(&[&["budget", "verify"][..], &of].concat());
        let found = copy.ok(&[&["lead", "search", "ada", "--format", "ids"][..], &of].concat());
        assert!(!found.is_empty(), "the index of searches came over");
    }
    for table in
        crmctl::db::catalogue::tables().filter(|table| table.writes == crmctl::db::catalogue::Writes::AppendOnly)
    {
        let change = format!("DELETE FROM {}", table.name);
        let refused = copy.engine.sql(&copy.url, &change).unwrap_err();
        assert!(refused.contains("append-only") || refused.contains("refuse"), "{}: {refused}", table.name);
    }
}

#[test]
fn one_organization_comes_alone() {
    for from in ENGINES {
        let world = with_history(from);
        // A registry that nobody must honour stays behind.
        world.file("other.txt", "2125550106\n");
        world.ok([
            "dnc",
            "registry",
            "load",
            "us-texas",
            "other.txt",
            "--as-of",
            "today",
            "--area-codes",
            "all",
            "--org",
            "acme",
            "--as",
            "acme@example.com",
        ]);
        let all = held(&world);
        for over in ENGINES {
            let other = Other::empty(over);
            copied(&world.url, &other, &["--org", "beta"]);
            let rows = other.holds();
            for (table, rows) in &rows {
                let is_of_beta = |row: &&String| match *table {
                    "organizations" => row.contains(" slug=\"beta\""),
                    _ => row.contains("organization_id=\"2\""),
                };
                let is_registry = table.starts_with("dnc_registr");
                let expected: Vec<&String> = all[table].iter().filter(is_of_beta).collect();
                assert!(
                    is_registry || rows.iter().collect::<Vec<_>>() == expected,
                    "{from:?} {over:?} {table}: {rows:#?} {expected:#?}"
                );
                // Backups are of whole databases.
                assert_eq!(rows.is_empty(), *table == "backups", "{table}");
                let speaks_of_acme = |row: &&String| row.contains("acme");
                // The actor of the one copy of a registry is who loaded it for all.
                assert!(is_registry || !rows.iter().any(|row| speaks_of_acme(&row)), "{table}");
            }
            assert_eq!(rows["dnc_registries"].len(), 1, "{:?}", rows["dnc_registries"]);
            assert!(rows["dnc_registries"][0].contains("us-national"));
            let revisions = rows["dnc_registry_revisions"].len();
            assert!(revisions >= 1 && revisions < all["dnc_registry_revisions"].len());
            assert!(!rows["dnc_registry_blocks"].is_empty());
            let beta = ["--org", "beta", "--as", "beta@example.com"];
            other.ok(&[&["lead", "add", "--phone", "+12125550190"][..], &beta].concat());
            other.ok(&[&["budget", "verify"][..], &beta].concat());
        }
        world.finish();
    }
}

#[test]
fn a_setting_does_not_leave_organizations_out() {
    let world = filled(Engine::Sqlite);
    let other = Other::empty(Engine::Sqlite);
    let mut command = other.command(&["migrate", "copy", "--from", &world.url, "--to", &other.url]);
    let ran = crate::support::ran(command.env("CRM_ORG", "beta"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("all organizations are copied; `beta` alone with --org beta"), "{}", ran.stderr);
    assert_eq!(difference(&held(&world), &other.holds()), Vec::<String>::new());
    world.finish();
}

#[test]
fn a_dry_run_leaves_nothing() {
    let world = filled(Engine::Sqlite);
    for over in ENGINES {
        let other = Other::empty(over);
        let ran =
            other.run(&["migrate", "copy", "--from", &world.url, "--to", &other.url, "--dry-run", "--format", "json"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let tables: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
        let leads = tables.iter().find(|table| table["table"] == "leads").unwrap();
        assert_eq!((leads["rows"].as_i64(), leads["digest"].as_str().map(str::len)), (Some(6), Some(32)));
        assert!(ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
        match over {
            Engine::Sqlite => assert!(!std::path::Path::new(&other.url).exists()),
            Engine::Postgres => assert!(other.holds().values().all(Vec::is_empty)),
        }
        copied(&world.url, &other, &[]);
        // Each digest is of the rows and not of the engine.
        let again = Other::empty(Engine::Sqlite);
        let as_admin = ["--as", "acme@example.com", "--format", "json"];
        let ran = again.run(&[&["migrate", "copy", "--from", &other.url, "--to", &again.url][..], &as_admin].concat());
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&ran.stdout).unwrap(), tables);
    }
    world.finish();
}

#[test]
fn a_killed_copy_leaves_the_target_as_it_was() {
    let world = World::new(Engine::Sqlite);
    let rows = (0..3000).map(|row| format!("+1212556{row:04},Ada {row},a{row}@example.com,x{row}\n"));
    let file = world.file("many.csv", format!("Phone,First Name,Email,City\n{}", rows.collect::<String>()));
    world.import(&file, &[]);
    for over in ENGINES {
        let other = Other::empty(over);
        if over == Engine::Sqlite {
            other.ok(&["migrate", "up"]);
        }
        let before = guards(over, &other.url);
        let (mut killed, mut wait) = (0, Duration::from_millis(40));
        let whole = loop {
            let began = Instant::now();
            let mut copy = other.command(&["migrate", "copy", "--from", &world.url, "--to", &other.url]);
            let mut child = copy.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            while began.elapsed() < wait && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(5));
            }
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                break other.holds();
            }
            if over == Engine::Postgres {
                // The server ends what the client has left when it notices; the lock on the table is free by then.
                other.sql("SET lock_timeout = '20s'; LOCK TABLE leads IN ACCESS EXCLUSIVE MODE");
            }
            killed += 1;
            let there = other.holds();
            if !there.values().all(Vec::is_empty) {
                // It was killed between its commit and its end: then it is whole.
                break there;
            }
            assert_eq!(guards(over, &other.url), before, "{over:?} killed after {wait:?}");
            wait = wait.mul_f32(1.7);
        };
        assert!(killed > 2, "only {killed} copies were killed");
        assert_eq!(difference(&held(&world), &whole), Vec::<String>::new());
        assert_eq!(guards(over, &other.url), before);
    }
    world.finish();
}

#[test]
fn the_numbers_of_rows_that_are_gone_do_not_come_again() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "+12125550101", "--note", "kept"]);
    world.ok(["lead", "add", "--phone", "+12125550102", "--note", "gone"]);
    world.ok(["user", "add", "acme@example.com", "--role", "admin"]);
    world.engine.sql(&world.url, "DELETE FROM lead_notes WHERE id = 2").unwrap();
    let other = Other::empty(Engine::Postgres);
    copied(&world.url, &other, &[]);
    other.ok(&["lead", "note", "1", "next", "--as", "acme@example.com"]);
    assert_eq!(other.sql("SELECT id FROM lead_notes ORDER BY id"), ["1", "3"]);
    world.finish();
}

#[test]
fn status_lists_the_tables() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        if world.engine == Engine::Postgres {
            world.engine.sql(&world.url, "ANALYZE leads").unwrap();
        }
        let tables = world.json(["migrate", "status", "--tables"]);
        let leads = tables.as_array().unwrap().iter().find(|table| table["table"] == "leads").unwrap();
        assert_eq!(leads["rows"], 1, "{:?}", world.engine);
        assert_eq!(leads["is_estimate"], world.engine == Engine::Postgres);
        assert!(leads["bytes"].as_i64().unwrap() > 4096, "{leads}");
        assert_eq!(tables.as_array().unwrap().len(), crmctl::db::catalogue::tables().count());
    });
}
