//! `crmctl segment delete`

use super::{find_to_change, not_written, shown, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::segments;
use crate::ui::Change;

/// Delete a segment; its leads are not touched
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment delete fresh --dry-run")]
pub struct Args {
    /// The segment
    #[arg(add = complete::segment_names())]
    name: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let org = session.org.org_id();
    let segment = find_to_change(&mut session, &args.name)?;
    let id = segment.id;
    let shown = shown(&mut session, segment)?;
    if !args.answer.mode().is_dry_run() {
        context.ui.confirm(&format!("Delete the segment `{}` ({})?", shown.segment.name, shown.filter_text))?;
    }
    let deleted = session.db.write_as(args.answer.mode(), org, |conn| segments::delete(conn, id, &session.stamp));
    deleted.map_err(|e| not_written(e, &shown.segment.name))?;
    args.answer.answer(context.ui, &subject(&shown.segment.name), &[Change::said("deleted")], || {
        Ok(context.ui.record(&shown, super::COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
