//! How long a run of a score model takes on many leads.
//!
//! `scripts/with-postgres cargo bench --bench scores -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 1,000,000) into each engine, sets a model of 20 rules and times whole calls of the program: the
//! first run, which gives every lead a score; a run that changes few scores, which is to take less than 15 s on SQLite and 30 s on
//! PostgreSQL; the run of a model
//! with half-lives, when every score moves; and learning from all leads, a part of which is closed, which is to take less than 10 s.

mod support;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use support::{crmctl, fresh_postgres, fresh_sqlite, import_command, measure, psql, timed, write_leads};

const RULES: usize = 20;

/// A model of rules on what made-up leads have.
fn model(half_life: bool) -> String {
    let conditions = [
        "status = new",
        "status in (hot, qualified)",
        "company is not empty",
        "email is not empty",
        "email contains example",
        "phone starts with +1212",
        "source = web",
        "source in (referral, fair)",
        "city is not empty",
        "created within 30 days",
        "last_contacted older than 7 days",
        "tag = vip",
        "not tag any (a, b, c)",
        "value >= 1000",
        "temperature = hot",
        "consent = granted",
        "first_name is not empty and last_name is not empty",
        "name contains an",
        "owner is empty",
        "custom.Industry = pharma",
    ];
    let groups = ["qualification", "engagement", "intent", "demographic"];
    let rules = conditions.iter().take(RULES).enumerate().map(|(place, when)| {
        let decay = if half_life && place % 4 == 0 { "half_life_days = 7\nsince = \"created\"\n" } else { "" };
        format!(
            "[[rules]]\nname = \"rule {place}\"\ngroup = \"{}\"\npoints = {}\nwhen = \"{when}\"\n{decay}",
            groups[place % 4],
            3 + place % 7
        )
    });
    rules.collect()
}

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    println!("{rows} leads, {RULES} rules\n");
    bench("SQLite", &fresh_sqlite(folder, "scores")?, folder)?;
    let admin = std::env::var("CRMCTL_TEST_POSTGRES").context("run it by scripts/with-postgres")?;
    let postgres = fresh_postgres(&admin, "bench_scores")?;
    bench("PostgreSQL", &postgres, folder)?;
    psql(&admin, &["DROP DATABASE bench_scores WITH (FORCE)"])
}

fn bench(engine: &str, url: &str, folder: &Path) -> Result<()> {
    timed(import_command(url, &folder.join("leads.csv")))?;
    let set = |name: &str, half_life: bool| -> Result<()> {
        let file = folder.join(format!("{name}.toml"));
        std::fs::write(&file, model(half_life))?;
        crmctl(url, &["score", "model", "set", &file.display().to_string(), "--name", name])
    };
    let run = |what: &str| -> Result<()> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
        command.args(["--database-url", url, "score", "run"]);
        let took = measure(command)?;
        println!("{engine:>12}: {:6.2} s {what}, {} MB", took.seconds, took.peak_mb.unwrap_or_default());
        Ok(())
    };
    set("steady", false)?;
    run("for the first run, which changes every score")?;
    crmctl(url, &["lead", "status", "--where", "id <= 1000", "qualified", "--force", "--reason", "bench", "--yes"])?;
    run("when few scores change")?;
    run("when none changes")?;
    set("decaying", true)?;
    run("when a model with half-lives changes every score")?;
    // Half of them are closed, a tenth of those won.
    for (status, some) in [("recruited", "id <= 50000"), ("cold", "id > 50000 and id <= 500000")] {
        crmctl(url, &["lead", "status", "--where", some, status, "--force", "--reason", "bench", "--yes"])?;
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", url, "score", "train", "--allow-leak"]);
    let took = measure(command)?;
    println!("{engine:>12}: {:6.2} s for learning, {} MB", took.seconds, took.peak_mb.unwrap_or_default());
    Ok(())
}
