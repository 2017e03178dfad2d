//! `crmctl lead next done`, `snooze` and `dismiss`

use serde::Serialize;

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::texts::within;
use crate::commands::args::times;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::priority::{Priority, Reason};
use crate::domain::lead_work::next::{ContactChannel, Outcome};
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::lead_work::next::outcomes::{Act, keep};
use crate::ops::lead_work::next::tasks::Editor;
use crate::ui::{Change, Column};

/// Say that a recommended lead was contacted
///
/// It is not recommended again for a day, or until --until, to nobody. What the contact brought is kept with the lead: `lead note ID TEXT
/// --contacted --next-contact WHEN`; tasks are done by `task done`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead next done 10482\n  crmctl lead next done 10482 --until next-week")]
pub struct DoneArgs {
    #[command(flatten)]
    about: About,
}

/// Put a recommended lead off
///
/// It is not recommended again for a day, or until --until, to nobody.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead next snooze 10482 --until 2026-05-04T15:00")]
pub struct SnoozeArgs {
    #[command(flatten)]
    about: About,
}

/// Say that a lead should not have been recommended
///
/// It is not recommended again for thirty days, or until --until, to nobody.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead next dismiss 10482 --reason 'moved to another agency'")]
pub struct DismissArgs {
    #[command(flatten)]
    about: About,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = within::<2000>)]
    reason: String,
}

#[derive(Debug, clap::Args)]
struct About {
    #[command(flatten)]
    name: LeadName,
    /// When it may be recommended again, within a year: 2026-03-04, 2026-03-04T15:00, tomorrow, 7d
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// How it was to be contacted
    #[arg(long, value_parser = one_of::<ContactChannel>(), default_value = "call")]
    channel: ContactChannel,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// What was kept, as it is printed.
#[derive(Debug, Serialize)]
struct Shown {
    lead_id: i64,
    outcome: Outcome,
    channel: ContactChannel,
    until: Timestamp,
    priority: Priority,
    points: i32,
    reasons: Vec<Reason>,
    reason: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::number("lead_id", "lead").kept(),
    Column::whole("outcome", "outcome").kept(),
    Column::whole("channel", "channel"),
    Column::time("until", "until"),
    Column::whole("priority", "priority"),
    Column::number("points", "points"),
    Column::hidden("reasons"),
    Column::text("reason", "reason"),
];

pub fn done(args: DoneArgs, context: &Context) -> Result<Exit> {
    act(args.about, Outcome::Done, None, context)
}

pub fn snooze(args: SnoozeArgs, context: &Context) -> Result<Exit> {
    act(args.about, Outcome::Snoozed, None, context)
}

pub fn dismiss(args: DismissArgs, context: &Context) -> Result<Exit> {
    act(args.about, Outcome::Dismissed, Some(args.reason), context)
}

fn act(about: About, outcome: Outcome, note: Option<String>, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let until = about.until.as_deref().map(|text| times::coming(&session, "--until", text)).transpose()?;
    until.map(|until| times::tell_if_past(&session, "--until", until)).transpose()?;
    let lead = about.name.find(&mut session, Among::Live)?;
    let (stamp, channel) = (session.stamp.clone(), about.channel);
    let wanted = Act { outcome, channel, until, note: note.clone() };
    let (editor, mode) = (Editor { may_change_others: session.role.may(Right::EditMany) }, about.answer.mode());
    let kept =
        session.db.write_under(Lock::Leads, stamp.org, mode, |conn| keep(conn, lead.id, &wanted, editor, &stamp))?;
    if let Some(why) = kept.barred {
        context.ui.warn(&format!("the lead {} may not be contacted by {channel}: {}", kept.lead, why.told()));
    }
    let mut changes = vec![
        Change::said(outcome.as_str()),
        Change::said(format!("not recommended again until {}", context.ui.time(kept.until))),
    ];
    if let Some(before) = &kept.replaced {
        let (said, until) = (before.outcome.map_or("said", Outcome::as_str), context.ui.time(before.expires_at));
        changes.push(Change::said(format!("before: {said} by {} until {until}", before.actor)));
    }
    let shown = Shown {
        lead_id: kept.lead,
        outcome,
        channel,
        until: kept.until,
        priority: kept.priority,
        points: kept.points,
        reasons: kept.reasons,
        reason: note,
    };
    about.answer.answer(context.ui, &format!("lead {}", shown.lead_id), &changes, || {
        Ok(context.ui.record(&shown, COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
