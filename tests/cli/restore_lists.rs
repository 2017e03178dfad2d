//! Registries and groups hold after a restore, on both engines; a restore that was interrupted is finished, and one over a damaged
//! database does what it can.

use std::io::{Seek, SeekFrom, Write};

use serde_json::{Value, json};

use crate::backup_files::{admin, backed_up};
use crate::support::engine::{admin_url, database_of, psql, try_psql, url_of};
use crate::support::{Engine, Ran, World, on_both_engines};

/// The database into which a backup is restored: the same one on SQLite, and on PostgreSQL a new one.
pub struct Target<'a> {
    world: &'a World,
    pub url: String,
}

impl<'a> Target<'a> {
    pub fn new(world: &'a World) -> Target<'a> {
        if world.engine == Engine::Sqlite {
            return Target { world, url: world.url.clone() };
        }
        let name = format!("{}_restored", database_of(&world.url));
        psql(&admin_url(), &format!("CREATE DATABASE {name}"));
        Target { world, url: url_of("postgres", &name) }
    }

    /// Restores the backup over the world's database, or as what replaces it.
    pub fn restored(world: &'a World, code: i32) -> (Target<'a>, Value) {
        let target = Target::new(world);
        let replaces = admin(world);
        let mut call = vec!["restore", "crm.zst", "--yes", "--format", "json"];
        if world.engine == Engine::Postgres {
            call.extend(["--replaces", &replaces]);
        }
        let ran = target.run(&call);
        assert_eq!(ran.code, Some(code), "{}\n{}", ran.stdout, ran.stderr);
        (target, serde_json::from_str(&ran.stdout).unwrap())
    }

    pub fn run(&self, call: &[&str]) -> Ran {
        self.world.run(call.iter().copied().chain(["--allow-bypass", "--database-url", &self.url]))
    }

    pub fn check(&self, number: &str, org: &str) -> Option<i32> {
        self.run(&["dnc", "check", number, "--org", org]).code
    }

    pub fn sql(&self, sql: &str) -> Vec<String> {
        match self.world.engine {
            Engine::Sqlite => Engine::Sqlite.sql(&self.url, sql).unwrap(),
            Engine::Postgres => psql(&self.url, sql),
        }
    }
}

impl Drop for Target<'_> {
    fn drop(&mut self) {
        if self.world.engine == Engine::Postgres {
            let _ = try_psql(&admin_url(), &format!("DROP DATABASE {} WITH (FORCE)", database_of(&self.url)));
        }
    }
}

fn load(world: &World, numbers: &str) {
    world.file("registry.txt", numbers);
    let load = ["dnc", "registry", "load", "us-national", "registry.txt", "--as-of", "today", "--area-codes", "all"];
    world.ok(load.iter().chain(&["--org", "acme"]));
}

#[test]
fn a_registry_answers_as_it_did_before_the_restore() {
    on_both_engines(|world| {
        load(world, "2125550105\n");
        world.ok(["dnc", "registry", "require", "us-national"]);
        backed_up(world, "crm.zst");
        load(world, "2125550105\n2125550106\n");
        world.ok(["dnc", "registry", "require", "us-national", "--subscription", "10012345"]);
        let (target, done) = Target::restored(world, 0);
        assert_eq!((&done["registries"], &done["requirements"]), (&json!(1), &json!(1)), "{done}");
        assert_eq!(target.sql("SELECT subscription FROM dnc_requirements"), ["10012345"]);
        for (number, code) in [("+12125550105", 3), ("+12125550106", 3), ("+12125550107", 0)] {
            assert_eq!(target.check(number, "acme"), Some(code), "{number}");
        }
        // It is whole: the next load builds on it, and finds every number.
        world.file("more.txt", "2125550108\n");
        let load = ["dnc", "registry", "load", "us-national", "more.txt", "--as-of", "today", "--mode", "add"];
        assert_eq!(target.run(&load).code, Some(0));
        assert_eq!(target.check("+12125550106", "acme"), Some(3));
    });
}

#[test]
fn a_registry_that_was_dropped_stays_dropped() {
    on_both_engines(|world| {
        load(world, "2125550105\n");
        world.ok(["dnc", "registry", "require", "us-national"]);
        backed_up(world, "crm.zst");
        world.ok(["dnc", "registry", "drop", "us-national", "--yes"]);
        let (target, done) = Target::restored(world, 0);
        assert_eq!(done["registries"], 1, "{done}");
        // Neither listed nor clear.
        assert_eq!(target.sql("SELECT count(*) FROM dnc_registry_blocks"), ["0"]);
        assert_eq!(target.check("+12125550107", "acme"), Some(3));
    });
}

