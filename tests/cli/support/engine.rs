//! The two engines: a fresh database for each test, copied from a migrated one, and direct SQL for what no verb shows.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{program, ran};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Engine {
    /// Makes a database and returns the URL by which an everyday user reaches it.
    pub fn fresh_database(self, folder: &Path) -> String {
        match self {
            Engine::Sqlite => {
                let path = folder.join("crm.db");
                std::fs::copy(sqlite_template(), &path).unwrap();
                path.display().to_string()
            }
            Engine::Postgres => {
                let name = format!("crmctl_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                let template = postgres_template();
                psql(&admin_url(), &format!("CREATE DATABASE {name} TEMPLATE {template}"));
                url_of("crmctl_app", &name)
            }
        }
    }

    pub fn drop_database(self, url: &str) {
        if self == Engine::Postgres {
            psql(&admin_url(), &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database_of(url)));
        }
    }

    /// Runs SQL past the program, as a role that may do anything, and returns the rows.
    pub fn sql(self, url: &str, sql: &str) -> Result<Vec<String>, String> {
        match self {
            Engine::Sqlite => sqlite(url, sql),
            Engine::Postgres => try_psql(&url_of("postgres", database_of(url)), sql),
        }
    }
}

fn sqlite(path: &str, sql: &str) -> Result<Vec<String>, String> {
    let run = || -> rusqlite::Result<Vec<String>> {
        let conn = rusqlite::Connection::open(path)?;
        conn.busy_timeout(std::time::Duration::from_secs(10))?;
        conn.pragma_update(None, "foreign_keys", true)?;
        let mut statement = conn.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let cells: Vec<String> = (0..columns)
                .map(|i| match row.get_unwrap::<_, rusqlite::types::Value>(i) {
                    rusqlite::types::Value::Null => String::new(),
                    rusqlite::types::Value::Integer(n) => n.to_string(),
                    rusqlite::types::Value::Real(n) => n.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    rusqlite::types::Value::Blob(bytes) => format!("{bytes:?}"),
                })
                .collect();
            lines.push(cells.join("|"));
        }
        Ok(lines)
    };
    run().map_err(|e| e.to_string())
}

/// The URL of the cluster's superuser.
pub fn admin_url() -> String {
    std::env::var("CRMCTL_TEST_POSTGRES")
        .expect("these tests need a PostgreSQL cluster: run them with scripts/test, which brings one up")
}

/// The URL of a database of the test cluster as one of its roles.
pub fn url_of(role: &str, database: &str) -> String {
    let admin = admin_url();
    let (_, rest) = admin.split_once('@').unwrap();
    let (host, _) = rest.split_once('/').unwrap();
    format!("postgres://{role}@{host}/{database}")
}

pub fn database_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

pub fn psql(url: &str, sql: &str) -> Vec<String> {
    try_psql(url, sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

pub fn try_psql(url: &str, sql: &str) -> Result<Vec<String>, String> {
    let programs = std::env::var("CRMCTL_POSTGRES_BIN").map(PathBuf::from).unwrap_or_default();
    let output = Command::new(programs.join("psql"))
        .args([url, "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .output()
        .map_err(|e| format!("psql: {e}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// A migrated file with the organization `acme`.
fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        add_acme(folder.path(), &path.display().to_string());
        // The write-ahead log is gone once the last connection has closed.
        (folder, path)
    });
    path
}

/// A migrated database with the organization `acme`, owned by a role that tests do not use.
fn postgres_template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let admin = admin_url();
        for role in ["crmctl_owner", "crmctl_app"] {
            psql(&admin, &format!("DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"));
        }
        let name = format!("crmctl_template_{}", std::process::id());
        psql(&admin, &format!("CREATE DATABASE {name} OWNER crmctl_owner"));
        let owner = url_of("crmctl_owner", &name);
        psql(&url_of("postgres", &name), "ALTER SCHEMA public OWNER TO crmctl_owner");
        let home = tempfile::tempdir().unwrap();
        let migrated = ran(program(home.path()).args(["--database-url", &owner, "migrate", "up"]));
        assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
        psql(&owner, &crmctl::db::catalogue::grants("crmctl_app").join(" "));
        add_acme(home.path(), &url_of("crmctl_app", &name));
        name
    })
}

fn add_acme(home: &Path, url: &str) {
    let added =
        ran(program(home).args(["--database-url", url, "org", "add", "acme", "--name", "Acme", "--region", "US"]));
    assert_eq!(added.code, Some(0), "{}", added.stderr);
}
