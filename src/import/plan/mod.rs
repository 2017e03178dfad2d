//! What an import does row by row, for those who ask: a plan that is written, a plan that is applied, rows that are explained.
//!
//! A plan is lines of JSON: what it is bound to ([`Bound`]), what becomes of each row in the order of the file
//! ([`RowOutcome`]), the counts, and the SHA-256 of all lines before.

mod apply;
mod differences;
mod explain;
mod write;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ImportError;
use super::row::Row;
use super::saved::Form;
use crate::domain::imports::kind::ImportKind;

pub use apply::Plan;
pub use explain::{ExplainedCell, ExplainedRow, Explainer};
pub use write::PlanWriter;

/// The version of the form of plans.
pub const VERSION: u32 = 1;

/// So many differences are named.
const MOST_NAMED: usize = 10;

/// What a plan is bound to: an import that finds anything of it otherwise is another import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// The version of the form.
    pub crmctl_plan: u32,
    pub kind: ImportKind,
    pub organization: String,
    /// None of an organization that only came into being with the plan, and went again with it.
    pub organization_uid: Option<String>,
    /// Where the file was; none of standard input.
    pub file: Option<PathBuf>,
    pub file_name: String,
    pub file_sha256: String,
    pub file_size: u64,
    /// What was asked of the import.
    pub asked: Value,
    /// What was said of the form of the file.
    pub form: Form,
    /// The saved mapping by which the file is read, in the version that it had.
    pub mapping: Option<String>,
    /// The name under which what was decided is to be saved.
    pub save_mapping: Option<String>,
    /// The options that it had in the end, completed by saved ones and by settings.
    pub options: Value,
    /// What of the organization's settings decides how cells are read.
    pub settings: Value,
    /// What each column becomes.
    pub columns: Value,
    pub planned_at: String,
    pub actor: String,
}

/// What becomes of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowOutcome {
    pub row: u64,
    /// `created`, `updated` and so on, as the counts call it.
    pub outcome: String,
    /// The stored lead that the row is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<i64>,
    /// The earlier row of the file that makes the lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_of_row: Option<u64>,
    /// The version of the stored lead before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// By what the lead was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_by: Option<String>,
    /// What a person should know of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What changes in other leads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Change>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// One field that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Another lead than that of the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<i64>,
    /// The row that makes that lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_of_row: Option<u64>,
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// What is wrong with a row, or with a value that is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub column: String,
    pub value: String,
    pub problem: String,
    pub hint: String,
}

/// Counts of which a plan says nothing: they depend on when and where it is applied.
const OF_THE_CALL: [&str; 9] = [
    "import_id",
    "dry_run",
    "file_name",
    "seconds",
    "rows_per_second",
    "rejects_file",
    "skipped_file",
    "dropped_file",
    "notices",
];

/// The counts that a plan has.
fn planned_counts(counts: &Value) -> Value {
    let mut counts = counts.clone();
    if let Some(map) = counts.as_object_mut() {
        OF_THE_CALL.iter().for_each(|key| drop(map.remove(*key)));
    }
    counts
}

/// Who hears what becomes of each row.
pub enum Tracer {
    Write(Box<PlanWriter>),
    Apply(Box<Plan>),
    Explain(Explainer),
}

impl Tracer {
    /// The import knows what it is bound to.
    ///
    /// # Errors
    /// The plan that is applied is of another one, or the file of the plan cannot be written.
    pub fn begin(&mut self, bound: &Bound) -> Result<(), ImportError> {
        match self {
            Tracer::Write(writer) => writer.line(bound),
            Tracer::Apply(plan) => plan.begin(bound),
            Tracer::Explain(_) => Ok(()),
        }
    }

    /// What becomes of the next row.
    ///
    /// # Errors
    /// Those of [`Tracer::begin`].
    pub fn row(&mut self, outcome: RowOutcome, row: &Row) -> Result<(), ImportError> {
        match self {
            Tracer::Write(writer) => writer.line(&outcome),
            Tracer::Apply(plan) => plan.row(&outcome),
            Tracer::Explain(explainer) => {
                explainer.row(outcome, row);
                match explainer.is_full() {
                    true => Err(ImportError::Interrupted),
                    false => Ok(()),
                }
            }
        }
    }

    /// The import has ended so.
    ///
    /// # Errors
    /// Those of [`Tracer::begin`].
    pub fn finish(&mut self, counts: &Value) -> Result<(), ImportError> {
        match self {
            Tracer::Write(writer) => writer.finish(&planned_counts(counts)),
            Tracer::Apply(plan) => plan.finish(&planned_counts(counts)),
            Tracer::Explain(_) => Ok(()),
        }
    }
}

/// The line of the counts.
#[derive(Debug, Serialize, Deserialize)]
struct Counts {
    counts: Value,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    /// Of all bytes before the line, in hexadecimal digits.
    sha256: String,
}
