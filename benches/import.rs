//! How fast `import leads` is beside the engines' own bulk paths.
//!
//! `scripts/with-postgres cargo bench --bench import -- [ROWS] [--keep FOLDER]`
//!
//! It makes a deterministic file of ROWS leads (default 1,000,000) with 14 columns and times, each as a whole:
//! the import into SQLite; (a) `sqlite3 .import` of the file into one bare table; (b) the floor, `INSERT … SELECT` of
//! the very rows that the import wrote into an empty copy of the schema with its indexes, by the same SQLite library
//! with the same pragmas; the import into PostgreSQL; and `psql \copy` of the very rows into an empty copy of the schema.
//! Then, on both engines, 10,000 more rows into the full organization and into an empty one, and the undo of the large
//! import; and 100,000 rows of the same kind as XLSX, beside python-calamine (PyPI) only reading them, if Python has it.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use support::{
    Measured, app_url, fresh_postgres, fresh_sqlite, import_command, measure, psql, report, sqlite_url, write_leads,
    write_rows,
};

/// The tables that an import of leads writes, parents first.
const TABLES: [&str; 8] =
    ["imports", "leads", "lead_phones", "lead_tags", "lead_notes", "lead_audit_log", "lead_status_history", "dnc_list"];

fn main() -> Result<()> {
    let mut rows = 1_000_000u64;
    let mut keep: Option<PathBuf> = None;
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--keep" => keep = args.next().map(PathBuf::from),
            number => rows = number.parse().with_context(|| format!("`{number}` is no number of rows"))?,
        }
    }
    let temporary = tempfile::tempdir()?;
    let folder = keep.unwrap_or_else(|| temporary.path().to_owned());
    fs::create_dir_all(&folder)?;
    let file = folder.join("leads.csv");
    write_leads(&file, rows)?;
    let size = fs::metadata(&file)?.len();
    println!("{rows} leads, 14 columns, {} MB\n", size / 1_000_000);
    println!("{:<46} {:>9} {:>11} {:>9} {:>9}", "what", "seconds", "rows/s", "peak MB", "file MB");
    let small = folder.join("small.csv");
    write_rows(&small, rows..rows + SMALL)?;
    let sqlite = bench_sqlite(&folder, &file, rows)?;
    let empty = fresh_sqlite(&folder, "empty")?;
    let sqlite_later = bench_later(&sqlite_url(&folder, "import"), &empty, &small, rows)?;
    let postgres = match std::env::var("CRMCTL_TEST_POSTGRES") {
        Ok(url) => {
            let times = bench_postgres(&url, &folder, &file, rows)?;
            let (full, empty) = (app_url(&url, "bench_import"), app_url(&url, "bench_empty"));
            Some((times, bench_later(&full, &empty, &small, rows)?))
        }
        Err(_) => None,
    };
    let xlsx = bench_xlsx(&folder)?;
    println!("\nratios: the import's seconds over the other's");
    println!("SQLite     import / floor (b)       {:.2}", sqlite.import / sqlite.floor);
    println!("SQLite     import / bare .import (a) {:.2}", sqlite.import / sqlite.bare);
    print_later("SQLite    ", &sqlite_later, sqlite.import);
    match postgres {
        Some(((import, copy), later)) => {
            println!("PostgreSQL import / psql \\copy      {:.2}", import / copy);
            print_later("PostgreSQL", &later, import);
        }
        None => println!("PostgreSQL not measured: run it through scripts/with-postgres"),
    }
    match xlsx {
        (import, Some(read)) => println!("XLSX       import / python-calamine   {:.2}", import / read),
        _ => println!("XLSX       no python-calamine to compare with: pip install python-calamine"),
    }
    Ok(())
}

/// Rows of the later, smaller import.
const SMALL: u64 = 10_000;
/// Rows of the workbook.
const XLSX_ROWS: u64 = 100_000;

struct Later {
    into_full: f64,
    into_empty: f64,
    undo: f64,
}

fn print_later(engine: &str, later: &Later, import: f64) {
    println!("{engine} {SMALL} rows into full / into empty {:.2}", later.into_full / later.into_empty);
    println!("{engine} undo / import            {:.2}", later.undo / import);
}

/// A small import into a full and into an empty database, then the undo of the large import.
fn bench_later(full: &str, empty: &str, small: &Path, rows: u64) -> Result<Later> {
    let into_full = measure(import_command(full, small))?;
    report("10,000 rows into the full organization", SMALL, &into_full, None);
    let into_empty = measure(import_command(empty, small))?;
    report("10,000 rows into an empty one", SMALL, &into_empty, None);
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", full, "--format", "json", "import", "undo", "1", "--yes"]);
    let undo = measure(command)?;
    report("import undo of the large import", rows, &undo, None);
    Ok(Later { into_full: into_full.seconds, into_empty: into_empty.seconds, undo: undo.seconds })
}

