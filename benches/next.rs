//! How fast `lead next` finds whom to contact among many leads.
//!
//! `scripts/with-postgres cargo bench --bench next -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 1,000,000) into each engine, gives a twentieth of them to one user, makes some due, answered and
//! contacted, and reads what `-v` prints of ordering them: everybody's by email, by call at noon and at night in New York, and one
//! user's. The middle one of eleven calls counts.

mod support;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use support::{app_url, fresh_postgres, fresh_sqlite, import_command, measure, psql, write_leads};

/// Calls of which the middle one counts.
const CALLS: usize = 11;

/// What is asked for, and when.
const ASKED: [(&str, &[&str]); 6] = [
    ("everybody's leads, by email", &["--all", "--channel", "email"]),
    ("everybody's leads, by email, 1,000 of them", &["--all", "--channel", "email", "--limit", "1000"]),
    ("everybody's leads, by call at any hour", &["--all", "--any-hour"]),
    ("everybody's leads, by call now", &["--all"]),
    ("one user's leads, by email", &["--channel", "email"]),
    ("one user's leads, by call now", &[]),
];

/// What makes the leads of a file ones that are worked.
const WORKED: [&str; 4] = [
    "UPDATE leads SET owner_id = (SELECT min(id) FROM users) WHERE id % 20 = 0",
    "UPDATE leads SET last_contacted_at = created_at WHERE id % 3 = 0",
    "UPDATE leads SET next_contact_at = created_at WHERE id % 200 = 1",
    "UPDATE leads SET last_engagement_at = updated_at WHERE id % 500 = 2",
];

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    println!("{rows} leads; the middle of {CALLS} calls\n");
    let sqlite = fresh_sqlite(folder, "next")?;
    user_of(&sqlite)?;
    measure(import(&sqlite, &file))?;
    let worked = Command::new("sqlite3").arg(&sqlite).arg(WORKED.join(";")).status()?;
    if !worked.success() {
        bail!("sqlite3 does not change the leads");
    }
    bench("SQLite", &sqlite)?;
    let Ok(admin) = std::env::var("CRMCTL_TEST_POSTGRES") else {
        println!("PostgreSQL not measured: run it through scripts/with-postgres");
        return Ok(());
    };
    fresh_postgres(&admin, "bench_next")?;
    let url = app_url(&admin, "bench_next");
    user_of(&url)?;
    measure(import(&url, &file))?;
    let owner = format!("{}/bench_next", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    psql(&owner, &WORKED)?;
    // What autovacuum does a minute after.
    psql(&owner, &["VACUUM ANALYZE"])?;
    bench("PostgreSQL", &url)
}

fn bench(engine: &str, url: &str) -> Result<()> {
    println!("{engine}");
    for (what, args) in ASKED {
        let times: Result<Vec<f64>> = (0..CALLS).map(|_| once(url, args)).collect();
        println!("  {what}: {:.1} ms", middle(times?));
    }
    println!();
    Ok(())
}

fn command(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", url]).args(args).env("CRM_USER", "bench@example.com");
    command
}

fn import(url: &str, file: &Path) -> Command {
    let mut import = import_command(url, file);
    import.env("CRM_USER", "bench@example.com");
    import
}

fn user_of(url: &str) -> Result<()> {
    let made =
        command(url, &["user", "add", "bench@example.com", "--role", "admin"]).env_remove("CRM_USER").output()?;
    match made.status.success() {
        true => Ok(()),
        false => bail!("user add: {}", String::from_utf8_lossy(&made.stderr)),
    }
}

/// What one call tells of the time that it took to order leads.
fn once(url: &str, args: &[&str]) -> Result<f64> {
    let output = command(url, &[&["lead", "next", "list", "-v"], args].concat()).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{args:?}: {said}");
    }
    let line = said.lines().find_map(|line| line.strip_prefix("leads ordered in ")?.strip_suffix(" ms"));
    line.context(format!("{args:?} told no time: {said}"))?.parse().context("a time in ms")
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
