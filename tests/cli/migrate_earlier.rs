//! Databases of a checkout before the clean schema, and the mark of our files.

use crate::migrate::{VERBS, migrations};
use crate::support::engine::{admin_url, database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines, ran};

/// A database as the last checkout before the clean schema left it, as far as anyone looks: its URL.
fn of_an_earlier_checkout(world: &World) -> String {
    let sql = "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY NOT NULL, run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP);
               INSERT INTO __diesel_schema_migrations (version) VALUES ('20261121000001');
               CREATE TABLE organizations (id integer PRIMARY KEY, slug text NOT NULL);
               INSERT INTO organizations (id, slug) VALUES (1, 'acme');";
    match world.engine {
        Engine::Sqlite => {
            let path = world.path("earlier.db");
            rusqlite::Connection::open(&path)
                .unwrap()
                .execute_batch(&format!("PRAGMA journal_mode = WAL; {sql}"))
                .unwrap();
            path.display().to_string()
        }
        Engine::Postgres => {
            let name = format!("{}_earlier", database_of(&world.url));
            psql(&admin_url(), &format!("CREATE DATABASE {name} OWNER crmctl_owner"));
            psql(&url_of("postgres", &name), "ALTER SCHEMA public OWNER TO crmctl_owner");
            let url = url_of("crmctl_owner", &name);
            psql(&url, sql);
            url
        }
    }
}

/// All that a database of an earlier checkout holds.
fn contents(engine: Engine, url: &str) -> Vec<String> {
    let schema = match engine {
        Engine::Sqlite => {
            "SELECT name || coalesce(sql, '') FROM sqlite_schema UNION ALL SELECT application_id FROM pragma_application_id"
        }
        Engine::Postgres => "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    };
    [schema, "SELECT version, run_on FROM __diesel_schema_migrations", "SELECT * FROM organizations"]
        .iter()
        .flat_map(|sql| engine.sql(url, sql).unwrap())
        .collect()
}

#[test]
fn a_database_of_an_earlier_checkout_is_refused_with_the_way_out() {
    on_both_engines(|world| {
        let url = of_an_earlier_checkout(world);
        world.file("a.csv", "Phone\n2125550101\n");
        let before = contents(world.engine, &url);
        let migrate: &[&[&str]] = &[
            &["migrate", "up"],
            &["migrate", "down", "--yes"],
            &["migrate", "down", "--all", "--yes"],
            &["migrate", "redo", "--yes"],
        ];
        for verb in VERBS.iter().chain(migrate) {
            let ran = world.run([*verb, &["--database-url", &url]].concat());
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{verb:?}: {}", ran.stderr);
            let says = |part: &str| ran.stderr.contains(part);
            assert!(says("was made by a crmctl before its first release"), "{verb:?}: {}", ran.stderr);
            assert!(
                says("crmctl lead export --include-dnc") && says("crmctl import leads"),
                "{verb:?}: {}",
                ran.stderr
            );
        }
        let status = world.run(["migrate", "status", "--database-url", &url]);
        assert_eq!((status.code, status.stdout.matches(" no").count()), (Some(3), migrations()), "{}", status.stdout);
        assert!(
            status.stderr.contains("warning: the database was made by a crmctl before its first release"),
            "{}",
            status.stderr
        );
        assert_eq!(contents(world.engine, &url), before);
        let files = std::fs::read_dir(world.folder.path()).unwrap().flatten();
        assert!(files.map(|f| f.file_name().into_string().unwrap()).all(|name| !name.contains("backup")));
        if world.engine == Engine::Postgres {
            Engine::Postgres.drop_database(&url);
        }
    });
}

/// The calls that the refusal names bring the leads into a new database, and the list with its reasons and ends.
#[test]
fn leads_of_an_earlier_checkout_are_taken_along() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada March"]);
    world.ok(["lead", "add", "--phone", "+12125550102", "--name", "Ben"]);
    world.ok(["dnc", "add", "+12125550102", "--scope", "calls", "--reason", "until May", "--expires", "2026-05-01"]);
    world.ok(["dnc", "add", "+12125550103"]);
    world.ok(["dnc", "add", "+12125550104"]);
    world.ok(["dnc", "remove", "+12125550104", "--reason", "a wrong number", "--yes"]);
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    world.ok(["lead", "assign", "1", "--to", "ann@example.com"]);
    let new = world.path("new.db").display().to_string();
    let new = ["--database-url", &new];
    world.ok(["lead", "export", "--include-dnc", "--output", "leads.csv"]);
    let list = world.ok(["dnc", "list", "--format", "csv"]);
    world.file("dnc.csv", list);
    world.ok([&["import", "dnc", "dnc.csv"][..], &new].concat());
    world.ok([&["user", "add", "ann@example.com"][..], &new].concat());
    world.ok([&["import", "leads", "leads.csv"][..], &new].concat());
    for (list, fields) in [
        (&["dnc", "list"][..], &["phone_number", "scope", "reason", "expires_at", "added_at"][..]),
        (
            &["lead", "list", "--sort", "id"][..],
            &["phone_number", "first_name", "last_name", "status", "created_at"][..],
        ),
    ] {
        let essence = |url: &[&str]| -> Vec<String> {
            let rows = world.json([list, url].concat());
            let rows = rows.as_array().unwrap().iter();
            let mut rows: Vec<String> =
                rows.map(|row| fields.iter().map(|field| format!("{} ", row[*field])).collect()).collect();
            rows.sort();
            rows
        };
        let (old, new) = (essence(&[]), essence(&new));
        assert_eq!((old.len(), &new), (2, &old));
    }
    world.finish();
}

fn application_id(path: &std::path::Path) -> i64 {
    rusqlite::Connection::open(path).unwrap().query_row("PRAGMA application_id", [], |row| row.get(0)).unwrap()
}

fn unmark(path: &std::path::Path) {
    rusqlite::Connection::open(path).unwrap().pragma_update(None, "application_id", 0).unwrap();
}

#[test]
fn a_file_is_marked_as_ours_and_marked_again() {
    let world = World::new(Engine::Sqlite);
    let path = world.path("new.db");
    world.ok(["migrate", "up", "--database-url", path.to_str().unwrap()]);
    assert_eq!(application_id(&path), 0x6372_6D63);
    unmark(&path);
    world.ok(["org", "list", "--database-url", path.to_str().unwrap()]);
    assert_eq!(application_id(&path), 0x6372_6D63);
    world.finish();
}

#[test]
fn a_file_that_cannot_be_marked_is_read_all_the_same() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    let path = std::path::PathBuf::from(&world.url);
    unmark(&path);
    let mode = |mode| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o400);
    // Root may write any file, but for this call.
    let call = world.command(["lead", "list", "--format", "json"]);
    let mut held = std::process::Command::new("setpriv");
    held.args(["--bounding-set", "-dac_override", "--inh-caps", "-dac_override"])
        .arg(call.get_program())
        .args(call.get_args());
    held.env_clear()
        .envs(call.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(world.folder.path());
    let is_root = may_write(&path);
    let listed = if is_root { ran(&mut held) } else { world.run(["lead", "list", "--format", "json"]) };
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(listed.stdout.contains("+12125550101"), "{}", listed.stdout);
    mode(0o600);
    assert_eq!(application_id(&path), 0);
    world.finish();
}

/// Whether a file that nobody may write can be written: by root.
fn may_write(path: &std::path::Path) -> bool {
    std::fs::OpenOptions::new().append(true).open(path).is_ok()
}
