//! `crmctl lead delete`

use super::{Among, LeadName, LeadRow};
use crate::commands::context::Context;
use crate::db::Lock;
use crate::domain::role::Right;
use crate::error::{CommandError, Exit};
use crate::ops::lead_delete;

/// Delete a lead; its row, its logs and its opt-outs are kept, and `lead restore` brings it back
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl lead delete 10482 --yes")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// Show what would be deleted and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::DeleteLeads)?;
    let lead = args.name.find(&mut session, Among::Live)?;
    if lead.deleted_at.is_some() {
        return Err(CommandError::failed(format!("the lead {} is deleted already", lead.id))
            .hint(format!("bring it back: crmctl lead restore {}", lead.id))
            .into());
    }
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    if args.dry_run {
        context.ui.note("would delete:");
    } else {
        let who = [&lead.first_name, &lead.last_name, &lead.phone_number, &lead.email];
        let who = who.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        context.ui.confirm(&format!("Delete the lead {} ({who})?", lead.id))?;
    }
    let mut leads = [lead];
    session.db.write_under(Lock::Leads, org, args.dry_run, |conn| lead_delete::delete(conn, &mut leads, &stamp))?;
    let [lead] = leads;
    let id = lead.id;
    let now = session.stamp.now;
    let parts = session.db.read(org, |conn| super::rows(conn, org, &[id], now))?.pop();
    let (tags, blocked) = parts.map(|row| (row.tags, row.blocked)).unwrap_or_default();
    context.ui.record(&LeadRow { lead, tags, blocked }, super::COLUMNS)?;
    Ok(Exit::Done)
}
