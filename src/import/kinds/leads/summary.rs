//! What an import did, in counts that reconcile.

use std::collections::BTreeMap;

use serde::Serialize;

use super::checker::Checked;
use super::wishes::Kept;
use crate::domain::leads::consent::Consent;
use crate::domain::leads::stage::Taken;
use crate::import::problems::{ProblemGroup, UnknownWord, note, note_by_column, note_word};
use crate::import::row::{ProblemKind, RowProblem};
use crate::import::saved::MappingsTold;
use crate::import::source::{Source, SpecialCounts};
use crate::ops::lead_work::pools::told::Distributed;
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::upsert::{Fate, Outcome};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// The summary of one import: the printed answer, and the `counts` of its record.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ImportSummary {
    /// None after a dry run.
    pub import_id: Option<i64>,
    pub file_name: String,
    pub file_sha256: String,
    pub dry_run: bool,
    /// Rows that hold anything, after the header.
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub skipped: u64,
    /// Rows that match no lead, of an import that makes none.
    #[serde(skip_serializing_if = "is_none")]
    pub not_known: u64,
    /// Those of them that ask not to be contacted in a way that only a lead would keep.
    #[serde(skip_serializing_if = "is_none")]
    pub not_known_opt_outs: u64,
    pub rejected: u64,
    /// Rows with a spreadsheet's damage undone.
    pub repaired: u64,
    /// Rows whose lead went to `dnc`.
    pub dnc_flagged: u64,
    /// New leads one of whose numbers a required registry has.
    #[serde(skip_serializing_if = "is_none")]
    pub on_registries: u64,
    /// New leads of whose numbers a required registry cannot say whether it has them.
    #[serde(skip_serializing_if = "is_none")]
    pub registries_unknown: u64,
    /// Rows that would have weakened an opt-out.
    pub consent_kept: u64,
    /// Rejected rows that ask not to be contacted: nobody is kept from contacting these people yet.
    pub rejected_opt_outs: u64,
    /// The first of them.
    pub rejected_opt_out_row: Option<u64>,
    /// Rows whose note asks not to be contacted: they count as opt-outs.
    #[serde(skip_serializing_if = "is_none")]
    pub note_opt_outs: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_opt_out_row: Option<u64>,
    /// Rows whose note may ask for it: their numbers wait for a person's decision.
    #[serde(skip_serializing_if = "is_none")]
    pub notes_to_decide: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_to_decide_row: Option<u64>,
    /// Such rows that have no number.
    #[serde(skip_serializing_if = "is_none")]
    pub notes_without_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_without_number_row: Option<u64>,
    /// Rows that ask not to be called where no number is known: their leads have denied consent.
    #[serde(skip_serializing_if = "is_none")]
    pub dnc_without_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnc_without_number_row: Option<u64>,
    /// Rows whose opt-in says no, which leaves the consent open.
    pub not_opted_in: u64,
    /// Rows with a number that was read without plus and is another valid one with it.
    pub without_plus: u64,
    /// How the first of them was read.
    pub without_plus_example: Option<String>,
    /// Accepted rows with an amount that was rounded.
    #[serde(skip_serializing_if = "is_none")]
    pub rounded: u64,
    /// What the first of them was rounded to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounded_example: Option<String>,
    /// Rows that asked for a forbidden status move.
    pub status_kept: u64,
    /// Accepted rows that give another word for a status, such as a stage of another system.
    #[serde(skip_serializing_if = "is_none")]
    pub stages_mapped: u64,
    /// What such words were taken for.
    #[serde(skip_serializing_if = "Taken::is_empty")]
    pub stages: Taken,
    /// Rows that give another creation time than their lead has: it is set once.
    pub created_kept: u64,
    /// Rows that name another currency than their lead's amount is in, and no amount.
    #[serde(skip_serializing_if = "is_none")]
    pub currency_kept: u64,
    /// Rows that name a currency, where neither they nor their lead have an amount.
    #[serde(skip_serializing_if = "is_none")]
    pub currency_alone: u64,
    /// Rows that say something else of a lead than an earlier row of the file did.
    pub contradicting: u64,
    /// Where the first of them stand.
    pub contradicting_rows: Vec<u64>,
    pub possible_duplicates: u64,
    /// New leads whose phone a deleted lead had.
    pub previously_deleted: u64,
    /// New leads whose phone or email somebody had who was erased.
    pub previously_erased: u64,
    /// Skipped rows whose number is on the do-not-call list.
    pub skipped_dnc: u64,
    /// Rows that a preset skips, by its reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped_as: BTreeMap<String, u64>,
    /// Rows without any text; not among those read.
    pub blank_rows: u64,
    /// What is special of the sheet.
    #[serde(flatten)]
    pub special: SpecialCounts,
    /// Cells that hold a word for "nothing", such as `N/A`.
    pub placeholders: u64,
    /// Values that `--lenient` dropped.
    pub dropped_values: u64,
    /// What a pool did with the new leads that nobody owns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distributed: Option<GivenOut>,
    #[serde(flatten)]
    pub mappings: MappingsTold,
    pub rejects_file: Option<String>,
    pub skipped_file: Option<String>,
    pub dropped_file: Option<String>,
    pub problems: Vec<ProblemGroup>,
    /// Words of statuses, owners and countries that mean nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_words: Vec<UnknownWord>,
    /// What a person should know of how the file was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    pub seconds: f64,
    pub rows_per_second: u64,
    /// The preset by which the file was read.
    #[serde(skip)]
    pub preset: Option<String>,
    /// The columns of the file with what each becomes.
    #[serde(skip)]
    pub columns: Vec<(String, String)>,
}

