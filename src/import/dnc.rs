//! The import of do-not-call requests: one sheet, one transaction.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde::Serialize;

use super::ImportError;
use super::dnc_fields::{DncColumns, DncField};
use super::dnc_rows::{CheckedRequests, DncChecker, DncOptions};
use super::leads::Observer;
use super::prepare::{begin_record, earlier_options, refuse_to_overwrite, region_of};
use super::rejects::RejectsWriter;
use super::source::{Item, Source, SourceOptions};
use super::summary::{ProblemGroup, note};
use crate::db::bulk::Stamp;
use crate::db::models::imports;
use crate::db::models::organizations::Organization;
use crate::db::types::{Json, Uid};
use crate::db::{Database, Db, Lock, locks};
use crate::domain::datetime;
use crate::domain::dnc::Listing;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::add::honour;
use crate::ops::dnc::remove::expire;

/// What is asked of the import of one sheet.
pub struct DncImport<'a> {
    pub path: &'a Path,
    pub options: DncOptions,
    pub source: SourceOptions,
    /// Where rejected rows go; beside the file when nobody says.
    pub rejects: Option<PathBuf>,
    pub dry_run: bool,
    pub organization: &'a Organization,
    /// Actor and time; the import adds its own id.
    pub stamp: Stamp,
    /// Tells when the import ends.
    pub clock: &'a dyn Fn() -> Timestamp,
}

/// The summary of one import: the printed answer, and the `counts` of its record.
#[derive(Debug, Default, Serialize)]
pub struct DncSummary {
    /// Nothing after a rehearsal.
    pub import_id: Option<i64>,
    pub file_name: String,
    pub file_sha256: String,
    pub dry_run: bool,
    /// Rows that hold anything, after the header.
    pub read: u64,
    /// Rows with a number that was not listed.
    pub created: u64,
    /// Of the others, rows with a number whose entry forbids more, or longer, than before.
    pub updated: u64,
    /// Rows whose numbers were listed already; their requests are kept.
    pub unchanged: u64,
    pub rejected: u64,
    /// Requests that were kept: one for each number of each row.
    pub requests: u64,
    pub leads_moved: u64,
    /// Rows with a spreadsheet's damage undone.
    pub repaired: u64,
    pub blank_rows: u64,
    pub rejects_file: Option<String>,
    pub problems: Vec<ProblemGroup>,
    pub seconds: f64,
}

/// Rows that are written together.
const BATCH: usize = 8000;

/// Imports one sheet of requests: all of it or nothing.
///
/// # Errors
/// The import as a whole failed and nothing was changed. Bad rows are no error but counted and written to the reject file.
pub fn import(
    db: &mut Database,
    request: DncImport<'_>,
    observer: &mut dyn Observer,
) -> Result<DncSummary, ImportError> {
    let started = Instant::now();
    refuse_to_overwrite(request.path, [&request.rejects, &None])?;
    let named = request.options.map.iter().map(|assignment| assignment.value.clone()).collect();
    let options = SourceOptions { named, recognise: DncField::recognise, ..request.source.clone() };
    let source = Source::open(request.path, &options)?;
    observer.notice(&format!("{}: {}, {} columns", source.file_name, source.description(), source.headers.len()));
    source.passed_over().iter().for_each(|text| observer.notice(text));
    let earlier = earlier_options(db, &source, request.organization)?;
    let options = request.options.clone().or(earlier.unwrap_or_default());
    let columns = DncColumns::of(source.shown(), &source.headers, &options.map)?;
    if !columns.left_out().is_empty() {
        observer.notice(&format!("columns left out: {}", columns.left_out().join(", ")));
    }
    let checker = DncChecker {
        columns,
        region: region_of(options.region.as_deref(), request.organization),
        // The organization's zone was validated when it was set.
        zone: datetime::zone(&request.organization.timezone).unwrap_or(jiff::tz::TimeZone::UTC),
        now: request.stamp.now,
        options,
    };
    let interrupted = db.interrupted();
    let (org, rehearsal) = (request.organization.org_id(), request.dry_run);
    let job = Job { source, checker, request, started, interrupted: &interrupted };
    match rehearsal {
        true => db.rehearse(org, |conn| job.run(conn, observer)),
        false => db.write(org, |conn| job.run(conn, observer)),
    }
}

/// An import under way.
struct Job<'a> {
    source: Source,
    checker: DncChecker,
    request: DncImport<'a>,
    started: Instant,
    interrupted: &'a AtomicBool,
}

