//! `crmctl roi` against the SQL that a person would write for it, and `budget verify` of a long ledger:
//! `scripts/with-postgres cargo bench --bench roi -- LEADS [TRANSACTIONS]`

mod support;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use crmctl::domain::money::ledger::{AccountIdentity, Hash, Transaction};
use crmctl::domain::timestamp::Timestamp;
use support::{Random, app_url, crmctl, fresh_postgres, fresh_sqlite, import_command, measure, psql};

/// Runs of which the middle one counts.
const RUNS: usize = 5;

/// What is asked: all leads, and those of a month and a quarter of the 23 months in which they were created.
const WINDOWS: [(&str, &str, &str); 3] = [
    ("all leads", "2000-01-01", "2100-01-01"),
    ("a quarter", "2024-07-01", "2024-10-01"),
    ("a month", "2024-07-01", "2024-08-01"),
];

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let rows = numbers.next().unwrap_or(1_000_000);
    let transactions = numbers.next().unwrap_or(1_000_000);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    write_files(folder, rows)?;
    println!("{rows} leads, a quarter of them recruited; the middle of {RUNS} runs, in seconds\n");
    println!("{:<28} {:>8} {:>8} {:>6}", "", "crmctl", "by hand", "ratio");

    let sqlite = fresh_sqlite(folder, "roi")?;
    fill(&sqlite, folder)?;
    let conn = rusqlite::Connection::open(&sqlite)?;
    conn.execute_batch("PRAGMA cache_size = -65536;")?;
    for (what, since, until) in WINDOWS {
        pair(&format!("SQLite, {what}"), &sqlite, (since, until), &|| by_hand_sqlite(&conn, since, until))?;
    }
    drop(conn);
    verify_sqlite(&sqlite, folder, transactions)?;

    let Ok(admin) = std::env::var("CRMCTL_TEST_POSTGRES") else {
        println!("PostgreSQL not measured: run it through scripts/with-postgres");
        return Ok(());
    };
    fresh_postgres(&admin, "bench_roi")?;
    let url = app_url(&admin, "bench_roi");
    fill(&url, folder)?;
    let owner = format!("{}/bench_roi", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    // What autovacuum does a minute after so many rows.
    psql(&owner, &["VACUUM ANALYZE"])?;
    for (what, since, until) in WINDOWS {
        pair(&format!("PostgreSQL, {what}"), &url, (since, until), &|| by_hand_postgres(&url, since, until))?;
    }
    verify_postgres(&url, &owner, folder, transactions)
}

/// Leads, costs and rates; the same number of rows gives the same bytes.
fn write_files(folder: &Path, rows: u64) -> Result<()> {
    use std::fmt::Write;
    const STATUSES: [&str; 8] = ["new", "new", "contacted", "qualified", "nurturing", "cold", "recruited", "recruited"];
    let mut random = Random(7);
    let mut leads = String::from("Phone,Source,Campaign,Value,Currency,Status,Created\n");
    for n in 0..rows {
        let scattered = (n * 7_368_787) % 6_000_000;
        let (area, exchange, line) = (
            [212, 312, 415, 512, 617, 702, 713, 786, 818, 917][(scattered % 10) as usize],
            220 + scattered / 10 % 60,
            scattered / 600 % 10_000,
        );
        let created = jiff::civil::date(2024, 1, 1).checked_add(jiff::Span::new().days(random.below(700) as i64))?;
        writeln!(
            leads,
            "({area}) {exchange}-{line:04},Source {},{},{}.00,{},{},{created}",
            random.below(25),
            ["", "Spring", "Autumn sale", "Winter 2025"][random.below(4)],
            10 + random.below(5000),
            if random.below(10) == 0 { "EUR" } else { "USD" },
            STATUSES[random.below(8)],
        )?;
    }
    std::fs::write(folder.join("leads.csv"), leads)?;
    let (mut costs, mut rates) =
        (String::from("Source,Month,Campaign,Cost,Currency\n"), String::from("Currency,Month,Rate\n"));
    for month in 0..24 {
        let month = format!("{}-{:02}", 2024 + month / 12, month % 12 + 1);
        writeln!(rates, "EUR,{month},1.{:04}", 500 + random.below(1000))?;
        for source in 0..25 {
            let currency = if source % 4 == 0 { "EUR" } else { "USD" };
            writeln!(
                costs,
                "Source {source},{month},,{}.{:02},{currency}",
                100 + random.below(9000),
                random.below(100)
            )?;
            writeln!(costs, "source-{source},{month},Spring,{}.00,USD", 100 + random.below(900))?;
        }
    }
    std::fs::write(folder.join("costs.csv"), costs)?;
    Ok(std::fs::write(folder.join("rates.csv"), rates)?)
}

