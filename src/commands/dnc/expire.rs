//! `crmctl dnc expire`

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::models::leads::OnLocked;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::dnc::remove::expire;
use crate::ui::Column;

/// Close the entries whose time has come; their leads get the status that they had before
///
/// Every verb that writes leads or the list does it, too. From its end on an entry blocks nothing, closed or not.
#[derive(Debug, clap::Args)]
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
}

const COLUMNS: &[Column] = &[
    Column::hidden("dry_run"),
    Column::count("expired", "entries expired"),
    Column::count("leads_moved", "leads moved back"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::AddDnc)?;
    let stamp = session.stamp.clone();
    let mode = RunMode::of_flag(args.dry_run);
    let expired =
        session.db.write_under(Lock::DncList, stamp.org, mode, |conn| expire(conn, OnLocked::Skip, &stamp))?;
    session.settle(&expired.skipped, mode)?;
    let summary = Summary { dry_run: args.dry_run, expired: expired.entries, leads_moved: expired.leads_moved };
    context.ui.record(&summary, COLUMNS)?;
    Ok(Exit::Done)
}
