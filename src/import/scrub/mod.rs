//! Scrubbing a sheet: its rows go into one of two files, in the form in which they stand, by what the do-not-call lists say of
//! their numbers.

pub mod field;
mod output;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::field::ScrubField;
use self::output::Output;
pub use self::output::{Form, REASON_COLUMN, Written};
use self::row::{Number, RowVerdict, elsewhere, in_hours, judge, numbers_of};
use super::ImportError;
use super::advice;
use super::column_names::column_name;
use super::observer::Observer;
use super::options::Assignment;
use super::prepare::region_of;
use super::row::Row;
use super::sheet::columns::{self, Columns, SheetField};
use super::source::{Format, Item, RawText, Source, SourceOptions};
use super::unclaimed::Unclaimed;
use crate::db::models::access::organizations::Organization;
use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::domain::dnc::Verdict;
use crate::domain::dnc::certificates::{Counts, FileUsed};
use crate::domain::dnc::hours::OpenNow;
use crate::domain::dnc::registry::prefix;
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, Region};
use crate::ops::dnc::lists::Lists;
use crate::ops::dnc::scrubs::numbers::Numbers;

/// What is asked of a scrub.
pub struct ScrubRequest<'a> {
    pub path: &'a Path,
    pub source: SourceOptions,
    /// Columns that hold phones, besides those whose headers say so.
    pub map: &'a [Assignment],
    /// Columns that are not looked at.
    pub ignore: &'a [String],
    pub region: Option<Region>,
    pub organization: &'a Organization,
    /// What rows have to be in, besides.
    pub hours: Option<OpenNow>,
    pub interrupted: Arc<AtomicBool>,
}

/// A sheet that is to be scrubbed.
pub struct Scrub {
    source: Source,
    columns: Columns<ScrubField>,
    phones: Vec<usize>,
    region: Option<Region>,
    hours: Option<OpenNow>,
    interrupted: Arc<AtomicBool>,
}

/// What an earlier scrub said of a number.
pub type Before<'a> = dyn Fn(E164) -> Option<Verdict> + 'a;

/// What a scrub did.
pub struct Scrubbed {
    pub counts: Counts,
    pub by_reason: BTreeMap<String, u64>,
    pub numbers: Numbers,
    pub clean: Written,
    pub blocked: Written,
    /// Rows that were clear and are not any more, and the other way round.
    pub newly_blocked: u64,
    pub newly_clear: u64,
    /// Numbers about which no registry has to be asked, by their prefix.
    pub unregistered: BTreeSet<String>,
}

impl Scrub {
    /// Looks at a sheet once: what it is, and which of its columns hold phones.
    ///
    /// # Errors
    /// It cannot be read, or no column holds phones.
    pub fn open(request: ScrubRequest<'_>, observer: &mut dyn Observer) -> Result<Scrub, ImportError> {
        let ScrubRequest { path, source, map, ignore, region, organization, hours, interrupted } = request;
        let named = map.iter().map(|assignment| assignment.value.clone()).collect();
        let recognise = columns::recognise::<ScrubField>;
        let options = SourceOptions { named, recognise, interrupted: interrupted.clone(), ..source };
        let source = Source::open(path, &options)?;
        observer.notice(&format!("{}: {}, {} columns", source.file_name, source.description(), source.headers.len()));
        source.passed_over().iter().for_each(|text| observer.notice(text));
        let region = region.or_else(|| region_of(None, organization));
        let wanted = columns::wanted::<ScrubField>();
        let columns = Columns::of(source.shown(), &source.headers, map, ignore, &[]);
        let columns = columns.map_err(|error| error.advised(|_| advice::of(&source, &options, &wanted, region)))?;
        advice::refuse_without_header(&source, &options, &wanted, region)?;
        let phones: Vec<usize> = columns.columns_of(ScrubField::Phone).collect();
        source.special(&|index| phones.contains(&index)).iter().for_each(|text| observer.notice(text));
        let scrub = Scrub { source, columns, phones, region, hours, interrupted };
        observer.notice(&format!("numbers are checked in {}", scrub.columns_checked().join(", ")));
        Ok(scrub)
    }

    /// The names of the columns whose numbers are checked.
    pub fn columns_checked(&self) -> Vec<String> {
        self.phones.iter().map(|index| column_name(&self.source.headers, *index)).collect()
    }

    /// The region of national numbers.
    pub fn region(&self) -> Option<Region> {
        self.region
    }

    /// The file as a certificate names it, with so many rows.
    pub fn input(&self, rows: u64) -> FileUsed {
        let Source { file_name, sha256, size, .. } = &self.source;
        FileUsed { name: file_name.clone(), sha256: sha256.clone(), bytes: *size, rows }
    }