fn fill(url: &str, folder: &Path) -> Result<()> {
    let file = |name: &str| folder.join(name).display().to_string();
    measure(import_command(url, &folder.join("leads.csv")))?;
    crmctl(url, &["import", "costs", &file("costs.csv")])?;
    crmctl(url, &["import", "rates", &file("rates.csv")])
}

/// The figures of a report: a line for each source.
type Figures = Vec<String>;

fn pair(what: &str, url: &str, (since, until): (&str, &str), by_hand: &dyn Fn() -> Result<Figures>) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let started = Instant::now();
        let figures = report(url, since, until)?;
        ours.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        let same = by_hand()?;
        theirs.push(started.elapsed().as_secs_f64());
        compare(what, &figures, &same)?;
    }
    let (ours, theirs) = (middle(ours), middle(theirs));
    println!("{what:<28} {ours:>8.2} {theirs:>8.2} {:>6.2}", ours / theirs);
    Ok(())
}

/// The engines round halves up, crmctl to the even cent, so that sums of many amounts may differ by some cents.
fn compare(what: &str, figures: &Figures, same: &Figures) -> Result<()> {
    ensure!(figures.len() == same.len() && !figures.is_empty(), "{what}: {} and {} lines", figures.len(), same.len());
    for (a, b) in figures.iter().zip(same) {
        let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
        for (place, (x, y)) in cells(a).iter().zip(cells(b)).enumerate() {
            let near = match (x.parse::<i64>(), y.parse::<i64>()) {
                (Ok(x), Ok(y)) if place > 2 => (x - y).abs() <= 100,
                _ => *x == y,
            };
            ensure!(near, "{what}: other figures\n{a}\n{b}");
        }
    }
    Ok(())
}

fn report(url: &str, since: &str, until: &str) -> Result<Figures> {
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .args(["--database-url", url, "roi", "--format", "json", "--quiet", "--since", since, "--until", until])
        .output()?;
    if !output.status.success() {
        bail!("roi: {}", String::from_utf8_lossy(&output.stderr));
    }
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let line = |line: &serde_json::Value| {
        let figures: Vec<String> =
            ["leads", "recruited", "cost_cents", "value_cents"].iter().map(|key| line[key].to_string()).collect();
        format!("{}|{}", line["source"].as_str().unwrap_or_default(), figures.join("|"))
    };
    let mut figures: Figures = report["sources"].as_array().context("no sources")?.iter().map(line).collect();
    figures.sort();
    Ok(figures)
}

fn by_hand_sqlite(conn: &rusqlite::Connection, since: &str, until: &str) -> Result<Figures> {
    let micros =
        |day: &str| -> Result<i64> { Ok(format!("{day}T00:00:00Z").parse::<jiff::Timestamp>()?.as_microsecond()) };
    let mut statement = conn.prepare(include_str!("roi_sqlite.sql"))?;
    let rows = statement.query_map((micros(since)?, micros(until)?, &since[..7], &until[..7]), |row| {
        let mut cells = vec![row.get::<_, String>(0)?];
        for place in 1..5 {
            cells.push(row.get::<_, i64>(place)?.to_string());
        }
        Ok(cells.join("|"))
    })?;
    let mut figures = rows.collect::<Result<Vec<_>, _>>()?;
    figures.sort();
    Ok(figures)
}

fn by_hand_postgres(url: &str, since: &str, until: &str) -> Result<Figures> {
    let sql = include_str!("roi_postgres.sql").replace("SINCE", since).replace("UNTIL", until);
    let output = Command::new("psql")
        .args([url, "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", "SET app.current_org_id = '1'", "-c"])
        .arg(format!("SET timezone = 'UTC'; SET work_mem = '64MB'; SET jit = off; {sql}"))
        .output()?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut figures: Figures = String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect();
    figures.sort();
    Ok(figures)
}

