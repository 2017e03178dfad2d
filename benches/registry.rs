//! How fast registries are loaded and asked.
//!
//! `scripts/with-postgres cargo bench --bench registry -- [NUMBERS] [MOST]`
//!
//! On each engine it loads NUMBERS made-up numbers (default 10,000,000), spread evenly over 350 area codes, in the order of the
//! file and in no order, then MOST of them (default 258,000,000, about as many as the National Do Not Call Registry of the United
//! States has), and with that loaded times checks and a scrub of 1,000,000 rows. Where python3 has the module duckdb, it times DuckDB's CREATE TABLE AS
//! SELECT of the same file. The files take 4 GB in the folder for temporary files, and go at the end.

mod support;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use crmctl::domain::phone::nanp::may_be_of;
use support::{Random, fresh_postgres, fresh_sqlite, measure, median, report, timed};

/// Numbers of one area code, and how many area codes there are.
const OF_AREA_CODE: u64 = 8_000_000;
const AREA_CODES: u64 = 350;
const SCRUBBED: u64 = 1_000_000;
const CHECKED: usize = 1_000;
/// How often a process is started for one number; the median counts.
const STARTS: usize = 31;

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let mut next = |usual: u64| numbers.next().map_or(Ok(usual), |text| text.parse()).context("no number");
    let (some, most) = (next(10_000_000)?, next(258_000_000)?);
    let folder = tempfile::tempdir()?;
    let sorted = write_list(folder.path(), "sorted.txt", some)?;
    let shuffled = shuffled(folder.path(), &sorted, some)?;
    let all = write_list(folder.path(), "all.txt", most)?;
    let sheet = write_sheet(folder.path())?;
    println!("{:<50} {:>9} {:>11} {:>9} {:>9}", "what", "seconds", "rows/s", "peak MB", "file MB");
    duckdb(&sorted, some)?;
    let sqlite = fresh_sqlite(folder.path(), "registry")?;
    bench("SQLite", &sqlite, Some(Path::new(&sqlite)), [&sorted, &shuffled, &all], [some, most], &sheet)?;
    match std::env::var("CRMCTL_TEST_POSTGRES") {
        Ok(admin) => {
            let url = fresh_postgres(&admin, "bench_registry")?;
            bench("PostgreSQL", &url, None, [&sorted, &shuffled, &all], [some, most], &sheet)?;
            let owner = format!("{}/bench_registry", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
            let mut size = Command::new("psql");
            size.args([
                owner.as_str(),
                "-qXAt",
                "-c",
                "SELECT pg_total_relation_size('dnc_registry_blocks') / 1000000 || ' MB of blocks'",
            ]);
            size.status()?;
        }
        Err(_) => println!("PostgreSQL not measured: run it through scripts/with-postgres"),
    }
    Ok(())
}

fn bench(
    engine: &str,
    url: &str,
    database: Option<&Path>,
    [sorted, shuffled, all]: [&Path; 3],
    [some, most]: [u64; 2],
    sheet: &Path,
) -> Result<()> {
    let load = |what: &str, file: &Path, numbers: u64| -> Result<()> {
        let args = ["dnc", "registry", "load", "us", "--as-of", "today", "--yes", "--region", "US"];
        let loaded = measure(crmctl(url, &args, file))?;
        report(&format!("load of {numbers} {what}, {engine}"), numbers, &loaded, database);
        Ok(())
    };
    load("sorted", sorted, some)?;
    load("in no order", shuffled, some)?;
    support::crmctl(url, &["dnc", "registry", "drop", "us", "--yes"])?;
    load("sorted", all, most)?;
    support::crmctl(url, &["dnc", "registry", "require", "us"])?;
    let folder = sheet.parent().context("no folder")?;
    let asked: String =
        std::fs::read_to_string(sheet)?.lines().skip(1).take(CHECKED).map(|line| format!("{line}\n")).collect();
    let asked_file = folder.join("asked.txt");
    std::fs::write(&asked_file, &asked)?;
    let many =
        (0..11).map(|_| timed(crmctl(url, &["dnc", "check", "--file"], &asked_file))).collect::<Result<Vec<f64>>>()?;
    println!("{:<50} {:>9.4}", format!("dnc check of {CHECKED} in one process, {engine}"), median(many));
    let mut looked_up = Vec::new();
    for number in asked.lines().take(STARTS) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
        command.args(["--database-url", url, "-v", "dnc", "check", number]);
        let said = String::from_utf8(command.output()?.stderr)?;
        let time = said.lines().find_map(|line| line.strip_prefix("numbers looked up in ")?.strip_suffix(" ms"));
        looked_up.push(time.context("-v told no time")?.parse::<f64>()?);
    }
    println!("{:<50} {:>6.3} ms", format!("one number looked up, by -v, {engine}"), median(looked_up));
    let mut scrub = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    scrub.args(["--database-url", url, "--quiet", "dnc", "scrub"]).arg(sheet).arg("--overwrite");
    scrub.arg("--clean").arg(folder.join("clean.csv")).arg("--blocked").arg(folder.join("blocked.csv"));
    scrub.env("XDG_DATA_HOME", folder).stdout(Stdio::null());
    let seconds = timed(scrub)?;
    println!(
        "{:<50} {:>9.2} {:>11.0}\n",
        format!("scrub of {SCRUBBED} rows, {engine}"),
        seconds,
        SCRUBBED as f64 / seconds
    );
    Ok(())
}

