//! `crmctl dnc expire`

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::models::leads::{self, OnLocked};
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::dnc::remove::expire;
use crate::ops::dnc::{released, settle};
use crate::ui::Column;

/// Close the entries whose time has come
///
/// Their leads get the status that they had before. Every verb that writes leads or the list does it, too. From its end
/// on an entry blocks nothing, closed or not. Leads whose status does not follow the list, because a program was killed
/// in between, are put right; but who is dnc stays so when nobody took a number of theirs off the list.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc expire --dry-run\n  crmctl dnc expire")]
pub struct Args {
    /// Show what would be closed and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Summary {
    dry_run: bool,
    expired: u64,
    leads_moved: u64,
    /// Leads whose status did not follow the list, because something was killed in between.
    leads_settled: u64,
}

const COLUMNS: &[Column] = &[
    Column::hidden("dry_run"),
    Column::count("expired", "expired"),
    Column::count("leads_moved", "leads moved back"),
    Column::count("leads_settled", "leads whose status follows now"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::AddDnc)?;
    let stamp = session.stamp.clone();
    let mode = RunMode::of_flag(args.dry_run);
    let expired =
        session.db.write_under(Lock::DncList, stamp.org, mode, |conn| expire(conn, OnLocked::Skip, &stamp))?;
    let leads_moved = expired.leads_moved + session.settle(&expired.skipped, mode)?;
    let stray = session.db.read(stamp.org, |conn| leads::out_of_line(conn, stamp.org, stamp.now))?;
    // Who is `dnc` though no entry was closed stays so: `crmctl doctor` tells of them.
    let released = session.db.read(stamp.org, |conn| released(conn, stamp.org, &stray.without_listed_number))?;
    let mut settling = stray.with_listed_number;
    settling.extend(stray.without_listed_number.into_iter().filter(|lead| released.contains(lead)));
    let stray = settling;
    let leads_settled = match (stray.as_slice(), mode) {
        ([], _) => 0,
        // Nothing was closed, so those that would move back are among them.
        (stray, RunMode::DryRun) => (stray.len() as u64).saturating_sub(leads_moved),
        (stray, mode) => session.db.write_under(Lock::Quiet, stamp.org, mode, |conn| settle(conn, stray, &stamp))?,
    };
    let summary = Summary { dry_run: args.dry_run, expired: expired.entries, leads_moved, leads_settled };
    context.ui.record(&summary, COLUMNS)?;
    if args.dry_run {
        context.ui.note("dry run: nothing was changed");
    }
    Ok(Exit::Done)
}
