//! `crmctl dnc stats`

use crate::commands::context::Context;
use crate::db::models::dnc::dnc_entries;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Show the do-not-call list in figures
///
/// Those are entries by source and scope, requests, and what is overdue.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc stats\n\n\
    Exit code 3 when a request is past its deadline.")]
pub struct Args {}

const COLUMNS: &[Column] = &[
    Column::count("entries", "entries in force"),
    Column::count("added_30_days", "  added in the last 30 days"),
    Column::count("expiring_30_days", "  ending in the next 30 days"),
    Column::count("expired", "expired, to be closed"),
    Column::count("removed", "removed"),
    Column::count("leads", "leads with status dnc"),
    Column::count("requests", "requests"),
    Column::count("undecided", "  undecided"),
    Column::count("overdue", "  overdue"),
    Column::hidden("by_source"),
];

const BY_SOURCE: &[Column] =
    &[Column::whole("source", "source"), Column::whole("scope", "scope"), Column::count("entries", "entries")];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let stats = session.db.read(org, |conn| dnc_entries::stats(conn, org, now))?;
    context.ui.record(&stats, COLUMNS)?;
    context.ui.part("entries by source", &stats.by_source, BY_SOURCE)?;
    Ok(if stats.overdue > 0 { Exit::NeedsAttention } else { Exit::Done })
}
