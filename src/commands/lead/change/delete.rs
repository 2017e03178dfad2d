//! `crmctl lead delete`

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::rows::LeadRow;
use crate::commands::args::leads::selection::Selection;
use crate::commands::context::Context;
use crate::commands::lead::mass_update::{Wanted, change_selected, one_or_many};
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::delete;
use crate::ops::leads::mass_update::MassUpdate;

/// Delete a lead, or many; `lead restore` brings one back
///
/// Many are all leads of a filter or segment. Their rows, logs and opt-outs are kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead delete 10482 --yes\n  \
    crmctl lead delete --where 'import = 12 and status = new' --dry-run")]
pub struct Args {
    /// The lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// Show what would be deleted and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match one_or_many(args.lead, &args.selection)? {
        Some(name) => delete_one(&name, RunMode::of_flag(args.dry_run), context),
        None => {
            let mut session = context.session(Right::DeleteLeads)?;
            let wanted = Wanted {
                action: MassUpdate::Delete,
                question: "Delete".to_owned(),
                mode: RunMode::of_flag(args.dry_run),
            };
            change_selected(context, &mut session, &args.selection, &wanted)
        }
    }
}

fn delete_one(name: &LeadName, mode: RunMode, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::args::leads::rows::COLUMNS)?;
    let mut session = context.session(Right::DeleteLeads)?;
    let lead = name.find(&mut session, Among::Live)?;
    if lead.deleted_at.is_some() {
        return Err(CommandError::failed(format!("the lead {} is deleted already", lead.id))
            .hint(format!("bring it back: crmctl lead restore {}", lead.id)));
    }
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    if mode.is_dry_run() {
        context.ui.note("would delete:");
    } else {
        let who = [&lead.first_name, &lead.last_name, &lead.phone_number, &lead.email];
        let who = who.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        context.ui.confirm(&format!("Delete the lead {} ({who})?", lead.id))?;
    }
    let mut leads = [lead];
    session.db.write_under(Lock::Leads, org, mode, |conn| delete::delete(conn, &mut leads, &stamp))?;
    let [lead] = leads;
    let id = lead.id;
    let now = session.stamp.now;
    let parts = session.db.read(org, |conn| crate::commands::args::leads::rows::rows(conn, org, &[id], now))?.pop();
    let (tags, blocked) = parts.map(|row| (row.tags, row.blocked)).unwrap_or_default();
    context.ui.record(&LeadRow { lead, tags, blocked }, &crate::commands::args::leads::rows::COLUMNS)?;
    Ok(Exit::Done)
}
