//! `crmctl doctor`: each fault that it knows is made, found under its name, and mended by the call that it names; of a sound database it
//! says nothing.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::engine::{database_of, url_of};
use crate::support::filled::filled;
use crate::support::{Engine, Ran, World, on_both_engines};

/// What is found; whether that says so by its exit code is looked at, too.
pub fn found(world: &World, options: &[&str]) -> Vec<Value> {
    let ran = world.run([&["doctor", "--format", "json"], options].concat());
    let findings: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    let is_fault = |it: &Value| it["severity"] != "fact";
    assert_eq!(ran.code, Some(if findings.iter().any(is_fault) { 3 } else { 0 }), "{ran:?}");
    findings
}

pub fn is_named(findings: &[Value], name: &str) -> bool {
    findings.iter().any(|it| it["name"] == name)
}

fn assert_sound(world: &World) {
    let ran = world.run(["doctor", "--full"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{:?}: {}{}", world.engine, ran.stdout, ran.stderr);
    assert!(ran.stderr.ends_with("checks: nothing is wrong\n") && ran.stderr.lines().count() == 1, "{}", ran.stderr);
}

/// Runs a call as it is printed, as the owner of the schema where that is needed.
pub fn as_printed(world: &World, line: &str) -> Ran {
    let needs_owner = ["--fix schema", "--fix indexes", "migrate up"].iter().any(|it| line.contains(it));
    match world.engine {
        Engine::Postgres if needs_owner => {
            world.shell(&format!("{line} --database-url {}", url_of("crmctl_owner", database_of(&world.url))))
        }
        Engine::Postgres if line.starts_with("psql") => world.shell(&line.replace("crmctl_app@", "postgres@")),
        _ => world.shell(line),
    }
}

/// Looks, finds the fault under its name, and does as it is told until nothing is wrong.
pub fn found_and_mended(world: &World, name: &str, options: &[&str]) {
    let findings = found(world, options);
    assert!(is_named(&findings, name), "{:?}: {name}: {findings:?}", world.engine);
    mended(world, name, findings, options);
}

pub fn mended(world: &World, name: &str, mut findings: Vec<Value>, options: &[&str]) {
    for _ in 0..4 {
        let mut lines: Vec<&str> = findings.iter().filter_map(|it| it["command"].as_str()).collect();
        assert_eq!(lines.len(), findings.len(), "{name}: {findings:?}");
        lines.dedup();
        for line in lines {
            let ran = as_printed(world, line);
            assert!(
                matches!(ran.code, Some(0 | 3)),
                "{:?}: {name}: {line}: {}{}",
                world.engine,
                ran.stdout,
                ran.stderr
            );
        }
        findings = found(world, options);
        if findings.is_empty() {
            return assert_sound(world);
        }
    }
    panic!("{:?}: {name} is not mended: {findings:?}", world.engine);
}

/// SQL past the program, one statement for each engine.
pub fn harm(world: &World, sqlite: &str, postgres: &str) {
    let sql = if world.engine == Engine::Sqlite { sqlite } else { postgres };
    for statement in sql.split(";;").map(str::trim).filter(|it| !it.is_empty()) {
        world.engine.sql(&world.url, statement).unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
}

/// Writes down that a backup was found sound now.
fn backed_up(world: &World) {
    let at = world.now;
    harm(
        world,
        &format!(
            "INSERT INTO backups (uid, path, bytes, sha256, schema_version, made_at, verified_at)
             SELECT randomblob(16), '/backup', 1, '{0}', '1', t, t FROM (SELECT unixepoch('{at}') * 1000000 AS t)",
            "0".repeat(64)
        ),
        &format!(
            "INSERT INTO backups (uid, path, bytes, sha256, schema_version, made_at, verified_at)
             VALUES (gen_random_uuid(), '/backup', 1, '{0}', '1', '{at}', '{at}')",
            "0".repeat(64)
        ),
    );
}

#[test]
fn old_backups_are_told() {
    on_both_engines(|world| {
        world.now = "2026-03-11T12:00:00Z";
        assert_sound(world);
        world.now = "2026-03-12T12:00:01Z";
        if world.engine == Engine::Sqlite {
            let findings = found(world, &[]);
            assert!(is_named(&findings, "backup-age") && findings[0]["severity"] == "warning", "{findings:?}");
            assert_eq!(findings[0]["command"], "crmctl backup --output FILE");
        }
        backed_up(world);
        assert_sound(world);
        world.now = "2026-03-20T12:00:02Z";
        assert!(is_named(&found(world, &[]), "backup-age"));
    });
}

#[test]
fn of_a_sound_database_nothing_is_said() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = filled(engine);
        assert_sound(&world);
        assert_eq!(found(&world, &[]), Vec::<Value>::new());
        let facts = found(&world, &["--facts"]);
        assert!(facts.iter().all(|it| it["severity"] == "fact" && it["command"].is_null()), "{facts:?}");
        assert!(is_named(&facts, "sizes") && is_named(&facts, "settings"), "{facts:?}");
        let told = world.run(["doctor", "-v"]);
        assert!(told.stderr.contains("ledger: fine, in "), "{}", told.stderr);
        let other = world.run(["doctor", "--org", "none"]);
        assert!(other.code == Some(1) && other.stderr.contains("no organization has the slug"), "{other:?}");
        world.finish();
    }
}

#[test]
fn looking_changes_no_byte() {
    let world = filled(Engine::Sqlite);
    world.engine.sql(&world.url, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let before = std::fs::read(&world.url).unwrap();
    found(&world, &["--full", "--facts"]);
    assert!(std::fs::read(&world.url).unwrap() == before);
    let log = std::fs::metadata(format!("{}-wal", world.url)).map_or(0, |file| file.len());
    assert_eq!(log, 0);
    // Nor is one made.
    let none = world.run(["doctor", "--database-url", "none.db"]);
    assert!(none.code == Some(1) && none.stderr.contains("there is no database") && !world.path("none.db").exists());
    world.finish();
}

#[test]
fn statuses_follow_the_history_and_the_list() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada"]);
        world.ok(["lead", "add", "--phone", "+12125550102", "--name", "Ben"]);
        world.ok(["dnc", "add", "+12125550102", "--reason", "asked"]);
        assert_sound(world);
        let hot = "UPDATE leads SET status = 'hot' WHERE phone_number = '+12125550101'";
        harm(world, hot, hot);
        found_and_mended(world, "status-history", &[]);
        let row =
            "SELECT to_status FROM lead_status_history WHERE reason = 'crmctl doctor found the status without its row'";
        assert_eq!(world.engine.sql(&world.url, row).unwrap(), ["hot"]);
        assert_eq!(world.leads()[0]["status"], "hot");
        let callable = "UPDATE leads SET status = 'new' WHERE phone_number = '+12125550102'";
        harm(world, callable, callable);
        found_and_mended(world, "dnc-status", &[]);
        assert_eq!(world.leads()[1]["status"], "dnc");
        let barred = "UPDATE leads SET status = 'dnc' WHERE phone_number = '+12125550101'";
        harm(world, barred, barred);
        let findings = found(world, &[]);
        let stays = findings.iter().find(|it| it["name"] == "dnc-status").unwrap();
        assert_eq!((&stays["severity"], &stays["command"]), (&"warning".into(), &"crmctl dnc add +12125550101".into()));
        // Nobody said that the lead may be called again.
        world.ok(["dnc", "expire"]);
        assert_eq!(world.leads()[0]["status"], "dnc");
        world.ok(["dnc", "add", "+12125550101"]);
        world.ok(["dnc", "remove", "+12125550101", "--reason", "asked again", "--yes"]);
        harm(world, barred, barred);
        found_and_mended(world, "dnc-status", &[]);
    });
}

