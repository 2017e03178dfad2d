//! What the benchmarks share: made-up leads, databases, and times of whole commands.
#![allow(dead_code, reason = "no benchmark uses all of it")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Makes an empty migrated PostgreSQL database with the organization `bench`, and returns its URL as an everyday role.
pub fn fresh_postgres(admin: &str, name: &str) -> Result<String> {
    psql(admin, &[&format!("DROP DATABASE IF EXISTS {name}"), &format!("CREATE DATABASE {name}")])?;
    let base = admin.rsplit_once('/').map_or(admin, |(base, _)| base);
    let owner = format!("{base}/{name}");
    crmctl(&owner, &["migrate", "up"])?;
    let role = "DO $$ BEGIN CREATE ROLE bench_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
    let grants = crmctl::db::catalogue::grants("bench_app").join(" ");
    psql(&owner, &[role, &grants])?;
    let app = app_url(admin, name);
    crmctl(&app, &["org", "add", "bench", "--region", "US"])?;
    Ok(app)
}

/// Makes an empty SQLite database with the organization `bench`, and returns its URL.
pub fn fresh_sqlite(folder: &Path, name: &str) -> Result<String> {
    let url = sqlite_url(folder, name);
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{url}{suffix}"));
    }
    crmctl(&url, &["org", "add", "bench", "--region", "US"])?;
    Ok(url)
}

pub fn sqlite_url(folder: &Path, name: &str) -> String {
    folder.join(format!("{name}.db")).display().to_string()
}

pub fn app_url(admin: &str, database: &str) -> String {
    let base = admin.rsplit_once('/').map_or(admin, |(base, _)| base);
    let host = base.rsplit_once('@').map_or(base, |(_, host)| host);
    format!("postgres://bench_app@{host}/{database}")
}

pub struct Measured {
    pub seconds: f64,
    /// Peak of the program's own resident memory in MB (10^6 bytes): without pages of files that are mapped, such as the database's, which
    /// the system takes back when it needs them.
    pub peak_mb: Option<u64>,
}

/// Runs a command and takes its time and peak memory.
pub fn measure(mut command: Command) -> Result<Measured> {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("cannot start")?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_mb = None;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak_mb = peak_mb.max(own_memory(&status_file));
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

fn own_memory(status_file: &str) -> Option<u64> {
    let text = fs::read_to_string(status_file).ok()?;
    let line = text.lines().find(|line| line.starts_with("RssAnon:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024 / 1_000_000)
}

pub fn report(what: &str, rows: u64, measured: &Measured, database: Option<&Path>) {
    let size = database.and_then(|path| fs::metadata(path).ok()).map(|m| (m.len() / 1_000_000).to_string());
    println!(
        "{what:<46} {:>9.2} {:>11.0} {:>9} {:>9}",
        measured.seconds,
        rows as f64 / measured.seconds,
        measured.peak_mb.map(|mb| mb.to_string()).unwrap_or_default(),
        size.unwrap_or_default(),
    );
}

pub fn import_command(database: &str, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command.args(["--database-url", database, "--format", "json", "import", "leads"]).arg(file);
    command
}

pub fn crmctl(database: &str, args: &[&str]) -> Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .args(["--database-url", database, "--allow-bypass", "--quiet"])
        .args(args)
        .output()?;
    if !output.status.success() {
        bail!("crmctl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

pub fn psql(url: &str, statements: &[&str]) -> Result<()> {
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
pub fn write_leads(path: &Path, rows: u64) -> Result<()> {
    write_rows(path, 0..rows)
}

/// Writes the leads with these numbers.
pub fn write_rows(path: &Path, rows: std::ops::Range<u64>) -> Result<()> {
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

/// Runs a command to its end, whatever its exit code says of the numbers, and takes its time.
pub fn timed(mut command: Command) -> Result<f64> {
    let started = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().context("cannot start")?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(matches!(status.code(), Some(0 | 3)), "{command:?} failed");
    Ok(seconds)
}

pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A linear congruential generator (Knuth's MMIX constants): small, and the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as usize
    }
}
