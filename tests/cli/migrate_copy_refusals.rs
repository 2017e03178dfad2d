//! `migrate copy` where nothing can be copied: each reason is named, and nothing is in the target.

use crate::support::copies::{Other, guards, held};
use crate::support::filled::filled;
use crate::support::{Engine, World};

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// Tries a copy, and returns what it was refused with. Nothing is in the target.
fn refused(from: &str, to: &Other, more: &[&str]) -> String {
    let ran = to.run(&[&["migrate", "copy", "--from", from, "--to", &to.url], more].concat());
    assert_eq!(ran.code, Some(1), "{:?}: {}{}", to.engine, ran.stdout, ran.stderr);
    match to.engine {
        Engine::Sqlite => assert!(!std::path::Path::new(&to.url).exists(), "{}", ran.stderr),
        Engine::Postgres => assert!(to.holds().values().all(Vec::is_empty), "{}", ran.stderr),
    }
    ran.stderr
}

/// Writes as another program may that does not heed the rules of the schema.
fn spoil(url: &str, sql: &str) {
    let conn = rusqlite::Connection::open(url).unwrap();
    conn.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").unwrap();
    assert_eq!(conn.execute(sql, []).unwrap(), 1, "{sql}");
}

#[test]
fn values_that_an_engine_has_no_room_for_are_named() {
    for (spoiled, engines, named) in [
        (
            "UPDATE leads SET first_name = 'a' || char(0) || 'b' WHERE id = 1",
            1,
            "column first_name: `a\\0b`: it holds the character U+0000",
        ),
        (
            "UPDATE leads SET company = CAST(x'41ff' AS TEXT) WHERE id = 1",
            2,
            "column company: `A\u{fffd}`: its bytes are not UTF-8",
        ),
        (
            "UPDATE leads SET custom_fields = '{\"a\": \"\\u0000\"}' WHERE id = 1",
            2,
            "column custom_fields: `{\\\"a\\\": \\\"\\\\u0000\\\"}`: it holds the character U+0000",
        ),
        ("UPDATE leads SET custom_fields = '{\"a\": 1, \"a\": 2}' WHERE id = 1", 2, "it has the key `a` twice"),
        (
            "UPDATE leads SET consent_at = 9223372036854775807 WHERE id = 1",
            1,
            "column consent_at: 9223372036854775807: it is no time",
        ),
        (
            "UPDATE leads SET version = 4294967296 WHERE id = 1",
            1,
            "column version: 4294967296: it is no whole number of 32 bits",
        ),
        (
            "UPDATE leads SET expected_close_date = '2026-02-30' WHERE id = 1",
            1,
            "column expected_close_date: `2026-02-30`: it is no date",
        ),
        ("UPDATE leads SET uid = x'00' WHERE id = 1", 1, "column uid: 1 bytes: it is no UUID"),
    ] {
        let world = World::new(Engine::Sqlite);
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        spoil(&world.url, spoiled);
        for engine in ENGINES {
            let other = Other::empty(engine);
            if engine == Engine::Sqlite && engines == 1 {
                continue;
            }
            let said = refused(&world.url, &other, &[]);
            assert!(
                said.contains("leads, row organization_id 1, id 1, ") && said.contains(named),
                "{engine:?}: {spoiled}: {said}"
            );
        }
        world.finish();
    }
}

#[test]
fn rows_that_a_rule_of_the_schema_refuses_are_named() {
    for (spoiled, sqlite, postgres) in [
        ("UPDATE leads SET status = 'unheard-of' WHERE id = 1", "CHECK constraint failed", "violates check constraint"),
        (
            "UPDATE lead_notes SET lead_id = 77",
            "by organization_id, lead_id it refers to a row of leads that is not there",
            "(1, 77) is not present in table",
        ),
        (
            "UPDATE users SET organization_id = 9",
            "refers to a row of organizations that is not there",
            "is not present in table",
        ),
    ] {
        let world = World::new(Engine::Sqlite);
        world.ok(["user", "add", "a@example.com"]);
        world.ok(["lead", "add", "--phone", "+12125550101", "--note", "x"]);
        spoil(&world.url, spoiled);
        for (engine, words) in [(Engine::Sqlite, sqlite), (Engine::Postgres, postgres)] {
            let said = refused(&world.url, &Other::empty(engine), &[]);
            let table = spoiled.split(' ').nth(1).unwrap();
            assert!(said.contains("the target refused") && said.contains(table), "{said}");
            assert!(said.contains(words), "{spoiled}: {said}");
        }
        world.finish();
    }
}