#[test]
fn honoured_requests_that_lost_their_entries_are_listed_again() {
    on_both_engines(|world| {
        for number in ["+12125550102", "+12125550103", "+12125550104", "+12125550105"] {
            world.ok(["dnc", "add", number, "--reason", "asked"]);
        }
        world.ok(["dnc", "add", "+12125550106", "--scope", "texts"]);
        world.ok(["lead", "add", "--phone", "+12125550102"]);
        world.ok(["dnc", "remove", "+12125550104", "--reason", "asked again", "--yes"]);
        assert_sound(world);
        // Somebody deletes entries: of a lead, of nobody, of one that was off already, and of texts.
        let gone = "DELETE FROM dnc_list WHERE phone_number IN ('+12125550102', '+12125550103', '+12125550106')";
        harm(world, "", &format!("SET session_replication_role = replica; {gone}"));
        if world.engine == Engine::Sqlite {
            let conn = rusqlite::Connection::open(&world.url).unwrap();
            conn.execute_batch(&format!("PRAGMA foreign_keys = OFF; DROP TRIGGER dnc_list_no_delete; {gone}")).unwrap();
            world.ok(["doctor", "--fix", "schema"]);
        }
        let findings = found(world, &[]);
        let of = |name: &str| findings.iter().filter(|it| it["name"] == name).collect::<Vec<_>>();
        let lost = of("dnc-list");
        assert!(lost.len() == 2 && lost.iter().all(|it| it["severity"] == "critical"), "{findings:?}");
        let calls: Vec<&str> = lost.iter().filter_map(|it| it["command"].as_str()).collect();
        assert!(calls.contains(&"crmctl dnc add +12125550102 +12125550103"), "{calls:?}");
        assert!(calls.contains(&"crmctl dnc add +12125550106 --scope texts"), "{calls:?}");
        // The lead is not let go meanwhile.
        assert!(of("dnc-status").iter().all(|it| it["command"] != "crmctl dnc expire"), "{findings:?}");
        world.ok(["dnc", "expire"]);
        assert_eq!(world.leads()[0]["status"], "dnc");
        for call in calls {
            world.ok(call.split(' ').skip(1));
        }
        assert_eq!(found(world, &[]), Vec::<Value>::new());
        assert_eq!(world.run(["dnc", "check", "+12125550103"]).code, Some(3));
        assert_eq!(world.run(["dnc", "check", "+12125550104"]).code, Some(0));
    });
}

