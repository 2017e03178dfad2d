//! What other programs write and read: SQLite's shell, whose engine is older than ours, and psql as the everyday role.

use std::path::Path;
use std::process::Command;

use crate::support::engine::psql;
use crate::support::{Engine, World, on_both_engines};

/// Runs SQL by SQLite's shell.
fn shell(path: impl AsRef<Path>, sql: &str) -> Result<Vec<String>, String> {
    let program = std::env::var_os("CRMCTL_SQLITE_SHELL")
        .expect("these tests need SQLite's shell: run them with scripts/test, which finds or installs it");
    let output = Command::new(program).args(["-batch", "-bail"]).arg(path.as_ref()).arg(sql).output().unwrap();
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// Runs SQL as another program does for the organization `acme`.
fn by_another_program(world: &World, sql: &str) -> Vec<String> {
    match world.engine {
        Engine::Sqlite => shell(&world.url, sql).unwrap(),
        Engine::Postgres => psql(&world.url, &format!("SET app.current_org_id = '1'; {sql}")),
    }
}

#[test]
fn an_update_moves_updated_at() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--email", "ada@example.com"]);
        let before = world.json(["lead", "show", "ada@example.com"]);
        by_another_program(world, "UPDATE leads SET city = 'Q'");
        let after = world.json(["lead", "show", "ada@example.com"]);
        assert_eq!(after["city"], "Q");
        assert!(
            after["updated_at"].as_str() > before["updated_at"].as_str(),
            "{} {}",
            before["updated_at"],
            after["updated_at"]
        );
    });
}

#[test]
fn a_plain_insert_of_a_lead_gets_its_defaults() {
    on_both_engines(|world| {
        for email in ["ada@example.com", "ben@example.com"] {
            by_another_program(world, &format!("INSERT INTO leads (organization_id, email) VALUES (1, '{email}')"));
        }
        let [ada, ben] = ["ada@example.com", "ben@example.com"].map(|email| world.json(["lead", "show", email]));
        assert_eq!((&ada["status"], &ada["consent_status"]), (&"new".into(), &"pending".into()), "{ada}");
        assert_eq!((&ada["custom_fields"], &ada["version"]), (&serde_json::json!({}), &1.into()), "{ada}");
        assert_ne!(ada["uid"], ben["uid"]);
        let uid: uuid::Uuid = ada["uid"].as_str().unwrap().parse().unwrap();
        assert_eq!((uid.get_version_num(), uid.get_variant()), (4, uuid::Variant::RFC4122));
        let now = jiff::Timestamp::now();
        for time in ["created_at", "updated_at", "status_changed_at"] {
            let time: jiff::Timestamp = ada[time].as_str().unwrap().parse().unwrap();
            assert!((now.as_second() - time.as_second()).abs() < 600, "{ada}");
        }
        // The program goes on with it.
        world.ok(["lead", "edit", "ada@example.com", "--city", "Troy"]);
        assert_eq!(world.leads().len(), 2);
    });
}

#[test]
fn a_plain_insert_into_the_do_not_call_list_counts() {
    on_both_engines(|world| {
        let number = "+12125550109";
        by_another_program(
            world,
            &format!("INSERT INTO dnc_list (organization_id, phone_number, source) VALUES (1, '{number}', 'registry')"),
        );
        let ran = world.run(["dnc", "check", number]);
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        let entry = world.json(["dnc", "list"])[0].clone();
        assert_eq!((&entry["scope"], &entry["source"]), (&"all".into(), &"registry".into()), "{entry}");
        world.ok(["dnc", "remove", number, "--reason", "a mistake", "--yes"]);
    });
}

#[test]
fn every_view_can_be_read() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--email", "ada@example.com"]);
        let views = match world.engine {
            Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'view'",
            Engine::Postgres => "SELECT table_name FROM information_schema.views WHERE table_schema = 'public'",
        };
        let views = by_another_program(world, views);
        assert_eq!(views.len(), 4);
        for view in views {
            by_another_program(world, &format!("SELECT * FROM {view}"));
        }
        assert_eq!(by_another_program(world, "SELECT email FROM lead_summary"), ["ada@example.com"]);
    });
}

#[test]
fn the_shell_finds_the_file_sound_and_is_refused_like_anyone() {
    let world = World::new(Engine::Sqlite);
    world.ok(["dnc", "add", "+12125550109"]);
    assert_eq!(shell(&world.url, "PRAGMA integrity_check; PRAGMA foreign_key_check").unwrap(), ["ok"]);
    for (sql, refusal) in [
        ("DELETE FROM dnc_list", "dnc_list keeps its rows"),
        (
            "INSERT OR REPLACE INTO dnc_list (organization_id, phone_number, source, scope) VALUES (1, '+12125550109', 'x', 'texts')",
            "dnc_list keeps its rows",
        ),
        ("INSERT INTO leads (organization_id, phone_number) VALUES (1, '2125550101')", "CHECK"),
        (
            "INSERT INTO leads (organization_id, email, currency, value_cents) VALUES (1, 'x', 'USD' || char(0), 1)",
            "CHECK",
        ),
        ("INSERT INTO leads (organization_id, email, custom_fields) VALUES (1, 'x', '{}' || char(0) || 'x')", "CHECK"),
    ] {
        let refused = shell(&world.url, sql).unwrap_err();
        assert!(refused.contains(refusal), "{sql}: {refused}");
    }
    world.finish();
}
