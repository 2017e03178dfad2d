//! How fast the do-not-call list answers and grows.
//!
//! `scripts/with-postgres cargo bench --bench dnc -- [LEADS]`
//!
//! It imports LEADS made-up leads (default 200,000) on each engine and times whole commands: adding 100,000 numbers of
//! which 50,000 are numbers of leads, beside the import's own rate; 1,000 checks in one process; and the check of one
//! number in E.164, in turns with `sqlite3` or `psql` doing the same indexed select.

mod support;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use support::{fresh_postgres, fresh_sqlite, import_command, measure, median, report, timed, write_leads};

/// Numbers that are added; half of them are numbers of leads.
const ADDED: usize = 100_000;
/// Numbers that one process checks.
const CHECKED: usize = 1_000;
/// How often a process is started for one number; the median counts.
const STARTS: usize = 101;

fn main() -> Result<()> {
    let leads = std::env::args().skip(1).find(|arg| arg != "--bench");
    let leads: u64 = leads.map_or(Ok(200_000), |number| number.parse()).context("LEADS is no number")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("leads.csv");
    write_leads(&file, leads)?;
    println!("{leads} leads\n");
    println!("{:<46} {:>9} {:>11} {:>9} {:>9}", "what", "seconds", "rows/s", "peak MB", "file MB");
    let sqlite = fresh_sqlite(folder.path(), "dnc")?;
    bench("SQLite", &sqlite, &file, leads, |sql| {
        let mut command = Command::new("sqlite3");
        command.args([sqlite.as_str(), sql]);
        command
    })?;
    match std::env::var("CRMCTL_TEST_POSTGRES") {
        Ok(admin) => {
            let url = fresh_postgres(&admin, "bench_dnc")?;
            let owner = format!("{}/bench_dnc", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
            bench("PostgreSQL", &url, &file, leads, |sql| {
                let mut command = Command::new("psql");
                command.args([owner.as_str(), "-qXAt", "-c", sql]);
                command
            })?;
        }
        Err(_) => println!("PostgreSQL not measured: run it through scripts/with-postgres"),
    }
    Ok(())
}

fn bench(engine: &str, url: &str, file: &Path, leads: u64, select: impl Fn(&str) -> Command) -> Result<()> {
    let folder = file.parent().context("no folder")?;
    let import = measure(import_command(url, file))?;
    report(&format!("import leads, {engine}"), leads, &import, None);
    let numbers = numbers(file)?;
    let add = measure(crmctl(url, &["dnc", "add", "--file"], &write_lines(folder, "add.txt", &numbers)?))?;
    report(&format!("dnc add of {ADDED}, {engine}"), ADDED as u64, &add, None);
    let some = write_lines(folder, "check.txt", &numbers[ADDED / 2 - CHECKED / 2..ADDED / 2 + CHECKED / 2])?;
    let check =
        (0..11).map(|_| timed(crmctl(url, &["dnc", "check", "--file"], &some))).collect::<Result<Vec<f64>>>()?;
    let check = median(check);
    println!("{:<46} {:>9.4}", format!("dnc check of {CHECKED} in one process, {engine}"), check);
    let one = &numbers[ADDED / 2];
    let sql = format!(
        "SELECT reason, added_at FROM dnc_list WHERE organization_id = 1 AND phone_number = '{one}' AND removed_at IS NULL"
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        ours.push(timed(crmctl(url, &["dnc", "check"], Path::new(one)))?);
        theirs.push(timed(select(&sql))?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("{:<46} {:>9.4}", format!("dnc check of one number, {engine}"), ours);
    println!("{:<46} {:>9.4}", "the same select by the engine's own program", theirs);
    let (add_rate, import_rate) = (ADDED as f64 / add.seconds, leads as f64 / import.seconds);
    println!("{engine:<10} add's rate / import's rate   {:.2}", add_rate / import_rate);
    println!("{engine:<10} one check / the select       {:.2}\n", ours / theirs);
    Ok(())
}

/// Numbers of leads first, then as many others, none of them twice.
fn numbers(leads: &Path) -> Result<Vec<String>> {
    let mut numbers = Vec::with_capacity(ADDED);
    for record in csv::Reader::from_path(leads)?.records().take(ADDED / 2) {
        let digits: String = record?.get(2).unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        numbers.push(format!("+1{digits}"));
    }
    // No lead has this area code.
    numbers.extend((0..ADDED - numbers.len()).map(|n| format!("+1303{:03}{:04}", 220 + n / 10_000, n % 10_000)));
    Ok(numbers)
}

fn write_lines(folder: &Path, name: &str, lines: &[String]) -> Result<PathBuf> {
    let path = folder.join(name);
    let mut out = BufWriter::new(File::create(&path)?);
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    out.flush()?;
    fs::File::open(&path)?.sync_all()?;
    Ok(path)
}

fn crmctl(url: &str, args: &[&str], last: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", url, "--quiet", "--format", "json"]).args(args).arg(last);
    command
}