#[test]
fn who_joined_a_group_is_in_it_after_a_restore() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta"]);
        backed_up(world, "crm.zst");
        world.ok(["org", "group", "add", "holding", "acme", "beta"]);
        world.ok(["dnc", "add", "+12125550101", "--reason", "asked", "--org", "acme"]);
        let (target, done) = Target::restored(world, 0);
        assert_eq!((&done["groups"], &done["numbers_listed"]), (&json!(2), &json!(1)), "{done}");
        let entries =
            "SELECT o.slug || ' ' || d.origin FROM dnc_list d JOIN organizations o ON o.id = d.organization_id
             WHERE d.removed_at IS NULL ORDER BY 1";
        assert_eq!(target.sql(entries), ["acme own", "beta group"]);
        let asked = "SELECT o.slug FROM dnc_requests r JOIN organizations o ON o.id = r.organization_id";
        assert_eq!(target.sql(asked), ["acme"]);
        // What is listed next reaches the others, too.
        assert_eq!(target.run(&["dnc", "add", "+12125550102", "--org", "beta"]).code, Some(0));
        assert_eq!(target.check("+12125550102", "acme"), Some(3));
    });
}

#[test]
fn what_a_company_of_the_group_wished_that_is_not_in_the_backup_stays_listed() {
    on_both_engines(|world| {
        backed_up(world, "crm.zst");
        world.ok(["org", "add", "gamma", "--region", "US"]);
        world.ok(["org", "group", "add", "holding", "acme", "gamma"]);
        world.ok(["dnc", "add", "+12125550101", "--org", "gamma"]);
        load(world, "2125550105\n");
        world.ok(["dnc", "registry", "require", "us-national", "--org", "gamma"]);
        let (target, done) = Target::restored(world, 3);
        let left = done["left"].as_array().unwrap();
        let left: Vec<[&str; 3]> =
            left.iter().map(|it| ["organization", "what", "which"].map(|key| it[key].as_str().unwrap())).collect();
        let expected = [["organizations", "gamma"], ["do-not-call numbers", "all 1"], ["required registries", "all 1"]]
            .map(|[what, which]| ["gamma", what, which]);
        assert_eq!(left, expected, "{done}");
        assert_eq!(target.check("+12125550101", "acme"), Some(3));
        // Nobody asked acme.
        assert_eq!(target.sql("SELECT count(*) FROM dnc_requests"), ["0"]);
    });
}

#[test]
fn an_organization_in_another_group_is_named() {
    let world = World::new(Engine::Sqlite);
    world.ok(["org", "group", "add", "first", "acme"]);
    world.ok(["backup", "crm.zst"]);
    world.ok(["org", "group", "remove", "first", "acme", "--yes"]);
    world.ok(["org", "group", "add", "second", "acme"]);
    let (_, done) = Target::restored(&world, 3);
    assert_eq!((&done["left"][0]["what"], &done["left"][0]["which"]), (&"groups".into(), &"second".into()), "{done}");
    world.finish();
}

#[test]
fn wishes_alone_are_applied_to_what_was_restored_before() {
    on_both_engines(|world| {
        backed_up(world, "crm.zst");
        world.ok(["dnc", "add", "+12125550101"]);
        world.ok(["lead", "add", "--phone", "+12125550102"]);
        world.ok(["lead", "erase", "+12125550102", "--yes"]);
        let mut target = Target::new(world);
        if world.engine == Engine::Sqlite {
            target.url = world.path("new.db").display().to_string();
        }
        // Nothing says what people asked for.
        target.run(&["restore", "crm.zst", "--yes"]);
        assert_eq!(target.check("+12125550101", "acme"), Some(0));
        let replaces = admin(world);
        let finish = ["restore", "--wishes-only", "--replaces", &replaces, "--format", "json"];
        for (listed, buried) in [(1, 1), (0, 0)] {
            let ran = target.run(&finish);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let done: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(
                (&done["numbers_listed"], &done["kept_deleted"], &done["backup"]),
                (&json!(listed), &json!(buried), &Value::Null),
                "{done}"
            );
        }
        assert_eq!(target.check("+12125550101", "acme"), Some(3));
        assert_eq!(target.run(&["restore", "--wishes-only"]).code, Some(2));
        assert_eq!(target.run(&["restore"]).code, Some(2));
    });
}

