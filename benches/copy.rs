//! How fast `migrate copy` is beside the import of the same leads.
//!
//! `scripts/with-postgres cargo bench --bench copy -- [ROWS]`
//!
//! It imports a deterministic file of ROWS leads (default 1,000,000) with 14 columns into SQLite and into PostgreSQL, copies the first into an
//! empty PostgreSQL database and the second into a new file, and prints how long each took, beside the import into the engine of the target,
//! with the peak memory of crmctl. Each copy includes the comparison of all rows.

mod support;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use support::{Measured, crmctl, fresh_postgres, fresh_sqlite, import_command, measure, psql, report, write_leads};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let rows = args.next().map_or(Ok(1_000_000), |text| text.parse()).context("no number of rows")?;
    let admin = std::env::var("CRMCTL_TEST_POSTGRES").context("run it through scripts/with-postgres")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("leads.csv");
    write_leads(&file, rows)?;
    println!("{:<46} {:>9} {:>11} {:>9} {:>9}", "what", "seconds", "rows/s", "peak MB", "file MB");
    let sqlite = fresh_sqlite(folder.path(), "import")?;
    let into_sqlite = measure(import_command(&sqlite, &file))?;
    report("import, SQLite", rows, &into_sqlite, Some(Path::new(&sqlite)));
    let postgres = fresh_postgres(&admin, "bench_copy_from")?;
    let into_postgres = measure(import_command(&postgres, &file))?;
    report("import, PostgreSQL", rows, &into_postgres, None);
    let target = empty_postgres(&admin, "bench_copy_to")?;
    let over = measure(copy(&sqlite, &target))?;
    report("copy, SQLite to PostgreSQL", rows, &over, None);
    let back = folder.path().join("back.db");
    let back_url = back.display().to_string();
    let returned = measure(copy(&target, &back_url))?;
    report("copy, PostgreSQL to SQLite", rows, &returned, Some(&back));
    let again = folder.path().join("again.db");
    let moved = measure(copy(&back_url, &again.display().to_string()))?;
    report("copy, SQLite to SQLite", rows, &moved, Some(&again));
    let ratio = |copy: &Measured, import: &Measured| copy.seconds / import.seconds;
    println!("\nratios: the copy's seconds over those of the import into the same engine");
    println!("SQLite to PostgreSQL  {:.2}", ratio(&over, &into_postgres));
    println!("PostgreSQL to SQLite  {:.2}", ratio(&returned, &into_sqlite));
    println!("SQLite to SQLite      {:.2}", ratio(&moved, &into_sqlite));
    Ok(())
}

/// A migrated database without rows, as the role that owns it.
fn empty_postgres(admin: &str, name: &str) -> Result<String> {
    psql(admin, &[&format!("DROP DATABASE IF EXISTS {name}"), &format!("CREATE DATABASE {name}")])?;
    let url = format!("{}/{name}", admin.rsplit_once('/').map_or(admin, |(base, _)| base));
    crmctl(&url, &["migrate", "up"])?;
    Ok(url)
}

fn copy(from: &str, to: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["migrate", "copy", "--from", from, "--to", to, "--format", "json"]);
    command
}
