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

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

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
    let sqlite_later = bench_later(&sqlite_url(&folder, "import"), &sqlite_url(&folder, "empty"), &small, rows)?;
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

fn sqlite_url(folder: &Path, name: &str) -> String {
    folder.join(format!("{name}.db")).display().to_string()
}

fn app_url(admin: &str, database: &str) -> String {
    let base = admin.rsplit_once('/').map_or(admin, |(base, _)| base);
    let host = base.rsplit_once('@').map_or(base, |(_, host)| host);
    format!("postgres://bench_app@{host}/{database}")
}

/// A small import into a full and into an empty database, then the undo of the large import.
fn bench_later(full: &str, empty: &str, small: &Path, rows: u64) -> Result<Later> {
    if !empty.starts_with("postgres") {
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{empty}{suffix}"));
        }
        crmctl(empty, &["org", "add", "bench", "--region", "US"])?;
    }
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
    let database = sqlite_url(folder, "xlsx");
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{database}{suffix}"));
    }
    crmctl(&database, &["org", "add", "bench", "--region", "US"])?;
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
    let database = folder.join("import.db");
    let bare = folder.join("bare.db");
    let floor = folder.join("floor.db");
    for old in [&database, &bare, &floor] {
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", old.display()));
        }
    }
    // Making and migrating an empty database is no part of the import.
    crmctl(&database.display().to_string(), &["org", "add", "bench", "--region", "US"])?;
    crmctl(&floor.display().to_string(), &["org", "add", "bench", "--region", "US"])?;
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
    let host = base.rsplit_once('@').map_or(base, |(_, host)| host);
    let (database, copy) = (format!("{base}/bench_import"), format!("{base}/bench_copy"));
    let empty = format!("{base}/bench_empty");
    for name in ["bench_import", "bench_copy", "bench_empty"] {
        psql(admin, &[&format!("DROP DATABASE IF EXISTS {name}"), &format!("CREATE DATABASE {name}")])?;
    }
    let role = "DO $$ BEGIN CREATE ROLE bench_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
    for url in [&database, &copy, &empty] {
        crmctl(url, &["migrate", "up"])?;
        psql(
            url,
            &[
                role,
                "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO bench_app",
                "GRANT DELETE ON lead_tags, lead_phones, lead_notes TO bench_app",
                "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO bench_app",
            ],
        )?;
        let app = format!("postgres://bench_app@{host}/{}", url.rsplit('/').next().unwrap_or_default());
        crmctl(&app, &["org", "add", "bench", "--region", "US"])?;
    }
    psql(admin, &["CHECKPOINT"])?;
    let import = measure(import_command(&format!("postgres://bench_app@{host}/bench_import"), file))?;
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

struct Measured {
    seconds: f64,
    /// Peak resident memory in MB (10^6 bytes).
    peak_mb: Option<u64>,
}

/// Runs a command and takes its time and peak resident memory.
fn measure(mut command: Command) -> Result<Measured> {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("cannot start")?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_mb = None;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak_mb = peak_of(&status_file).or(peak_mb);
        std::thread::sleep(Duration::from_millis(10));
    };
    let seconds = started.elapsed().as_secs_f64();
    if !status.success() {
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut said)?;
        }
        bail!("{command:?} failed: {said}");
    }
    Ok(Measured { seconds, peak_mb })
}

fn peak_of(status_file: &str) -> Option<u64> {
    let text = fs::read_to_string(status_file).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024 / 1_000_000)
}

fn report(what: &str, rows: u64, measured: &Measured, database: Option<&Path>) {
    let size = database.and_then(|path| fs::metadata(path).ok()).map(|m| (m.len() / 1_000_000).to_string());
    println!(
        "{what:<46} {:>9.2} {:>11.0} {:>9} {:>9}",
        measured.seconds,
        rows as f64 / measured.seconds,
        measured.peak_mb.map(|mb| mb.to_string()).unwrap_or_default(),
        size.unwrap_or_default(),
    );
}

fn import_command(database: &str, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", database, "--format", "json", "import", "leads"]).arg(file);
    command
}

fn crmctl(database: &str, args: &[&str]) -> Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .args(["--database-url", database, "--allow-bypass", "--quiet"])
        .args(args)
        .output()?;
    if !output.status.success() {
        bail!("crmctl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn psql(url: &str, statements: &[&str]) -> Result<()> {
    let mut command = Command::new("psql");
    command.args([url, "-qX", "-v", "ON_ERROR_STOP=1"]);
    statements.iter().for_each(|statement| {
        command.args(["-c", statement]);
    });
    let output = command.output().context("psql is missing")?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Writes a file of made-up leads; the same number of rows gives the same bytes.
fn write_leads(path: &Path, rows: u64) -> Result<()> {
    write_rows(path, 0..rows)
}

/// Writes the leads with these numbers.
fn write_rows(path: &Path, rows: std::ops::Range<u64>) -> Result<()> {
    const FIRST: [&str; 16] = [
        "Ada", "Ben", "Cleo", "Dev", "Eva", "Finn", "Gia", "Hal", "Inés", "Jon", "Kai", "Léa", "Mia", "Noor", "Oto",
        "Pia",
    ];
    const LAST: [&str; 16] = [
        "Abbot", "Baker", "Castro", "Díaz", "Evans", "Frank", "Gomez", "Huang", "Ito", "Jones", "Khan", "Lopez",
        "Müller", "Novak", "Ortiz", "Park",
    ];
    const CITIES: [(&str, &str); 6] =
        [("New York", "NY"), ("Austin", "TX"), ("Miami", "FL"), ("Boston", "MA"), ("Denver", "CO"), ("Seattle", "WA")];
    const STATUSES: [&str; 6] = ["new", "new", "contacted", "qualified", "nurturing", "cold"];
    const SOURCES: [&str; 5] = ["Facebook Ads", "Website", "Referral", "Trade Show", "google-ads"];
    const TAGS: [&str; 5] = ["", "", "vip", "fair 2025", "newsletter; web"];
    const AREAS: [u64; 10] = [212, 312, 415, 512, 617, 702, 713, 786, 818, 917];
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(
        out,
        "First Name,Last Name,Phone,Email,Company,Job Title,City,State,Country,Status,Lead Source,Lead Score,Tags,Created"
    )?;
    let mut random = Random(42);
    for n in rows {
        // A permutation of the numbers' space scatters the phones, as real files do.
        let scattered = (n * 7_368_787) % 6_000_000;
        let (area, exchange, line) =
            (AREAS[(scattered % 10) as usize], 220 + scattered / 10 % 60, scattered / 600 % 10_000);
        let first = FIRST[random.below(16)];
        let last = LAST[random.below(16)];
        let (city, state) = CITIES[random.below(6)];
        let day = random.below(700) as i64;
        let created = jiff::civil::date(2024, 1, 1).checked_add(jiff::Span::new().days(day))?;
        writeln!(
            out,
            "{first},{last},({area}) {exchange}-{line:04},lead{n}@example.com,\"{last}, {first} & Co {}\",Buyer,{city},{state},US,{},{},{},{},{created}",
            random.below(50_000),
            STATUSES[random.below(6)],
            SOURCES[random.below(5)],
            random.below(101),
            TAGS[random.below(5)],
        )?;
    }
    Ok(out.flush()?)
}

/// A linear congruential generator (Knuth's MMIX constants): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as usize
    }
}
