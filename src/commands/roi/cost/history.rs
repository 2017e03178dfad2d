//! `crmctl roi cost history`

use super::CostSelection;
use crate::commands::context::Context;
use crate::db::models::money::lead_source_cost_log;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List every change of costs
///
/// It says who entered, changed and deleted which, and when.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl roi cost history --source facebook_ads --month 2026-03")]
pub struct Args {
    #[command(flatten)]
    selection: CostSelection,
}

const COLUMNS: &[Column] = &[
    Column::date("changed_at", "when"),
    Column::hidden("cost_id"),
    Column::whole("period", "month").kept(),
    Column::text("source", "source").kept(),
    Column::text("campaign", "campaign"),
    Column::whole("action", "action"),
    Column::money("old_cents", "old", "currency"),
    Column::money_in("new_cents", "new", "currency").kept(),
    Column::hidden("currency"),
    Column::text("reason", "reason").optional(),
    Column::text("actor", "who").optional(),
    Column::number("import_id", "import").optional(),
    Column::hidden("changed_by"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let filter = args.selection.filter(&session)?;
    session.read_from_replica([], context)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(COLUMNS);
    for change in session.db.read(org, |conn| lead_source_cost_log::of_costs(conn, org, &filter))? {
        list.push(&change)?;
    }
    list.finish("no costs were ever recorded")?;
    Ok(Exit::Done)
}
