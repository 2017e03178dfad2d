//! What the import of a sheet did, in counts that reconcile.

use serde::Serialize;

use crate::import::problems::{ProblemGroup, UnknownWord};
use crate::import::saved::MappingsTold;
use crate::import::source::SpecialCounts;

/// What a person is to hear of an import, and the option under which it would do what it left.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub remarks: Vec<String>,
    pub option: Option<&'static str>,
    /// Earlier imports that must be undone before.
    pub undo: Vec<i64>,
    /// Whether this one must be.
    pub undo_this: bool,
}

/// The summary of one import: the printed answer, and the `counts` of its record.
#[derive(Debug, Default, Serialize)]
pub struct SheetSummary<C> {
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
    pub rejected: u64,
    #[serde(flatten)]
    pub counts: C,
    /// Rows with a spreadsheet's damage undone.
    pub repaired: u64,
    /// Accepted rows of which a part was rejected: they are in the reject file, too.
    pub partly_rejected: u64,
    pub blank_rows: u64,
    /// What is special of the sheet.
    #[serde(flatten)]
    pub special: SpecialCounts,
    #[serde(flatten)]
    pub mappings: MappingsTold,
    pub rejects_file: Option<String>,
    pub problems: Vec<ProblemGroup>,
    /// Words of statuses that mean nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_words: Vec<UnknownWord>,
    /// What could not be read in rows that were accepted.
    pub remarks: Vec<ProblemGroup>,
    /// What a person should know of how the file was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// The headers of columns that no field claims, or that a person leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns_left_out: Vec<String>,
    pub seconds: f64,
    pub rows_per_second: u64,
}
