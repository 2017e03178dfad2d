//! What an import of leads does row by row, for plans and explanations.

use rustc_hash::FxHashMap;
use serde_json::json;

use super::Request;
use super::checker::{Checked, Checker};
use super::refusal::refusal;
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::imports::kind::ImportKind;
use crate::import::ImportError;
use crate::import::options::ImportOptions;
use crate::import::plan::{Bound, Change, Problem, RowOutcome, Tracer, VERSION};
use crate::import::row::RowProblem;
use crate::import::saved::Form;
use crate::import::source::Source;
use crate::ops::leads::upsert::apply::FieldChange;
use crate::ops::leads::upsert::trace::Trace;
use crate::ops::leads::upsert::{Fate, Outcome};

/// Tells a tracer what becomes of each row.
pub(super) struct RowTracer<'a> {
    tracer: &'a mut Tracer,
    /// The rows that make new leads: their ids are others in each import.
    created: FxHashMap<i64, u64>,
    /// The time of the import as logs write it, which is another one in each.
    now: String,
}

impl<'a> RowTracer<'a> {
    pub fn new(tracer: &'a mut Tracer, now: String) -> RowTracer<'a> {
        RowTracer { tracer, created: FxHashMap::default(), now }
    }

    /// Tells what becomes of a row.
    ///
    /// # Errors
    /// The tracer's own.
    pub fn row(&mut self, checked: &Checked, outcome: Option<Outcome>, trace: Trace) -> Result<(), ImportError> {
        let number = checked.row.number;
        let problems = checked.problems.iter().map(problem).collect();
        let Some(outcome) = outcome else {
            if let Some(reason) = &checked.skipped {
                let reasons = vec![reason.clone()];
                let told = RowOutcome { row: number, outcome: "skipped".into(), reasons, ..RowOutcome::default() };
                return self.tracer.row(told, &checked.row);
            }
            let told = RowOutcome { row: number, outcome: "rejected".into(), problems, ..RowOutcome::default() };
            return self.tracer.row(told, &checked.row);
        };
        if let Fate::Created(id) = outcome.fate {
            self.created.insert(id, number);
        }
        let (lead, lead_of_row) = self.named(outcome.fate.lead());
        let changes = trace.changes.into_iter().map(|change| self.change(None, change)).collect();
        let others = trace.others.into_iter().map(|(lead, change)| self.change(Some(lead), change)).collect();
        let refused = refusal(outcome.fate);
        let told = RowOutcome {
            row: number,
            outcome: word(outcome.fate).into(),
            lead,
            lead_of_row,
            version: trace.version.filter(|_| lead.is_some()),
            matched_by: trace.matched_by.map(|by| by.to_string()),
            reasons: reasons(&outcome).chain(of_note(checked)).map(str::to_owned).collect(),
            changes,
            others,
            problems: refused.iter().map(problem).chain(problems).collect(),
        };
        self.tracer.row(told, &checked.row)
    }

    /// Tells how the import ends.
    ///
    /// # Errors
    /// The tracer's own.
    pub fn finish(&mut self, counts: &serde_json::Value) -> Result<(), ImportError> {
        self.tracer.finish(counts)
    }

    /// A lead by its id where it is stored already, else by the row that makes it.
    fn named(&self, lead: Option<i64>) -> (Option<i64>, Option<u64>) {
        let of_row = lead.and_then(|lead| self.created.get(&lead)).copied();
        (lead.filter(|_| of_row.is_none()), of_row)
    }

    fn change(&self, lead: Option<i64>, change: FieldChange) -> Change {
        let (lead, lead_of_row) = self.named(lead);
        let value = |text: Option<String>| text.map(|text| if text == self.now { "now".to_owned() } else { text });
        Change { lead, lead_of_row, field: change.field, old: change.old, new: value(change.new) }
    }
}

/// The outcome as the counts call it.
fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Created(_) => "created",
        Fate::Updated(_) => "updated",
        Fate::Unchanged(_) => "unchanged",
        Fate::SkippedKnown(_) | Fate::SkippedListed => "skipped",
        Fate::SkippedUnknown => "not_known",
        Fate::RejectedDuplicate(_) | Fate::RejectedConflict(..) => "rejected",
    }
}

/// What a person should know of the outcome.
fn reasons(outcome: &Outcome) -> impl Iterator<Item = &'static str> {
    let of_fate = match outcome.fate {
        Fate::SkippedKnown(_) => Some("the lead is known, and known leads are skipped"),
        Fate::SkippedListed => Some("its number is on the do-not-call list, and such rows are skipped"),
        Fate::SkippedUnknown => Some("it matches no lead, and none is made"),
        Fate::Unchanged(_) => Some("the lead has all of it already"),
        _ => None,
    };
    let flags = [
        (outcome.dnc_flagged, "its number is on the do-not-call list, so its lead gets the status dnc"),
        (outcome.consent_kept, "its person has opted out, and no import weakens that"),
        (outcome.status_kept, "its status is no move that the lead may make, and the lead's is kept"),
        (outcome.created_kept, "its creation time is another than the lead's, which is set once"),
        (outcome.currency_kept, "its amount or currency stands alone, and the lead's amount is in another currency"),
        (outcome.currency_alone, "it names a currency, and there is no amount"),
        (outcome.contradicts, "an earlier row of the file says something else of the lead"),
        (outcome.possible_duplicate, "another lead has its email, which alone does not say that they are one"),
        (outcome.previously_deleted, "a deleted lead had its phone"),
        (outcome.previously_erased, "who had its phone or email was erased"),
    ];
    of_fate.into_iter().chain(flags.into_iter().filter(|(is_so, _)| *is_so).map(|(_, reason)| reason))
}

/// What a note of the row asks.
fn of_note(checked: &Checked) -> Option<&'static str> {
    checked.note_asks.map(|asks| match asks.class {
        OptOutClass::Review => "a text of it may ask not to be contacted, which waits for a decision",
        _ => "its note asks not to be contacted",
    })
}

fn problem(of: &RowProblem) -> Problem {
    Problem { column: of.column.clone(), value: of.value.clone(), problem: of.describe(), hint: of.remedy.clone() }
}

/// What a plan of this import is bound to; `is_stored` says whether its organization was there before the call.
pub(super) fn bound(
    source: &Source,
    asked: &ImportOptions,
    options: &ImportOptions,
    checker: &Checker,
    request: &Request<'_>,
    is_stored: bool,
    mapping: Option<String>,
) -> Result<Bound, ImportError> {
    let organization = request.organization;
    let json = |of: &ImportOptions| serde_json::to_value(of).map_err(|e| ImportError::Record(e.to_string()));
    let is_file = std::fs::metadata(request.path).is_ok_and(|file| file.is_file());
    Ok(Bound {
        crmctl_plan: VERSION,
        kind: ImportKind::Leads,
        organization: organization.slug.clone(),
        organization_uid: is_stored.then(|| organization.uid.0.to_string()),
        file: is_file.then(|| std::fs::canonicalize(request.path).ok()).flatten(),
        file_name: source.file_name.clone(),
        file_sha256: source.sha256.clone(),
        file_size: source.size,
        asked: json(asked)?,
        form: Form::of(&asked.form()),
        mapping,
        save_mapping: request.mappings.save.clone(),
        options: json(options)?,
        settings: json!({
            "region": checker.region.map(|region| region.to_string()),
            "timezone": organization.timezone,
            "currency": checker.base_currency.code(),
        }),
        columns: checker.mapping.to_json(),
        planned_at: request.stamp.now.to_string(),
        actor: request.stamp.actor.clone(),
    })
}