#[test]
fn other_spellings_of_listed_numbers_are_written_again() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+5491123456789", "--reason", "asked"]);
        harm(
            world,
            "DROP TRIGGER dnc_spellings_no_delete;; DELETE FROM dnc_spellings",
            "ALTER TABLE dnc_spellings DISABLE TRIGGER USER;; DELETE FROM dnc_spellings",
        );
        found_and_mended(world, "dnc-spellings", &[]);
        let rows = world.engine.sql(&world.url, "SELECT count(*) FROM dnc_spellings").unwrap();
        assert_ne!(rows, ["0"]);
    });
}

#[test]
fn what_a_member_of_a_group_lists_all_list() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta", "--region", "US"]);
        world.ok(["org", "group", "add", "holding", "acme", "beta"]);
        world.ok(["dnc", "add", "+12125550101", "--reason", "asked", "--org", "acme"]);
        assert_sound(world);
        harm(
            world,
            "DROP TRIGGER dnc_list_no_delete;; DELETE FROM dnc_list WHERE origin = 'group'",
            "ALTER TABLE dnc_list DISABLE TRIGGER USER;; DELETE FROM dnc_list WHERE origin = 'group'",
        );
        assert!(!is_named(&found(world, &[]), "dnc-groups"));
        found_and_mended(world, "dnc-groups", &["--full"]);
        assert_eq!(world.run(["dnc", "check", "+12125550101", "--org", "beta"]).code, Some(3));
    });
}

