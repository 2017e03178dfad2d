//! The import of leads: one file, one transaction.

mod about;
pub mod checker;
mod custom_keys;
pub mod fields;
pub mod mapping;
pub mod own_export;
mod prepare;
mod refusal;
pub mod summary;
pub mod survey;
mod trace;
mod wishes;
mod work;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use crate::db::Stamp;
use crate::db::models::access::organizations::Organization;
use crate::db::models::imports;
use crate::db::models::leads::OnLocked;
use crate::db::types::Uid;
use crate::db::{Database, Db, Lock, RunMode, locks};
use crate::domain::imports::kind::ImportKind;
use crate::domain::money::{Places, currency};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::import::ImportError;
use crate::import::advice;
use crate::import::column_names::column_named;
use crate::import::observer::Observer;
use crate::import::options::ImportOptions;
use crate::import::plan::Tracer;
use crate::import::prepare::{begin_record, region_of, settled};
use crate::import::presets::{self, Presets};
use crate::import::proof::{Currencies, Doubtful, Formats};
use crate::import::rejects::{DroppedWriter, RejectsWriter, SkippedWriter};
use crate::import::row::{Row, RowProblem};
use crate::import::rowfile::NamedRows;
use crate::import::saved::{self, Asked, Kept, Laid};
use crate::import::source::budget::{MAX_BATCH, some_names};
use crate::import::source::{Item, Source};
use crate::import::unclaimed::{Purpose, Unclaimed, Watch};
use crate::ops::dnc;
use crate::ops::imports::undo::Undoing;
use crate::ops::lead_work::pools::distribute::Wanted;
use crate::ops::leads::upsert::{LeadWriter, Policy, WriteError};
use checker::{Checked, Checker};
use fields::LeadField;
use mapping::Mapping;
use prepare::{checker, of_source, with_earlier_options, with_preset, with_settings};
use summary::ImportSummary;
use trace::{RowTracer, bound};
use wishes::{NoteRequests, TextOptOuts, questions};
use work::Work;

/// What is asked of the import of one file.
pub struct Request<'a> {
    pub path: &'a Path,
    pub options: ImportOptions,
    /// What is asked of saved mappings.
    pub mappings: Asked,
    /// What is known of the files of other programs.
    pub presets: &'a Presets,
    /// Where rejected rows go; beside the file when nobody says.
    pub rejects: Option<PathBuf>,
    /// Where skipped rows go; nowhere when nobody says.
    pub skipped: Option<PathBuf>,
    /// Where values go that are dropped from rows that are taken; beside the file when nobody says.
    pub dropped: Option<PathBuf>,
    /// Who hears what becomes of each row.
    pub tracer: Option<&'a mut Tracer>,
    pub mode: RunMode,
    /// The pool among whose members the leads are distributed that the import makes.
    pub pool: Option<Wanted>,
    pub organization: &'a Organization,
    /// Actor and time; the import adds its own id.
    pub stamp: Stamp,
    /// Tells when the import ends.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
}

/// The fields that say who a lead is.
const WANTED: advice::Wanted = advice::Wanted {
    phone: Some("phone"),
    further_phone: Some("further_phone"),
    email: Some("email"),
    further_email: Some("further_email"),
    external_id: Some("external_id"),
};

/// Rows checked together and written together.
const BATCH: usize = 8000;

/// Batches on their way from the reading thread; bounds the memory.
const QUEUE: usize = 1;

