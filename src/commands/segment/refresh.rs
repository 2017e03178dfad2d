//! `crmctl segment refresh`

use super::{COUNT_COLUMNS, Count};
use crate::commands::args::complete;
use crate::commands::args::leads::segments::{asked, visible};
use crate::commands::args::leads::selection::query;
use crate::commands::context::Context;
use crate::db::RunMode;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::segments;

/// Count the leads of segments, and keep the counts
///
/// `segment list` shows them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment refresh fresh\n  crmctl segment refresh --all\n\n\
    Exit code 3 when a segment could not be counted; the others are.")]
pub struct Args {
    /// The segments
    #[arg(value_name = "NAME", required_unless_present = "all", add = complete::segment_names())]
    names: Vec<String>,
    /// All segments that you see
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Count, and keep no count
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COUNT_COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let names = match args.all {
        true => visible(&mut session)?.into_iter().map(|segment| segment.name).collect(),
        false => args.names,
    };
    let (mut queries, mut exit) = (Vec::new(), Exit::Done);
    for name in names {
        let (segment, filter) = match asked(&mut session, &name) {
            // The other ones are counted all the same.
            Err(error) if args.all => {
                context.ui.warn(&format!("the segment `{name}` is not counted: {}", error.message));
                exit = Exit::NeedsAttention;
                continue;
            }
            asked => asked?,
        };
        queries.push((segment, query(&session, Some(filter))?));
    }
    let mode = RunMode::of_flag(args.dry_run);
    let (org, counted_at) = (session.org.org_id(), session.stamp.now);
    let mut counts = Vec::new();
    for (segment, query) in queries {
        // Counting may take its time, and nobody else should wait for it.
        let count = session.db.read(org, |conn| query.count(conn))?;
        let kept =
            session.db.write_as(mode, org, |conn| segments::keep_count(conn, org, &segment, count, counted_at))?;
        match kept {
            true => counts.push(Count { segment: segment.name, count, counted_at }),
            false => context.ui.warn(&format!("the segment `{}` was changed meanwhile; not kept", segment.name)),
        }
    }
    let mut list = context.ui.list(COUNT_COLUMNS);
    counts.iter().try_for_each(|count| list.push(count))?;
    list.finish("no segments")?;
    if args.dry_run {
        context.ui.note("dry run: no count was kept");
    }
    Ok(exit)
}
