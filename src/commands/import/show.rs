//! `crmctl import show`

use super::record;
use crate::commands::context::Context;
use crate::db::models::imports;
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ui::{Column, Format};

/// Show an import: its file, options, mapping and counts
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import show 12\n  crmctl import show 12 --format json")]
pub struct Args {
    /// The import, by its number in `import list`
    id: i64,
}

/// The columns for programs.
const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("uid"),
    Column::hidden("kind"),
    Column::hidden("file_name"),
    Column::hidden("file_sha256"),
    Column::hidden("file_size"),
    Column::hidden("sheet"),
    Column::hidden("mapping"),
    Column::hidden("options"),
    Column::hidden("counts"),
    Column::hidden("status"),
    Column::hidden("undoes_import_id"),
    Column::hidden("actor"),
    Column::hidden("started_at"),
    Column::hidden("finished_at"),
];

/// What was wrong with rejected rows.
const PROBLEMS: &[Column] = &[
    Column::count("count", "count").kept(),
    Column::number("example_row", "for example row"),
    Column::text("example_column", "column"),
    Column::text("example_value", "value"),
    Column::text("example_problem", "problem").kept(),
    Column::text("hint", "what to do").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let import = session.db.read(org, |conn| imports::by_id(conn, org, args.id))?.ok_or_else(|| {
        CommandError::failed(format!("no import has the id {}", args.id)).hint("list them: crmctl import list")
    })?;
    let ui = context.ui;
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        ui.record(&import, COLUMNS)?;
        return Ok(Exit::Done);
    }
    let (lines, columns) = record::lines(&import);
    ui.record(&lines, &columns)?;
    ui.part("problems", &record::problems(&import), PROBLEMS)?;
    Ok(Exit::Done)
}