/// How many rows of a kind are named.
const NAMED_ROWS: usize = 5;

impl ImportSummary {
    /// Counts an accepted or refused draft of a row.
    pub fn count(&mut self, outcome: &Outcome, row: u64) {
        match outcome.fate {
            Fate::Created(_) => self.created += 1,
            Fate::Updated(_) => self.updated += 1,
            Fate::Unchanged(_) => self.unchanged += 1,
            Fate::SkippedKnown(_) => self.skipped += 1,
            Fate::SkippedListed => {
                self.skipped += 1;
                self.skipped_dnc += 1;
            }
            Fate::SkippedUnknown => self.not_known += 1,
            Fate::RejectedDuplicate(_) | Fate::RejectedConflict(..) => self.rejected += 1,
        }
        self.dnc_flagged += u64::from(outcome.dnc_flagged);
        if outcome.without_number {
            self.dnc_without_number += 1;
            self.dnc_without_number_row.get_or_insert(row);
        }
        self.consent_kept += u64::from(outcome.consent_kept);
        self.status_kept += u64::from(outcome.status_kept);
        self.created_kept += u64::from(outcome.created_kept);
        self.currency_kept += u64::from(outcome.currency_kept);
        self.currency_alone += u64::from(outcome.currency_alone);
        if outcome.contradicts {
            self.contradicting += 1;
            if self.contradicting_rows.len() < NAMED_ROWS {
                self.contradicting_rows.push(row);
            }
        }
        self.possible_duplicates += u64::from(outcome.possible_duplicate);
        self.previously_deleted += u64::from(outcome.previously_deleted);
        self.previously_erased += u64::from(outcome.previously_erased);
    }

    /// Counts an accepted row whose amount was rounded.
    pub fn note_rounded(&mut self, checked: &Checked) {
        if let Some(how) = &checked.rounded {
            self.rounded += 1;
            self.rounded_example.get_or_insert_with(|| format!("in row {} {how}", checked.row.number));
        }
    }

    /// Counts what became of a row's note.
    pub(super) fn note_note(&mut self, kept: Kept, row: u64) {
        let (count, first) = match kept {
            Kept::Nothing => return,
            Kept::OptOut => (&mut self.note_opt_outs, &mut self.note_opt_out_row),
            Kept::Doubtful => (&mut self.notes_to_decide, &mut self.note_to_decide_row),
            Kept::WithoutNumber => (&mut self.notes_without_number, &mut self.note_without_number_row),
        };
        *count += 1;
        first.get_or_insert(row);
    }

    /// Counts an accepted row that gives another word for a status.
    pub fn note_stage(&mut self, checked: &Checked) {
        let Some(draft) = &checked.draft else { return };
        if let Some((word, status)) = draft.status_word.as_deref().zip(draft.status) {
            self.stages_mapped += 1;
            self.stages.note(word, status);
        }
    }

    /// Counts a row that matches no lead: numbers are listed all the same, other wishes need a lead.
    pub fn note_unkept_wish(&mut self, draft: &LeadDraft) {
        let only_listed = draft.phone.is_some() && !draft.email_opt_out && draft.consent != Some(Consent::Denied);
        self.not_known_opt_outs += u64::from(draft.opts_out() && !only_listed);
    }

    /// Counts a rejected row that asks not to be contacted.
    pub fn note_lost_opt_out(&mut self, checked: &Checked) {
        if checked.opts_out {
            self.rejected_opt_outs += 1;
            self.rejected_opt_out_row.get_or_insert(checked.row.number);
        }
    }