/// Area codes that may be the United States', every other one.
fn area_code(place: u64) -> u64 {
    static CODES: LazyLock<Vec<u16>> = LazyLock::new(|| (201..1000).filter(|code| may_be_of(*code, "US")).collect());
    CODES.get(place as usize * 2).copied().map_or(999, u64::from)
}

/// A list of so many numbers, evenly spread and sorted.
fn write_list(folder: &Path, name: &str, numbers: u64) -> Result<PathBuf> {
    let path = folder.join(name);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let mut random = Random(7);
    let of_each = numbers / AREA_CODES;
    let gap = OF_AREA_CODE / of_each;
    for place in 0..AREA_CODES {
        let more = if place == 0 { numbers % AREA_CODES } else { 0 };
        for at in 0..of_each + more {
            let local = 2_000_000 + (at * gap + random.below(gap) as u64) % OF_AREA_CODE;
            writeln!(out, "{},{local:07}", area_code(place))?;
        }
    }
    out.flush()?;
    Ok(path)
}

/// The same list in no order: every hundred-and-first line after the one before.
fn shuffled(folder: &Path, sorted: &Path, numbers: u64) -> Result<PathBuf> {
    let path = folder.join("shuffled.txt");
    let text = std::fs::read(sorted)?;
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let step = 7_368_787 % numbers.max(1);
    let step = if step == 0 || numbers.is_multiple_of(step) { 1 } else { step };
    (0..lines.len()).try_for_each(|at| out.write_all(lines[at * step as usize % lines.len()]))?;
    out.flush()?;
    Ok(path)
}

/// A sheet of a million numbers in E.164, of which some are on the lists.
fn write_sheet(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("sheet.csv");
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let mut random = Random(11);
    writeln!(out, "phone")?;
    for _ in 0..SCRUBBED {
        let local = 2_000_000 + random.below(OF_AREA_CODE) as u64;
        writeln!(out, "+1{}{local:07}", area_code(random.below(AREA_CODES) as u64))?;
    }
    out.flush()?;
    Ok(path)
}

fn duckdb(file: &Path, numbers: u64) -> Result<()> {
    let script = format!(
        "import duckdb, time\nt = time.time()\nc = duckdb.connect('{}.duckdb')\n\
         c.sql(\"CREATE TABLE r AS SELECT * FROM read_csv('{}', header = false)\")\nprint(time.time() - t)",
        file.display(),
        file.display()
    );
    let mut command = Command::new("python3");
    command.args(["-c", &script]);
    let output = command.output()?;
    match String::from_utf8_lossy(&output.stdout).trim().parse::<f64>() {
        Ok(seconds) => {
            println!("{:<50} {seconds:>9.2} {:>11.0}", "DuckDB: CREATE TABLE AS SELECT", numbers as f64 / seconds)
        }
        Err(_) => println!("DuckDB not measured: python3 has no module duckdb"),
    }
    Ok(())
}

fn crmctl(url: &str, args: &[&str], last: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", url, "--quiet", "--format", "json"]).args(args).arg(last);
    command
}
