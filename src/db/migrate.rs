//! The schema's migrations, compiled into the program.

pub mod everyday;

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::catalogue::{RECORD_ERASURE, erasing_function};
use super::{Db, DbError, MultiBackend};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// One migration and whether the database has it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Step {
    pub version: String,
    pub name: String,
    pub applied: bool,
}

/// Where a database stands.
#[derive(Debug, Clone)]
pub struct State {
    pub steps: Vec<Step>,
    /// The versions of migrations in the database that this program does not know.
    pub unknown: Vec<String>,
}

impl State {
    pub fn pending(&self) -> usize {
        self.steps.iter().filter(|step| !step.applied).count()
    }

    /// Whether a program before the first of these migrations made the database: its schema leads to no later one.
    pub fn is_of_earlier_checkout(&self) -> bool {
        let first = self.steps.first().map(|step| step.version.as_str()).unwrap_or_default();
        self.unknown.iter().any(|version| version.as_str() < first)
    }
}

/// The migrations of crmctl before the schema was laid anew: no program reads their tables any more.
const EARLIER: [&str; 9] = [
    "20261121000001",
    "20261121000002",
    "20261121000003",
    "20261121000004",
    "20261121000005",
    "20261121000006",
    "20261121000007",
    "20261124000008",
    "20261124000009",
];

/// Whether one of the versions that an embedded database holds is of a migration of crmctl.
///
/// # Errors
/// The migrations in the program cannot be read.
pub(super) fn holds_ours(versions: &[String]) -> Result<bool, DbError> {
    let known = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(|e| DbError::Migration(e.to_string()))?;
    let known: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    Ok(versions.iter().any(|version| known.contains(version) || EARLIER.contains(&version.as_str())))
}

fn source(conn: &Db) -> EmbeddedMigrations {
    match conn {
        Db::Sqlite(_) => SQLITE,
        Db::Postgres(_) => POSTGRES,
    }
}

/// Reads where the database stands, without creating anything: an everyday role may not.
///
/// # Errors
/// The database cannot be read.
pub fn state(conn: &mut Db) -> Result<State, DbError> {
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let exists = match conn {
        Db::Sqlite(_) => "SELECT name AS version FROM sqlite_master WHERE name = '__diesel_schema_migrations'",
        Db::Postgres(_) => {
            "SELECT table_name::text AS version FROM (SELECT to_regclass('__diesel_schema_migrations') AS table_name) t WHERE table_name IS NOT NULL"
        }
    };
    let mut applied = BTreeSet::new();
    if !diesel::sql_query(exists).load::<Applied>(conn)?.is_empty() {
        let rows: Vec<Applied> =
            diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version").load(conn)?;
        applied.extend(rows.into_iter().map(|row| row.version));
    }
    let mut steps = Vec::new();
    for migration in known(conn)? {
        let name = migration.name().to_string();
        let version = migration.name().version().to_string();
        let applied = applied.remove(&version);
        let name = name.split_once('_').map_or(name.clone(), |(_, n)| n.to_owned());
        steps.push(Step { version, name, applied });
    }
    Ok(State { steps, unknown: applied.into_iter().collect() })
}

fn known(conn: &Db) -> Result<Vec<Box<dyn Migration<MultiBackend>>>, DbError> {
    MigrationSource::<MultiBackend>::migrations(&source(conn)).map_err(|e| DbError::Migration(e.to_string()))
}

/// Applies what is pending, inside the caller's transaction, and returns the names.
///
/// # Errors
/// A migration failed.
pub fn up(conn: &mut Db) -> Result<Vec<String>, DbError> {
    lock(conn)?;
    let source = source(conn);
    let done = conn.run_pending_migrations(source).map_err(|e| DbError::Migration(e.to_string()))?;
    let done: Vec<String> = done.iter().map(MigrationVersion::to_string).collect();
    if let Db::Postgres(pg) = conn
        && !done.is_empty()
    {
        // It is of the catalogue: whatever a migration has added is erased from now on.
        pg.batch_execute(&erasing_function())?;
        // It has the rights of the schema's owner, whoever makes it.
        pg.batch_execute(&format!(
            "DO $$ BEGIN EXECUTE format('ALTER FUNCTION public.{RECORD_ERASURE} OWNER TO %I',
                (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.erasures'::regclass)); END $$"
        ))?;
    }
    Ok(done)
}

/// Reverts the last `steps` migrations, inside the caller's transaction, and returns the versions.
///
/// # Errors
/// A migration failed.
pub fn down(conn: &mut Db, steps: usize) -> Result<Vec<String>, DbError> {
    lock(conn)?;
    let applied = state(conn)?.steps.iter().filter(|step| step.applied).count();
    let mut done = Vec::new();
    for _ in 0..steps.min(applied) {
        let source = source(conn);
        let version = conn.revert_last_migration(source).map_err(|e| DbError::Migration(e.to_string()))?;
        done.push(version.to_string());
    }
    Ok(done)
}

/// Lets one program migrate at a time; SQLite's write transaction does that by itself.
fn lock(conn: &mut Db) -> Result<(), DbError> {
    if let Db::Postgres(pg) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock(72115, 0)").execute(pg)?;
    }
    Ok(())
}