    /// Why rows were skipped, in words.
    pub fn why_skipped(&self) -> Option<String> {
        let of_preset: u64 = self.skipped_as.values().sum();
        let known = self.skipped.saturating_sub(self.skipped_dnc + of_preset);
        let why = [
            (known, "whose lead is known (--on-duplicate fill or update takes what they say)"),
            (self.skipped_dnc, "whose number is on the do-not-call list"),
            (self.not_known, "that match no lead"),
        ];
        let of_preset = self.skipped_as.iter().map(|(reason, rows)| (*rows, reason.as_str()));
        let why = why.into_iter().filter(|(rows, _)| *rows > 0).chain(of_preset);
        let why: Vec<String> = why.map(|(rows, why)| format!("{rows} {why}")).collect();
        (!why.is_empty()).then(|| format!("skipped rows: {}", why.join(", ")))
    }

    /// What a person should hear of rows that were taken, but not as a whole.
    pub fn remarks(&self) -> Vec<String> {
        let rows =
            |count: u64, verb: &str| if count == 1 { format!("1 row {verb}s") } else { format!("{count} rows {verb}") };
        let mut remarks = Vec::new();
        if self.not_known_opt_outs > 0 {
            let rows = rows(self.not_known_opt_outs, "ask");
            remarks.push(format!(
                "{rows} not to be contacted and match no lead, so nothing keeps it: import them without --only-known"
            ));
        }
        for (count, first, what) in [
            (
                self.note_opt_outs,
                self.note_opt_out_row,
                "in a note not to be contacted, which counts like a do-not-call flag",
            ),
            (
                self.notes_to_decide,
                self.note_to_decide_row,
                "in a note what may be a wish not to be contacted: `crmctl dnc due` lists the numbers, which are not clear until \
                 `crmctl dnc decide` has decided",
            ),
            (
                self.notes_without_number,
                self.note_without_number_row,
                "in a note what may be a wish not to be contacted, and no number could wait for a decision: look at them",
            ),
            (
                self.dnc_without_number,
                self.dnc_without_number_row,
                "not to be called and have no number that could be listed: the consent of their leads is denied, and a number that \
                 they get will be on the do-not-call list or wait for a decision",
            ),
        ] {
            if let Some(first) = first {
                let example = if count == 1 { format!("row {first}") } else { format!("for example row {first}") };
                remarks.push(format!("{} {what} ({example})", rows(count, "ask")));
            }
        }
        if self.created_kept > 0 {
            let rows = rows(self.created_kept, "give");
            remarks.push(format!("{rows} another creation time than the lead has; it is set once and was kept"));
        }
        if self.currency_kept > 0 {
            let rows = rows(self.currency_kept, "give");
            remarks.push(format!(
                "{rows} an amount without its currency, or a currency alone, and the lead's amount is in another one, which was \
                 kept: give both"
            ));
        }
        if self.currency_alone > 0 {
            let rows = rows(self.currency_alone, "name");
            remarks.push(format!("{rows} a currency and no amount, and without one a currency is not kept: give both"));
        }
        if self.contradicting > 0 {
            let named: Vec<String> = self.contradicting_rows.iter().map(u64::to_string).collect();
            let more = if self.contradicting > named.len() as u64 { ", …" } else { "" };
            remarks.push(format!(
                "{} something else of a lead than an earlier row of the file: {}{more}; see `crmctl lead history`, and give \
                 the numbers that people share extensions, or import them as further phones",
                rows(self.contradicting, "say"),
                named.join(", "),
            ));
        }
        if let Some(example) = &self.without_plus_example {
            remarks.push(format!(
                "{} a number without + that is another one with it: {example}; it is that where only that is on the do-not-call list",
                rows(self.without_plus, "give"),
            ));
        }
        if let Some(example) = &self.rounded_example {
            let rows = rows(self.rounded, "give");
            remarks.push(format!(
                "{rows} an amount with more decimals than its currency has, which was rounded half to even: {example}"
            ));
        }
        remarks
    }

    /// Counts a problem under its kind.
    pub fn note(&mut self, source: &Source, row: u64, problem: &RowProblem) {
        note_word(&mut self.unknown_words, problem);
        match problem.kind {
            // There are several columns of times, and what to do names the one.
            ProblemKind::TimeInvalid => note_by_column(&mut self.problems, source, row, problem),
            _ => note(&mut self.problems, source, row, problem),
        }
    }

    /// Whether leads stay without an owner that a pool was to give out.
    pub fn leaves(&self) -> bool {
        self.distributed.as_ref().is_some_and(|given| given.run.left > 0)
    }

    /// Whether every row read is accounted for exactly once.
    pub fn reconciles(&self) -> bool {
        self.read == self.created + self.updated + self.unchanged + self.skipped + self.not_known + self.rejected
    }
}

/// What a pool did with the new leads that nobody owns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GivenOut {
    #[serde(flatten)]
    pub run: Distributed,
    /// Those that the pool's filter does not take.
    pub not_taken: i64,
}
