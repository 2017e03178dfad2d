//! A database with rows in every table of the catalogue.

use crmctl::db::catalogue::{Tenant, tables};

use super::{Engine, World};

/// The organizations of a filled database, by id: each has the same people, numbers and names.
pub const ORGANIZATIONS: [(i32, &str); 2] = [(1, "acme"), (2, "beta")];

/// A database in which both organizations have rows in every table.
pub fn filled(engine: Engine) -> World {
    let world = World::new(engine);
    world.ok(["org", "add", "beta", "--region", "US"]);
    for (_, slug) in ORGANIZATIONS {
        fill(&world, slug);
    }
    record_a_backup(&world);
    for table in tables() {
        let organizations = match (table.name, table.tenant) {
            ("organizations", _) => "id",
            (_, Tenant::Organization) => "organization_id",
            (name, Tenant::Everyone) => {
                let rows = world.engine.sql(&world.url, &format!("SELECT count(*) FROM {name}")).unwrap();
                assert_ne!(rows, ["0"], "let support/filled.rs make a row of {name}");
                continue;
            }
        };
        let sql = format!("SELECT DISTINCT {organizations} FROM {} ORDER BY 1", table.name);
        let found = world.engine.sql(&world.url, &sql).unwrap();
        assert_eq!(found, ["1", "2"], "let support/filled.rs make a row of {} for each organization", table.name);
    }
    world
}

fn fill(world: &World, slug: &str) {
    let user = format!("{slug}@example.com");
    world.ok(["user", "add", &user, "--role", "admin", "--org", slug]);
    let run = |args: &[&str]| world.run([args, &["--org", slug, "--as", &user]].concat());
    let ok = |args: &[&str]| {
        let ran = run(args);
        assert_eq!(ran.code, Some(0), "{:?}: {args:?}: {}{}", world.engine, ran.stdout, ran.stderr);
    };
    ok(&["org", "set", "import.on_duplicate", "fill"]);
    world.file(
        "people.csv",
        "Phone,Work Phone,First Name,Email,Email 2,Tags,Note\n2125550101,2125550102,Ada,ada@example.com,ada@example.org,vip,hello\n",
    );
    ok(&["import", "leads", "people.csv", "--save-mapping", "monthly"]);
    ok(&["lead", "assign", "2125550101", "--to", &user]);
    ok(&["lead", "search", "ada"]);
    ok(&["pool", "add", "inbound", "--where", "company = inbound"]);
    ok(&["pool", "member", "add", "inbound", &user, "--capacity", "1"]);
    ok(&["lead", "add", "--phone", "2125550106", "--name", "Cleo", "--company", "inbound"]);
    // The user holds a lead already.
    assert_eq!(run(&["pool", "run"]).code, Some(3));
    ok(&["segment", "add", "vips", "--where", "tag = vip"]);
    ok(&["territory", "add", "north", "--where", "tag = vip"]);
    ok(&["territory", "member", "add", "north", &user]);
    ok(&["territory", "assign", "--yes"]);
    ok(&["task", "add", "2125550101", "--due", "today", "--note", "ask Ada"]);
    ok(&["lead", "next", "dismiss", "2125550101", "--reason", "Ada moved"]);
    ok(&["dnc", "add", "+12125550103", "--reason", "asked"]);
    // A mobile number in Argentina, which is also written without its 9.
    ok(&["dnc", "add", "+5491123456789", "--reason", "asked"]);
    assert_eq!(run(&["dnc", "check", "+12125550103", "--record"]).code, Some(3));
    world.file("registry.txt", "2125550105\n");
    ok(&["dnc", "registry", "load", "us-national", "registry.txt", "--as-of", "today", "--area-codes", "all"]);
    ok(&["dnc", "registry", "require", "us-national", "--subscription", "10012345"]);
    let scrub = ["dnc", "scrub", "people.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
    ok(&scrub);
    ok(&["roi", "cost", "add", "web", "2026-03", "5"]);
    ok(&["roi", "rate", "set", "EUR", "2026-03", "1.08"]);
    ok(&["budget", "deposit", "1000", "--idempotency-key", "first deposit"]);
    ok(&["lead", "add", "--phone", "2125550104", "--name", "Ben"]);
    ok(&["lead", "edit", "2125550104", "--city", "Troy"]);
    ok(&["score", "run"]);
    ok(&["lead", "erase", "2125550104", "--yes"]);
}

/// The row of a backup: on PostgreSQL an everyday role makes none.
fn record_a_backup(world: &World) {
    let (uid, now) = match world.engine {
        Engine::Sqlite => ("x'0190a5b0000070008000000000000001'", "1772582400000000"),
        Engine::Postgres => ("'0190a5b0-0000-7000-8000-000000000001'", "'2026-03-04 00:00:00Z'"),
    };
    let digest = "0".repeat(64);
    let values = format!("{uid}, '/backups/crm.db.zst', 1, '{digest}', '20261127000026', NULL, {now}, {now}");
    let columns = "uid, path, bytes, sha256, schema_version, made_by, made_at, verified_at";
    world.engine.sql(&world.url, &format!("INSERT INTO backups ({columns}) VALUES ({values})")).unwrap();
}

/// The columns of a table in order, with their types as the engine names them.
pub fn columns(world: &World, table: &str) -> Vec<(String, String)> {
    let sql = match world.engine {
        Engine::Sqlite => format!("SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid"),
        Engine::Postgres => format!(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        ),
    };
    let rows = world.engine.sql(&world.url, &sql).unwrap();
    rows.iter().map(|row| row.split_once('|').unwrap()).map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
}

/// All rows of all tables.
pub fn everything(world: &World) -> Vec<(&'static str, Vec<String>)> {
    let rows = |name| world.engine.sql(&world.url, &format!("SELECT * FROM {name} ORDER BY 1, 2")).unwrap();
    tables().map(|table| (table.name, rows(table.name))).collect()
}

/// Tries each statement on PostgreSQL, takes back what it did, and returns what it was refused with; nothing when it was not.
pub fn refusals(url: &str, setting: &str, statements: &[String]) -> Vec<String> {
    let mut script = format!(
        "CREATE FUNCTION pg_temp.attempt(sql text) RETURNS text LANGUAGE plpgsql AS $$
         BEGIN
             EXECUTE sql;
             RAISE EXCEPTION USING ERRCODE = 'P9999', MESSAGE = '';
         EXCEPTION WHEN OTHERS THEN
             RETURN replace(SQLERRM, chr(10), ' ');
         END $$; {setting}"
    );
    for statement in statements {
        script.push_str(&format!("SELECT pg_temp.attempt($attempt${statement}$attempt$);"));
    }
    let answers = super::engine::psql(url, &script);
    assert_eq!(answers.len(), statements.len(), "{answers:?}");
    answers
}