#[test]
fn requests_past_their_deadline_are_found() {
    on_both_engines(|world| {
        let ran = world.run(["dnc", "detect", "--number", "+12125550177", "dont call before nine", "--apply"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
        assert_sound(world);
        world.now = "2026-05-04T12:00:00Z";
        backed_up(world);
        found_and_mended(world, "requests", &[]);
    });
}

#[test]
fn registries_that_cannot_be_relied_on_are_found() {
    on_both_engines(|world| {
        let load = |world: &World, date: &str| {
            world.file("registry.txt", "2125550105\n2125550106\n");
            world.ok([
                "dnc",
                "registry",
                "load",
                "us-national",
                "registry.txt",
                "--as-of",
                date,
                "--area-codes",
                "all",
            ]);
        };
        world.ok(["dnc", "registry", "require", "us-national", "--subscription", "10012345"]);
        let findings = found(world, &[]);
        assert!(is_named(&findings, "registry-age"), "{findings:?}");
        let line = findings[0]["command"].as_str().unwrap();
        assert_eq!(line, "crmctl dnc registry load us-national FILE --as-of DATE");
        load(world, "2026-03-04");
        assert_sound(world);
        // Somebody has taken a number out of it.
        harm(
            world,
            "UPDATE dnc_registry_blocks SET numbers = substr(numbers, 1, 2)",
            "UPDATE dnc_registry_blocks SET numbers = substr(numbers, 1, 2)",
        );
        assert!(is_named(&found(world, &["--full"]), "registry-numbers"));
        load(world, "2026-03-04");
        assert_sound(world);
        let gone = "DELETE FROM dnc_registry_blocks";
        harm(world, gone, gone);
        assert!(is_named(&found(world, &["--full"]), "registry-numbers"));
        load(world, "2026-03-04");
        world.now = "2026-05-04T12:00:00Z";
        backed_up(world);
        assert!(is_named(&found(world, &[]), "registry-age"));
        load(world, "2026-05-04");
        assert_sound(world);
        // A load that somebody has killed.
        harm(
            world,
            "INSERT INTO dnc_registry_revisions (registry_id, revision, state, mode, as_of, file_name, actor, started_at)
             SELECT registry_id, 99, 'loading', mode, as_of, file_name, actor, started_at - 7200000000 FROM dnc_registry_revisions LIMIT 1",
            "INSERT INTO dnc_registry_revisions (registry_id, revision, state, mode, as_of, file_name, actor, started_at)
             SELECT registry_id, 99, 'loading', mode, as_of, file_name, actor, started_at - interval '2 hours' FROM dnc_registry_revisions LIMIT 1",
        );
        let blocks = "INSERT INTO dnc_registry_blocks SELECT (SELECT max(id) FROM dnc_registry_revisions), block, numbers FROM dnc_registry_blocks";
        harm(world, blocks, blocks);
        found_and_mended(world, "registry-loads", &[]);
        assert_eq!(world.run(["dnc", "check", "+12125550105"]).code, Some(3));
    });
}

#[test]
fn a_changed_ledger_and_a_changed_certificate_are_found() {
    on_both_engines(|world| {
        for amount in ["10", "20", "30"] {
            world.ok(["budget", "deposit", amount]);
        }
        world.file("people.csv", "Phone\n2125550101\n");
        for _ in 0..3 {
            world.ok(["dnc", "scrub", "people.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"]);
        }
        assert_sound(world);
        harm(
            world,
            "DROP TRIGGER budget_transactions_no_update;; UPDATE budget_transactions SET description = 'x' WHERE sequence = 2",
            "ALTER TABLE budget_transactions DISABLE TRIGGER USER;; UPDATE budget_transactions SET description = 'x' WHERE sequence = 2",
        );
        let findings = found(world, &[]);
        let ledger = findings.iter().find(|it| it["name"] == "ledger").unwrap();
        assert_eq!((&ledger["severity"], &ledger["command"]), (&"critical".into(), &"crmctl budget verify".into()));
        assert!(ledger["message"].as_str().unwrap().contains("number 2"), "{ledger}");
        harm(
            world,
            "DROP TRIGGER dnc_scrubs_no_delete;; DELETE FROM dnc_scrubs WHERE sequence = 2",
            "ALTER TABLE dnc_scrubs DISABLE TRIGGER USER;; DELETE FROM dnc_scrubs WHERE sequence = 2",
        );
        let findings = found(world, &[]);
        let chain = findings.iter().find(|it| it["name"] == "certificates").unwrap();
        assert!(chain["message"].as_str().unwrap().contains("number 2 is missing"), "{chain}");
    });
}

#[test]
fn an_index_of_searches_without_words_is_built_anew() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada Lovelace"]);
        world.ok(["lead", "search", "lovelace"]);
        assert_sound(world);
        let gone = "DELETE FROM lead_search";
        harm(world, gone, gone);
        found_and_mended(world, "search-index", &["--full"]);
        assert!(world.ok(["lead", "search", "lovelace", "--format", "json"]).contains("Lovelace"));
    });
}