/// Imports one file of leads: all of it or nothing.
///
/// # Errors
/// The import as a whole failed and nothing was changed. Bad rows are no error but counted and written to the reject file.
pub fn import(
    db: &mut Database,
    mut request: Request<'_>,
    observer: &mut dyn Observer,
) -> Result<ImportSummary, ImportError> {
    let started = Instant::now();
    let interrupted = db.interrupted();
    let org = request.organization.org_id();
    let stored = saved::named(db, org, ImportKind::Leads, &request.mappings)?;
    let of_source = saved::opened(of_source(&request, interrupted.clone()), stored.as_ref())?;
    let mut source = Source::open(request.path, &of_source)?;
    observer.notice(&source.told());
    let options = with_earlier_options(db, &source, &request)?;
    let headers = source.headers.clone();
    let laid = Laid {
        org,
        kind: ImportKind::Leads,
        asked: &request.mappings,
        headers: &headers,
        has_header: !of_source.no_header,
        rules: fields::RULES,
    };
    let said = laid.settle(db, stored, options, observer)?;
    let mut options = with_settings(db, said.options.clone(), request.organization)?;
    let with_preset = with_preset(&mut source, &mut options, &request);
    source.passed_over().iter().for_each(|text| observer.notice(text));
    let (whole, reading) = with_preset?;
    let region = region_of(options.region.as_deref(), request.organization);
    let mapping = Mapping::of(source.shown(), &source.headers, &whole)
        .map_err(|error| error.advised(|_| advice::of(&source, &of_source, &WANTED, region)))?;
    // Behind those that a person keeps.
    let kept_by_preset = whole.keep.iter().skip(options.keep.len());
    let kept_by_preset = kept_by_preset.filter_map(|name| column_named(&source.headers, name).ok()).collect();
    let mapping = Mapping { reading, kept_by_preset, ..mapping };
    advice::refuse_without_header(&source, &of_source, &WANTED, region)?;
    if !mapping.named_custom().is_empty() {
        observer.notice(&format!("kept as custom fields: {}", some_names(&mapping.named_custom())));
    }
    source.special(&|index| mapping.is_claimed(index)).iter().for_each(|text| observer.notice(text));
    let kept = laid.kept(&said, &request.options, &mapping.filled(), &of_source)?;
    let used = said.mapping.as_ref().map(|mapping| format!("{}@{}", mapping.name, mapping.version));
    let of_mapping = said.mapping.and_then(|mapping| mapping.options.decimal_separator);
    let asked = request.options.clone();
    request.options.decimal_separator = request.options.decimal_separator.or(of_mapping);
    let checker = checker(db, mapping, &whole, &request)?;
    let mut tracer = request.tracer.take();
    if let Some(tracer) = &mut tracer {
        tracer.begin(&bound(&source, &asked, &options, &checker, &request, !db.was_created(), used)?)?;
    }
    let mode = request.mode;
    let job = Job { source, options, checker, kept, request, started, interrupted: &interrupted };
    let stamp = job.request.stamp.clone();
    if mode == RunMode::Commit && db.read(org, |conn| dnc::remove::is_due(conn, &stamp))? {
        // Before, and not within: whoever adds to the list need not wait for the entries that an import closes.
        let work = |conn: &mut Db| dnc::remove::expire(conn, OnLocked::Wait, &stamp).map(drop);
        db.aside(|db| db.write_under(Lock::Quiet, org, mode, work))?;
    }
    let mut files = Vec::new();
    let work = |conn: &mut Db| {
        let (summary, listed, named) = job.run(conn, tracer.take(), observer)?;
        files = named;
        Ok((summary, listed))
    };
    let (summary, listed) = settled(db.write_long(mode, org, work), files)?;
    if mode == RunMode::Commit && !listed.is_empty() && !db.is_sqlite() {
        // Whoever gave a lead one of these numbers meanwhile did not see it listed.
        let listed: Vec<String> = listed.iter().map(E164::to_string).collect();
        db.write_under(Lock::Quiet, org, mode, |conn| {
            dnc::move_leads_to_dnc(conn, &listed, OnLocked::Wait, &stamp).map(drop)
        })?;
        dnc::sharing::follow_elsewhere(db, &listed, &stamp)?;
    }
    Ok(summary)
}

/// An import under way.
struct Job<'a> {
    source: Source,
    options: ImportOptions,
    checker: Checker,
    kept: Kept,
    request: Request<'a>,
    started: Instant,
    interrupted: &'a AtomicBool,
}

/// What an import ends with: the summary, the numbers that it has listed, too, and its files of rows.
type Ended = (ImportSummary, Vec<E164>, Vec<NamedRows>);

/// What the reading thread hands over.
enum Delivery {
    Rows(Vec<Checked>),
    Blank(u64),
    /// Sentences about columns that no field claims.
    Seen(Vec<String>),
    /// What the file proved of its dates and amounts, and the sentences that say so.
    Proven(Formats, Vec<String>),
}

