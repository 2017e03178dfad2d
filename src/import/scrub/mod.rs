//! Scrubbing a sheet: its rows go into one of two files, in the form in which they stand, by what the do-not-call lists say of
//! their numbers.

mod columns;
mod elsewhere;
mod error;
pub mod field;
mod output;
mod row;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::columns::{Checked, names};
pub use self::error::ScrubError;
use self::field::ScrubField;
use self::output::{CHANGE_COLUMN, Output};
pub use self::output::{Form, REASON_COLUMN, Written};
use self::work::{Tally, Work};
use super::ImportError;
use super::advice::{self, Wanted};
use super::observer::Observer;
use super::options::Assignment;
use super::prepare::region_of;
use super::sheet::columns::{self as sheet_columns, Columns, SheetField};
use super::source::{Format, Item, RawText, Source, SourceOptions};
use super::unclaimed::Unclaimed;
use crate::db::models::access::organizations::Organization;
use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::domain::dnc::Verdict;
use crate::domain::dnc::certificates::{Counts, FileUsed, OtherColumns};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, Region};
use crate::ops::dnc::hours::CallableNow;
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
    pub interrupted: Arc<AtomicBool>,
}

/// A sheet that is to be scrubbed.
pub struct Scrub {
    source: Source,
    columns: Columns<ScrubField>,
    checked: Checked,
    region: Option<Region>,
    interrupted: Arc<AtomicBool>,
}

/// What an earlier scrub said of a number.
pub type Before<'a> = dyn Fn(E164) -> Option<Verdict> + 'a;

/// What a scrub did.
pub struct Scrubbed {
    pub counts: Counts,
    pub by_reason: BTreeMap<String, u64>,
    pub numbers: Numbers,
    pub other_columns: OtherColumns,
    pub clean: Written,
    pub blocked: Written,
    /// The rows of which an earlier scrub said something else, if they are written.
    pub changes: Option<Written>,
    pub newly: Newly,
    /// Numbers about which no registry has to be asked, by their prefix.
    pub unregistered: BTreeSet<String>,
}

/// How many rows an earlier scrub said something else of, by what is said of them now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newly {
    pub blocked: u64,
    pub clear: u64,
    pub unknown: u64,
}

impl Newly {
    fn add(&mut self, now: Verdict) {
        *match now {
            Verdict::Blocked => &mut self.blocked,
            Verdict::Clear => &mut self.clear,
            Verdict::Unknown => &mut self.unknown,
        } += 1;
    }

    fn rows(self) -> u64 {
        self.blocked + self.clear + self.unknown
    }
}