#[test]
fn files_are_looked_at() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    std::fs::set_permissions(&world.url, std::fs::Permissions::from_mode(0o644)).unwrap();
    found_and_mended(&world, "permissions", &[]);
    assert_eq!(std::fs::metadata(&world.url).unwrap().permissions().mode() & 0o777, 0o600);
    world.engine.sql(&world.url, "PRAGMA journal_mode = DELETE").unwrap();
    found_and_mended(&world, "journal", &[]);
    harm(
        &world,
        "INSERT INTO system_config (organization_id, config_key, config_value) VALUES (1, 'internal.erasure_to_clear', 'vacuum')",
        "",
    );
    found_and_mended(&world, "erasure", &[]);
    // Somebody was killed before the log came into the file.
    let conn = rusqlite::Connection::open(&world.url).unwrap();
    conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    conn.execute_batch("PRAGMA wal_autocheckpoint = 0; CREATE TABLE other_program (x)").unwrap();
    for _ in 0..20 {
        conn.execute("INSERT INTO other_program VALUES (randomblob(4000000))", []).unwrap();
    }
    conn.execute_batch("DROP TABLE other_program").unwrap();
    drop(conn);
    found_and_mended(&world, "log", &[]);
    world.finish();
}

#[test]
fn a_repair_can_be_tried() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        let hot = "UPDATE leads SET status = 'hot'";
        harm(world, hot, hot);
        let tried = world.json(["doctor", "--fix", "status-history", "--dry-run"]);
        assert_eq!((&tried["mended"], &tried["dry_run"]), (&1.into(), &true.into()));
        assert!(is_named(&found(world, &[]), "status-history"));
        world.ok(["doctor", "--fix", "status-history"]);
        assert_sound(world);
        let nothing = world.run(["doctor", "--fix", "status-history"]);
        assert!(nothing.code == Some(0) && nothing.stderr.contains("nothing to mend"), "{nothing:?}");
        let viewer = world.run(["user", "add", "vi@example.com", "--role", "viewer"]);
        assert_eq!(viewer.code, Some(0));
        let refused = world.run(["doctor", "--fix", "status-history", "--as", "vi@example.com"]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
    });
}

#[test]
fn the_call_names_organization_and_database_where_they_were_named() {
    let world = World::new(Engine::Sqlite);
    world.ok(["org", "add", "beta", "--region", "US"]);
    world.ok(["lead", "add", "--phone", "+12125550101", "--org", "beta"]);
    for call in [
        ["dnc", "add", "+12125550101"].as_slice(),
        &["dnc", "remove", "+12125550101", "--reason", "asked again", "--yes"],
    ] {
        world.ok([call, &["--org", "beta"]].concat());
    }
    harm(&world, "UPDATE leads SET status = 'dnc'", "");
    let ran = world.run(["doctor", "--format", "json", "--database-url", &world.url]);
    let findings: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let dnc = findings.iter().find(|it| it["name"] == "dnc-status").unwrap();
    assert_eq!(dnc["organization"], "beta");
    assert_eq!(dnc["command"], format!("crmctl dnc expire --org beta --database-url {}", world.url));
    assert!(found(&world, &["--org", "acme"]).is_empty());
    mended(&world, "dnc-status", findings, &[]);
    world.finish();
}

#[test]
fn repairs_say_what_they_mended() {
    let world = World::new(Engine::Sqlite);
    harm(&world, "DROP TRIGGER dnc_list_no_delete", "");
    let tried = world.run(["doctor", "--fix", "schema", "--dry-run"]);
    assert!(tried.stderr.contains("would be mended: trigger dnc_list_no_delete"), "{tried:?}");
    let mended = world.json(["doctor", "--fix", "schema"]);
    assert_eq!(mended["what"], serde_json::json!(["trigger dnc_list_no_delete"]));
    world.finish();
}

#[test]
fn the_page_of_the_manual_has_every_name() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctor.md")).unwrap();
    let (looked_at, repairs) = page.split_once("## Repairs").unwrap();
    for subject in crmctl::domain::doctor::Subject::WORDS {
        assert!(looked_at.contains(&format!("`{subject}`")), "{subject}");
    }
    for repair in crmctl::domain::doctor::Repair::WORDS {
        assert!(repairs.contains(&format!("| `{repair}` |")), "{repair}");
    }
    for severity in crmctl::domain::doctor::Severity::WORDS {
        assert!(looked_at.contains(&format!("| `{severity}` |")), "{severity}");
    }
}