    /// How rows are written into a file of this name: in the form of the source where the file can have it.
    ///
    /// # Errors
    /// A text cannot be a workbook.
    pub fn form_of(&self, path: &Path) -> Result<Form, ImportError> {
        let is_named = |ending: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
        match &self.source.format {
            Format::Text { .. } if is_named("xlsx") => Err(ImportError::RowFile {
                path: path.display().to_string(),
                reason: "the rows of a text stay text; let the name end otherwise".to_owned(),
            }),
            Format::Text { .. } => Ok(Form::Text),
            Format::Workbook { kind, .. } if kind.as_str() == "XLSX" && !is_named("csv") => Ok(Form::Xlsx),
            _ if is_named("xlsx") => Ok(Form::Xlsx),
            _ => Ok(Form::Csv),
        }
    }

    /// The numbers in the columns of phones: what registries have to be asked about before. A twelfth of all numbers is on the largest
    /// of them, so that of what merely looks like one the own list alone is asked.
    ///
    /// # Errors
    /// The file cannot be read, or the person wants to stop.
    pub fn numbers(&self) -> Result<Vec<E164>, ImportError> {
        let (mut numbers, mut rows) = (Vec::new(), 0u64);
        self.source.read(&mut |item| {
            rows += 1;
            if rows.is_multiple_of(PORTION) && self.interrupted.load(Ordering::Relaxed) {
                return Err(ImportError::Interrupted);
            }
            if let Item::Row(row) = item {
                let (own, _) = numbers_of(&row, &self.phones, self.region);
                numbers.extend(own.into_iter().flatten().flat_map(|reading| reading.all()));
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    /// Scrubs the sheet into two files, which are named for messages. `before` is what an earlier scrub said of its numbers.
    ///
    /// # Errors
    /// A file cannot be read or written, a column needs a decision, or the person wants to stop.
    pub fn run(
        &self,
        lists: &Lists<ListedBans>,
        [clean, blocked]: [(&Path, File); 2],
        before: Option<&Before<'_>>,
        observer: &mut dyn Observer,
    ) -> Result<Scrubbed, ImportError> {
        let mut raw = self.source.raw_text()?;
        let head = raw.as_mut().map(RawText::head).transpose()?;
        if raw.is_none() && matches!(self.source.format, Format::Text { .. }) {
            observer.notice("its lines end in old ways: the rows are written as CSV");
        }
        let mut begin = |(path, file): (&Path, File), has_reasons| {
            let form = match (self.form_of(path)?, &raw) {
                (Form::Text, None) => Form::Csv,
                (form, _) => form,
            };
            let source_is_csv = matches!(self.source.format, Format::Text { .. });
            if form == Form::Csv && !source_is_csv {
                observer.notice(&format!("{}: written as CSV", path.display()));
            }
            let head = raw.as_ref().zip(head.as_ref()).map(|(raw, (above, header))| (raw, &above[..], &header[..]));
            Output::begin(path.display().to_string(), file, form, &self.source.headers, head, has_reasons)
        };
        let (clean, blocked) = (begin(clean, false)?, begin(blocked, true)?);
        let watch = ScrubField::watch(&self.columns);
        // A fax or a colleague's number is a number that nobody has checked, too.
        let others = self.columns.not_claimed();
        let unclaimed = Unclaimed::columns(&self.source.headers, &others, self.region, watch);
        let mut work = Work {
            scrub: self,
            lists,
            before,
            raw,
            clean,
            blocked,
            unclaimed,
            others,
            counts: Counts::default(),
            by_reason: BTreeMap::new(),
            numbers: Numbers::default(),
            newly: [0; 2],
            unregistered: BTreeSet::new(),
            line: Vec::new(),
        };
        let mut blank = 0;
        self.source.read(&mut |item| {
            if work.counts.read.is_multiple_of(PORTION) {
                if self.interrupted.load(Ordering::Relaxed) {
                    return Err(ImportError::Interrupted);
                }
                observer.progress(work.counts.read, self.source.estimated_rows);
            }
            match item {
                Item::Row(row) => work.take(&row),
                Item::Broken(row, _) => work.write(&row, &RowVerdict::broken(), false),
                Item::Blank(count) => {
                    blank += count;
                    Ok(())
                }
            }
        })?;
        if blank > 0 {
            observer.notice(&format!("blank rows are in neither file: {blank}"));
        }
        let scrubbed = work.finish(observer)?;
        self.source.verify_unchanged()?;
        Ok(scrubbed)
    }
}

/// So many prefixes are told at most.
const MOST_PREFIXES: usize = 20;

/// Rows after which is told how far the work is.
const PORTION: u64 = 10_000;

/// A scrub under way.
struct Work<'a> {
    scrub: &'a Scrub,
    lists: &'a Lists<ListedBans>,
    before: Option<&'a Before<'a>>,
    raw: Option<RawText>,
    clean: Output,
    blocked: Output,
    unclaimed: Unclaimed,
    /// The columns that nobody claims.
    others: Vec<usize>,
    counts: Counts,
    by_reason: BTreeMap<String, u64>,
    numbers: Numbers,
    /// Rows that are newly blocked, and newly clear.
    newly: [u64; 2],
    unregistered: BTreeSet<String>,
    line: Vec<u8>,
}

impl Work<'_> {
    fn take(&mut self, row: &Row) -> Result<(), ImportError> {
        self.unclaimed.look(row);
        let (numbers, has_formula) = numbers_of(row, &self.scrub.phones, self.scrub.region);
        let recorded = &mut self.numbers;
        let (lists, unregistered) = (self.lists, &mut self.unregistered);
        let said = judge(&numbers, has_formula, lists, |reading, verdict| {
            reading.all().for_each(|number| recorded.add(number, verdict));
            if unregistered.len() < MOST_PREFIXES
                && lists.registries().iter().all(|list| !list.concerns(reading.number))
            {
                unregistered.insert(prefix(reading.number));
            }
        });
        let elsewhere = elsewhere(row, &self.others, self.scrub.region);
        let listed: Vec<&Number> = elsewhere.iter().filter(|number| self.lists.is_on_own_list(number)).collect();
        let said = match said.verdict {
            Verdict::Clear | Verdict::Unknown if !listed.is_empty() => said.and_listed(),
            _ => said,
        };
        for number in listed.into_iter().flatten().flat_map(Reading::all) {
            self.numbers.add(number, Verdict::Blocked);
        }
        let said = match &self.scrub.hours {
            Some(hours) => said.and_hours(in_hours(&numbers, hours)),
            None => said,
        };
        let was_clear = !has_formula && self.was_clear(&numbers, &elsewhere);
        self.write(row, &said, was_clear)
    }

    /// Whether an earlier scrub said of all numbers of a row that they were clear, and of none elsewhere in it that it was blocked.
    fn was_clear(&self, numbers: &[Number], elsewhere: &[Number]) -> bool {
        let Some(before) = self.before else { return false };
        let is_clear = |number: &Number| {
            number.as_ref().is_ok_and(|reading| reading.all().all(|number| before(number) == Some(Verdict::Clear)))
        };
        let mut others = elsewhere.iter().flatten().flat_map(Reading::all);
        !numbers.is_empty()
            && numbers.iter().all(is_clear)
            && !others.any(|number| before(number) == Some(Verdict::Blocked))
    }

    fn write(&mut self, row: &Row, said: &RowVerdict, was_clear: bool) -> Result<(), ImportError> {
        self.line.clear();
        if let Some(raw) = &mut self.raw {
            raw.row(row, &mut self.line)?;
        }
        let bytes = self.raw.as_ref().map(|raw| (raw, self.line.as_slice()));
        self.counts.read += 1;
        let is_clear = said.verdict == Verdict::Clear;
        match said.verdict {
            Verdict::Clear => self.counts.clean += 1,
            Verdict::Blocked => self.counts.blocked += 1,
            Verdict::Unknown => self.counts.unknown += 1,
        }
        let [newly_blocked, newly_clear] = &mut self.newly;
        *newly_blocked += u64::from(self.before.is_some() && was_clear && !is_clear);
        *newly_clear += u64::from(self.before.is_some() && !was_clear && is_clear);
        for code in &said.codes {
            match self.by_reason.get_mut(code.as_ref()) {
                Some(count) => *count += 1,
                None => drop(self.by_reason.insert(code.clone().into_owned(), 1)),
            }
        }
        match is_clear {
            true => self.clean.write(row, bytes, ""),
            false => self.blocked.write(row, bytes, &said.reason()),
        }
    }

    fn finish(self, observer: &mut dyn Observer) -> Result<Scrubbed, ImportError> {
        // A column of numbers that nobody checks would make rows clear that are not.
        for text in self.unclaimed.verdict(&self.scrub.source)? {
            observer.notice(&text);
        }
        let (clean, blocked) = (self.clean.finish()?, self.blocked.finish()?);
        let counts = self.counts;
        if !counts.reconcile() || clean.rows != counts.clean || blocked.rows != counts.blocked + counts.unknown {
            return Err(ImportError::DoesNotReconcile);
        }
        let [newly_blocked, newly_clear] = self.newly;
        let (by_reason, numbers) = (self.by_reason, self.numbers);
        let unregistered = self.unregistered;
        Ok(Scrubbed { counts, by_reason, numbers, clean, blocked, newly_blocked, newly_clear, unregistered })
    }
}
