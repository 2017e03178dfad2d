//! `crmctl lead restore`

use super::{Among, LeadName};
use crate::commands::context::Context;
use crate::db::Lock;
use crate::domain::role::Right;
use crate::error::Exit;
use crate::ops::lead_delete;

/// Bring a deleted lead back
///
/// Refused when another live lead has its phone or external id meanwhile. Opt-outs that its person made meanwhile hold.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl lead restore 10482")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::DeleteLeads)?;
    let mut lead = args.name.find(&mut session, Among::Deleted)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    session.db.write_under(Lock::Leads, org, false, |conn| lead_delete::restore(conn, &mut lead, &stamp))?;
    let id = lead.id;
    let stored = session.db.read(org, |conn| crate::db::models::leads::by_ids(conn, org, &[id]))?.pop();
    super::show::print(context, &mut session, stored.unwrap_or(lead))?;
    Ok(Exit::Done)
}
