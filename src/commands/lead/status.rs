//! `crmctl lead status`

use super::{Among, LeadName};
use crate::cli::one_of;
use crate::commands::context::Context;
use crate::commands::texts::within;
use crate::db::Lock;
use crate::db::models::leads;
use crate::domain::datetime;
use crate::domain::role::Right;
use crate::domain::status::Status;
use crate::error::{CommandError, Exit};
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ops::lead_edit::{StatusMove, set_status};

/// Move a lead to another status
///
/// Open statuses move freely except back to new; recruited is reached from four of them and left only to cold; --force
/// goes past that, with a reason. dnc puts the number on the do-not-call list, with every lead that has it, and is left
/// only by `dnc remove`; a lead without phone gets the consent denied instead.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead status 10482 contacted\n  \
    crmctl lead status 10482 new --force --reason 'imported twice, never contacted'")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    #[arg(value_parser = one_of::<Status>())]
    status: Status,
    /// Go past the allowed moves
    #[arg(long, requires = "reason")]
    force: bool,
    /// Why the lead moves
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    /// Refuse when the lead has another version by now
    #[arg(long, value_name = "N")]
    if_version: Option<i32>,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let right = if args.status == Status::Dnc { Right::AddDnc } else { Right::EditLeads };
    let mut session = context.session(right)?;
    let lead = args.name.find(&mut session, Among::Live)?;
    let (org, stamp, id) = (session.org.org_id(), session.stamp.clone(), lead.id);
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    // A number that goes on the list concerns every lead that has it.
    let lock = if args.status == Status::Dnc { Lock::DncList } else { Lock::Leads };
    let wanted = StatusMove { to: args.status, force: args.force, reason: args.reason, if_version: args.if_version };
    session.db.write_under(lock, org, false, |conn| set_status(conn, id, &wanted, &stamp, &zone))?;
    let stored = session.db.read(org, |conn| leads::by_ids(conn, org, &[id]))?.pop().unwrap_or(lead);
    if args.status == Status::Dnc && stored.status != Status::Dnc {
        context.ui.note("the lead has no phone number, so its consent is denied instead");
    }
    super::show::print(context, &mut session, stored)?;
    Ok(Exit::Done)
}
