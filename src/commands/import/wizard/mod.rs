//! What a person at a terminal is asked of an import: what unclear columns are. Whoever gives `--no-input` or `--yes`, or has no
//! terminal, is asked nothing.

mod questions;

use crate::db::Database;
use crate::error::Result;
use crate::import::ImportError;
use crate::import::kinds::leads::survey::{Survey, survey};
use crate::import::kinds::leads::{Request, import};
use crate::import::observer::{Observer, Offer};
use crate::import::options::ImportOptions;
use crate::import::plan::{ExplainedRow, Explainer, Tracer};
use crate::ui::{Format, Ui};
use questions::Next;

/// So many rows are shown as leads before the import.
const PREVIEWED: usize = 3;

/// Whether there is somebody to ask about a file.
pub fn may_ask(ui: Ui) -> bool {
    ui.format == Format::Table && !ui.quiet && !ui.yes && ui.require_someone_to_ask().is_ok()
}

/// The options with what a person answers where columns are unclear, unchanged where none are; and the name under which the answers
/// are to be saved. `request` gives the request of
/// an import with some options.
///
/// # Errors
/// The file cannot be read, or the person stops.
pub fn ask<'a>(
    db: &mut Database,
    given: ImportOptions,
    request: &dyn Fn(ImportOptions) -> Request<'a>,
    ui: Ui,
) -> Result<(ImportOptions, Option<String>)> {
    let Some(first) = survey(db, &request(given.clone()))? else { return Ok((given, None)) };
    if first.is_identified && first.columns.iter().all(|column| !column.is_unclear) {
        return Ok((given, None));
    }
    let mut answered = given.clone();
    questions::show(&first, ui)?;
    for column in first.columns.iter().filter(|column| column.is_unclear && column.proposed.is_some()) {
        let target = questions::target_of(column, ui)?;
        questions::answer(&mut answered, column, target);
    }
    loop {
        let Some(now) = survey(db, &request(answered.clone()))? else { break };
        preview(db, &now, &answered, request, ui)?;
        match questions::next(&now, ui)? {
            Next::Import => break,
            Next::Change(index) => {
                let Some(column) = now.columns.get(index) else { continue };
                let target = questions::target_of(column, ui)?;
                questions::answer(&mut answered, column, target);
            }
        }
    }
    if answered == given {
        return Ok((given, None));
    }
    questions::tell_same(&answered, ui);
    let saves = request(answered.clone()).mappings.save.is_some();
    let save = if saves { None } else { questions::name_of_mapping(ui)? };
    Ok((answered, save))
}

/// Shows the first rows as they would be imported.
fn preview<'a>(
    db: &mut Database,
    now: &Survey,
    options: &ImportOptions,
    request: &dyn Fn(ImportOptions) -> Request<'a>,
    ui: Ui,
) -> Result<()> {
    if !now.is_identified {
        ui.note("no column says who a lead is: one has to be a phone, an email or an external id");
        return Ok(());
    }
    let mut tracer = Tracer::Explain(Explainer::first(PREVIEWED));
    let of_rows = Request { tracer: Some(&mut tracer), mode: crate::db::RunMode::DryRun, ..request(options.clone()) };
    let done = import(db, of_rows, &mut Silent);
    let Tracer::Explain(explainer) = tracer else { return Ok(()) };
    match done {
        Ok(_) => {}
        Err(ImportError::Interrupted) if explainer.is_full() => {}
        Err(error) => return Err(error.into()),
    }
    let (rows, _): (Vec<ExplainedRow>, _) = explainer.explained(&[]);
    questions::show_leads(&rows, ui)
}

/// Hears nothing: the import itself tells it.
struct Silent;

impl Observer for Silent {
    fn notice(&mut self, _: &str) {}
    fn progress(&mut self, _: u64, _: u64) {}
    fn offer(&mut self, _: &[Offer]) -> Result<Option<usize>, ImportError> {
        Ok(None)
    }
}
