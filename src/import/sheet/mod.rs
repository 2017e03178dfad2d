//! Imports of which each row stands for itself: one sheet, one transaction. A kind of import is its fields, what a row of
//! it says, and how that is written; reading, mapping, checking and reporting are the same for all. How it is undone stands
//! in [`super::undoing`].

pub mod cells;
pub mod columns;
mod options;
mod proven;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::tz::TimeZone;
use serde::Serialize;

use self::cells::{Findings, RowCells, Setting};
use self::columns::{Columns, SheetField};
pub use self::options::Options;
pub use self::proven::proven;
pub use self::summary::{SheetSummary, Told};
use super::ImportError;
use super::advice::{self, Wanted};
use super::observer::Observer;
use super::prepare::{begin_record, earlier_options, kept_options, pace, preset_of, region_of, settled};
use super::presets::{self, Applied, Presets, Said};
use super::problems::{note, note_by_column, note_word};
use super::proof::Formats;
use super::rejects::RejectsWriter;
use super::row::{Row, RowProblem};
use super::rowfile::NamedRows;
use super::saved::{self, Asked, Kept, Laid};
use super::source::budget::{MAX_BATCH, some_names};
use super::source::{Item, Source, SourceOptions};
use super::unclaimed::Unclaimed;
use crate::db::Stamp;
use crate::db::models::access::organizations::Organization;
use crate::db::models::imports;
use crate::db::types::{Json, Uid};
use crate::db::{Database, Db, Lock, RunMode, locks};
use crate::domain::Vocabulary;
use crate::domain::imports::kind::ImportKind;
use crate::domain::time::datetime;
use crate::domain::time::month::Month;
use crate::domain::timestamp::Timestamp;
use crate::error::Advice;

/// A kind of import.
pub trait Kind: Sized {
    /// The kind in the record of the import.
    const KIND: ImportKind;
    /// What it must not run beside.
    const LOCK: Lock;
    type Field: SheetField;
    type Options: Options;
    /// What a good row says.
    type Value;
    /// What is counted besides the rows.
    type Counts: Serialize + Default;

    fn new(options: Self::Options, organization: &Organization) -> Self;

    /// The fields that the options give to every row whose own cell is blank.
    fn given(_options: &Self::Options) -> Vec<Self::Field> {
        Vec::new()
    }

    /// What gives fields that no column fills; `last` is the month before this one.
    fn advice(_missing: &[Self::Field], _source: &Source, _last: Month) -> Option<Advice> {
        None
    }

    fn options(&self) -> &Self::Options;

    /// What is loaded or settled before the first of about so many rows, inside the transaction.
    ///
    /// # Errors
    /// The database cannot be read or refuses.
    fn begin(&mut self, conn: &mut Db, rows: usize, stamp: &Stamp) -> Result<(), ImportError>;

    /// Whether only the whole file tells what a row is; then [`Kind::look_at`] is shown every row before this one is checked.
    fn is_doubtful(&self, _cells: &RowCells<'_, Self::Field>) -> bool {
        false
    }

    /// Looks at a row of the file ahead.
    fn look_at(&mut self, _cells: RowCells<'_, Self::Field>) {}

    /// Settles what was doubtful, when every row was looked at.
    fn looked(&mut self) {}

    /// What a row says; problems are noted in the cells, and then the row is rejected.
    fn check(&self, cells: &mut RowCells<'_, Self::Field>) -> Option<Self::Value>;

    /// Writes what some rows say, and tells what became of each, in order.
    ///
    /// # Errors
    /// The database refuses.
    fn write(&mut self, conn: &mut Db, values: &[Self::Value], stamp: &Stamp) -> Result<Vec<Outcome>, ImportError>;

    /// What is to be done when every row is written.
    ///
    /// # Errors
    /// The database refuses.
    fn finish(&mut self, _conn: &mut Db, _stamp: &Stamp) -> Result<(), ImportError> {
        Ok(())
    }

    fn counts(self) -> Self::Counts;

    /// What a person is to hear of the counts.
    fn told(_counts: &Self::Counts) -> Told {
        Told::default()
    }
}

/// What became of a row.
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    Rejected(RowProblem),
}

/// What is asked of the import of one sheet.
pub struct SheetImport<'a, K: Kind> {
    pub path: &'a Path,
    pub options: K::Options,
    pub source: SourceOptions,
    /// What is asked of saved mappings.
    pub mappings: Asked,
    /// What is known of the files of other programs.
    pub presets: &'a Presets,
    /// Where rejected rows go; beside the file when nobody says.
    pub rejects: Option<PathBuf>,
    pub mode: RunMode,
    pub organization: &'a Organization,
    /// Actor and time; the import adds its own id.
    pub stamp: Stamp,
    /// Tells when the import ends.
    pub clock: &'a dyn Fn() -> Timestamp,
}