impl Job<'_> {
    /// The columns that need proof, given what was said already.
    fn doubtful(&self, said: Formats) -> Doubtful {
        let columns = |field| self.checker.mapping.columns_of(field);
        let named = self.checker.mapping.constants.iter().find(|(field, _)| *field == LeadField::Currency);
        let base = named.and_then(|(_, code)| currency::parse(code).ok()).unwrap_or(self.checker.base_currency);
        let column = self.checker.mapping.column_of(LeadField::Currency);
        let currencies = Currencies { column, of_headers: Vec::new(), base };
        let times = LeadField::ALL.iter().filter(|field| field.is_time()).flat_map(|field| columns(*field)).collect();
        Doubtful::columns(times, columns(LeadField::Value), said)
            .in_currencies(currencies)
            .rounding(self.checker.places == Places::Rounded)
    }

    /// The look at the columns that no field claims.
    fn unclaimed(&self) -> Unclaimed {
        let mapping = &self.checker.mapping;
        let is_set = mapping.constants.iter().any(|(field, _)| *field == LeadField::Currency);
        let has_amounts = mapping.column_of(LeadField::Value).is_some() && !is_set;
        let has_email = mapping.column_of(LeadField::Email).is_some();
        let has_phone = mapping.column_of(LeadField::Phone).is_some();
        let watch = Watch {
            phones: Some(Some(if has_phone { "further_phone" } else { "phone" })),
            emails: Some(Some(if has_email { "further_email" } else { "email" })),
            consents: Some(Some(("opt_out", "consent"))),
            remarks: Some("note"),
            country: mapping.column_of(LeadField::Country),
            currencies: has_amounts.then(|| mapping.column_of(LeadField::Currency)),
            keep: Some("--keep"),
            purpose: Purpose::Import,
        };
        let watch = match self.options.drop_extra {
            // What a person leaves out is left out, but no refusal.
            true => Watch { phones: None, emails: None, currencies: None, ..watch },
            false => watch,
        };
        Unclaimed::columns(&mapping.headers, &mapping.unclaimed, self.checker.region, watch)
            .and_texts(&mapping.texts)
            .and_decided(&mapping.headers, &mapping.kept_by_preset, &mapping.refusals_left_out())
            .and_questions(&questions(mapping, &self.options))
    }

    fn run(
        &self,
        conn: &mut Db,
        tracer: Option<&mut Tracer>,
        observer: &mut dyn Observer,
    ) -> Result<Ended, ImportError> {
        let org = self.request.organization.org_id();
        let uid = Uid::new();
        let mut stamp = self.request.stamp.clone();
        locks::acquire(conn, Lock::Import, org, &mut |text| observer.notice(text), self.interrupted)?;
        if let Some(earlier) = imports::latest_of_file(conn, org, &self.source.sha256)? {
            observer.notice(&earlier.was_imported_before(&self.checker.zone));
        }
        let mapping = self.checker.mapping.to_json();
        let import_id = begin_record(conn, ImportKind::Leads, uid, &self.source, mapping, &self.request.stamp)?;
        stamp.import_id = Some(import_id);
        let evidence = format!("import {import_id} of {}", self.source.file_name);
        let policy = Policy {
            on_duplicate: self.options.on_duplicate.unwrap_or_default(),
            on_listed: self.options.dnc.unwrap_or_default(),
            only_known: self.options.only_known,
        };
        let expected = usize::try_from(self.source.estimated_rows).unwrap_or(usize::MAX);
        let mut writer = LeadWriter::new(conn, stamp.clone(), policy, evidence.clone(), expected)?;
        let tracer = tracer.map(|tracer| RowTracer::new(tracer, stamp.now.to_string()));
        if tracer.is_some() {
            writer.trace();
        }
        let mut work = Work {
            job: self,
            conn,
            writer,
            rejects: RejectsWriter::of_call(&self.request.rejects, &self.source, uid, self.request.mode),
            skipped: self.request.skipped.clone().map(|path| SkippedWriter::new(path, &self.source)),
            text_opt_outs: TextOptOuts::default(),
            note_requests: NoteRequests::default(),
            tracer,
            stamp,
            evidence,
            dropped: DroppedWriter::of_call(&self.request.dropped, &self.source, self.request.mode),
            formats: self.said(),
            summary: ImportSummary {
                import_id: (!self.request.mode.is_dry_run()).then_some(import_id),
                file_name: self.source.file_name.clone(),
                file_sha256: self.source.sha256.clone(),
                dry_run: self.request.mode.is_dry_run(),
                special: self.source.count_special(&|index| self.checker.mapping.is_claimed(index)),
                notices: self.source.notices.clone(),
                columns: self.checker.mapping.told(),
                preset: self.options.preset.clone().filter(|name| name != presets::NONE),
                ..ImportSummary::default()
            },
        };
        self.pump(&mut work, observer)?;
        self.source.verify_unchanged()?;
        // Many leads take long, and whoever changes the list waits for the lock that follows.
        work.distribute(import_id)?;
        // What others have changed in the list meanwhile is seen, and nobody changes it until the end.
        locks::acquire(work.conn, Lock::EndOfImport, org, &mut |text| observer.notice(text), self.interrupted)?;
        let (summary, listed, files) = work.finish(import_id)?;
        summary.remarks().iter().for_each(|text| observer.notice(text));
        Ok((summary, listed, files))
    }

    /// How dates and amounts are written, as far as that was said.
    fn said(&self) -> Formats {
        let ImportOptions { date_order, decimal_separator, whole_apart, .. } = self.options;
        Formats { date_order, decimal_separator, whole_apart }
    }

    /// Reads and checks in a second thread, writes in this one.
    fn pump(&self, work: &mut Work<'_>, observer: &mut dyn Observer) -> Result<(), ImportError> {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(QUEUE);
            let reading = scope.spawn(move || self.read(&sender));
            let written = self.write_all(work, &receiver, observer);
            drop(receiver);
            let read = reading.join().map_err(|_| ImportError::ReaderFailed)?;
            written?;
            read
        })
    }

    fn read(&self, sender: &SyncSender<Delivery>) -> Result<(), ImportError> {
        // A failed send means that the writing side has given up; its error is the one that counts.
        let send = |batch| sender.send(batch).map_err(|_| ImportError::Interrupted);
        let mut rows = Vec::with_capacity(BATCH);
        let mut weight = 0;
        let mut formats = self.said();
        let mut doubtful = Some(self.doubtful(formats));
        let mut unclaimed = self.unclaimed();
        self.source.read(&mut |item| {
            match item {
                Item::Row(row) => {
                    weight += row.weight();
                    unclaimed.look(&row);
                    // The whole file is looked through only once a cell needs it.
                    if let Some(doubts) = doubtful.take_if(|doubts| doubts.concerns(&row)) {
                        let (proven, notices) = doubts.prove(&self.source, formats)?;
                        formats = proven;
                        send(Delivery::Proven(proven, notices))?;
                    }
                    rows.push(self.checker.check(row, formats));
                }
                Item::Broken(row, problem) => {
                    weight += row.weight();
                    let opts_out = self.checker.opts_out(&row);
                    rows.push(Checked { opts_out, ..broken(row, problem) });
                }
                Item::Blank(count) => return send(Delivery::Blank(count)),
            }
            match rows.len() >= BATCH || weight >= MAX_BATCH {
                true => {
                    weight = 0;
                    send(Delivery::Rows(std::mem::replace(&mut rows, Vec::with_capacity(BATCH))))
                }
                false => Ok(()),
            }
        })?;
        send(Delivery::Seen(unclaimed.verdict(&self.source)?))?;
        send(Delivery::Rows(rows))
    }

    fn write_all(
        &self,
        work: &mut Work<'_>,
        batches: &Receiver<Delivery>,
        observer: &mut dyn Observer,
    ) -> Result<(), ImportError> {
        while let Ok(batch) = batches.recv() {
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(ImportError::Interrupted);
            }
            match batch {
                Delivery::Blank(count) => work.summary.blank_rows += count,
                Delivery::Proven(formats, notices) => {
                    work.formats = formats;
                    notices.iter().for_each(|text| observer.notice(text));
                }
                Delivery::Seen(notices) => notices.iter().for_each(|text| observer.notice(text)),
                Delivery::Rows(rows) => work.write(rows)?,
            }
            observer.progress(work.summary.read, self.source.estimated_rows);
        }
        match self.interrupted.load(Ordering::Relaxed) {
            true => Err(ImportError::Interrupted),
            false => Ok(()),
        }
    }
}

fn broken(row: Row, problem: RowProblem) -> Checked {
    Checked {
        row,
        draft: None,
        problems: vec![problem],
        skipped: None,
        repaired: false,
        lost_plus: None,
        rounded: None,
        placeholders: 0,
        opts_out: false,
        note_asks: None,
        line_asks: None,
        not_opted_in: false,
    }
}

impl From<WriteError> for ImportError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Db(e) => ImportError::Db(e),
            WriteError::LostRaces(n) => ImportError::LostRaces(n),
        }
    }
}

/// An import of leads writes nothing that is not put back for all kinds.
pub struct LeadsUndoing;

impl Undoing for LeadsUndoing {}