/// The files that a scrub writes, each with the name by which messages call it.
pub struct Files<'a> {
    pub clean: (&'a Path, File),
    pub blocked: (&'a Path, File),
    pub changes: Option<(&'a Path, File)>,
}

impl Scrub {
    /// Looks at a sheet once: what it is, and which of its columns hold phones.
    ///
    /// # Errors
    /// It cannot be read, or no column holds phones.
    pub fn open(request: ScrubRequest<'_>, observer: &mut dyn Observer) -> Result<Scrub, ImportError> {
        let ScrubRequest { path, source, map, ignore, region, organization, interrupted } = request;
        let named = map.iter().map(|assignment| assignment.value.clone()).collect();
        let recognise = sheet_columns::recognise::<ScrubField>;
        let options = SourceOptions { named, recognise, interrupted: interrupted.clone(), ..source };
        let source = Source::open(path, &options)?;
        observer.notice(&source.told());
        source.passed_over().iter().for_each(|text| observer.notice(text));
        let region = region.or_else(|| region_of(None, organization));
        let wanted = sheet_columns::wanted::<ScrubField>();
        let wanted = Wanted { further_phone: wanted.phone, ..wanted };
        let columns = Columns::of(source.shown(), &source.headers, map, ignore, &[]);
        let columns = columns.map_err(|error| error.advised(|_| advice::of(&source, &options, &wanted, region)))?;
        advice::refuse_without_header(&source, &options, &wanted, region)?;
        let checked = Checked::of(&columns, region);
        source.special(&|index| checked.phones.contains(&index)).iter().for_each(|text| observer.notice(text));
        let scrub = Scrub { source, columns, checked, region, interrupted };
        scrub.tell_columns(observer);
        Ok(scrub)
    }

    fn tell_columns(&self, observer: &mut dyn Observer) {
        let names = |columns: &[usize]| names(&self.source.headers, columns).join(", ");
        observer.notice(&format!("numbers are checked in {}", names(&self.checked.phones)));
        if let Some(country) = self.checked.country {
            observer.notice(&format!("national numbers are those of the country in {}", names(&[country])));
        }
        if !self.checked.ignored.is_empty() {
            observer.notice(&format!("not checked, as was said: {}", names(&self.checked.ignored)));
        }
    }

    /// The names of the columns of phones.
    pub fn columns_checked(&self) -> Vec<String> {
        names(&self.source.headers, &self.checked.phones)
    }

    /// The other columns as a certificate names them, but for what only the rows tell.
    pub fn other_columns(&self) -> OtherColumns {
        let names = |columns: &[usize]| names(&self.source.headers, columns);
        OtherColumns {
            country: self.checked.country.and_then(|index| names(&[index]).pop()),
            not_checked: names(&self.checked.ignored),
            ..OtherColumns::default()
        }
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

    /// The numbers about which registries have to be asked before: all in columns of phones, and elsewhere what can be one, unless the header
    /// says that it is none.
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
                let looked = self.checked.look(&row);
                numbers.extend(looked.asked().flatten().flat_map(Reading::all));
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    /// Scrubs the sheet into its files. `before` is what an earlier scrub said of its numbers, `hours` what rows have to be in, besides.
    ///
    /// # Errors
    /// A file cannot be read or written, a column needs a decision, or the person wants to stop.
    pub fn run(
        &self,
        lists: &Lists<ListedBans>,
        files: Files<'_>,
        before: Option<&Before<'_>>,
        hours: Option<&CallableNow>,
        observer: &mut dyn Observer,
    ) -> Result<Scrubbed, ImportError> {
        let mut raw = self.source.raw_text()?;
        let head = raw.as_mut().map(RawText::head).transpose()?;
        if raw.is_none() && matches!(self.source.format, Format::Text { .. }) {
            observer.notice("its lines end in old ways: the rows are written as CSV");
        }
        let mut begin = |(path, file): (&Path, File), further| {
            let form = match (self.form_of(path)?, &raw) {
                (Form::Text, None) => Form::Csv,
                (form, _) => form,
            };
            let source_is_csv = matches!(self.source.format, Format::Text { .. });
            if form == Form::Csv && !source_is_csv {
                observer.notice(&format!("{}: written as CSV", path.display()));
            }
            let head = raw.as_ref().zip(head.as_ref()).map(|(raw, (above, header))| (raw, &above[..], &header[..]));
            Output::begin(path.display().to_string(), file, form, &self.source.headers, head, further)
        };
        let (clean, blocked) = (begin(files.clean, None)?, begin(files.blocked, Some(REASON_COLUMN))?);
        let changes = files.changes.map(|changes| begin(changes, Some(CHANGE_COLUMN))).transpose()?;
        let watch = ScrubField::watch(&self.columns);
        // A fax or a colleague's number is a number that nobody has checked, too.
        let unclaimed = Unclaimed::columns(&self.source.headers, &self.columns.not_claimed(), self.region, watch);
        let mut work = Work {
            scrub: self,
            lists,
            before,
            hours,
            raw,
            clean,
            blocked,
            changes,
            unclaimed,
            tally: Tally::default(),
            line: Vec::new(),
        };
        let mut blank = 0;
        self.source.read(&mut |item| {
            if work.tally.counts.read.is_multiple_of(PORTION) {
                if self.interrupted.load(Ordering::Relaxed) {
                    return Err(ImportError::Interrupted);
                }
                observer.progress(work.tally.counts.read, self.source.estimated_rows);
            }
            match item {
                Item::Row(row) => work.take(&row),
                Item::Broken(row, _) => work.take_broken(&row),
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

/// Rows after which is told how far the work is.
const PORTION: u64 = 10_000;