#[test]
fn who_acts_is_settled_before_a_server_restores() {
    let world = World::new(Engine::Postgres);
    backed_up(&world, "crm.zst");
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    let target = Target::new(&world);
    let replaces = admin(&world);
    let ran = target.run(&["restore", "crm.zst", "--yes", "--replaces", &replaces]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(target.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), ["0"]);
    let ran = target.run(&["restore", "crm.zst", "--yes", "--replaces", &replaces, "--as", "ann@example.com"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    drop(target);
    world.finish();
}

#[test]
fn rows_that_a_server_has_not_stored_are_told_as_a_change() {
    let world = World::new(Engine::Postgres);
    backed_up(&world, "first.zst");
    backed_up(&world, "crm.zst");
    let target = Target::new(&world);
    // Something else that deletes what is restored.
    psql(
        &target.url,
        "CREATE SCHEMA other; CREATE FUNCTION other.clear() RETURNS event_trigger LANGUAGE plpgsql AS
         'BEGIN IF to_regclass(''public.backups'') IS NOT NULL THEN DELETE FROM public.backups; END IF; END';
         CREATE EVENT TRIGGER clear ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION other.clear()",
    );
    let replaces = admin(&world);
    let ran = target.run(&["restore", "crm.zst", "--yes", "--replaces", &replaces]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("0 rows of backups are there where it has 1"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
    drop(target);
    world.finish();
}

#[test]
fn a_damaged_database_that_opens_is_restored_over() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.ok(["backup", "crm.zst"]);
    world.ok(["dnc", "add", "+12125550155"]);
    world.ok(["lead", "add", "--phone", "+12125550102"]);
    world.ok(["lead", "edit", "+12125550101", "--consent", "denied"]);
    let conn = rusqlite::Connection::open(&world.url).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let place =
        "SELECT (rootpage - 1) * (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = 'leads'";
    let place: i64 = conn.query_row(place, [], |row| row.get(0)).unwrap();
    drop(conn);
    let mut file = std::fs::File::options().write(true).open(&world.url).unwrap();
    file.seek(SeekFrom::Start(place.unsigned_abs())).unwrap();
    file.write_all(&[0xFF; 4096]).unwrap();
    drop(file);
    let before = std::fs::read(&world.url).unwrap();
    let plan = world.run(["restore", "crm.zst", "--dry-run"]);
    assert_eq!(plan.code, Some(3), "{}", plan.stderr);
    let (target, done) = Target::restored(&world, 3);
    let left = done["left"].as_array().unwrap();
    assert!(left.iter().any(|it| it["what"] == "opt-outs"), "{done}");
    assert!(left.iter().all(|it| it["problem"].as_str().unwrap().contains("damaged")), "{done}");
    // What can be read holds.
    assert_eq!(done["numbers_listed"], 1, "{done}");
    assert_eq!(target.check("+12125550155", "acme"), Some(3));
    assert_eq!(target.sql("PRAGMA integrity_check"), ["ok"]);
    assert_eq!(target.sql("SELECT phone_number FROM leads"), ["+12125550101"]);
    let kept = std::fs::read(done["kept_as"].as_str().unwrap()).unwrap();
    assert_eq!(kept.len(), before.len());
    drop(target);
    world.finish();
}

#[test]
fn a_rehearsal_changes_no_schema_and_makes_no_folder() {
    let world = World::new(Engine::Sqlite);
    world.ok(["backup", "crm.zst"]);
    let target = world.path("new/crm.db");
    let ran = world.run(["restore", "crm.zst", "--dry-run", "--database-url", target.to_str().unwrap()]);
    // Nothing tells of wishes since.
    assert_eq!((ran.code, world.path("new").exists()), (Some(3), false), "{}", ran.stderr);
    world.ok(["migrate", "down", "--yes"]);
    let versions = || Engine::Sqlite.sql(&world.url, "SELECT max(version) FROM __diesel_schema_migrations").unwrap();
    let before = versions();
    let ran = world.run(["restore", "crm.zst", "--dry-run"]);
    assert_eq!((ran.code, versions()), (Some(1), before.clone()), "{}", ran.stderr);
    assert!(ran.stderr.contains("pending migration"), "{}", ran.stderr);
    let ran = world.run(["restore", "crm.zst", "--dry-run", "--replaces", &world.url, "--database-url", "other.db"]);
    assert_eq!((ran.code, versions()), (Some(1), before), "{}", ran.stderr);
    world.ok(["migrate", "up"]);
    world.ok(["restore", "crm.zst", "--dry-run"]);
    world.finish();
}
