//! `crmctl roi cost remove`

use crate::commands::args::texts::within;
use crate::commands::context::Context;
use crate::db::models::money::lead_source_costs::SourceCost;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::money::cost::LONGEST_NOTE;
use crate::error::{Exit, Result};
use crate::ops::money::costs::{self, CostError};

/// Remove costs that were entered by mistake; their history stays
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl roi cost remove 12 13 --reason 'entered twice'")]
pub struct Args {
    /// The costs, by their numbers in `roi cost list`
    #[arg(required = true)]
    ids: Vec<i64>,
    #[arg(long, value_parser = within::<LONGEST_NOTE>)]
    reason: Option<String>,
    /// Show what would be removed and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let ui = context.ui;
    let mut session = context.session(Right::ManageCosts)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let mut ids = args.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let mut remove = |mode: RunMode| -> Result<Vec<SourceCost>, CostError> {
        session.db.write_under(Lock::Costs, org, mode, |conn| costs::remove(conn, &ids, args.reason.as_deref(), &stamp))
    };
    let removed = match args.dry_run {
        true => {
            let would = remove(RunMode::DryRun)?;
            ui.note("would remove:");
            would
        }
        false => {
            if !ui.yes {
                ui.require_someone_to_ask()?;
                ui.preview(&remove(RunMode::DryRun)?, super::COLUMNS)?;
                ui.confirm("Remove these costs?")?;
            }
            remove(RunMode::Commit)?
        }
    };
    let mut list = ui.list(super::COLUMNS);
    for cost in &removed {
        list.push(cost)?;
    }
    list.finish("")?;
    Ok(Exit::Done)
}
