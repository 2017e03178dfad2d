//! How fast a pool distributes leads, beside `lead assign --where`.
//!
//! `scripts/with-postgres cargo bench --bench pools -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 100,000) into each engine and times, each as a whole call of the program and on leads without
//! an owner: `lead assign --where` to 50 users, and `pool run` among 50 members with weights and capacities. It tries each strategy, an undo
//! and a reclaim, too.

mod support;

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use support::{app_url, crmctl, fresh_postgres, fresh_sqlite, import_command, measure, psql, write_leads};

/// Members of the pool.
const MEMBERS: u64 = 50;

/// How often each call is measured; the fastest counts.
const CALLS: usize = 3;

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(100_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    println!("{rows} leads among {MEMBERS} members; the fastest of {CALLS} calls\n");
    let sqlite = fresh_sqlite(folder, "pools")?;
    bench("SQLite", &sqlite, &file, rows, || Ok(()))?;
    let Ok(admin) = std::env::var("CRMCTL_TEST_POSTGRES") else {
        println!("PostgreSQL not measured: run it through scripts/with-postgres");
        return Ok(());
    };
    fresh_postgres(&admin, "bench_pools")?;
    let url = app_url(&admin, "bench_pools");
    let owner = format!("{}/bench_pools", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    // What autovacuum does a minute after an import.
    bench("PostgreSQL", &url, &file, rows, || psql(&owner, &["VACUUM ANALYZE"]))
}

fn bench(engine: &str, url: &str, file: &Path, rows: u64, settle: impl Fn() -> Result<()>) -> Result<()> {
    measure(import_command(url, file))?;
    crmctl(url, &["user", "add", BOSS, "--role", "admin"])?;
    let users: Vec<String> = (0..MEMBERS).map(|place| format!("rep{place}@example.com")).collect();
    for user in &users {
        crmctl(url, &["user", "add", user, "--as", BOSS])?;
    }
    pool(url, "weighted", &users, rows)?;
    pool(url, "least_loaded", &users, rows)?;
    pool(url, "score", &users, rows)?;
    settle()?;
    let open = "owner is empty and status in (new, contacted, qualified, nurturing, hot)";
    let mut assign = vec!["lead", "assign", "--where", open, "--yes"];
    users.iter().for_each(|user| assign.extend(["--to", user]));
    let assigned = least(url, &assign, || clear(url, &settle))?;
    println!("{engine}");
    println!("  lead assign --where          {assigned:>8.2} s");
    for (call, options) in [
        ("pool run weighted", &["weighted"][..]),
        ("  without earlier leads", &["weighted", "--ignore-account"]),
        ("  not back to the last owner", &["weighted", "--not-back"]),
        ("pool run least_loaded", &["least_loaded"]),
        ("pool run score", &["score"]),
    ] {
        let args = [&["pool", "run"], options].concat();
        let seconds = least(url, &args, || clear(url, &settle))?;
        println!("  {call:<28} {seconds:>8.2} s   {:.2} of the rate of lead assign", assigned / seconds);
    }
    let reclaim = measure(command(url, &["pool", "reclaim", "score", "--untouched", "0h"]))?.seconds;
    println!("  pool reclaim                 {reclaim:>8.2} s");
    let undo = measure(command(url, &["pool", "undo", &last_run(url)?]))?.seconds;
    println!("  pool undo of it              {undo:>8.2} s");
    Ok(())
}

const BOSS: &str = "boss@example.com";

/// A pool of all users, whose capacities together suffice by a tenth.
fn pool(url: &str, strategy: &str, users: &[String], rows: u64) -> Result<()> {
    crmctl(url, &["pool", "add", strategy, "--strategy", strategy, "--as", BOSS])?;
    for (place, user) in users.iter().enumerate() {
        let weight = (place % 5 + 1).to_string();
        let capacity = (rows * 11 / 10 / MEMBERS).to_string();
        crmctl(
            url,
            &["pool", "member", "add", strategy, user, "--weight", &weight, "--capacity", &capacity, "--as", BOSS],
        )?;
    }
    Ok(())
}

/// Takes all leads from their owners.
fn clear(url: &str, settle: &impl Fn() -> Result<()>) -> Result<()> {
    crmctl(url, &["lead", "assign", "--where", "owner is not empty", "--nobody", "--yes", "--as", BOSS])?;
    settle()
}

/// The fastest of several calls, each after `before`.
fn least(url: &str, args: &[&str], before: impl Fn() -> Result<()>) -> Result<f64> {
    let mut fastest = f64::INFINITY;
    for _ in 0..CALLS {
        before()?;
        fastest = fastest.min(measure(command(url, args))?.seconds);
    }
    Ok(fastest)
}

fn command(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", url, "--quiet", "--as", BOSS]).args(args);
    command
}

/// The number of the latest run.
fn last_run(url: &str) -> Result<String> {
    let out = command(url, &["pool", "runs", "--limit", "1", "--format", "ids"]).output()?;
    Ok(String::from_utf8(out.stdout)?.trim().to_owned())
}
