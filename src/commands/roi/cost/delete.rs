//! `crmctl roi cost delete`

use crate::commands::args::texts::within;
use crate::commands::context::Context;
use crate::db::models::money::lead_source_costs::SourceCost;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::money::cost::LONGEST_NOTE;
use crate::error::{Exit, Result};
use crate::ops::money::costs::{self, CostError};

/// Delete costs that were entered by mistake; their history stays
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl roi cost delete 12 13 --reason 'entered twice'")]
pub struct Args {
    /// The costs, by their numbers in `roi cost list`
    #[arg(required = true)]
    ids: Vec<i64>,
    /// Why: it is kept with the history
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_NOTE>)]
    reason: Option<String>,
    /// Show what would be deleted and change nothing
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
    let mut delete = |mode: RunMode| -> Result<Vec<SourceCost>, CostError> {
        session.db.write_under(Lock::Costs, org, mode, |conn| costs::remove(conn, &ids, args.reason.as_deref(), &stamp))
    };
    let deleted = match args.dry_run {
        true => {
            let would = delete(RunMode::DryRun)?;
            ui.note("would delete:");
            would
        }
        false => {
            if !ui.yes {
                ui.require_someone_to_ask()?;
                ui.preview(&delete(RunMode::DryRun)?, super::COLUMNS)?;
                ui.confirm("Delete these costs?")?;
            }
            delete(RunMode::Commit)?
        }
    };
    let mut list = ui.list(super::COLUMNS);
    for cost in &deleted {
        list.push(cost)?;
    }
    list.finish("")?;
    Ok(Exit::Done)
}