/// Rows that are written together.
const BATCH: usize = 8000;

/// Imports one sheet: all of it or nothing.
///
/// # Errors
/// The import as a whole failed and nothing was changed. Bad rows are no error but counted and written to the reject file.
pub fn import<K: Kind>(
    db: &mut Database,
    request: SheetImport<'_, K>,
    observer: &mut dyn Observer,
) -> Result<SheetSummary<K::Counts>, ImportError> {
    let started = Instant::now();
    let named = request.options.map().iter().map(|assignment| assignment.value.clone());
    let named = named.chain(request.presets.headers_of(request.options.preset())).collect();
    let recognise = columns::recognise::<K::Field>;
    let interrupted = db.interrupted();
    let org = request.organization.org_id();
    let stored = saved::named::<K::Options>(db, org, K::KIND, &request.mappings)?;
    let said = SourceOptions { named, recognise, interrupted: interrupted.clone(), ..request.source.clone() };
    let source_options = saved::opened(said, stored.as_ref())?;
    let mut source = Source::open(request.path, &source_options)?;
    observer.notice(&source.told());
    let earlier: Option<K::Options> = match request.options.ignore().iter().any(|name| name == "_import") {
        true => None,
        false => earlier_options(db, &source, request.organization)?,
    };
    let earlier = earlier.map(|earlier| match earlier.preset() {
        // What was read without a preset is read so again.
        None => earlier.with_preset(presets::NONE),
        Some(_) => earlier,
    });
    let said = request.options.clone().or(earlier.unwrap_or_default());
    let headers = source.headers.clone();
    let laid = Laid {
        org,
        kind: K::KIND,
        asked: &request.mappings,
        headers: &headers,
        has_header: !source_options.no_header,
        rules: columns::field_rules::<K::Field>(),
    };
    let said = laid.settle(db, stored, said, observer)?;
    let options = said.options.clone();
    let with_preset = with_preset::<K>(&mut source, options, &request);
    source.passed_over().iter().for_each(|text| observer.notice(text));
    let (options, applied) = with_preset?;
    let region = region_of(options.region(), request.organization);
    let wanted = columns::wanted::<K::Field>();
    let given = K::given(&options);
    let map = [options.map(), &applied.map].concat();
    let ignore = [options.ignore(), &applied.ignore, &applied.keep].concat();
    let set = [options.set(), &applied.set].concat();
    let columns = Columns::with_set(source.shown(), &source.headers, &map, &ignore, &set, &given).map_err(|error| {
        error.advised(|of_people| {
            let wanted = if of_people { wanted } else { Wanted::default() };
            let missing = || Columns::missing(&source.headers, &map, &ignore, &set, &given);
            let last = || month_of(request.organization, request.stamp.now).previous();
            advice::of(&source, &source_options, &wanted, region).or_else(|| K::advice(&missing(), &source, last()))
        })
    })?;
    advice::refuse_without_header(&source, &source_options, &wanted, region)?;
    if !columns.left_out().is_empty() {
        observer.notice(&format!("columns left out: {}", some_names(&columns.left_out())));
    }
    source.special(&|index| columns.is_claimed(index)).iter().for_each(|text| observer.notice(text));
    let kept = laid.kept(&said, &request.options, &columns.filled(), &source_options)?;
    let options = proven(options, &columns, &source, request.organization, &mut |text| observer.notice(text))?;
    let setting = Setting::of(columns, &options, request.organization, request.stamp.now);
    let kind = K::new(options, request.organization);
    let mode = request.mode;
    let job = Job { source, setting, kept, request, started, interrupted: &interrupted };
    let mut files = Vec::new();
    let work = |conn: &mut Db| {
        let (summary, rejects) = job.run(kind, conn, observer)?;
        files = rejects.into_iter().collect();
        Ok(summary)
    };
    settled(db.write_long(mode, org, work), files)
}

/// The month that it is where an organization is.
fn month_of(organization: &Organization, now: Timestamp) -> Month {
    Month::at(now, &datetime::zone(&organization.timezone).unwrap_or(TimeZone::UTC))
}

