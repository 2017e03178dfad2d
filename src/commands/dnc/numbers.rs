//! The numbers that a verb is about: typed, from a file, or from standard input.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use crate::commands::args::lines::each_line;
use crate::commands::context::Session;
use crate::db::models::access::organizations::Organization;
use crate::domain::phone::reading::{Reading, read_for_list};
use crate::domain::phone::{PhoneProblem, Region};
use crate::error::{CommandError, Result};
use crate::ops::dnc::lists::INTERNAL_LIST;
use crate::ui::{Change, Column, Ui, grouped};

/// Which numbers are meant.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Numbers {
    /// The numbers, each written in any way; `-` reads them from standard input, one a line
    #[arg(value_name = "NUMBER", required_unless_present = "file", conflicts_with = "file")]
    numbers: Vec<String>,
    /// A text file with one number a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
    /// The region of national numbers, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
}

/// How many leads a change of the only number moved, and where, if it moved any.
pub(super) fn leads_moved(count: u64, to: &str) -> Option<Change> {
    let leads = if count == 1 { "lead" } else { "leads" };
    (count > 0).then(|| Change::said(format!("{} {leads} moved {to}", grouped(count as i64))))
}

/// A number as it was written, and what was read.
pub(super) struct Written {
    /// The line of the file; `None` when it was typed.
    pub line: Option<u64>,
    pub text: String,
    pub number: Result<Reading, PhoneProblem>,
}

impl Numbers {
    /// Calls `each` with every number, in order; national ones are of this organization's region when no other was said.
    pub fn each(
        &self,
        organization: &Organization,
        interrupted: Arc<AtomicBool>,
        mut each: impl FnMut(Written) -> Result<()>,
    ) -> Result<()> {
        let region = || self.region.or_else(|| organization.default_region.parse().ok());
        let read = |line: Option<u64>, text: &str| {
            let text = text.trim();
            // As registries have them, where three digits are an area code.
            let is_listed = of_registry(text).filter(|_| region().and_then(Region::calling_code) == Some(1));
            let number = read_for_list(is_listed.as_deref().unwrap_or(text), region);
            Written { line, text: text.to_owned(), number }
        };
        let file = match (&self.file, self.numbers.as_slice()) {
            (Some(file), _) => file,
            (None, [only]) if only == "-" => only,
            (None, numbers) => return numbers.iter().try_for_each(|text| each(read(None, text))),
        };
        each_line(file, interrupted, |line, text| each(read(Some(line), text)))
    }

    /// Reads all numbers, and sets aside what is none.
    ///
    /// # Errors
    /// Nothing of it is a number, or the file cannot be read.
    pub fn gather(&self, session: &Session) -> Result<(Vec<Reading>, Vec<Refused>)> {
        let (mut numbers, mut refused) = (Vec::new(), Vec::new());
        self.each(&session.org, session.db.interrupted(), |written| {
            match &written.number {
                Ok(number) => numbers.push(*number),
                Err(problem) => refused.push(Refused::of(&written, problem)),
            }
            Ok(())
        })?;
        match (numbers.is_empty(), refused.first()) {
            (true, Some(first)) => {
                let mut error = CommandError::failed("nothing here is a phone number; nothing was changed");
                for one in refused.iter().take(SHOWN) {
                    error = error.detail(one.describe());
                }
                Err(error.hint(first.hint))
            }
            (true, None) => Err(CommandError::usage("no numbers were given")),
            (false, _) => Ok((numbers, refused)),
        }
    }
}

/// The digits of `AAA,NNNNNNN`.
fn of_registry(text: &str) -> Option<String> {
    let (area_code, local) = text.split_once(',')?;
    let digits = [area_code, local].concat();
    let is_number = area_code.len() == 3 && local.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(digits)
}

/// What is not a number, and what to do about it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Refused {
    pub line: Option<u64>,
    pub input: String,
    pub problem: String,
    pub hint: &'static str,
}

impl Refused {
    pub fn of(written: &Written, problem: &PhoneProblem) -> Refused {
        Refused {
            line: written.line,
            input: written.text.clone(),
            problem: problem.to_string(),
            hint: problem.remedy(),
        }
    }

    fn describe(&self) -> String {
        let place = self.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("{place}`{}` {}", self.input, self.problem)
    }
}

/// Numbers that are told by their prefixes.
const PREFIXES_TOLD: usize = 5;

/// Says of numbers with these prefixes that no registry is required for them.
pub(super) fn told_unregistered(prefixes: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = prefixes.iter().take(PREFIXES_TOLD).map(String::as_str).collect();
    let more = if prefixes.len() > PREFIXES_TOLD { " and others" } else { "" };
    format!(
        "numbers of {}{more} are checked on the organization's own list (`{INTERNAL_LIST}`) only: no registry is required for them",
        shown.join(", ")
    )
}

/// How many refused inputs a person sees; the machine-readable forms have all of them.
const SHOWN: usize = 20;

const REFUSED_COLUMNS: &[Column] = &[
    Column::number("line", "line"),
    Column::text("input", "input").kept(),
    Column::text("problem", "problem").kept(),
    Column::text("hint", "what to do").kept(),
];

/// Says which numbers may be two: both are meant.
pub(super) fn tell_ambiguous(readings: &[Reading], ui: Ui) {
    let both = readings.iter().filter_map(|reading| Some((reading.number, reading.with_plus?)));
    for (number, with_plus) in both.clone().take(SHOWN) {
        ui.note(&format!("{number} may be {with_plus}, whose + was lost: taken as both"));
    }
    if let more @ 1.. = both.count().saturating_sub(SHOWN) {
        ui.note(&format!("{} more may be two numbers", grouped(more as i64)));
    }
}

/// Prints what was refused below a summary.
pub(super) fn print_refused(refused: &[Refused], ui: Ui) -> Result<()> {
    ui.part("refused", refused.get(..SHOWN).unwrap_or(refused), REFUSED_COLUMNS)?;
    if refused.len() > SHOWN {
        let more = refused.len() - SHOWN;
        ui.note(&format!("{} more refused; --format json lists all of them", grouped(more as i64)));
    }
    Ok(())
}
