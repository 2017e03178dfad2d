//! `crmctl segment delete`

use super::{find_to_change, not_written, shown};
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::segments;

/// Delete a segment; its leads are not touched
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment delete fresh --dry-run")]
pub struct Args {
    /// The segment
    #[arg(add = complete::segment_names())]
    name: String,
    /// Show what would be deleted and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let org = session.org.org_id();
    let segment = find_to_change(&mut session, &args.name)?;
    let id = segment.id;
    let shown = shown(&mut session, segment)?;
    match args.dry_run {
        true => context.ui.note("would delete:"),
        false => {
            context.ui.confirm(&format!("Delete the segment `{}` ({})?", shown.segment.name, shown.filter_text))?;
            let deleted = session.db.write(org, |conn| segments::delete(conn, id, &session.stamp));
            deleted.map_err(|e| not_written(e, &shown.segment.name))?;
        }
    }
    context.ui.record(&shown, super::COLUMNS)?;
    Ok(Exit::Done)
}