#[test]
fn a_target_with_rows_and_one_that_is_the_source_are_refused() {
    let world = World::new(Engine::Sqlite);
    let same = world.run(["migrate", "copy", "--from", &world.url, "--to", &world.url]);
    assert_eq!(same.code, Some(2), "{}", same.stderr);
    assert!(same.stderr.contains("source and target are the same database"), "{}", same.stderr);
    for engine in ENGINES {
        let filled = World::new(engine);
        let before = held(&filled);
        let url = match engine {
            Engine::Sqlite => filled.url.clone(),
            Engine::Postgres => filled.url.replace("crmctl_app", "crmctl_owner"),
        };
        let ran = world.run(["migrate", "copy", "--to", &url]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("is not empty: organizations has rows"), "{}", ran.stderr);
        assert_eq!(held(&filled), before);
        filled.finish();
    }
    let missing = world.run(["migrate", "copy", "--from", "missing.db", "--to", "new.db"]);
    assert!(missing.code == Some(1) && !world.path("missing.db").exists() && !world.path("new.db").exists());
    let unknown = world.run(["migrate", "copy", "--org", "nobody", "--to", "new.db"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("the organizations of the source: acme"), "{}", unknown.stderr);
    assert!(!world.path("new.db").exists());
    world.finish();
}

#[test]
fn schemas_of_another_version_are_refused() {
    let world = World::new(Engine::Sqlite);
    let other = Other::empty(Engine::Postgres);
    other.ok(&["migrate", "down", "--yes"]);
    let ran = world.run(["migrate", "copy", "--to", &other.url]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("pending migration") && ran.stderr.contains("crmctl migrate up"), "{}", ran.stderr);
    world.ok(["migrate", "down", "--yes"]);
    let before = std::fs::read(&world.url).unwrap();
    let ran = world.run(["migrate", "copy", "--to", "new.db"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("has 1 pending migration"), "{}", ran.stderr);
    assert!(!world.path("new.db").exists() && std::fs::read(&world.url).unwrap() == before);
    world.finish();
}

#[test]
fn a_role_that_does_not_own_the_tables_is_refused() {
    let world = World::new(Engine::Sqlite);
    let other = Other::empty(Engine::Postgres);
    let ran = world.run(["migrate", "copy", "--to", &other.everyday_url()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the PostgreSQL role `crmctl_app` may not fill the target: `crmctl_owner` owns"),
        "{}",
        ran.stderr
    );
    assert!(other.holds().values().all(Vec::is_empty));
    world.finish();
}

#[test]
fn a_copy_that_differs_is_named_and_taken_back() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101", "--note", "x"]);
    spoil(&world.url, "UPDATE lead_notes SET created_at = created_at + 7");
    let other = Other::empty(Engine::Postgres);
    // A target that rounds times without a word.
    other.sql("ALTER TABLE lead_notes ALTER created_at TYPE timestamptz(0)");
    let said = refused(&world.url, &other, &[]);
    let named = "the copy differs from the source: lead_notes, row organization_id 1, id 1: in created_at";
    assert!(said.contains(named), "{said}");
    world.finish();
}

#[test]
fn triggers_and_keys_in_a_circle_stand_aside_and_come_back() {
    let world = filled(Engine::Sqlite);
    let other = Other::empty(Engine::Postgres);
    other.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
         CREATE TRIGGER refuse_leads BEFORE INSERT ON leads FOR EACH ROW EXECUTE FUNCTION refuse();
         ALTER TABLE leads ENABLE ALWAYS TRIGGER refuse_leads;
         ALTER TABLE organizations ADD CONSTRAINT circle FOREIGN KEY (id) REFERENCES lead_search_state (organization_id)",
    );
    let before = guards(Engine::Postgres, &other.url);
    other.ok(&["migrate", "copy", "--from", &world.url, "--to", &other.url]);
    assert_eq!(guards(Engine::Postgres, &other.url), before);
    assert_eq!(held(&world), other.holds());
    let refused = other.run(&["lead", "add", "--phone", "+12125550190", "--org", "acme", "--as", "acme@example.com"]);
    assert!(refused.stderr.contains("refused"), "{}", refused.stderr);
    // Without the rows to which the circle leads there is no copy.
    let alone = World::new(Engine::Sqlite);
    let target = Other::empty(Engine::Postgres);
    target.sql("ALTER TABLE organizations ADD CONSTRAINT circle FOREIGN KEY (id) REFERENCES lead_search_state (organization_id)");
    let ran = alone.run(["migrate", "copy", "--to", &target.url]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("is not present in table"), "{}", ran.stderr);
    alone.finish();
    world.finish();
}

#[test]
fn no_folder_is_made_for_the_copy() {
    let world = World::new(Engine::Sqlite);
    let missing = world.path("missing");
    let to = missing.join("x.db").display().to_string();
    let ran = world.run(["migrate", "copy", "--to", &to]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("there is no folder") && ran.stderr.contains("mkdir -p "), "{}", ran.stderr);
    assert!(!missing.exists());
    world.finish();
}
