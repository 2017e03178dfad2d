//! `crmctl task done`

use super::{COLUMNS, editor, print, readable, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::next::tasks;

/// Mark a task as done
///
/// What the contact brought is kept with the lead: `lead note ID TEXT --contacted`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl task done 7")]
pub struct Args {
    /// The task
    id: i64,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let (stamp, editor) = (session.stamp.clone(), editor(&session));
    let edited =
        session.db.write_as(args.answer.mode(), stamp.org, |conn| tasks::finish(conn, args.id, editor, &stamp))?;
    let changes = readable(edited.changes, &mut session)?;
    args.answer.answer(context.ui, &subject(args.id), &changes, || print(&mut session, context, edited.row))?;
    Ok(Exit::Done)
}
