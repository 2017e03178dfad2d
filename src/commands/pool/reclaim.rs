//! `crmctl pool reclaim`

use super::shown::watched;
use super::taken::{COLUMNS, print};
use crate::commands::args::complete;
use crate::commands::args::leads::pools::find;
use crate::commands::args::times;
use crate::commands::context::Context;
use crate::db::models::lead_work::pools::assignment_pools;
use crate::db::{Db, Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::pools::PoolError;
use crate::ops::lead_work::pools::reclaim::{Reclaimed, reclaim};
use crate::ui::grouped;

/// Take back the leads that pools gave and nobody worked
///
/// Worked is a lead of which the log tells something after it was given: a status, a note, a tag, any field but its owner and
/// territory; or that was called or reached since, or has a task or an outcome of `lead next` of that time. What an import writes is no
/// work, but calls and contacts that it brings are.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool reclaim --untouched 4h --dry-run\n  \
    crmctl pool reclaim inbound --untouched 2d\n  crmctl pool run inbound --not-back")]
pub struct Args {
    /// The pools; all when none is named
    #[arg(value_name = "NAME", add = complete::pool_names())]
    names: Vec<String>,
    /// Given so long ago, such as 4h or 2d, or before that time
    #[arg(long, value_name = "AGE")]
    untouched: String,
    /// Show what would be taken back and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let given_until = times::point(&session, "--untouched", &args.untouched)?;
    if given_until > session.stamp.now {
        return Err(CommandError::usage(format!("--untouched: `{}` is still to come", args.untouched))
            .hint("say how long ago they were given: 4h"));
    }
    let org = session.org.org_id();
    let mut pools = Vec::new();
    for name in &args.names {
        pools.push(find(&mut session, name)?);
    }
    if args.names.is_empty() {
        pools = session.db.read(org, |conn| assignment_pools::all(conn, org))?;
    }
    pools.sort_by(|one, other| (one.priority, &one.name).cmp(&(other.priority, &other.name)));
    pools.dedup_by_key(|pool| pool.id);
    let (stamp, interrupted) = (session.stamp.clone(), session.db.interrupted());
    let mut progress = ui.progress();
    let work = |conn: &mut Db| -> Result<Reclaimed, PoolError> {
        let mut step = |done, of| watched(&interrupted, &mut progress, done, of);
        reclaim(conn, &pools, given_until, &stamp, &mut step)
    };
    let Reclaimed { pools: mut told, of_others } =
        session.db.write_under(Lock::Distributing, org, RunMode::of_flag(args.dry_run), work)?;
    drop(progress);
    if args.dry_run {
        told.iter_mut().for_each(|one| one.run = None);
    }
    print(&told, false, ui)?;
    if args.dry_run {
        ui.note("dry run: nothing was changed");
    }
    if of_others > 0 {
        let whose = if args.names.is_empty() { "pools that are deleted" } else { "other pools, or deleted ones" };
        ui.note(&format!("leads that nobody worked either, of {whose}: {}; they stay", grouped(of_others as i64)));
    }
    Ok(Exit::Done)
}
