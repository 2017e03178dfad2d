//! What it costs an import to look for wishes in notes, in custom texts and in columns that nobody claims.
//!
//! `cargo bench --bench wishes -- [ROWS]`
//!
//! It makes files of ROWS leads (default 200,000) with a column of notes, and with three columns of texts that no field claims, of 8 to 35 words
//! each, in which nobody wishes anything. It imports them into SQLite, in turn, with these columns taken and with them ignored. What is
//! stored of a column costs, too: how much of the difference is the look, `perf` tells. It prints the middle and the least of five.

mod support;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use support::{Random, fresh_sqlite, import_command, measure, write_leads};

/// Imports of which the middle one counts.
const TURNS: usize = 5;

const NOTES: &[&str] = &["Notes"];
const TEXTS: &[&str] = &["Needs", "History", "Remarks of the fair"];

const WORDS: [&str; 48] = [
    "asked",
    "about",
    "the",
    "new",
    "catalogue",
    "and",
    "prices",
    "for",
    "spring",
    "called",
    "back",
    "on",
    "Monday",
    "wants",
    "a",
    "demo",
    "in",
    "their",
    "office",
    "send",
    "offer",
    "by",
    "mail",
    "budget",
    "is",
    "approved",
    "next",
    "quarter",
    "met",
    "at",
    "fair",
    "knows",
    "our",
    "product",
    "from",
    "colleague",
    "kindly",
    "follow",
    "up",
    "with",
    "contract",
    "after",
    "holidays",
    "will",
    "have",
    "two",
    "meetings",
    "details",
];

/// What is imported of the texts.
struct Case {
    what: &'static str,
    /// Which columns of texts the file has.
    columns: &'static [&'static str],
    options: &'static [&'static str],
}

const CASES: [Case; 6] = [
    Case { what: "no texts", columns: &[], options: &[] },
    Case { what: "notes, ignored", columns: NOTES, options: &["--ignore", "Notes"] },
    Case { what: "notes", columns: NOTES, options: &[] },
    Case {
        what: "three texts, ignored",
        columns: TEXTS,
        options: &["--ignore", "Needs", "--ignore", "History", "--ignore", "Remarks of the fair"],
    },
    Case {
        what: "three texts, kept by name",
        columns: TEXTS,
        options: &["--keep", "Needs", "--keep", "History", "--keep", "Remarks of the fair"],
    },
    Case { what: "three texts, unclaimed", columns: TEXTS, options: &[] },
];

fn main() -> Result<()> {
    let rows = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(200_000u64);
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path();
    println!("{rows} leads; the middle and the least of {TURNS} imports, in seconds\n");
    let mut times = vec![Vec::new(); CASES.len()];
    for _ in 0..TURNS {
        for (case, times) in CASES.iter().zip(&mut times) {
            let file = folder.join(format!("{}.csv", case.columns.len()));
            if !file.exists() {
                write_file(folder, &file, rows, case.columns)?;
            }
            let database = fresh_sqlite(folder, "wishes")?;
            let mut command = import_command(&database, &file);
            command.args(case.options);
            times.push(measure(command)?.seconds);
        }
    }
    for (case, times) in CASES.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        println!("{:<30} {:>7.2} {:>7.2}", case.what, times[TURNS / 2], times[0]);
    }
    Ok(())
}

fn write_file(folder: &Path, file: &Path, rows: u64, columns: &[&str]) -> Result<()> {
    let plain = folder.join("plain.csv");
    write_leads(&plain, rows)?;
    let mut out = BufWriter::new(File::create(file)?);
    let mut random = Random(11);
    for (place, line) in BufReader::new(File::open(&plain)?).lines().enumerate() {
        write!(out, "{}", line?)?;
        for column in columns {
            match place {
                0 => write!(out, ",{column}")?,
                _ => {
                    let words = 8 + random.below(28);
                    let text: Vec<&str> = (0..words).map(|_| WORDS[random.below(WORDS.len() as u64)]).collect();
                    write!(out, ",{}", text.join(" "))?;
                }
            }
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}
