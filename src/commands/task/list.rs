//! `crmctl task list`

use super::{COLUMNS, shown, today};
use crate::commands::args::complete;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::limit::Limit;
use crate::commands::args::times;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::db::models::lead_work::next::tasks::{self, TaskFilter};
use crate::db::models::leads::lead_merges;
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::TaskKind;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::next::tasks::of_live_leads;

/// List tasks: open ones by when they are due
///
/// The tasks of a lead are also those of the leads that were merged into it. Open ones of deleted leads are passed over, unless --lead names
/// the lead.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl task list --owner ann@example.com --overdue\n  crmctl task list --due this-week --kind call\n  \
    crmctl task list --lead 10482 --done"
)]
pub struct Args {
    /// Tasks of this user, by email or username
    #[arg(long, value_name = "EMAIL", add = complete::user_emails())]
    owner: Option<String>,
    /// Tasks of nobody
    #[arg(long, conflicts_with = "owner")]
    nobody: bool,
    /// Tasks of this lead: its id, phone number or email
    #[arg(long, value_name = "ID|PHONE|EMAIL")]
    lead: Option<String>,
    /// Tasks of this kind
    #[arg(long, value_parser = one_of::<TaskKind>())]
    kind: Option<TaskKind>,
    /// Tasks that are due until the end of this: today, this-week, 2026-03, 7d
    #[arg(long, value_name = "WHEN")]
    due: Option<String>,
    /// Tasks that should have been done by now; one for a day is overdue when the day is over
    #[arg(long, conflicts_with_all = ["due", "done"])]
    overdue: bool,
    /// Tasks that are done instead of open ones, the latest first
    #[arg(long)]
    done: bool,
    #[command(flatten)]
    limit: Limit,
    /// Begin behind this task: the last one of the page before
    #[arg(long, value_name = "ID")]
    after: Option<i64>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let due = args.due.as_deref().map(|text| times::coming_end(&session, "--due", text)).transpose()?;
    let owner = args.owner.as_deref().map(|owner| session.user_named(owner)).transpose()?;
    let lead = args.lead.map(|name| LeadName::new(name, None).find(&mut session, Among::Any)).transpose()?;
    let most = args.limit.most(context.ui);
    let (leads, after) = session.db.read(org, |conn| -> Result<_> {
        let leads = match &lead {
            None => None,
            Some(lead) => {
                let absorbed = lead_merges::absorbed_by(conn, org, lead.id)?;
                Some(std::iter::once(lead.id).chain(absorbed).collect::<Vec<i64>>())
            }
        };
        let after = match args.after {
            None => None,
            Some(id) => Some(tasks::by_id(conn, org, id)?.ok_or_else(|| no_such_page(id))?),
        };
        Ok((leads, after))
    })?;
    let wanted = TaskFilter {
        owner: owner.map(|user| Some(user.id)).or(args.nobody.then_some(None)),
        leads,
        kind: args.kind,
        due_before: due.or(args.overdue.then_some(session.stamp.now)),
        not_due_at: args.overdue.then(|| today(&session)).transpose()?,
        is_done: args.done,
        after,
        // One more than asked for tells whether the list is cut.
        most: most.map(|most| i64::from(most) + 1),
    };
    // What was done stays told, and so does what is asked of one lead by its name.
    let tells_of_deleted = args.done || lead.is_some();
    let (mut found, passed_over) = session.db.read(org, |conn| match tells_of_deleted {
        true => Ok((tasks::some(conn, org, &wanted)?, 0)),
        false => of_live_leads(conn, org, &wanted),
    })?;
    let is_cut = most.is_some_and(|most| found.len() > most as usize);
    found.truncate(most.map_or(usize::MAX, |most| most as usize));
    let last = found.last().map(|task| task.id);
    let mut list = context.ui.list(COLUMNS);
    for task in shown(&mut session, found)? {
        list.push(&task)?;
    }
    list.finish(if args.done { "no tasks are done" } else { "no open tasks" })?;
    if let Some(last) = last.filter(|_| is_cut) {
        args.limit.tell_cut_after(context.ui, last);
    }
    if passed_over > 0 {
        let are = if passed_over == 1 { "task of a deleted lead is" } else { "tasks of deleted leads are" };
        context.ui.note(&format!("{passed_over} {are} not shown; --lead ID shows those of one"));
    }
    Ok(Exit::Done)
}

fn no_such_page(id: i64) -> CommandError {
    CommandError::failed(format!("no task has the id {id}"))
        .hint("--after takes the id of the last task of the page before")
}