/// The options with the preset of the file, and what it says.
fn with_preset<K: Kind>(
    source: &mut Source,
    options: K::Options,
    request: &SheetImport<'_, K>,
) -> Result<(K::Options, Applied), ImportError> {
    let preset = preset_of(request.presets, K::KIND, options.preset(), source)?;
    let of_kind = request.presets.kind(K::KIND);
    let Some((preset, of_kind)) = preset.zip(of_kind) else { return Ok((options, Applied::default())) };
    let given: Vec<&str> = K::given(&options).into_iter().map(|field| field.as_str()).collect();
    let (map, set, ignore) = (options.map(), options.set(), options.ignore());
    let said = Said { map, set, ignore, keep: &[], given: &given };
    let applied = Applied::of(&preset, of_kind, source.shown(), &source.headers, &said)?;
    let (date_order, decimal_separator) = (applied.date_order, applied.decimal_separator);
    let formats = options.formats().or(Formats { date_order, decimal_separator, ..Formats::default() });
    let options = match options.preset() {
        None => options.with_preset(&preset.name),
        Some(_) => options,
    };
    Ok((options.with_formats(formats), applied))
}

/// An import under way.
struct Job<'a, K: Kind> {
    source: Source,
    setting: Setting<K::Field>,
    kept: Kept,
    request: SheetImport<'a, K>,
    started: Instant,
    interrupted: &'a AtomicBool,
}

/// The summary of an import, and its file of rejected rows.
type Ended<K> = (SheetSummary<<K as Kind>::Counts>, Option<NamedRows>);

/// A row after checking.
struct Checked<V> {
    row: Row,
    /// `None` when it is rejected.
    value: Option<V>,
    findings: Findings,
}

impl<K: Kind> Job<'_, K> {
    fn run(&self, mut kind: K, conn: &mut Db, observer: &mut dyn Observer) -> Result<Ended<K>, ImportError> {
        let org = self.request.organization.org_id();
        let uid = Uid::new();
        locks::acquire(conn, K::LOCK, org, &mut |text| observer.notice(text), self.interrupted)?;
        if let Some(earlier) = imports::latest_of_file(conn, org, &self.source.sha256)? {
            observer.notice(&earlier.was_imported_before(&self.setting.zone));
        }
        let rows = usize::try_from(self.source.estimated_rows).unwrap_or(usize::MAX);
        kind.begin(conn, rows, &self.request.stamp)?;
        let mapping = self.setting.columns.to_json();
        let import_id = begin_record(conn, K::KIND, uid, &self.source, mapping, &self.request.stamp)?;
        let columns = &self.setting.columns;
        let mut work = Work {
            job: self,
            kind,
            stamp: Stamp { import_id: Some(import_id), ..self.request.stamp.clone() },
            rejects: RejectsWriter::of_call(&self.request.rejects, &self.source, uid, self.request.mode),
            summary: SheetSummary {
                import_id: (!self.request.mode.is_dry_run()).then_some(import_id),
                file_name: self.source.file_name.clone(),
                file_sha256: self.source.sha256.clone(),
                dry_run: self.request.mode.is_dry_run(),
                special: self.source.count_special(&|index| self.setting.columns.is_claimed(index)),
                notices: self.source.notices.clone(),
                columns_left_out: columns.left_out().into_iter().map(str::to_owned).collect(),
                ..SheetSummary::default()
            },
        };
        let mut rows = Vec::with_capacity(BATCH);
        let watch = K::Field::watch(columns);
        let mut unclaimed = Unclaimed::columns(&columns.headers, &columns.unclaimed(), self.setting.region, watch);
        let (mut looked, mut weight) = (false, 0);
        self.source.read(&mut |item| {
            match item {
                Item::Row(row) => {
                    weight += row.weight();
                    unclaimed.look(&row);
                    // The whole file is looked through only once a row needs it.
                    if !looked && work.kind.is_doubtful(&RowCells::new(&self.setting, &row)) {
                        looked = true;
                        self.look_through(&mut work.kind)?;
                    }
                    rows.push(self.check(&work.kind, row));
                }
                Item::Broken(row, problem) => {
                    weight += row.weight();
                    let findings = Findings { problems: vec![problem], ..Findings::default() };
                    rows.push(Checked { row, value: None, findings });
                }
                Item::Blank(count) => work.summary.blank_rows += count,
            }
            if rows.len() < BATCH && weight < MAX_BATCH {
                return Ok(());
            }
            weight = 0;
            work.write(conn, std::mem::take(&mut rows))?;
            observer.progress(work.summary.read, self.source.estimated_rows);
            Ok(())
        })?;
        unclaimed.verdict(&self.source)?.iter().for_each(|text| observer.notice(text));
        work.write(conn, rows)?;
        self.source.verify_unchanged()?;
        work.finish(conn, import_id)
    }

    fn look_through(&self, kind: &mut K) -> Result<(), ImportError> {
        self.source.read(&mut |item| {
            if let Item::Row(row) = item {
                kind.look_at(RowCells::new(&self.setting, &row));
            }
            Ok(())
        })?;
        kind.looked();
        Ok(())
    }

    fn check(&self, kind: &K, row: Row) -> Checked<K::Value> {
        let mut cells = RowCells::new(&self.setting, &row);
        let value = kind.check(&mut cells);
        let findings = cells.end();
        let value = value.filter(|_| findings.problems.is_empty());
        Checked { row, value, findings }
    }
}

