//! `crmctl segment count`

use super::{COUNT_COLUMNS, Count};
use crate::commands::args::complete;
use crate::commands::args::leads::segments::asked;
use crate::commands::args::leads::selection::query;
use crate::commands::args::leads::unknown;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Count the leads that are in a segment now
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment count fresh")]
pub struct Args {
    /// The segment
    #[arg(add = complete::segment_names())]
    name: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (segment, filter) = asked(&mut session, &args.name)?;
    let query = query(&session, Some(filter))?;
    let (org, counted_at) = (session.org.org_id(), session.stamp.now);
    let count = session.db.read(org, |conn| query.count(conn))?;
    if count == 0 {
        unknown::tell_unknown_names(context.ui, &mut session, &query)?;
    }
    context.ui.record(&Count { segment: segment.name, count, counted_at }, COUNT_COLUMNS)?;
    Ok(Exit::Done)
}