/// A workbook imported into SQLite, and only read by python-calamine.
fn bench_xlsx(folder: &Path) -> Result<(f64, Option<f64>)> {
    let (text, path) = (folder.join("sheet.csv"), folder.join("sheet.xlsx"));
    write_rows(&text, 0..XLSX_ROWS)?;
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for (row, record) in (0u32..).zip(csv::ReaderBuilder::new().has_headers(false).from_path(&text)?.records()) {
        for (column, cell) in (0u16..).zip(record?.iter()) {
            match (row, column) {
                (1.., 11) => drop(sheet.write_number(row, column, cell.parse::<f64>()?)?),
                (1.., 13) => {
                    let day = rust_xlsxwriter::ExcelDateTime::parse_from_str(cell)?;
                    sheet.write_datetime_with_format(row, column, &day, &date)?;
                }
                _ => drop(sheet.write_string(row, column, cell)?),
            }
        }
    }
    workbook.save(&path)?;
    let database = fresh_sqlite(folder, "xlsx")?;
    let import = measure(import_command(&database, &path))?;
    report("crmctl import leads, XLSX into SQLite", XLSX_ROWS, &import, None);
    let mut command = Command::new("python3");
    command.arg("-c").arg(
        "import sys; from python_calamine import CalamineWorkbook; \
         CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()",
    );
    command.arg(&path);
    let Ok(read) = measure(command) else { return Ok((import.seconds, None)) };
    report("python-calamine, only reading it", XLSX_ROWS, &read, None);
    Ok((import.seconds, Some(read.seconds)))
}

struct SqliteTimes {
    import: f64,
    bare: f64,
    floor: f64,
}

fn bench_sqlite(folder: &Path, file: &Path, rows: u64) -> Result<SqliteTimes> {
    let bare = folder.join("bare.db");
    let _ = fs::remove_file(&bare);
    // Making and migrating an empty database is no part of the import.
    let database = PathBuf::from(fresh_sqlite(folder, "import")?);
    let floor = PathBuf::from(fresh_sqlite(folder, "floor")?);
    let import = measure(import_command(&database.display().to_string(), file))?;
    report("crmctl import leads, SQLite", rows, &import, Some(&database));
    let mut command = Command::new("sqlite3");
    command.arg(&bare).arg(".mode csv").arg(format!(".import '{}' leads", file.display()));
    let bare_time = measure(command)?;
    report("(a) sqlite3 .import into one bare table", rows, &bare_time, Some(&bare));
    let floor_time = insert_select(&database, &floor)?;
    let measured = Measured { seconds: floor_time, peak_mb: None };
    report("(b) INSERT … SELECT into the same schema", rows, &measured, Some(&floor));
    Ok(SqliteTimes { import: import.seconds, bare: bare_time.seconds, floor: floor_time })
}

/// Copies what the import wrote into an empty migrated database, by the same engine with the same pragmas.
fn insert_select(from: &Path, into: &Path) -> Result<f64> {
    let started = Instant::now();
    let conn = rusqlite::Connection::open(into)?;
    conn.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
    )?;
    conn.execute("ATTACH ?1 AS source", [from.display().to_string()])?;
    conn.execute_batch("BEGIN IMMEDIATE")?;
    for table in TABLES {
        conn.execute(&format!("INSERT INTO main.{table} SELECT * FROM source.{table}"), [])?;
    }
    conn.execute_batch("COMMIT")?;
    drop(conn);
    Ok(started.elapsed().as_secs_f64())
}

fn bench_postgres(admin: &str, folder: &Path, file: &Path, rows: u64) -> Result<(f64, f64)> {
    let base = admin.rsplit_once('/').map_or(admin, |(base, _)| base);
    let (database, copy) = (format!("{base}/bench_import"), format!("{base}/bench_copy"));
    let app = fresh_postgres(admin, "bench_import")?;
    fresh_postgres(admin, "bench_copy")?;
    fresh_postgres(admin, "bench_empty")?;
    psql(admin, &["CHECKPOINT"])?;
    let import = measure(import_command(&app, file))?;
    report("crmctl import leads, PostgreSQL", rows, &import, None);
    let (mut export, mut load) = (Vec::new(), Vec::new());
    for table in TABLES {
        let path = folder.join(format!("{table}.copy"));
        // The copy runs as this user, so the file is written by psql, not by the server.
        export.push(format!("\\copy (SELECT * FROM {table} ORDER BY 1, 2) TO '{}'", path.display()));
        load.push(format!("\\copy {table} FROM '{}'", path.display()));
    }
    psql(&database, &export.iter().map(String::as_str).collect::<Vec<_>>())?;
    psql(admin, &["CHECKPOINT"])?;
    let mut command = Command::new("psql");
    command.args([copy.as_str(), "-qX", "-v", "ON_ERROR_STOP=1", "-1"]);
    for line in &load {
        command.args(["-c", line]);
    }
    let copied = measure(command)?;
    report("psql \\copy of the same rows, same schema", rows, &copied, None);
    Ok((import.seconds, copied.seconds))
}
