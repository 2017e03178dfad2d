//! Writing the rows of an import, and the files beside it.

use std::sync::atomic::Ordering;

use super::checker::Checked;
use super::refusal::refusal;
use super::summary::{GivenOut, ImportSummary};
use super::trace::RowTracer;
use super::wishes::{NoteRequests, TextOptOuts};
use super::{Ended, Job};
use crate::db::models::imports;
use crate::db::models::lead_work::pools::waiting::waiting;
use crate::db::types::Json;
use crate::db::{Db, DbError, Stamp};
use crate::import::ImportError;
use crate::import::options::{ImportOptions, MaxRejects};
use crate::import::prepare::{kept_options, pace};
use crate::import::proof::Formats;
use crate::import::rejects::{DroppedWriter, RejectsWriter, SkippedWriter};
use crate::import::row::{Row, RowProblem};
use crate::import::rowfile::NamedRows;
use crate::ops::lead_work::pools::distribute::{How, distribute};
use crate::ops::lead_work::pools::told::Distributed;
use crate::ops::leads::upsert::{Fate, LeadWriter};

/// The writing side.
pub(super) struct Work<'a> {
    pub job: &'a Job<'a>,
    pub conn: &'a mut Db,
    pub writer: LeadWriter,
    pub rejects: Option<RejectsWriter>,
    pub skipped: Option<SkippedWriter>,
    pub text_opt_outs: TextOptOuts,
    pub note_requests: NoteRequests,
    pub tracer: Option<RowTracer<'a>>,
    pub stamp: Stamp,
    /// What new do-not-call entries give as their evidence.
    pub evidence: String,
    pub dropped: Option<DroppedWriter>,
    /// How dates and amounts were read.
    pub formats: Formats,
    pub summary: ImportSummary,
}

