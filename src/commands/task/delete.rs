//! `crmctl task delete`

use super::{COLUMNS, at, editor, print, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::context::Context;
use crate::db::models::lead_work::next::tasks::by_id;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::next::tasks::{self, TaskError};
use crate::ui::Change;

/// Delete a task, done or not
///
/// The log keeps what it was, but for its note.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl task delete 7 --dry-run")]
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
    let found = session.db.read(stamp.org, |conn| by_id(conn, stamp.org, args.id))?;
    let task = found.ok_or(TaskError::Unknown(args.id))?;
    if !args.answer.mode().is_dry_run() {
        let due = at(context, task.due_at);
        context
            .ui
            .confirm(&format!("Delete the task {} ({} of lead {}, due {due})?", task.id, task.kind, task.lead_id))?;
    }
    let deleted =
        session.db.write_as(args.answer.mode(), stamp.org, |conn| tasks::delete(conn, args.id, editor, &stamp))?;
    args.answer
        .answer(context.ui, &subject(args.id), &[Change::said("deleted")], || print(&mut session, context, deleted))?;
    Ok(Exit::Done)
}
