//! `crmctl lead edit`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::values::LeadValues;
use crate::commands::context::Context;
use crate::commands::lead::answer::{change, tell_waiting};
use crate::db::Lock;
use crate::domain::access::role::Right;
use crate::domain::time::datetime;
use crate::error::{CommandError, Exit, Result};
use crate::import::kinds::leads::checker::Identity;
use crate::ops::leads::edit::{Edit, edit};

/// Change fields of a lead
///
/// The values are checked by the rules of the import. With another phone the status follows the new number: to dnc when
/// it is on the do-not-call list, back when it is not. A number that comes to a lead with denied consent waits for a
/// decision and is not clear. Tags and a note are added to those that are there.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead edit 10482 --company 'Difference Works' --clear city\n  \
    crmctl lead edit ada@example.com --phone '(212) 555-0143' --if-version 3")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    #[command(flatten)]
    values: LeadValues,
    /// Empty a field, by its name in --set or `lead show`; may be given several times
    #[arg(long, value_name = "FIELD")]
    clear: Vec<String>,
    /// Refuse when the lead has another version by now
    #[arg(long, value_name = "N")]
    if_version: Option<i32>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?;
    let mut session = context.session(Right::EditLeads)?;
    let lead = args.name.find(&mut session, Among::Live)?;
    let draft = args.values.draft(&mut session, args.name.region, Identity::Optional)?;
    args.values.refuse_blank(lead.id)?;
    if draft.status.is_some() || draft.do_not_call || draft.created.is_some() {
        return Err(CommandError::usage("status, do_not_call, opt_out and created are not changed by an edit").hint(
            format!("crmctl lead status {0} STATUS moves it; crmctl lead status {0} dnc lists its number", lead.id),
        ));
    }
    let (stamp, id) = (session.stamp.clone(), lead.id);
    let wanted = Edit { draft: &draft, clear: &args.clear, if_version: args.if_version };
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let (edited, changed) =
        change(&mut session, args.answer, Lock::Leads, &lead, |conn| edit(conn, id, &wanted, &stamp, &zone))?;
    if edited.consent_kept {
        context.ui.warn("the person opted out before; the opt-out is kept");
    }
    tell_waiting(context.ui, id, &edited.waiting);
    changed.print(context.ui)?;
    Ok(Exit::Done)
}
