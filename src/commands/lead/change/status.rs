//! `crmctl lead status`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::selection::Selection;
use crate::commands::args::texts::within;
use crate::commands::args::vocabulary::a_status;
use crate::commands::context::Context;
use crate::commands::lead::answer::change;
use crate::commands::lead::mass_update::{Wanted, change_selected, lock_to, one_or_many};
use crate::db::Db;
use crate::db::models::leads;
use crate::domain::access::role::Right;
use crate::domain::leads::status::{MoveRule, Status};
use crate::domain::time::datetime;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ops::leads::edit::{StatusMove, set_status};
use crate::ops::leads::mass_update::MassUpdate;
use crate::ui::Change;

/// Move a lead, or many, to another status
///
/// Many are all leads of a filter or segment. Open statuses move freely except back to new; recruited is reached from
/// four of them and left only to cold; --force goes past that, with a reason. dnc puts the number on the do-not-call
/// list, with every lead that has it, and is left only by `dnc remove`; a lead without phone gets the consent denied
/// instead.
#[derive(Debug, clap::Args)]
#[command(
    allow_missing_positional = true,
    after_help = "Examples:\n  crmctl lead status 10482 contacted\n  \
        crmctl lead status 10482 new --force --reason 'imported twice, never contacted'\n  \
        crmctl lead status --where 'status = new and created older than 90 days' cold --dry-run\n\n\
    Exit code 3 when a lead does not move there."
)]
pub struct Args {
    /// The lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: Option<String>,
    /// The status, or one of its common words
    #[arg(value_parser = a_status())]
    status: Status,
    #[command(flatten)]
    selection: Selection,
    /// Go past the allowed moves
    #[arg(long, requires = "reason")]
    force: bool,
    /// Why the leads move
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    /// Refuse when the lead has another version by now
    #[arg(long, value_name = "N", conflicts_with_all = ["filter", "filter_json", "segment"])]
    if_version: Option<i32>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match one_or_many(args.lead.clone(), &args.selection)? {
        Some(name) => move_one(args, &name, context),
        None => {
            let mode = args.answer.mode_of_many()?;
            let mut session = context.session(Right::EditMany)?;
            if args.status == Status::Dnc {
                session.require(Right::AddDnc)?;
            }
            let wanted = Wanted {
                question: format!("Move to {} –", args.status),
                action: MassUpdate::Status {
                    to: args.status,
                    rule: MoveRule::of_flag(args.force),
                    reason: args.reason,
                },
                mode,
            };
            change_selected(context, &mut session, &args.selection, &wanted)
        }
    }
}

fn move_one(args: Args, name: &LeadName, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?;
    let right = if args.status == Status::Dnc { Right::AddDnc } else { Right::EditLeads };
    let mut session = context.session(right)?;
    let lead = name.find(&mut session, Among::Live)?;
    let (org, stamp, id) = (session.org.org_id(), session.stamp.clone(), lead.id);
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let wanted = StatusMove {
        to: args.status,
        rule: MoveRule::of_flag(args.force),
        reason: args.reason,
        if_version: args.if_version,
    };
    let write = |conn: &mut Db| -> Result<_> {
        set_status(conn, id, &wanted, &stamp, &zone)?;
        Ok(leads::by_ids(conn, org, &[id])?.pop().map(|lead| lead.status))
    };
    let (status, mut changed) = change(&mut session, args.answer, lock_to(args.status), &lead, write)?;
    if args.status == Status::Dnc && status != Some(Status::Dnc) {
        context.ui.note("the lead has no phone number, so its consent is denied instead");
    } else if args.status == Status::Dnc && !changed.changes.is_empty() {
        changed.changes.push(Change::said("its numbers go on the do-not-call list, for calls and texts"));
    }
    changed.print(context.ui)?;
    Ok(Exit::Done)
}
