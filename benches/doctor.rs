//! How long `crmctl doctor` takes on many leads.
//!
//! `scripts/with-postgres cargo bench --bench doctor -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 1,000,000) into each engine, lists a hundredth of their numbers, and times whole calls of the
//! program: a quick look, which is to take less than a second, and a look at everything, on SQLite beside `PRAGMA integrity_check` of the
//! `sqlite3` shell.

mod support;

use std::process::Command;

use anyhow::{Context, Result, ensure};
use support::{crmctl, fresh_postgres, fresh_sqlite, import_command, measure, median, psql, timed, write_leads};

/// Quick looks, of which the middle one counts.
const CALLS: usize = 7;

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    println!("{rows} leads; the middle of {CALLS} quick looks, and one at everything\n");
    let sqlite = fresh_sqlite(folder, "doctor")?;
    bench("SQLite", &sqlite, &file)?;
    let mut own = Command::new("sqlite3");
    own.args([&sqlite, "PRAGMA integrity_check; PRAGMA foreign_key_check"]);
    println!("{:>12}: {:.2} s by the shell of SQLite: integrity and references alone", "SQLite", timed(own)?);
    let admin = std::env::var("CRMCTL_TEST_POSTGRES").context("run it by scripts/with-postgres")?;
    let postgres = fresh_postgres(&admin, "bench_doctor")?;
    bench("PostgreSQL", &postgres, &file)?;
    psql(&admin, &["DROP DATABASE bench_doctor WITH (FORCE)"])
}

fn bench(engine: &str, url: &str, file: &std::path::Path) -> Result<()> {
    timed(import_command(url, file))?;
    crmctl(url, &["segment", "add", "some", "--where", "score >= 90"])?;
    crmctl(url, &["dnc", "add", "+12122200000", "+12122200001", "--reason", "asked"])?;
    let look = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
        command.args(["--database-url", url, "doctor"]).args(options);
        command
    };
    let sound = look(&[]).output()?;
    ensure!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stdout));
    let quick = median((0..CALLS).map(|_| timed(look(&[]))).collect::<Result<_>>()?);
    println!("{engine:>12}: {:.0} ms at samples", quick * 1000.0);
    let whole = measure(look(&["--full"]))?;
    println!("{engine:>12}: {:.2} s at everything, {} MB", whole.seconds, whole.peak_mb.unwrap_or_default());
    Ok(())
}