impl Work<'_> {
    /// Writes rows, and counts what became of each.
    pub fn write(&mut self, rows: Vec<Checked>) -> Result<(), ImportError> {
        let drafts: Vec<_> = rows.iter().filter_map(|checked| checked.draft.as_ref()).collect();
        let mut outcomes = self.writer.write(self.conn, &drafts)?.into_iter();
        let mut traces = self.writer.take_traces().into_iter();
        for checked in &rows {
            self.summary.read += 1;
            self.summary.special.short_rows += u64::from(checked.row.is_short);
            self.summary.placeholders += u64::from(checked.placeholders);
            self.summary.not_opted_in += u64::from(checked.not_opted_in);
            let outcome = checked.draft.as_ref().and_then(|_| outcomes.next());
            if let Some(tracer) = &mut self.tracer {
                let trace = outcome.and_then(|_| traces.next()).unwrap_or_default();
                tracer.row(checked, outcome, trace)?;
            }
            match outcome {
                None if checked.skipped.is_some() => self.skip(checked)?,
                None => {
                    self.summary.rejected += 1;
                    self.summary.note_lost_opt_out(checked);
                    self.reject(&checked.row, &checked.problems)?;
                }
                Some(outcome) => {
                    self.summary.count(&outcome, checked.row.number);
                    match refusal(outcome.fate) {
                        Some(problem) => {
                            self.summary.note_lost_opt_out(checked);
                            self.reject(&checked.row, &[problem])?;
                        }
                        None => {
                            if let (Fate::SkippedUnknown, Some(draft)) = (outcome.fate, &checked.draft) {
                                self.summary.note_unkept_wish(draft);
                            }
                            self.text_opt_outs.take(checked);
                            let kept = self.note_requests.take(checked);
                            self.summary.note_note(kept, checked.row.number);
                            self.summary.note_stage(checked);
                            self.summary.note_rounded(checked);
                            self.summary.repaired += u64::from(checked.repaired);
                            if let Some(how) = &checked.lost_plus {
                                self.summary.without_plus += 1;
                                let example = &mut self.summary.without_plus_example;
                                example.get_or_insert_with(|| format!("in row {} {how}", checked.row.number));
                            }
                            self.summary.dropped_values += checked.problems.len() as u64;
                            self.list_dropped(checked, outcome.fate)?;
                            self.list_skipped(&checked.row, outcome.fate)?;
                        }
                    }
                }
            }
        }
        match self.job.options.max_rejects {
            Some(MaxRejects::Rows(most)) if self.summary.rejected > most => Err(self.too_many()?),
            _ => Ok(()),
        }
    }

    /// Counts and lists a row that a preset skips.
    fn skip(&mut self, checked: &Checked) -> Result<(), ImportError> {
        let reason = checked.skipped.as_deref().unwrap_or_default();
        self.summary.skipped += 1;
        *self.summary.skipped_as.entry(reason.to_owned()).or_default() += 1;
        match &mut self.skipped {
            Some(skipped) => skipped.write(&checked.row, None, reason),
            None => Ok(()),
        }
    }

    /// Puts a row into the file of rejected ones.
    pub fn reject(&mut self, row: &Row, problems: &[RowProblem]) -> Result<(), ImportError> {
        let source = &self.job.source;
        problems.iter().for_each(|problem| self.summary.note(source, row.number, problem));
        match &mut self.rejects {
            Some(rejects) => rejects.write(source, row, problems),
            None => Ok(()),
        }
    }

    fn list_dropped(&mut self, checked: &Checked, fate: Fate) -> Result<(), ImportError> {
        let source = &self.job.source;
        for problem in &checked.problems {
            self.summary.note(source, checked.row.number, problem);
            if let Some(dropped) = &mut self.dropped {
                dropped.write(source, &checked.row, fate.lead(), problem)?;
            }
        }
        Ok(())
    }

    fn list_skipped(&mut self, row: &Row, fate: Fate) -> Result<(), ImportError> {
        match (&mut self.skipped, fate) {
            (Some(skipped), Fate::SkippedKnown(lead)) => skipped.write(row, Some(lead), "the lead is known"),
            (Some(skipped), Fate::SkippedUnknown) => skipped.write(row, None, "it matches no lead"),
            (Some(skipped), Fate::SkippedListed) => skipped.write(row, None, "its number is on the do-not-call list"),
            _ => Ok(()),
        }
    }

    fn too_many(&mut self) -> Result<ImportError, ImportError> {
        let rejects = self.finish_rejects()?;
        let rejects_file = rejects.as_ref().map(NamedRows::shown);
        rejects.into_iter().for_each(NamedRows::keep);
        Ok(ImportError::TooManyRejects {
            file: self.summary.file_name.clone(),
            read: self.summary.read,
            rejected: self.summary.rejected,
            rejects_file,
        })
    }

    fn heed_rejects(&mut self) -> Result<(), ImportError> {
        let summary = &self.summary;
        match self.job.options.max_rejects.is_some_and(|most| most.is_exceeded(summary.read, summary.rejected)) {
            true => Err(self.too_many()?),
            false => Ok(()),
        }
    }

    fn finish_rejects(&mut self) -> Result<Option<NamedRows>, ImportError> {
        self.rejects.as_mut().map_or(Ok(None), RejectsWriter::finish)
    }

    /// Distributes the new leads that nobody owns, where a pool is named. A lead whose number goes on the do-not-call list before the
    /// import ends keeps its owner, as a lead that is listed later does, and takes no room: it is not open.
    pub fn distribute(&mut self, import_id: i64) -> Result<(), ImportError> {
        let Some(wanted) = &self.job.request.pool else { return Ok(()) };
        self.heed_rejects()?;
        // It looks leads up by phone and email.
        self.writer.settle(self.conn)?;
        let how = How { import: Some(import_id), ..How::default() };
        let interrupted = self.job.interrupted;
        let mut step = |_: usize, _: usize| match interrupted.load(Ordering::Relaxed) {
            true => Err(DbError::Interrupted),
            false => Ok(()),
        };
        let wanted = std::slice::from_ref(wanted);
        let zone = &self.job.checker.zone;
        let outcome = distribute(self.conn, wanted, how, &self.stamp, zone, &mut step)?;
        let is_dry_run = self.job.request.mode.is_dry_run();
        let Some(run) = outcome.runs.into_iter().next() else { return Ok(()) };
        let free = waiting(self.conn, self.stamp.org, None, Some(import_id), run.order)?.len();
        let not_taken = i64::try_from(free).unwrap_or(i64::MAX) - run.left;
        let run = Distributed { run: run.run.filter(|_| !is_dry_run), ..run };
        self.summary.distributed = Some(GivenOut { run, not_taken });
        Ok(())
    }

    /// Ends the import.
    pub fn finish(mut self, import_id: i64) -> Result<Ended, ImportError> {
        self.heed_rejects()?;
        self.writer.catch_up(self.conn)?;
        let listed = self.writer.finish(self.conn)?;
        let zone = &self.job.checker.zone;
        self.text_opt_outs.honour(self.conn, &self.stamp, zone, &self.evidence)?;
        self.note_requests.keep(self.conn, &self.stamp, zone, &self.evidence)?;
        let rejects = self.finish_rejects()?;
        let dropped = self.dropped.as_mut().map_or(Ok(None), DroppedWriter::finish)?;
        let skipped = self.skipped.as_mut().map_or(Ok(None), SkippedWriter::finish)?;
        self.summary.rejects_file = rejects.as_ref().map(NamedRows::shown);
        self.summary.dropped_file = dropped.as_ref().map(NamedRows::shown);
        self.summary.skipped_file = skipped.as_ref().map(NamedRows::shown);
        (self.summary.seconds, self.summary.rows_per_second) = pace(self.job.started, self.summary.read);
        if !self.summary.reconciles() {
            return Err(ImportError::DoesNotReconcile);
        }
        self.summary.mappings = self.job.kept.told(self.conn, &self.stamp)?;
        let counts = serde_json::to_value(&self.summary).map_err(|e| ImportError::Record(e.to_string()))?;
        if let Some(tracer) = &mut self.tracer {
            tracer.finish(&counts)?;
        }
        let counts = Json(counts);
        let org = self.job.request.organization.org_id();
        let options = ImportOptions {
            date_order: self.formats.date_order,
            decimal_separator: self.formats.decimal_separator,
            whole_apart: self.formats.whole_apart,
            ..self.job.options.clone()
        };
        let options = kept_options(&options, &self.job.request.options.form())?;
        let options = self.job.kept.noted_in(options);
        imports::finish(self.conn, org, import_id, &options, &counts, (self.job.request.clock)())?;
        Ok((self.summary, listed, [rejects, dropped, skipped].into_iter().flatten().collect()))
    }
}
