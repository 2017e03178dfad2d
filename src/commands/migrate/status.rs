//! `crmctl migrate status`

use crate::commands::context::Context;
use crate::db::models::table_sizes;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List the migrations, applied and pending, or the tables
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate status\n  crmctl migrate status --tables\n\n\
    Exit code 3 when migrations are pending.")]
pub struct Args {
    /// List the tables with their rows and bytes; on PostgreSQL the rows are its own estimate
    #[arg(long)]
    tables: bool,
}

const COLUMNS: &[Column] =
    &[Column::whole("version", "version"), Column::text("name", "name"), Column::whole("applied", "applied")];

const TABLES: &[Column] = &[
    Column::whole("table", "table"),
    Column::count("rows", "rows"),
    Column::whole("is_estimate", "estimate").optional(),
    Column::count("bytes", "bytes"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(if args.tables { TABLES } else { COLUMNS })?;
    let mut db = super::existing(context)?;
    let state = db.migrations()?;
    if args.tables {
        let sizes = db.read_whole(|conn| table_sizes::of_tables(conn, true))?;
        let mut list = context.ui.list(TABLES);
        sizes.iter().try_for_each(|size| list.push(size))?;
        list.finish("there are no tables yet")?;
    } else {
        let mut list = context.ui.list(COLUMNS);
        state.steps.iter().try_for_each(|step| list.push(step))?;
        list.finish("no migrations")?;
    }
    if state.is_of_earlier_checkout() {
        context
            .ui
            .warn("the database was made by a crmctl before its first release, whose tables this one does not read");
    } else if !state.unknown.is_empty() {
        context.ui.warn("the database has migrations of a newer crmctl");
    } else if args.tables && state.pending() > 0 {
        context.ui.warn("migrations are pending: crmctl migrate status");
    }
    Ok(if state.pending() > 0 || !state.unknown.is_empty() { Exit::NeedsAttention } else { Exit::Done })
}
