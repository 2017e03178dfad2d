//! The questions, and what is shown for them.

use serde::Serialize;

use crate::commands::args::again::with_options;
use crate::domain::imports::mapping_name::new_name;
use crate::domain::phone::Region;
use crate::error::Result;
use crate::import::kinds::leads::fields::LeadField;
use crate::import::kinds::leads::mapping::Target;
use crate::import::kinds::leads::survey::{Survey, SurveyColumn};
use crate::import::options::{Assignment, ImportOptions};
use crate::import::plan::ExplainedRow;
use crate::ui::{Column, Ui, UiError};

/// What a person wants next.
pub(super) enum Next {
    Import,
    /// Change what the column at this place becomes.
    Change(usize),
}

#[derive(Serialize)]
struct ColumnLine {
    column: String,
    value: String,
    becomes: String,
}

const COLUMNS: &[Column] = &[
    Column::text("column", "column").kept(),
    Column::text("value", "value"),
    Column::text("becomes", "becomes").kept(),
];

/// Shows the columns with samples and what each would become.
pub(super) fn show(survey: &Survey, ui: Ui) -> Result<()> {
    let lines = survey.columns.iter().filter(|column| !column.samples.is_empty()).map(|column| ColumnLine {
        column: column.name.clone(),
        value: column.samples.join(", "),
        becomes: match column.proposed {
            Some(field) if column.is_unclear => format!("{field}?"),
            _ => becomes(&column.target, column.is_unclear),
        },
    });
    Ok(ui.table_to_ask(&lines.collect::<Vec<_>>(), COLUMNS)?)
}

fn becomes(target: &Target, is_unclear: bool) -> String {
    let mark = if is_unclear { "?" } else { "" };
    match target {
        Target::Field(field) => format!("{field}{mark}"),
        Target::Custom(_) => format!("custom field{mark}"),
        Target::Ignored => "left out".to_owned(),
    }
}

#[derive(Serialize)]
struct LeadLine {
    row: u64,
    outcome: String,
    value: String,
}

const LEADS: &[Column] =
    &[Column::number("row", "row"), Column::whole("outcome", "outcome").kept(), Column::text("value", "value").kept()];

/// Shows rows as the leads that they would be.
pub(super) fn show_leads(rows: &[ExplainedRow], ui: Ui) -> Result<()> {
    let lines = rows.iter().map(|row| {
        let changes = row.outcome.changes.iter().filter_map(|change| {
            Some(format!("{} {}", change.field.trim_start_matches("custom."), change.new.as_deref()?))
        });
        let problems = row.outcome.problems.iter().map(|problem| problem.problem.clone());
        let reasons = row.outcome.reasons.iter().cloned();
        LeadLine {
            row: row.outcome.row,
            outcome: row.outcome.outcome.clone(),
            value: changes.chain(problems).chain(reasons).collect::<Vec<_>>().join(", "),
        }
    });
    Ok(ui.table_to_ask(&lines.collect::<Vec<_>>(), LEADS)?)
}

/// Asks what a column is.
pub(super) fn target_of(column: &SurveyColumn, ui: Ui) -> Result<Target> {
    let keep = Target::Custom(String::new());
    let mut first: Vec<Target> = column.proposed.map(Target::Field).into_iter().collect();
    if let Target::Field(field) = column.target {
        first.push(Target::Field(field));
    }
    first.extend([keep, Target::Ignored]);
    let samples = column.samples.join(", ");
    let question = format!("What is `{}` ({samples})?", column.name);
    let mut items: Vec<String> = first
        .iter()
        .map(|target| match target {
            Target::Field(field) => field.to_string(),
            Target::Custom(_) => "keep it as a custom field".to_owned(),
            Target::Ignored => "leave it out".to_owned(),
        })
        .collect();
    items.push("another field".to_owned());
    let chosen = ui.select(&question, &items, 0)?;
    if let Some(target) = first.get(chosen) {
        return Ok(target.clone());
    }
    let fields: Vec<String> = LeadField::ALL.iter().map(ToString::to_string).collect();
    let chosen = ui.select(&format!("Which field is `{}`?", column.name), &fields, 0)?;
    let field = LeadField::ALL.get(chosen).copied();
    Ok(field.map_or(Target::Ignored, Target::Field))
}

/// Puts an answer into the options, in place of an earlier one about the column.
pub(super) fn answer(options: &mut ImportOptions, column: &SurveyColumn, target: Target) {
    let name = &column.name;
    options.map.retain(|it| it.value != *name);
    options.keep.retain(|it| it != name);
    options.ignore.retain(|it| it != name);
    match target {
        Target::Field(field) => {
            if !field.takes_several() {
                options.map.retain(|it| it.field != field.as_str());
            }
            options.map.push(Assignment { field: field.to_string(), value: name.clone() });
        }
        Target::Custom(_) => options.keep.push(name.clone()),
        Target::Ignored => options.ignore.push(name.clone()),
    }
}

/// Asks of which country national numbers are; none where the person leaves it open.
pub(super) fn region_of(number: &str, ui: Ui) -> Result<Option<Region>> {
    let question = format!(
        "Of which country are national numbers such as `{number}`? (its code, such as US; none: they are rejected)"
    );
    Ok(ui.input(&question, |text| text.trim().parse::<Region>())?)
}

/// Asks whether it is right so; `goal` is what becomes of the file then.
pub(super) fn next(survey: &Survey, goal: &str, ui: Ui) -> Result<Next> {
    let mut items = Vec::new();
    if survey.is_identified {
        items.push(goal.to_owned());
    }
    items.push("Change what a column becomes".to_owned());
    items.push("Stop; nothing is changed".to_owned());
    let chosen = ui.select("Is it right so?", &items, 0)? + usize::from(!survey.is_identified);
    match chosen {
        0 => return Ok(Next::Import),
        1 => {}
        _ => return Err(UiError::NotConfirmed.into()),
    }
    let columns: Vec<(usize, &SurveyColumn)> =
        survey.columns.iter().enumerate().filter(|(_, column)| !column.samples.is_empty()).collect();
    let items: Vec<String> = columns
        .iter()
        .map(|(_, column)| format!("{} → {}", column.name, becomes(&column.target, column.is_unclear)))
        .collect();
    let chosen = ui.select("Which column?", &items, 0)?;
    Ok(Next::Change(columns.get(chosen).map_or(0, |(index, _)| *index)))
}

/// Tells the line that does the same without questions.
pub(super) fn tell_same(options: &ImportOptions, ui: Ui) {
    let option = |name: &str, value: String| [name.to_owned(), value];
    let region = options.region.iter().flat_map(|it| option("--region", it.clone()));
    let map = options.map.iter().flat_map(|it| option("--map", format!("{}={}", it.field, it.value)));
    let keep = options.keep.iter().flat_map(|it| option("--keep", it.clone()));
    let ignore = options.ignore.iter().flat_map(|it| option("--ignore", it.clone()));
    if let Some(line) = with_options(
        &["--region", "--map", "--keep", "--ignore"],
        region.chain(map).chain(keep).chain(ignore).collect(),
    ) {
        ui.note("the same without questions:");
        ui.note(&format!("  {line}"));
    }
}

/// Asks whether the answers are to be saved for files with the same columns, and under which name.
pub(super) fn name_of_mapping(ui: Ui) -> Result<Option<String>> {
    let items = ["No", "Yes, as a mapping"].map(str::to_owned);
    if ui.select("Save these answers for files with the same columns?", &items, 0)? == 0 {
        return Ok(None);
    }
    Ok(ui.input("The name of the mapping (none: not saved):", new_name)?)
}
