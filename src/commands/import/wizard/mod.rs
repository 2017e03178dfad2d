//! What a person at a terminal is asked of an import: by which saved mapping it reads the file, what unclear columns are, and the
//! country of national numbers. Whoever gives `--no-input` or `--yes`, or has no
//! terminal, is asked nothing.

mod questions;

use crate::commands::args::mappings::offer;
use crate::db::Database;
use crate::domain::imports::mapping_name::MappingName;
use crate::error::Result;
use crate::import::ImportError;
use crate::import::kinds::leads::survey::{Seen, Survey, survey};
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

/// What a person answers.
pub struct Answers {
    pub options: ImportOptions,
    /// The saved mapping by which the file is to be read.
    pub mapping: Option<MappingName>,
    /// The name under which the answers are to be saved.
    pub save: Option<String>,
    /// Whether mappings were offered and none was taken.
    pub has_declined: bool,
}

/// Asks of a file what it leaves open: by which saved mapping it is read, else what its unclear columns are, and the country of national
/// numbers. `request` gives the request of an import with some options, `goal` is what becomes of the file then.
///
/// # Errors
/// The file cannot be read, or the person stops.
pub fn ask<'a>(
    db: &mut Database,
    given: ImportOptions,
    request: &dyn Fn(ImportOptions) -> Request<'a>,
    goal: &str,
    ui: Ui,
) -> Result<Answers> {
    let mut answers = Answers { options: given.clone(), mapping: None, save: None, has_declined: false };
    let mut seen = survey(db, &request(given.clone()), false)?;
    if let Some(Seen::Fits(offers)) = &seen {
        if let Some(Offer { name, version }) = offer(ui, offers, &[])?.and_then(|place| offers.get(place)) {
            answers.mapping = Some(MappingName::of(name.clone(), Some(*version)));
            return Ok(answers);
        }
        answers.has_declined = true;
        seen = survey(db, &request(given.clone()), true)?;
    }
    let Some(Seen::Columns(first)) = seen else { return Ok(answers) };
    if first.is_identified && first.national.is_none() && first.columns.iter().all(|column| !column.is_unclear) {
        return Ok(answers);
    }
    let answered = &mut answers.options;
    questions::show(&first, ui)?;
    for column in first.columns.iter().filter(|column| column.is_unclear && column.proposed.is_some()) {
        let target = questions::target_of(column, ui)?;
        questions::answer(answered, column, target);
    }
    let mut has_asked_region = false;
    loop {
        let Some(Seen::Columns(now)) = survey(db, &request(answered.clone()), true)? else { break };
        if let Some(number) = now.national.as_deref().filter(|_| !has_asked_region) {
            has_asked_region = true;
            if let Some(region) = questions::region_of(number, ui)? {
                answered.region = Some(region.to_string());
                continue;
            }
        }
        preview(db, &now, answered, request, ui)?;
        match questions::next(&now, goal, ui)? {
            Next::Import => break,
            Next::Change(index) => {
                let Some(column) = now.columns.get(index) else { continue };
                let target = questions::target_of(column, ui)?;
                questions::answer(answered, column, target);
            }
        }
    }
    if *answered == given {
        return Ok(answers);
    }
    questions::tell_same(answered, ui);
    let saves = request(answered.clone()).mappings.save.is_some();
    answers.save = if saves { None } else { questions::name_of_mapping(ui)? };
    Ok(answers)
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
