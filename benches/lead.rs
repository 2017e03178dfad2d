//! How fast one lead is found, searched and changed, and duplicates are found, in an organization of many leads.
//!
//! `scripts/with-postgres cargo bench --bench lead -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 1,000,000) into each engine and reads what `-v` prints: how long it took to find
//! a lead by id, phone and email and to read it; to change it, with the commit; to search, the first time, which makes
//! the index, and afterwards. The middle one of eleven calls counts. Then it times whole calls of `lead duplicates`, `lead
//! merge`, its undoing, and `lead erase`.

mod support;

use std::process::Command;

use anyhow::{Context, Result, bail};
use support::{app_url, fresh_postgres, fresh_sqlite, import_command, measure, psql, write_leads};

/// Calls of which the middle one counts.
const CALLS: usize = 11;

/// What is searched for: rare and frequent words, fragments, digits, and what nobody has.
const SEARCHES: [&str; 7] = ["lead777777", "müller ada", "castro 312", "example", "ov", "2122200", "nobody here"];

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    println!("{rows} leads; the middle of {CALLS} calls, or one call\n");
    let sqlite = fresh_sqlite(folder, "lead")?;
    measure(import_command(&sqlite, &file))?;
    bench("SQLite", &sqlite)?;
    let Ok(admin) = std::env::var("CRMCTL_TEST_POSTGRES") else {
        println!("PostgreSQL not measured: run it through scripts/with-postgres");
        return Ok(());
    };
    fresh_postgres(&admin, "bench_lead")?;
    let url = app_url(&admin, "bench_lead");
    measure(import_command(&url, &file))?;
    // What autovacuum does a minute after an import.
    let owner = format!("{}/bench_lead", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    psql(&owner, &["VACUUM ANALYZE"])?;
    bench("PostgreSQL", &url)
}

fn bench(engine: &str, url: &str) -> Result<()> {
    println!("{engine}");
    let email = "lead500000@example.com";
    let phone = field(url, email, "phone_number")?;
    let id = field(url, email, "id")?;
    for (what, name) in [("id", id.as_str()), ("phone", &phone), ("email", email)] {
        let found = told(url, &["lead", "show", name], "lead found")?;
        let read = told(url, &["lead", "show", name], "lead read")?;
        println!("  show by {what}: found in {found:.2} ms, read in {read:.2} ms");
    }
    let mut turn = 0;
    for (what, args) in [
        ("edit of a city", ["lead", "edit", &id, "--city"]),
        ("edit of an email", ["lead", "edit", &id, "--email"]),
        ("note", ["lead", "note", &id, ""]),
    ] {
        let mut times = Vec::new();
        for _ in 0..CALLS {
            turn += 1;
            let value = format!("a{turn}@example.com");
            let mut args: Vec<&str> = args.iter().copied().filter(|arg| !arg.is_empty()).collect();
            args.push(&value);
            times.push(once(url, &args, "lead changed")?);
        }
        println!("  {what}: {:.2} ms", middle(times));
    }
    println!(
        "  first search, which makes the index: {:.1} s",
        once(url, &["lead", "search", "ada"], "index ready")? / 1000.0
    );
    for words in SEARCHES {
        let args: Vec<&str> = ["lead", "search"].into_iter().chain(words.split(' ')).collect();
        println!("  search for `{words}`: {:.1} ms", told(url, &args, "searched")?);
    }
    for (what, args) in [
        ("lead duplicates", &["lead", "duplicates", "--limit", "1"][..]),
        ("lead merge", &["lead", "merge", "1000", "--into", "2000", "--yes"]),
        ("lead restore of a merged lead", &["lead", "restore", "1000"]),
        ("lead erase", &["lead", "erase", "3000", "--yes"]),
    ] {
        let measured = measure(command(url, args))?;
        println!("  {what}: {:.2} s, {} MB", measured.seconds, measured.peak_mb.unwrap_or_default());
    }
    println!();
    Ok(())
}

fn command(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", url]).args(args);
    command
}

/// One field of a lead.
fn field(url: &str, name: &str, key: &str) -> Result<String> {
    let output = command(url, &["lead", "show", name, "--format", "json"]).output()?;
    let lead: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(lead[key].as_str().map_or_else(|| lead[key].to_string(), str::to_owned))
}

/// The middle of the times, in ms, that `-v` tells for a part of a call.
fn told(url: &str, args: &[&str], part: &str) -> Result<f64> {
    let times: Result<Vec<f64>> = (0..CALLS).map(|_| once(url, args, part)).collect();
    Ok(middle(times?))
}

/// What one call tells.
fn once(url: &str, args: &[&str], part: &str) -> Result<f64> {
    let output = command(url, args).arg("-v").output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{args:?}: {said}");
    }
    let line = said.lines().find_map(|line| line.strip_prefix(part)?.strip_prefix(" in ")?.strip_suffix(" ms"));
    line.context(format!("{args:?} told nothing of `{part}`: {said}"))?.parse().context("a time in ms")
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
