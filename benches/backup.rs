//! How fast backups are made and read again.
//!
//! `cargo bench --bench backup -- [LEADS]`
//!
//! It imports LEADS made-up leads (default 800,000, a database of about 500 MB) into an embedded database, and makes backups of it in turn
//! with what other programs offer: `sqlite3 .backup` and `zstd` at the same level. The rate to compare is that of making, verification
//! apart: `sqlite3` and `zstd` look through nothing. Medians of three.

mod support;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use crmctl::db::backup::{DEFAULT_LEVEL, Form, back_up_file, sound};
use crmctl::domain::timestamp::Timestamp;
use support::{fresh_sqlite, import_command, measure, median, report, write_leads};

const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let leads: u64 = numbers.next().map_or(Ok(800_000), |text| text.parse()).context("no number")?;
    let folder = tempfile::tempdir()?;
    let database = fresh_sqlite(folder.path(), "backup")?;
    let sheet = folder.path().join("leads.csv");
    write_leads(&sheet, leads)?;
    measure(import_command(&database, &sheet))?;
    std::fs::remove_file(&sheet)?;
    let size = std::fs::metadata(&database)?.len();
    println!("{} MB in {leads} leads; level {DEFAULT_LEVEL}, seconds", size / 1_000_000);
    let stop = AtomicBool::new(false);
    let (mut made, mut verified, mut read, mut others) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let file = folder.path().join("crm.zst");
        let now = Timestamp::from(jiff::Timestamp::now());
        let done = back_up_file(Path::new(&database), &file, Form::Packed(DEFAULT_LEVEL), now, &stop)
            .map_err(|e| anyhow::anyhow!("{e}"))?;
        made.push(done.making.as_secs_f64());
        verified.push(done.verifying.as_secs_f64());
        let began = Instant::now();
        sound(&file, &stop).map_err(|e| anyhow::anyhow!("{e}"))?;
        read.push(began.elapsed().as_secs_f64());
        std::fs::remove_file(&file)?;
        others.push(by_others(folder.path(), &database)?);
    }
    let (made, others) = (median(made), median(others));
    println!("{:<50} {made:>9.2}", "backup, making");
    println!("{:<50} {:>9.2}", "backup, reading again and looking through it", median(verified));
    println!("{:<50} {:>9.2}", "backup verify", median(read));
    println!("{:<50} {others:>9.2}", "sqlite3 .backup and zstd");
    println!("{:<50} {:>9.2}", "rate of making, as a part of theirs", others / made);
    // The whole call, with its peak of memory.
    println!("{:<50} {:>9} {:>11} {:>9} {:>9}", "what", "seconds", "rows/s", "peak MB", "file MB");
    let file = folder.path().join("whole.zst");
    let mut whole = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    whole.args(["--database-url", &database, "--format", "json", "backup"]).arg(&file);
    report("crmctl backup", leads, &measure(whole)?, Some(&file));
    Ok(())
}

/// The same by SQLite's shell and zstd.
fn by_others(folder: &Path, database: &str) -> Result<f64> {
    let (copy, packed) = (folder.join("copy.db"), folder.join("copy.zst"));
    let began = Instant::now();
    let copied = Command::new("sqlite3").arg(database).arg(format!(".backup '{}'", copy.display())).status()?;
    ensure!(copied.success(), "sqlite3 failed");
    let level = format!("-{DEFAULT_LEVEL}");
    let packing =
        Command::new("zstd").args(["-q", "--single-thread", &level]).arg(&copy).arg("-o").arg(&packed).status()?;
    ensure!(packing.success(), "zstd failed");
    let took = began.elapsed().as_secs_f64();
    std::fs::remove_file(copy)?;
    std::fs::remove_file(packed)?;
    Ok(took)
}
