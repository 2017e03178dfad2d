//! `crmctl migrate seed`

use crate::commands::context::Context;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::seed;
use crate::ui::Column;

/// Load sample data
///
/// That is ten leads in various statuses, two do-not-call entries, two assignments to the acting user, two tasks,
/// costs of three sources, a budget account with two transactions, a territory, a pool, and a model that scores leads.
///
/// The people are made up and the numbers are reserved for fiction. Loading it twice adds nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate seed --database-url demo.db")]
pub struct Args {
    /// Show what would be loaded and change nothing
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: &[Column] = &[
    Column::count("leads", "leads"),
    Column::count("dnc_entries", "do-not-call entries"),
    Column::count("assignments", "assignments"),
    Column::count("tasks", "tasks"),
    Column::count("costs", "costs"),
    Column::count("transactions", "transactions"),
    Column::count("territories", "territories"),
    Column::count("score_models", "score models"),
    Column::count("pools", "pools"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Administer)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let currency = session.org.base_currency.clone();
    let mode = RunMode::of_flag(args.dry_run);
    let seeded = session.db.write_under(Lock::Undo, org, mode, |conn| seed::load(conn, &currency, &stamp))?;
    context.ui.record(&seeded, COLUMNS)?;
    if args.dry_run {
        context.ui.note("dry run: nothing was changed");
    }
    Ok(Exit::Done)
}
