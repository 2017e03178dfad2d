//! How fast leads are found, counted, exported and changed, beside the engines' own tools.
//!
//! `scripts/with-postgres cargo bench --bench leads -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 1,000,000) into each engine and times, each as a whole call of the program: the
//! first page of filters, counts of segments, the export of all leads as CSV beside `sqlite3 -csv` and `psql \copy`
//! selecting the same columns, and a change of the status of a tenth of the leads beside the rate at which the import
//! wrote its log rows.

mod support;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use support::{app_url, fresh_postgres, fresh_sqlite, import_command, measure, psql, write_leads};

/// Calls of which the middle one counts.
const CALLS: usize = 7;

/// Filters over indexed fields, for first pages.
const PAGES: [&str; 6] = [
    "status = qualified and score >= 95",
    "source = referral and created >= 2025-11-01 and created < 2025-11-08",
    "tag = vip",
    "created >= 2025-11-25",
    "phone = +12122200000",
    "status in (contacted, qualified) and score >= 70 and not tag any (vip, newsletter)",
];

/// Segments, for counts.
const COUNTS: [&str; 6] = [
    "status in (contacted, qualified) and score >= 70 and not tag any (vip, newsletter)",
    "source = facebook_ads and created >= 2025-01-01 and created < 2025-02-01",
    "status = qualified and on_dnc = no",
    "tag all (vip) and score > 50",
    "created >= 2025-11-01",
    "source in (referral, website) and score >= 90",
];

/// The columns that both the export and the engine's own tool write.
const COLUMNS: &str =
    "id,first_name,last_name,phone_number,email,company,job_title,city,state,country,status,source,lead_score";

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    println!("{rows} leads; the middle of {CALLS} calls, or one call\n");
    let sqlite = fresh_sqlite(folder, "leads")?;
    let own = |out: &Path| {
        let mut command = Command::new("sqlite3");
        command.args(["-csv", &sqlite, &format!(".output {}", out.display())]);
        command
            .arg(format!("SELECT {COLUMNS} FROM leads WHERE organization_id = 1 AND deleted_at IS NULL ORDER BY id"));
        command
    };
    bench("SQLite", &sqlite, &file, rows, folder, own)?;
    let Ok(admin) = std::env::var("CRMCTL_TEST_POSTGRES") else {
        println!("PostgreSQL not measured: run it through scripts/with-postgres");
        return Ok(());
    };
    fresh_postgres(&admin, "bench_leads")?;
    let url = app_url(&admin, "bench_leads");
    let owner = format!("{}/bench_leads", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    let own = |out: &Path| {
        let mut command = Command::new("psql");
        let select =
            format!("SELECT {COLUMNS} FROM leads WHERE organization_id = 1 AND deleted_at IS NULL ORDER BY id");
        command.args([&owner, "-qX", "-c"]).arg(format!("\\copy ({select}) TO '{}' CSV", out.display()));
        command
    };
    // What autovacuum does a minute after an import.
    let settle = || psql(&owner, &["VACUUM ANALYZE"]);
    bench_settled("PostgreSQL", &url, &file, rows, folder, own, settle)
}

fn bench(engine: &str, url: &str, file: &Path, rows: u64, folder: &Path, own: impl Fn(&Path) -> Command) -> Result<()> {
    bench_settled(engine, url, file, rows, folder, own, || Ok(()))
}

fn bench_settled(
    engine: &str,
    url: &str,
    file: &Path,
    rows: u64,
    folder: &Path,
    own: impl Fn(&Path) -> Command,
    settle: impl Fn() -> Result<()>,
) -> Result<()> {
    let import = measure(import_command(url, file))?.seconds;
    settle()?;
    println!("{engine}: import {import:.1} s");
    for filter in PAGES {
        let call = ["lead", "list", "--limit", "50", "--format", "json", "--where", filter];
        println!("  first page {:>8.1} ms  {filter}", 1000.0 * middle(url, &call)?);
    }
    for (place, filter) in COUNTS.iter().enumerate() {
        let name = format!("segment {place}");
        support::crmctl(url, &["segment", "add", &name, "--where", filter])?;
        println!("  count      {:>8.1} ms  {filter}", 1000.0 * middle(url, &["segment", "count", &name])?);
    }
    let out = folder.join("export.csv");
    let name = out.display().to_string();
    let export = ["lead", "export", "--overwrite", "--output", &name, "--columns", COLUMNS];
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        ours.push(measure(crmctl(url, &export))?.seconds);
        theirs.push(measure(own(&folder.join("own.csv")))?.seconds);
    }
    let (ours, theirs) = (least(&ours), least(&theirs));
    println!(
        "  export     {ours:>8.2} s   of 13 columns; the engine's tool {theirs:.2} s; {:.2} of its speed",
        theirs / ours
    );
    let all = measure(crmctl(url, &["lead", "export", "--overwrite", "--output", &name]))?;
    let peak = all.peak_mb.unwrap_or_default();
    println!("  export     {:>8.2} s   of all columns, {peak} MB at most", all.seconds);
    let tenth = format!("id <= {}", rows / 10);
    let change =
        ["lead", "status", "--where", &tenth, "cold", "--force", "--reason", "benchmark", "--yes", "--format", "json"];
    let started = std::time::Instant::now();
    let output = crmctl(url, &change).output()?;
    let seconds = started.elapsed().as_secs_f64();
    let answer: serde_json::Value =
        serde_json::from_slice(&output.stdout).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let changed = answer["changed"].as_u64().unwrap_or_default();
    let logs = 2 * changed;
    let import_rate = 2.0 * rows as f64 / import;
    let rate = logs as f64 / seconds;
    println!(
        "  status     {:>8.2} s   for {} leads; {rate:.0} log rows/s, the import {import_rate:.0}: {:.2}",
        seconds,
        changed,
        rate / import_rate
    );
    Ok(())
}

/// The middle of the times of a call, in seconds.
fn middle(url: &str, args: &[&str]) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let started = std::time::Instant::now();
        let output = crmctl(url, args).output()?;
        times.push(started.elapsed().as_secs_f64());
        if !output.status.success() {
            bail!("{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times[CALLS / 2])
}

fn least(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

fn crmctl(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", url, "--quiet"]).args(args);
    command
}
