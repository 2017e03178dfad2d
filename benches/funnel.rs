//! How fast the funnel is computed, against SQL written by hand for the same figures.
//!
//! `scripts/with-postgres cargo bench --bench funnel -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 1,000,000) into each engine and adds two rows a lead to their histories, in no
//! order. Then it runs whole calls of `crmctl funnel`, and `benches/funnel_{sqlite,postgres}.sql` in SQLite itself and in
//! psql, in turn; the middle one of five counts. Both must give the same figures.

mod support;

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use support::{app_url, fresh_postgres, fresh_sqlite, import_command, measure, psql, write_leads};

/// Runs of which the middle one counts.
const RUNS: usize = 5;

/// What is asked: all leads, and those of a tenth of the 700 days in which they were created.
const WINDOWS: [(&str, &str, &str); 2] =
    [("all leads", "2000-01-01", "2100-01-01"), ("a tenth of them", "2024-07-19", "2024-09-27")];

/// The rows that are added: by the rest of the lead's id divided by four, a status and the days since its creation.
const MOVES: &str = "SELECT 0 AS r, 'contacted' AS s, 3 AS d UNION ALL SELECT 0, 'qualified', 12 UNION ALL
    SELECT 1, 'contacted', 1 UNION ALL SELECT 1, 'cold', 40 UNION ALL SELECT 2, 'nurturing', 5 UNION ALL
    SELECT 2, 'recruited', 60 UNION ALL SELECT 3, 'hot', 8 UNION ALL SELECT 3, 'recruited', 20";

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    println!("{rows} leads, {} rows of history; the middle of {RUNS} runs, in seconds\n", rows * 3);
    println!("{:<28} {:>8} {:>8} {:>6}", "", "crmctl", "by hand", "ratio");

    let sqlite = fresh_sqlite(folder, "funnel")?;
    measure(import_command(&sqlite, &file))?;
    let conn = rusqlite::Connection::open(&sqlite)?;
    conn.execute_batch(&format!(
        "PRAGMA cache_size = -65536;
         INSERT INTO lead_status_history (organization_id, lead_id, from_status, to_status, trigger_type, changed_at, recorded_at)
         SELECT 1, l.id, l.status, x.s, 'manual', l.created_at + x.d * 86400000000 + (l.id * 7919 % 86400) * 1000000, l.created_at
         FROM leads l JOIN ({MOVES}) x ON x.r = l.id % 4 ORDER BY (l.id * 2654435761) % 1000003;"
    ))?;
    for (what, since, until) in WINDOWS {
        pair(&format!("SQLite, {what}"), &sqlite, (since, until), &|| by_hand_sqlite(&conn, since, until))?;
    }
    activity("SQLite, activity of a month", &sqlite)?;

    let Ok(admin) = std::env::var("CRMCTL_TEST_POSTGRES") else {
        println!("PostgreSQL not measured: run it through scripts/with-postgres");
        return Ok(());
    };
    fresh_postgres(&admin, "bench_funnel")?;
    let url = app_url(&admin, "bench_funnel");
    measure(import_command(&url, &file))?;
    let owner = format!("{}/bench_funnel", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    psql(
        &owner,
        &[
            &format!(
                "INSERT INTO lead_status_history (organization_id, lead_id, from_status, to_status, trigger_type, changed_at, recorded_at)
                 SELECT 1, l.id, l.status, x.s, 'manual',
                     l.created_at + x.d * interval '1 day' + (l.id * 7919 % 86400) * interval '1 second', l.created_at
                 FROM leads l JOIN ({MOVES}) x ON x.r = l.id % 4 ORDER BY (l.id * 2654435761) % 1000003"
            ),
            // What autovacuum does a minute after so many rows.
            "VACUUM ANALYZE",
        ],
    )?;
    for (what, since, until) in WINDOWS {
        pair(&format!("PostgreSQL, {what}"), &url, (since, until), &|| by_hand_postgres(&url, since, until))?;
    }
    activity("PostgreSQL, activity of a month", &url)
}

/// The counts of a funnel: a line for each stage.
type Figures = Vec<String>;

fn pair(what: &str, url: &str, (since, until): (&str, &str), by_hand: &dyn Fn() -> Result<Figures>) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let started = Instant::now();
        let figures = crmctl(url, &["--since", since, "--until", until])?;
        ours.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        let same = by_hand()?;
        theirs.push(started.elapsed().as_secs_f64());
        ensure!(figures == same, "{what}: other figures\n{figures:#?}\n{same:#?}");
    }
    let (ours, theirs) = (middle(ours), middle(theirs));
    println!("{what:<28} {ours:>8.2} {theirs:>8.2} {:>6.2}", ours / theirs);
    Ok(())
}

fn activity(what: &str, url: &str) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        crmctl(url, &["--mode", "activity", "--month", "2024-08"])?;
        times.push(started.elapsed().as_secs_f64());
    }
    println!("{what:<28} {:>8.2}", middle(times));
    Ok(())
}

fn crmctl(url: &str, args: &[&str]) -> Result<Figures> {
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .args(["--database-url", url, "funnel", "--format", "json", "--quiet"])
        .args(args)
        .output()?;
    if !output.status.success() {
        bail!("funnel {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let seconds = |value: &serde_json::Value| value.as_f64().map(|hours| (hours * 3600.0).round().to_string());
    let line = |stage: &serde_json::Value| {
        let counts = ["reached", "advanced", "exited_cold", "exited_dnc", "here_now", "skipped"];
        let counts: Vec<String> = counts.iter().map(|key| stage[key].to_string()).collect();
        let ranks = ["median_hours", "p90_hours"].map(|key| seconds(&stage[key]).unwrap_or_default());
        format!("{}|{}|{}", stage["stage"].as_str().unwrap_or_default(), counts.join("|"), ranks.join("|"))
    };
    Ok(report["stages"].as_array().context("no stages")?.iter().map(line).collect())
}

fn by_hand_sqlite(conn: &rusqlite::Connection, since: &str, until: &str) -> Result<Figures> {
    let micros =
        |day: &str| -> Result<i64> { Ok(format!("{day}T00:00:00Z").parse::<jiff::Timestamp>()?.as_microsecond()) };
    let mut statement = conn.prepare(include_str!("funnel_sqlite.sql"))?;
    let rows = statement.query_map([micros(since)?, micros(until)?], |row| {
        let mut cells = vec![row.get::<_, String>(0)?];
        for place in 1..9 {
            cells.push(row.get::<_, Option<i64>>(place)?.map(|number| number.to_string()).unwrap_or_default());
        }
        Ok(cells.join("|"))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn by_hand_postgres(url: &str, since: &str, until: &str) -> Result<Figures> {
    let sql = include_str!("funnel_postgres.sql").replace("SINCE", since).replace("UNTIL", until);
    let output = Command::new("psql")
        .args([url, "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", "SET app.current_org_id = '1'", "-c"])
        .arg(format!("SET timezone = 'UTC'; SET work_mem = '64MB'; SET jit = off; {sql}"))
        .output()?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
