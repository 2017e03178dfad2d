//! `crmctl pool undo`

use super::shown::watched;
use super::taken::{COLUMNS, print};
use crate::commands::context::Context;
use crate::db::{Db, Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::PoolError;
use crate::ops::lead_work::pools::told::TakenBack;
use crate::ops::lead_work::pools::undo::undo;

/// Undo a run of a pool
///
/// Leads that it gave are nobody's again, and leads that a reclaim took are their owners' again, as far as nobody worked them since
/// and the owner works leads still; the others are told. The rotation goes on where it stands. The undo is itself in `pool runs`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool undo 12 --dry-run\n  crmctl pool undo 12\n\n\
    Exit code 3 when something stays as it is.")]
pub struct Args {
    /// The run, by its number in `pool runs`
    run: i64,
    /// Show what would be undone and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let (stamp, interrupted) = (session.stamp.clone(), session.db.interrupted());
    let mut progress = ui.progress();
    let work = |conn: &mut Db| -> Result<TakenBack, PoolError> {
        let mut step = |done, of| watched(&interrupted, &mut progress, done, of);
        undo(conn, args.run, &stamp, &mut step)
    };
    let mut told = session.db.write_under(Lock::Distributing, stamp.org, RunMode::of_flag(args.dry_run), work)?;
    drop(progress);
    if args.dry_run {
        told.run = None;
    }
    let is_whole = told.left == 0;
    print(&[told], true, ui)?;
    if args.dry_run {
        ui.note("dry run: nothing was changed");
    }
    Ok(if is_whole { Exit::Done } else { Exit::NeedsAttention })
}
