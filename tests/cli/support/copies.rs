//! Databases to copy into, and what a database holds, told by the engines themselves and not by crmctl.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crmctl::db::catalogue::tables;
use serde_json::Value;

use super::engine::{admin_url, database_of, psql, url_of};
use super::{Engine, Ran, World, program, ran};

/// A database that is none of a test's world.
pub struct Other {
    pub engine: Engine,
    /// As the role that owns it.
    pub url: String,
    home: tempfile::TempDir,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Other {
    /// A migrated database without rows; of SQLite a file that is not there yet.
    pub fn empty(engine: Engine) -> Other {
        let home = tempfile::tempdir().unwrap();
        if engine == Engine::Sqlite {
            let url = home.path().join("other.db").display().to_string();
            return Other { engine, url, home };
        }
        // Its template makes the roles.
        Engine::Postgres.drop_database(&Engine::Postgres.fresh_database(home.path()));
        let name = format!("crmctl_copy_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        psql(&admin_url(), &format!("CREATE DATABASE {name} OWNER crmctl_owner"));
        psql(&url_of("postgres", &name), "ALTER SCHEMA public OWNER TO crmctl_owner");
        let other = Other { engine, url: url_of("crmctl_owner", &name), home };
        other.ok(&["migrate", "up"]);
        psql(&other.url, &crmctl::db::catalogue::grants("crmctl_app").join(" "));
        other
    }

    /// As a role that owns nothing.
    pub fn everyday_url(&self) -> String {
        match self.engine {
            Engine::Sqlite => self.url.clone(),
            Engine::Postgres => url_of("crmctl_app", database_of(&self.url)),
        }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program(self.home.path());
        command.env("CRM_DATABASE_URL", self.everyday_url()).env("CRM_NOW", super::NOW).args(args);
        if args.first() == Some(&"migrate") {
            command.env("CRM_DATABASE_URL", &self.url);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{:?}: {args:?}: {}{}", self.engine, ran.stdout, ran.stderr);
        ran.stdout
    }

    pub fn sql(&self, sql: &str) -> Vec<String> {
        self.engine.sql(&self.url, sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    pub fn holds(&self) -> Rows {
        rows(self.engine, &self.url)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.engine.drop_database(&self.url);
    }
}

/// The rows of each table of the catalogue, each with its values by column, in one order.
pub type Rows = BTreeMap<&'static str, Vec<String>>;

/// What a world holds.
pub fn held(world: &World) -> Rows {
    rows(world.engine, &world.url)
}

/// The type of each column, as PostgreSQL names it: SQLite has fewer.
fn types() -> &'static BTreeMap<String, Vec<(String, String)>> {
    static TYPES: std::sync::OnceLock<BTreeMap<String, Vec<(String, String)>>> = std::sync::OnceLock::new();
    TYPES.get_or_init(|| {
        let world = World::new(Engine::Postgres);
        let of = |table: &str| {
            let mut columns = super::filled::columns(&world, table);
            columns.sort();
            (table.to_owned(), columns)
        };
        let types = tables().map(|table| of(table.name)).collect();
        world.finish();
        types
    })
}

fn rows(engine: Engine, url: &str) -> Rows {
    tables().map(|table| (table.name, rows_of(engine, url, table.name))).collect()
}

fn rows_of(engine: Engine, url: &str, table: &str) -> Vec<String> {
    let columns = &types()[table];
    let cells: Vec<String> = columns.iter().map(|(name, kind)| cell(engine, name, kind)).collect();
    let sql = match engine {
        Engine::Sqlite => format!("SELECT json_array({}) FROM {table}", cells.join(", ")),
        Engine::Postgres => format!("SELECT json_build_array({}) FROM {table}", cells.join(", ")),
    };
    let found = engine.sql(url, &sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let mut rows: Vec<String> = found
        .iter()
        .map(|line| {
            let values: Vec<Option<String>> = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
            let named = columns.iter().zip(values).map(|((name, kind), value)| match (kind.as_str(), value) {
                (_, None) => format!("{name}=NULL"),
                ("jsonb", Some(text)) => format!("{name}={}", serde_json::from_str::<Value>(&text).unwrap()),
                (_, Some(text)) => format!("{name}={text:?}"),
            });
            named.collect::<Vec<_>>().join(" ")
        })
        .collect();
    rows.sort();
    rows
}

/// A column as a text that is the same on both engines.
fn cell(engine: Engine, name: &str, kind: &str) -> String {
    match (engine, kind) {
        (Engine::Sqlite, "bytea" | "uuid") => format!("lower(hex({name}))"),
        (Engine::Sqlite, _) => format!("CAST({name} AS TEXT)"),
        (Engine::Postgres, "bytea") => format!("encode({name}, 'hex')"),
        (Engine::Postgres, "uuid") => format!("replace({name}::text, '-', '')"),
        (Engine::Postgres, "boolean") => format!("{name}::int::text"),
        (Engine::Postgres, kind) if kind.starts_with("timestamp") => {
            format!("(extract(epoch FROM {name}) * 1000000)::bigint::text")
        }
        (Engine::Postgres, _) => format!("{name}::text"),
    }
}

/// What guards the rows of a database: its triggers, indexes and policies.
pub fn guards(engine: Engine, url: &str) -> Vec<String> {
    let sql = match engine {
        Engine::Sqlite => "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1",
        Engine::Postgres => {
            "SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT format('%s %s %s', oid::regclass, relrowsecurity, relforcerowsecurity) FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
                 WHERE connamespace = 'public'::regnamespace
             ORDER BY 1"
        }
    };
    engine.sql(url, sql).unwrap()
}