/// The writing side.
struct Work<'a, K: Kind> {
    job: &'a Job<'a, K>,
    kind: K,
    stamp: Stamp,
    rejects: Option<RejectsWriter>,
    summary: SheetSummary<K::Counts>,
}

impl<K: Kind> Work<'_, K> {
    fn write(&mut self, conn: &mut Db, rows: Vec<Checked<K::Value>>) -> Result<(), ImportError> {
        if self.job.interrupted.load(Ordering::Relaxed) {
            return Err(ImportError::Interrupted);
        }
        let (mut values, mut sheet) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for Checked { row, value, findings } in rows {
            sheet.push((row, value.is_some(), findings));
            values.extend(value);
        }
        let mut outcomes = self.kind.write(conn, &values, &self.stamp)?.into_iter();
        for (row, is_good, findings) in sheet {
            self.summary.read += 1;
            self.summary.special.short_rows += u64::from(row.is_short);
            let outcome = if is_good { outcomes.next() } else { None };
            match outcome {
                None => self.reject(&row, &findings.problems)?,
                Some(Outcome::Rejected(problem)) => self.reject(&row, &[problem])?,
                Some(accepted) => {
                    self.summary.repaired += u64::from(findings.repaired);
                    self.tell(&row, &findings.remarks);
                    if !findings.parts.is_empty() {
                        self.summary.partly_rejected += 1;
                        self.list_rejected(&row, &findings.parts)?;
                    }
                    *match accepted {
                        Outcome::Created => &mut self.summary.created,
                        Outcome::Updated => &mut self.summary.updated,
                        _ => &mut self.summary.unchanged,
                    } += 1;
                }
            }
        }
        Ok(())
    }

    /// Tells what could not be read in an accepted row.
    fn tell(&mut self, row: &Row, remarks: &[RowProblem]) {
        let source = &self.job.source;
        remarks.iter().for_each(|remark| note_by_column(&mut self.summary.remarks, source, row.number, remark));
    }

    fn reject(&mut self, row: &Row, problems: &[RowProblem]) -> Result<(), ImportError> {
        self.summary.rejected += 1;
        self.list_rejected(row, problems)
    }

    fn list_rejected(&mut self, row: &Row, problems: &[RowProblem]) -> Result<(), ImportError> {
        let source = &self.job.source;
        for problem in problems {
            note(&mut self.summary.problems, source, row.number, problem);
            note_word(&mut self.summary.unknown_words, problem);
        }
        match &mut self.rejects {
            Some(rejects) => rejects.write(source, row, problems),
            None => Ok(()),
        }
    }

    fn finish(mut self, conn: &mut Db, import_id: i64) -> Result<Ended<K>, ImportError> {
        self.kind.finish(conn, &self.stamp)?;
        let rejects = self.rejects.as_mut().map_or(Ok(None), RejectsWriter::finish)?;
        self.summary.rejects_file = rejects.as_ref().map(NamedRows::shown);
        (self.summary.seconds, self.summary.rows_per_second) = pace(self.job.started, self.summary.read);
        let options = kept_options(self.kind.options(), &self.job.request.source)?;
        let options = self.job.kept.noted_in(options);
        self.summary.mappings = self.job.kept.told(conn, &self.stamp)?;
        self.summary.counts = self.kind.counts();
        let summary = &self.summary;
        if summary.read != summary.created + summary.updated + summary.unchanged + summary.rejected {
            return Err(ImportError::DoesNotReconcile);
        }
        imports::finish(conn, self.stamp.org, import_id, &options, &json(summary)?, (self.job.request.clock)())?;
        Ok((self.summary, rejects))
    }
}

fn json<T: Serialize>(value: &T) -> Result<Json, ImportError> {
    serde_json::to_value(value).map(Json).map_err(|e| ImportError::Record(e.to_string()))
}