/// A ledger of so many transactions, as SQL would load it, and its head.
fn ledger(
    account: &AccountIdentity,
    count: u64,
    mut take: impl FnMut(&Transaction, &Hash) -> Result<()>,
) -> Result<(i64, Hash)> {
    let (mut balance, mut hash) = (0i64, account.origin());
    for sequence in 1..=count as i64 {
        let (kind, amount) = if sequence % 10 == 1 { ("deposit", 100_000) } else { ("charge", 1000 + sequence % 9000) };
        let after = if kind == "deposit" { balance + amount } else { balance - amount };
        let is_cost = kind == "charge" && sequence % 3 == 0;
        let transaction = Transaction {
            sequence,
            transaction_type: kind.into(),
            amount_cents: amount,
            balance_before_cents: balance,
            balance_after_cents: after,
            reference: Some(format!("invoice {sequence}")),
            description: (sequence % 2 == 0).then(|| "a campaign of some weeks".into()),
            source: is_cost.then(|| format!("source_{}", sequence % 25)),
            campaign: is_cost.then(String::new),
            period: is_cost.then(|| format!("2024-{:02}", sequence % 12 + 1)),
            user: None,
            actor: "bench@desk".into(),
            recorded_at: Timestamp::from_micros(1_704_067_200_000_000 + sequence * 60_000_000),
            previous_hash: hash.to_vec(),
        };
        hash = transaction.hash(account);
        balance = after;
        take(&transaction, &hash)?;
    }
    Ok((balance, hash))
}

fn identity(uid: &str) -> Result<AccountIdentity> {
    Ok(AccountIdentity { uid: *uuid::Uuid::parse_str(uid)?.as_bytes(), currency: "USD".into() })
}

fn uid_of(url: &str) -> Result<AccountIdentity> {
    crmctl(url, &["budget", "account", "add", "long"])?;
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .args(["--database-url", url, "budget", "account", "list", "--format", "json", "--quiet"])
        .output()?;
    let list: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    identity(list[0]["uid"].as_str().context("no account")?)
}

const COLUMNS: &str = "organization_id, account_id, sequence, transaction_type, amount_cents, balance_before_cents, \
    balance_after_cents, reference, description, source, campaign, period, actor, recorded_at, previous_hash, hash";

fn verify_sqlite(url: &str, _folder: &Path, count: u64) -> Result<()> {
    let account = uid_of(url)?;
    let conn = rusqlite::Connection::open(url)?;
    conn.execute_batch("BEGIN")?;
    let (balance, head) = {
        let mut insert = conn.prepare(&format!(
            "INSERT INTO budget_transactions ({COLUMNS}) VALUES (1, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ))?;
        ledger(&account, count, |t, hash| {
            insert.execute(rusqlite::params![
                t.sequence,
                t.transaction_type,
                t.amount_cents,
                t.balance_before_cents,
                t.balance_after_cents,
                t.reference,
                t.description,
                t.source,
                t.campaign,
                t.period,
                t.actor,
                t.recorded_at.as_micros(),
                t.previous_hash,
                hash.to_vec()
            ])?;
            Ok(())
        })?
    };
    conn.execute(
        "UPDATE budget_accounts SET sequence = ?, balance_cents = ?, head_hash = ?",
        rusqlite::params![count as i64, balance, head.to_vec()],
    )?;
    conn.execute_batch("COMMIT")?;
    verify("SQLite", url, count)
}

fn verify_postgres(url: &str, owner: &str, folder: &Path, count: u64) -> Result<()> {
    use std::io::Write;
    let account = uid_of(url)?;
    let path = folder.join("ledger.csv");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let hex = |bytes: &[u8]| format!("\\x{}", crmctl::domain::text::hex(bytes));
    let (balance, head) = ledger(&account, count, |t, hash| {
        let text = |text: &Option<String>| text.as_ref().map_or(String::new(), |text| format!("\"{text}\""));
        writeln!(
            out,
            "1,1,{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            t.sequence,
            t.transaction_type,
            t.amount_cents,
            t.balance_before_cents,
            t.balance_after_cents,
            text(&t.reference),
            text(&t.description),
            text(&t.source),
            text(&t.campaign),
            text(&t.period),
            t.actor,
            t.recorded_at,
            hex(&t.previous_hash),
            hex(hash)
        )?;
        Ok(())
    })?;
    drop(out);
    psql(
        owner,
        &[
            &format!("\\copy budget_transactions ({COLUMNS}) FROM '{}' (FORMAT csv)", path.display()),
            &format!(
                "UPDATE budget_accounts SET sequence = {count}, balance_cents = {balance}, head_hash = '{}'",
                hex(&head)
            ),
            "VACUUM ANALYZE budget_transactions",
        ],
    )?;
    verify("PostgreSQL", url, count)
}

fn verify(engine: &str, url: &str, count: u64) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        crmctl(url, &["budget", "verify"])?;
        times.push(started.elapsed().as_secs_f64());
    }
    println!("{:<28} {:>8.2}", format!("{engine}, verify {count}"), middle(times));
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_crmctl"))
        .args(["--database-url", url, "roi", "--month", "2024-07", "--quiet", "--format", "json"])
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    println!("{:<28} {:>8.2}", format!("{engine}, roi beside it"), started.elapsed().as_secs_f64());
    Ok(())
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
