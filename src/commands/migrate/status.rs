//! `crmctl migrate status`

use crate::commands::context::Context;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List the migrations, applied and pending
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate status\n\n\
    Exit code 3 when migrations are pending.")]
pub struct Args {}

const COLUMNS: &[Column] =
    &[Column::whole("version", "version"), Column::text("name", "name"), Column::whole("applied", "applied")];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut db = super::existing(context)?;
    let state = db.migrations()?;
    let mut list = context.ui.list(COLUMNS);
    for step in &state.steps {
        list.push(step)?;
    }
    list.finish("no migrations")?;
    if state.is_of_earlier_checkout() {
        context
            .ui
            .warn("the database was made by a crmctl before its first release, whose tables this one does not read");
    } else if !state.unknown.is_empty() {
        context.ui.warn("the database has migrations of a newer crmctl");
    }
    Ok(if state.pending() > 0 || !state.unknown.is_empty() { Exit::NeedsAttention } else { Exit::Done })
}
