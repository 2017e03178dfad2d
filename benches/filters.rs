//! How long lists and counts of filters take at several sizes, and what an index would give them and cost an import.
//!
//! `scripts/with-postgres cargo bench --bench filters -- [SIZE...] [indexes]`
//!
//! For each SIZE (default 10,000 and 50,000) it imports made-up leads into each engine and times whole calls of the program:
//! the first page of 50 leads of each filter, and their count. With `indexes` it then adds each index that could serve some of them,
//! times these again, and imports the same file with and without it, in pairs.

mod support;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use support::{Random, app_url, fresh_postgres, fresh_sqlite, import_command, measure, psql, write_leads};

/// Calls of which the middle one counts.
const CALLS: usize = 7;
/// Imports with and without an index.
const PAIRS: usize = 3;

const FILTERS: [&str; 16] = [
    "status = qualified",
    "company = 'Müller, Léa & Co 7'",
    "company contains 'léa & co 77'",
    "city = Denver and status = cold",
    "custom.Budget = 700",
    "custom.Budget > 990",
    "score >= 90 and temperature = hot",
    "score < 5 and temperature is empty",
    "source = referral",
    "source = referral and score >= 90",
    "created >= 2025-11-01 and created < 2025-11-08",
    "source = referral and created >= 2025-11-01 and created < 2025-11-08",
    "tag = vip and score > 50",
    "not tag any (vip, newsletter)",
    "email contains lead77",
    "phone is empty",
];

/// An index that could serve filters.
struct Index {
    columns: &'static str,
    serves: &'static [&'static str],
}

const INDEXES: [Index; 4] = [
    Index { columns: "(organization_id, lead_score, temperature)", serves: &[FILTERS[6], FILTERS[7], FILTERS[9]] },
    Index { columns: "(organization_id, source, lead_score)", serves: &[FILTERS[8], FILTERS[9]] },
    Index { columns: "(organization_id, created_at)", serves: &[FILTERS[10], FILTERS[11]] },
    Index { columns: "(organization_id, company)", serves: &[FILTERS[1]] },
];

/// An engine with a way to say statements to it as its owner.
struct Engine<'a> {
    name: &'static str,
    /// Makes an empty database with an organization, and returns its URL.
    fresh: &'a dyn Fn() -> Result<String>,
    execute: &'a dyn Fn(&str) -> Result<()>,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut sizes: Vec<u64> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 50_000];
    }
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    let database = folder.join("filters.db");
    let sqlite = Engine {
        name: "SQLite",
        fresh: &|| fresh_sqlite(folder, "filters"),
        execute: &|statement| run(Command::new("sqlite3").arg(&database).arg(statement)),
    };
    let admin = std::env::var("CRMCTL_TEST_POSTGRES").ok();
    let owner = admin
        .as_deref()
        .map(|admin| format!("{}/bench_filters", admin.rsplit_once('/').map_or(admin, |(base, _)| base)));
    let fresh = || {
        let admin = admin.as_deref().context("PostgreSQL is not here")?;
        fresh_postgres(admin, "bench_filters")?;
        Ok(app_url(admin, "bench_filters"))
    };
    let execute = |statement: &str| psql(owner.as_deref().unwrap_or_default(), &[statement]);
    let postgres = Engine { name: "PostgreSQL", fresh: &fresh, execute: &execute };
    let mut engines = vec![sqlite];
    match admin {
        Some(_) => engines.push(postgres),
        None => println!("PostgreSQL not measured: run it through scripts/with-postgres"),
    }
    for size in sizes {
        let file = folder.join("leads.csv");
        write_file(folder, &file, size)?;
        for engine in &engines {
            bench(engine, &file, size)?;
            if args.iter().any(|arg| arg == "indexes") {
                bench_indexes(engine, &file)?;
            }
        }
    }
    Ok(())
}

fn bench(engine: &Engine, file: &Path, size: u64) -> Result<()> {
    let url = (engine.fresh)()?;
    let import = imported(engine, &url, file)?;
    println!("\n{}, {size} leads: import {import:.1} s", engine.name);
    println!("{:>8} {:>8} ms", "page", "count");
    for filter in FILTERS {
        let (page, count) = times(&url, filter)?;
        println!("{page:>8.1} {count:>8.1}  {filter}");
    }
    Ok(())
}

fn bench_indexes(engine: &Engine, file: &Path) -> Result<()> {
    for index in INDEXES {
        println!("\n{}, index on {}", engine.name, index.columns);
        let create = format!("CREATE INDEX tried ON leads {} WHERE deleted_at IS NULL", index.columns);
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..PAIRS {
            let url = (engine.fresh)()?;
            without.push(format!("{:.2}", measure(import_command(&url, file))?.seconds));
            let url = (engine.fresh)()?;
            (engine.execute)(&create)?;
            with.push(format!("{:.2}", imported(engine, &url, file)?));
            if with.len() < PAIRS {
                continue;
            }
            for filter in index.serves {
                let (page, count) = times(&url, filter)?;
                println!("{page:>8.1} {count:>8.1}  {filter}");
            }
        }
        println!("  import without {} s, with {} s", without.join(", "), with.join(", "));
    }
    Ok(())
}

/// Imports the file, and does what autovacuum does a minute after an import.
fn imported(engine: &Engine, url: &str, file: &Path) -> Result<f64> {
    let seconds = measure(import_command(url, file))?.seconds;
    if engine.name == "PostgreSQL" {
        (engine.execute)("VACUUM ANALYZE")?;
    }
    Ok(seconds)
}

/// The times of the first page and of the count of a filter, in milliseconds.
fn times(url: &str, filter: &str) -> Result<(f64, f64)> {
    let page = middle(url, &["lead", "list", "--limit", "50", "--format", "json", "--where", filter])?;
    support::crmctl(url, &["segment", "add", "timed", "--where", filter])?;
    let count = middle(url, &["segment", "count", "timed"])?;
    support::crmctl(url, &["segment", "delete", "timed", "--yes"])?;
    Ok((1000.0 * page, 1000.0 * count))
}

/// The middle of the times of a call, in seconds.
fn middle(url: &str, args: &[&str]) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let started = Instant::now();
        run(Command::new(env!("CARGO_BIN_EXE_crmctl")).args(["--database-url", url, "--quiet"]).args(args))?;
        times.push(started.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times[CALLS / 2])
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Writes the leads of the other benchmarks with a temperature, which half of them have, and a column that no field claims.
fn write_file(folder: &Path, file: &Path, size: u64) -> Result<()> {
    let plain = folder.join("plain.csv");
    write_leads(&plain, size)?;
    let mut out = BufWriter::new(File::create(file)?);
    let mut random = Random(7);
    for (place, line) in BufReader::new(File::open(&plain)?).lines().enumerate() {
        let line = line?;
        match place {
            0 => writeln!(out, "{line},Temperature,Budget")?,
            _ => {
                let temperature = ["hot", "warm", "cold", "", "", ""][random.below(6)];
                writeln!(out, "{line},{temperature},{}", random.below(1000))?;
            }
        }
    }
    Ok(out.flush()?)
}
