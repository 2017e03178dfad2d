//! How fast leads are counted by the values of columns, beside the engine's own GROUP BY.
//!
//! `scripts/with-postgres cargo bench --bench counts -- [ROWS]`
//!
//! It imports ROWS made-up leads (default 1,000,000) with a column that no field claims into each engine. Then it runs `lead count --by` and
//! the same count in SQL by `sqlite3` and `psql` with the settings of crmctl's own connections, in turn, and compares the figures. It tells
//! the middle ones of seven: whole processes, and the statement alone, of which crmctl tells with `-v` and the others with `.timer` and
//! `\timing`.

mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use support::{Random, app_url, fresh_postgres, fresh_sqlite, import_command, measure, psql, write_leads};

/// Calls of which the middle one counts.
const CALLS: usize = 7;

/// What leads are counted by, and the same in the SQL of SQLite and PostgreSQL.
const COUNTS: [(&str, &str, &str); 6] = [
    ("status", "status", "status"),
    ("source", "source", "source"),
    ("city", "city", "city"),
    ("source,status", "source, status", "source, status"),
    ("custom.Budget", "custom_fields ->> '$.Budget'", "custom_fields ->> 'Budget'"),
    (
        "created:month",
        "strftime('%Y-%m', created_at / 1000000, 'unixepoch')",
        "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM')",
    ),
];

/// What crmctl says to SQLite before it reads.
const SQLITE_SETTINGS: &str = "PRAGMA cache_size = -65536; PRAGMA cell_size_check = ON;";
/// What it says to PostgreSQL that touches speed: whose leads they are, for row-level security.
const POSTGRES_SETTINGS: &str = "SET app.current_org_id = '1'";

/// The seconds of a process, and the milliseconds of its statement alone.
type Times = (Vec<f64>, Vec<f64>);

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let file = folder.join("leads.csv");
    write_file(folder, &file, rows)?;
    println!("{rows} leads; the middle of {CALLS} calls, in ms: crmctl / the engine's own program = ratio\n");
    let sqlite = fresh_sqlite(folder, "counts")?;
    measure(import_command(&sqlite, &file))?;
    bench("SQLite", &sqlite, &|expressions| {
        // The shell times what it reads, and no arguments.
        let said = folder.join("said.sql");
        fs::write(&said, format!("{SQLITE_SETTINGS}\n.timer on\n{}\n", by_hand(&expressions.0)))?;
        let mut command = Command::new("sqlite3");
        command.args(["-readonly", &sqlite]).stdin(File::open(said)?);
        Ok(command)
    })?;
    let Ok(admin) = std::env::var("CRMCTL_TEST_POSTGRES") else {
        println!("PostgreSQL not measured: run it through scripts/with-postgres");
        return Ok(());
    };
    fresh_postgres(&admin, "bench_counts")?;
    let url = app_url(&admin, "bench_counts");
    measure(import_command(&url, &file))?;
    // What autovacuum does a minute after an import.
    let owner = format!("{}/bench_counts", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    psql(&owner, &["VACUUM ANALYZE"])?;
    bench("PostgreSQL", &url, &|expressions| {
        let mut command = Command::new("psql");
        command.args([&url, "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", POSTGRES_SETTINGS, "-c", "\\timing on", "-c"]);
        command.arg(by_hand(&expressions.1));
        Ok(command)
    })
}

fn by_hand(expressions: &str) -> String {
    let keys = ["1", "1, 2"][usize::from(expressions == "source, status")];
    format!(
        "SELECT {expressions}, count(*) FROM leads WHERE organization_id = 1 AND deleted_at IS NULL \
         GROUP BY {keys} ORDER BY count(*) DESC;"
    )
}

fn bench(engine: &str, url: &str, own: &dyn Fn(&(String, String)) -> Result<Command>) -> Result<()> {
    println!("{engine:<24} {:>24} {:>28}", "the process", "the statement");
    for (by, sqlite, postgres) in COUNTS {
        let expressions = (sqlite.to_owned(), postgres.to_owned());
        let (mut ours, mut theirs) = (Times::default(), Times::default());
        for _ in 0..CALLS {
            let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
            command.args(["--database-url", url, "-v", "lead", "count", "--format", "csv", "--by", by]);
            let mine = counts(&mut command, &mut ours)?;
            let same = counts(&mut own(&expressions)?, &mut theirs)?;
            ensure!(mine == same, "{engine}, by {by}: other figures\n{mine:?}\n{same:?}");
        }
        let (whole, whole_own) = (1000.0 * middle(ours.0), 1000.0 * middle(theirs.0));
        let (alone, alone_own) = (middle(ours.1), middle(theirs.1));
        println!(
            "{by:<24} {whole:>7.0} / {whole_own:>6.0} = {:>4.2} {alone:>11.0} / {alone_own:>6.0} = {:>4.2}",
            whole / whole_own,
            alone / alone_own
        );
    }
    println!();
    Ok(())
}

/// Runs a program and takes its times; returns the counts that it tells, the last cell of each line, in order.
fn counts(command: &mut Command, times: &mut Times) -> Result<Vec<u64>> {
    let started = Instant::now();
    let output = command.output()?;
    times.0.push(started.elapsed().as_secs_f64());
    let (answer, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        bail!("{command:?}: {said}");
    }
    let alone = answer.lines().chain(said.lines()).find_map(statement_time);
    times.1.push(alone.with_context(|| format!("{command:?} told no time: {answer}{said}"))?);
    let cells = answer.lines().filter_map(|line| line.rsplit([',', '|']).next()?.trim().parse().ok());
    let mut counts: Vec<u64> = cells.collect();
    counts.sort_unstable();
    Ok(counts)
}

/// The time of a statement in ms: `leads counted in 12.3 ms`, `Time: 12.345 ms`, `Run Time: real 0.012 user …`.
fn statement_time(line: &str) -> Option<f64> {
    let millis = |text: &str| text.split(' ').next()?.parse::<f64>().ok();
    if let Some(rest) = line.strip_prefix("Run Time: real ") {
        return millis(rest).map(|seconds| 1000.0 * seconds);
    }
    line.strip_prefix("leads counted in ").or_else(|| line.strip_prefix("Time: ")).and_then(millis)
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Writes the leads of the other benchmarks with a column that no field claims.
fn write_file(folder: &Path, file: &Path, rows: u64) -> Result<()> {
    let plain = folder.join("plain.csv");
    write_leads(&plain, rows)?;
    let mut out = BufWriter::new(File::create(file)?);
    let mut random = Random(7);
    for (place, line) in BufReader::new(File::open(&plain)?).lines().enumerate() {
        match place {
            0 => writeln!(out, "{},Budget", line?)?,
            _ => writeln!(out, "{},{}", line?, random.below(1000))?,
        }
    }
    Ok(out.flush()?)
}
