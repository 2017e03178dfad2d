//! The rows that `--explain` asks for.

use crate::error::{CommandError, Result};
use crate::import::kinds::leads::summary::ImportSummary;
use crate::import::plan::{ExplainedRow, Explainer};
use crate::ui::{Column, Format, Ui};

/// What a row is, for people in lines, for programs in one object.
pub const COLUMNS: &[Column] = &[
    Column::number("row", "row"),
    Column::whole("outcome", "outcome"),
    Column::number("lead", "lead"),
    Column::number("lead_of_row", "lead of row"),
    Column::number("version", "version"),
    Column::text("matched_by", "matched by"),
    Column::text("reason", "reason"),
    Column::hidden("reasons"),
    Column::hidden("changes"),
    Column::hidden("others"),
    Column::hidden("problems"),
    Column::hidden("cells"),
];

const CELLS: &[Column] = &[
    Column::text("column", "column").kept(),
    Column::text("value", "value").kept(),
    Column::text("becomes", "becomes").kept(),
];

const CHANGES: &[Column] = &[
    Column::number("lead", "lead").optional(),
    Column::text("field", "field").kept(),
    Column::text("old", "old"),
    Column::text("new", "new").kept(),
];

const PROBLEMS: &[Column] = &[
    Column::text("column", "column"),
    Column::text("value", "value"),
    Column::text("problem", "problem").kept(),
    Column::text("hint", "what to do").kept(),
];

/// Prints the rows.
pub fn print(explainer: Explainer, summary: &ImportSummary, ui: Ui) -> Result<()> {
    let read = explainer.read();
    let (rows, missing) = explainer.explained(&summary.columns);
    if let Some(row) = missing.first() {
        let problem = format!("`{}` has no row {row} that is imported", summary.file_name);
        let error = CommandError::failed(problem);
        return Err(match read {
            Some((first, last)) => error.hint(format!("its rows are {first} to {last}, without blank ones")),
            None => error.hint("it has no rows"),
        });
    }
    match (ui.format, rows.as_slice()) {
        (Format::Table | Format::Markdown, rows) => rows.iter().try_for_each(|row| print_for_people(row, ui)),
        (Format::Json, [one]) => Ok(ui.record(one, COLUMNS)?),
        (_, rows) => {
            let mut list = ui.list(COLUMNS);
            for row in rows {
                list.push(row)?;
            }
            Ok(list.finish("no rows")?)
        }
    }
}

fn print_for_people(row: &ExplainedRow, ui: Ui) -> Result<()> {
    let mut told = serde_json::to_value(row).map_err(crate::ui::UiError::Json)?;
    if let Some(map) = told.as_object_mut() {
        map.insert("reason".into(), row.outcome.reasons.join("; ").into());
    }
    let is_told = |column: &&Column| {
        let value = told.get(&*column.key);
        value.is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
    };
    let columns: Vec<Column> = COLUMNS.iter().filter(is_told).cloned().collect();
    ui.record(&told, &columns)?;
    ui.part("cells", &row.cells, CELLS)?;
    let title = if row.outcome.outcome == "created" { "what the lead begins with" } else { "changes" };
    ui.part(title, &row.outcome.changes, CHANGES)?;
    ui.part("changes of other leads", &row.outcome.others, CHANGES)?;
    ui.part("problems", &row.outcome.problems, PROBLEMS)?;
    Ok(())
}
