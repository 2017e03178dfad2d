//! `crmctl task snooze`

use super::{COLUMNS, editor, print, readable, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::times;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::next::tasks;

/// Put a task off
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl task snooze 7 --until next-week")]
pub struct Args {
    /// The task
    id: i64,
    /// When it is due then: 2026-03-04, 2026-03-04T15:00, tomorrow, 7d
    #[arg(long, value_name = "WHEN")]
    until: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let until = times::coming(&session, "--until", &args.until)?;
    times::tell_if_past(&session, "--until", until)?;
    let (stamp, editor) = (session.stamp.clone(), editor(&session));
    let edited = session
        .db
        .write_as(args.answer.mode(), stamp.org, |conn| tasks::snooze(conn, args.id, until, editor, &stamp))?;
    let changes = readable(edited.changes, &mut session)?;
    args.answer.answer(context.ui, &subject(args.id), &changes, || print(&mut session, context, edited.row))?;
    Ok(Exit::Done)
}
