//! `crmctl task add`

use super::{COLUMNS, print, readable, subject, tell_if_barred};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::texts::within;
use crate::commands::args::times;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::db::models::lead_work::next::tasks::NewTask;
use crate::db::types::Uid;
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::{TaskKind, TaskOrigin};
use crate::error::{Exit, Result};
use crate::ops::audited;
use crate::ops::lead_work::next::tasks;
use crate::ui::Change;

/// Note what is to be done about a lead
///
/// A task is its owner's: yours, unless you name somebody else. What is due on a day is due from its beginning on, where the
/// organization is, and overdue when it is over.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl task add 10482 --kind call --due 2026-05-04T15:00 --note 'asked for a call back'\n  \
    crmctl task add ada@example.com --kind email --due tomorrow --owner bob@example.com"
)]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// What is to be done
    #[arg(long, value_parser = one_of::<TaskKind>(), default_value = "call")]
    kind: TaskKind,
    /// When: 2026-03-04, 2026-03-04T15:00, tomorrow, next-week, 7d
    #[arg(long, value_name = "WHEN")]
    due: String,
    /// What it is about
    #[arg(long, value_name = "TEXT", value_parser = within::<2000>)]
    note: Option<String>,
    /// Whose it is, by email or username [default: yours, else the lead's owner's]
    #[arg(long, value_name = "EMAIL", add = complete::user_emails())]
    owner: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let due_at = times::coming(&session, "--due", &args.due)?;
    times::tell_if_past(&session, "--due", due_at)?;
    let named = args.owner.as_deref().map(|owner| session.active_user_named(owner)).transpose()?;
    let lead = args.name.find(&mut session, Among::Live)?;
    let owner_id = named.map(|user| user.id).or(session.stamp.changed_by).or(lead.owner_id);
    let new = NewTask {
        organization_id: session.stamp.org.0,
        uid: Uid::new(),
        lead_id: lead.id,
        owner_id,
        kind: args.kind,
        due_at,
        note: args.note,
        origin: TaskOrigin::Manual,
        created_at: session.stamp.now,
    };
    let stamp = session.stamp.clone();
    let made =
        session.db.write_under(Lock::Leads, stamp.org, args.answer.mode(), |conn| tasks::add(conn, new, &stamp))?;
    tell_if_barred(&mut session, &made)?;
    let told = readable(audited::described(&made), &mut session)?;
    let changes: Vec<Change> = std::iter::once(Change::added()).chain(told).collect();
    args.answer.answer(context.ui, &subject(made.id), &changes, || print(&mut session, context, made.clone()))?;
    Ok(Exit::Done)
}
