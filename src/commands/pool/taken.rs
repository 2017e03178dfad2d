//! What was taken back or given back, as it is printed.

use serde::Serialize;

use crate::domain::lead_work::pools::RunReason;
use crate::error::Result;
use crate::ops::lead_work::pools::told::{StaysTold, TakenBack};
use crate::ui::{Column, Format, Ui};

pub(super) const COLUMNS: &[Column] = &[
    Column::whole("pool", "pool").kept(),
    Column::number("run", "run"),
    Column::number("undoes_run", "undoes run"),
    Column::count("leads", "leads"),
    Column::count("changed", "  changed"),
    Column::count("left", "  left"),
    Column::hidden("members"),
    Column::hidden("reasons"),
];

/// Leads that stay as they are, as a person reads it.
#[derive(Serialize)]
struct Line {
    reason: RunReason,
    leads: i64,
    lead_ids: String,
}

/// Prints it: one record where there is one, else a list.
pub(super) fn print(told: &[TakenBack], is_one: bool, ui: Ui) -> Result<()> {
    match (told, ui.format) {
        ([one], _) if is_one => print_one(one, ui)?,
        (all, Format::Table | Format::Markdown) if !ui.wants_records() => {
            all.iter().try_for_each(|one| print_one(one, ui))?;
        }
        (all, _) => {
            let mut list = ui.list(COLUMNS);
            all.iter().try_for_each(|one| list.push(one))?;
            list.finish("no pools")?;
        }
    }
    Ok(())
}

fn print_one(told: &TakenBack, ui: Ui) -> Result<()> {
    ui.record(told, COLUMNS)?;
    let members = [Column::text("user", "member").kept(), Column::count("leads", "leads").kept()];
    ui.part("members", &told.members, &members)?;
    print_stays(&told.reasons, ui)
}

/// Prints which leads stay as they are, and why.
pub(super) fn print_stays(stays: &[StaysTold], ui: Ui) -> Result<()> {
    let line = |stays: &StaysTold| {
        let ids: Vec<String> = stays.lead_ids.iter().map(u64::to_string).collect();
        let more = if stays.lead_ids.len() as i64 == stays.leads { "" } else { " …" };
        Line { reason: stays.reason, leads: stays.leads, lead_ids: ids.join(", ") + more }
    };
    let lines: Vec<Line> = stays.iter().map(line).collect();
    let columns = [
        Column::whole("reason", "why").kept(),
        Column::count("leads", "leads").kept(),
        Column::text("lead_ids", "which"),
    ];
    Ok(ui.part("left as they are", &lines, &columns)?)
}
