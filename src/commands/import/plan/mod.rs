//! Imports row by row: plans that are applied, and rows that are explained.

pub mod apply;
mod explain;

use std::path::Path;

use crate::commands::args::again;
use crate::error::{Again, CommandError, Result};
use crate::import::kinds::leads::summary::ImportSummary;
use crate::import::plan::{Explainer, PlanWriter, Tracer};
use crate::ui::Ui;

pub use explain::COLUMNS;

/// Who hears what becomes of each row, if anybody does.
///
/// # Errors
/// The plan cannot be written.
pub fn tracer(plan: Option<&Path>, explain: &[u64]) -> Result<Option<Tracer>, CommandError> {
    Ok(match (plan, explain) {
        (Some(path), _) => Some(Tracer::Write(Box::new(PlanWriter::begin(path)?))),
        (None, []) => None,
        (None, rows) => Some(Tracer::Explain(Explainer::of(rows))),
    })
}

/// Gives a plan its name, and says how it is applied.
///
/// # Errors
/// The plan cannot be written.
pub fn keep(plan: PlanWriter, path: &Path, file: &Path, ui: Ui) -> Result<(), CommandError> {
    plan.keep()?;
    let path = path.display().to_string();
    let of_stream = std::fs::metadata(file).map_or(true, |file| !file.is_file());
    let file = of_stream.then(|| "FILE".to_owned());
    let apply = ["import".to_owned(), "apply".to_owned(), path.clone()].into_iter().chain(file);
    let plain: Vec<String> = apply.collect();
    let whole = again::given().map(|given| [plain.clone(), again::about_where(&given)].concat());
    let line = |words: &[String]| again::line(words, &Again::default());
    ui.note(&format!("the plan is in {path}; apply it with"));
    if let Some(line) = whole.and_then(|words| line(&words)).or_else(|| line(&plain)) {
        ui.note(&format!("  {line}"));
    }
    Ok(())
}

/// Prints the rows that were to be explained.
///
/// # Errors
/// The file has not all of them.
pub fn explain(explainer: Explainer, summary: &ImportSummary, ui: Ui) -> Result<()> {
    explain::print(explainer, summary, ui)
}
