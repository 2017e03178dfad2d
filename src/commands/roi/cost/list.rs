//! `crmctl roi cost list`

use super::{CostSelection, rows};
use crate::commands::args::limit::Limit;
use crate::commands::context::Context;
use crate::db::DbError;
use crate::db::models::money::lead_source_costs;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List costs by month
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl roi cost list --quarter 2026Q1\n  \
    crmctl roi cost list --source facebook_ads --format csv > costs.csv")]
pub struct Args {
    #[command(flatten)]
    selection: CostSelection,
    #[command(flatten)]
    limit: Limit,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let filter = args.selection.filter(&session)?;
    session.read_from_replica([], context)?;
    let org = session.org.org_id();
    let costs = session.db.read(org, |conn| -> Result<_, DbError> {
        let costs = lead_source_costs::some(conn, org, &filter)?;
        rows(conn, org, costs)
    })?;
    let most = args.limit.most(context.ui).map_or(usize::MAX, |limit| limit as usize);
    let mut list = context.ui.list(super::COLUMNS);
    for cost in costs.iter().take(most) {
        list.push(cost)?;
    }
    list.finish("no costs are recorded")?;
    if costs.len() > most {
        args.limit.tell_cut(context.ui);
    }
    Ok(Exit::Done)
}