impl Job<'_> {
    fn run(&self, conn: &mut Db, observer: &mut dyn Observer) -> Result<DncSummary, ImportError> {
        let org = self.request.organization.org_id();
        let uid = Uid::new();
        locks::acquire(conn, Lock::DncList, org, &mut |text| observer.notice(text), self.interrupted)?;
        if let Some(earlier) = imports::latest_of_file(conn, org, &self.source.sha256)? {
            observer.notice(&earlier.was_imported_before());
        }
        expire(conn, &self.request.stamp)?;
        let mapping = self.checker.columns.to_json();
        let import_id = begin_record(conn, "dnc", uid, &self.source, mapping, &self.request.stamp)?;
        let mut work = Work {
            job: self,
            stamp: Stamp { import_id: Some(import_id), ..self.request.stamp.clone() },
            rejects: RejectsWriter::of_call(&self.request.rejects, &self.source, uid, self.request.dry_run),
            summary: DncSummary {
                import_id: (!self.request.dry_run).then_some(import_id),
                file_name: self.source.file_name.clone(),
                file_sha256: self.source.sha256.clone(),
                dry_run: self.request.dry_run,
                ..DncSummary::default()
            },
        };
        let mut rows = Vec::with_capacity(BATCH);
        self.source.read(&mut |item| {
            match item {
                Item::Row(row) => rows.push(self.checker.check(row)),
                Item::Broken(row, problem) => {
                    rows.push(CheckedRequests { row, requests: Vec::new(), problems: vec![problem], repaired: false })
                }
                Item::Blank(count) => work.summary.blank_rows += count,
            }
            if rows.len() < BATCH {
                return Ok(());
            }
            work.write(conn, std::mem::take(&mut rows))?;
            observer.progress(work.summary.read, self.source.estimated_rows);
            Ok(())
        })?;
        work.write(conn, rows)?;
        self.source.verify_unchanged()?;
        work.finish(conn, import_id)
    }
}

/// The writing side.
struct Work<'a> {
    job: &'a Job<'a>,
    stamp: Stamp,
    rejects: Option<RejectsWriter>,
    summary: DncSummary,
}

impl Work<'_> {
    fn write(&mut self, conn: &mut Db, rows: Vec<CheckedRequests>) -> Result<(), ImportError> {
        if self.job.interrupted.load(Ordering::Relaxed) {
            return Err(ImportError::Interrupted);
        }
        let mut requests = Vec::with_capacity(rows.len());
        let mut counts = Vec::with_capacity(rows.len());
        for checked in rows {
            self.summary.read += 1;
            if checked.requests.is_empty() {
                self.reject(&checked)?;
                continue;
            }
            self.summary.repaired += u64::from(checked.repaired);
            counts.push(checked.requests.len());
            requests.extend(checked.requests);
        }
        let added = honour(conn, &requests, &self.stamp, &self.job.checker.zone)?;
        self.summary.requests += requests.len() as u64;
        self.summary.leads_moved += added.leads_moved;
        let mut listings = added.listings.into_iter();
        for count in counts {
            let of_row: Vec<Listing> = listings.by_ref().take(count).collect();
            if of_row.iter().any(|listing| matches!(listing, Listing::Added(_))) {
                self.summary.created += 1;
            } else if of_row.iter().any(|listing| matches!(listing, Listing::Widened(_))) {
                self.summary.updated += 1;
            } else {
                self.summary.unchanged += 1;
            }
        }
        Ok(())
    }

    fn reject(&mut self, checked: &CheckedRequests) -> Result<(), ImportError> {
        let source = &self.job.source;
        self.summary.rejected += 1;
        checked
            .problems
            .iter()
            .for_each(|problem| note(&mut self.summary.problems, source, checked.row.number, problem));
        match &mut self.rejects {
            Some(rejects) => rejects.write(source, &checked.row, &checked.problems),
            None => Ok(()),
        }
    }

    fn finish(mut self, conn: &mut Db, import_id: i64) -> Result<DncSummary, ImportError> {
        self.summary.rejects_file = self.rejects.as_mut().map_or(Ok(None), RejectsWriter::finish)?;
        self.summary.seconds = (self.job.started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        let summary = &self.summary;
        if summary.read != summary.created + summary.updated + summary.unchanged + summary.rejected {
            return Err(ImportError::DoesNotReconcile);
        }
        let json = |value: Result<serde_json::Value, serde_json::Error>| {
            value.map(Json).map_err(|e| ImportError::Record(e.to_string()))
        };
        let counts = json(serde_json::to_value(summary))?;
        let options = json(serde_json::to_value(&self.job.checker.options))?;
        imports::finish(conn, self.stamp.org, import_id, &options, &counts, (self.job.request.clock)())?;
        Ok(self.summary)
    }
}
