//! `crmctl task`

mod add;
mod delete;
mod done;
mod list;
mod snooze;

use std::collections::HashMap;

use serde::Serialize;

use crate::commands::context::{Context, Session};
use crate::db::models::access::users;
use crate::db::models::lead_work::next::tasks::Task;
use crate::db::models::leads::{self, lead_merges};
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::left_out::LeftOut;
use crate::domain::time::datetime;
use crate::domain::time::month::begin_of;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::audited::Difference;
use crate::ops::lead_work::next::barred;
use crate::ops::lead_work::next::tasks::Editor;
use crate::ui::{Change, Column};

/// Keep what is to be done about leads, and do it
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl task add 10482 --kind call --due tomorrow --note 'ask about May'\n  crmctl task list --overdue\n  crmctl task done 7"
)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Done(done::Args),
    Snooze(snooze::Args),
    Delete(delete::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Done(args) => done::run(args, context),
        Command::Snooze(args) => snooze::run(args, context),
        Command::Delete(args) => delete::run(args, context),
    }
}

/// A task as it is printed.
#[derive(Debug, Serialize)]
struct Shown {
    /// Its lead is the live one: of a merged one the survivor.
    #[serde(flatten)]
    task: Task,
    /// The merged lead at which it stands, if that is another one.
    merged_lead_id: Option<i64>,
    lead_name: Option<String>,
    /// The email of its owner.
    owner: Option<String>,
    done_by_email: Option<String>,
    overdue: bool,
    /// Why the lead may not be contacted as the open task wants it; none when it may.
    barred: Option<LeftOut>,
    /// The same in words.
    barred_by: Option<&'static str>,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::hidden("uid"),
    Column::number("lead_id", "lead").kept(),
    Column::hidden("merged_lead_id"),
    Column::text("lead_name", "name"),
    Column::whole("kind", "kind").kept(),
    Column::time("due_at", "due").kept(),
    Column::whole("overdue", "overdue"),
    Column::hidden("barred"),
    Column::text("barred_by", "barred by").kept(),
    Column::text("note", "note"),
    Column::text("owner", "owner").optional(),
    Column::hidden("owner_id"),
    Column::hidden("origin"),
    Column::time("done_at", "done").optional(),
    Column::hidden("done_by"),
    Column::hidden("done_by_email"),
    Column::hidden_time("created_at"),
];

/// Tasks with what a person reads of them.
fn shown(session: &mut Session, tasks: Vec<Task>) -> Result<Vec<Shown>> {
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let today = today(session)?;
    let (emails, survivors, names, barred) = session.db.read(org, |conn| -> Result<_, crate::db::DbError> {
        let emails: HashMap<i64, String> =
            users::all(conn, org)?.into_iter().map(|user| (user.id, user.email)).collect();
        let ids: Vec<i64> = tasks.iter().map(|task| task.lead_id).collect();
        let survivors = lead_merges::survivors(conn, org, &ids)?;
        let ids: Vec<i64> = ids.iter().map(|id| survivors.get(id).copied().unwrap_or(*id)).collect();
        let leads = leads::by_ids(conn, org, &ids)?;
        let names: HashMap<i64, Option<String>> =
            leads.iter().map(|lead| (lead.id, lead.full_name().or_else(|| lead.company.clone()))).collect();
        Ok((emails, survivors, names, barred::of_tasks(conn, org, now, &tasks)?))
    })?;
    let email = |user: Option<i64>| user.and_then(|user| emails.get(&user).cloned());
    let one = |task: Task| {
        let stored = task.lead_id;
        let lead_id = survivors.get(&stored).copied().unwrap_or(stored);
        let barred = barred.get(&task.id).copied();
        Shown {
            merged_lead_id: Some(stored).filter(|stored| *stored != lead_id),
            lead_name: names.get(&lead_id).cloned().flatten(),
            owner: email(task.owner_id),
            done_by_email: email(task.done_by),
            barred,
            barred_by: barred.map(LeftOut::told),
            overdue: task.done_at.is_none() && task.due_at < now && task.due_at != today,
            task: Task { lead_id, ..task },
        }
    };
    Ok(tasks.into_iter().map(one).collect())
}

/// When the day began. What is due then is due on that day, and overdue when it is over.
fn today(session: &Session) -> Result<Timestamp> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    Ok(begin_of(session.stamp.now.to_jiff().to_zoned(zone.clone()).date(), &zone))
}

/// Says that the lead of a task may not be contacted as it wants it.
fn tell_if_barred(session: &mut Session, task: &Task) -> Result<()> {
    for shown in shown(session, vec![task.clone()])? {
        if let Some(why) = shown.barred_by {
            let (lead, kind) = (shown.task.lead_id, shown.task.kind);
            session.ui.warn(&format!("the lead {lead} may not be contacted so ({kind}): {why}"));
        }
    }
    Ok(())
}

/// The task with what a person reads of it.
fn print(session: &mut Session, context: &Context, task: Task) -> Result<()> {
    for shown in shown(session, vec![task])? {
        context.ui.record(&shown, COLUMNS)?;
    }
    Ok(())
}

/// What a task is called in answers.
fn subject(id: i64) -> String {
    format!("task {id}")
}

fn editor(session: &Session) -> Editor {
    Editor { may_change_others: session.role.may(Right::EditMany) }
}

/// Changes as people read them: users by their emails.
fn readable(differences: Vec<Difference>, session: &mut Session) -> Result<Vec<Change>> {
    let org = session.org.org_id();
    let users = session.db.read(org, |conn| users::all(conn, org))?;
    let named = |key: &str, value: Option<String>| {
        let value = value?;
        let user = users.iter().find(|user| matches!(key, "owner_id" | "done_by") && user.id.to_string() == value);
        Some(user.map_or(value, |user| user.email.clone()))
    };
    let one = |it: Difference| {
        let (old, new) = (named(&it.field, it.old), named(&it.field, it.new));
        Change::new(it.field, old, new)
    };
    Ok(differences.into_iter().filter(|it| it.field != "origin").map(one).collect())
}

/// A time as an answer has it.
fn at(context: &Context, time: Timestamp) -> String {
    context.ui.time(time)
}
