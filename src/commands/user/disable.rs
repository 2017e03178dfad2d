//! `crmctl user disable`

use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::held::held;
use crate::system::shell::word;
use crate::ui::plural;

/// Keep a user from acting; what the user did stays
///
/// So do the user's leads and tasks, of which it tells how many are open.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl user disable ada@example.com")]
pub struct Args {
    /// The user, by email or username
    #[arg(value_name = "EMAIL|USERNAME", value_parser = super::checked_name_of_user)]
    who: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::details())?;
    let mut session = context.session(Right::Administer)?;
    let edited = super::change(&mut session, &args.who, args.answer.mode(), |user| {
        user.is_active = false;
        Ok(())
    })?;
    args.answer.answer(context.ui, &super::subject(&edited.row.email), &changes_of(edited.changes), || {
        Ok(context.ui.record(&edited.row, &super::details())?)
    })?;
    let (org, user) = (session.org.org_id(), edited.row.id);
    let held = session.db.read(org, |conn| held(conn, org, user))?;
    if held.leads > 0 || held.tasks > 0 {
        let leads = plural(held.leads.unsigned_abs(), "open lead", "open leads");
        let tasks = plural(held.tasks.unsigned_abs(), "open task", "open tasks");
        let email = &edited.row.email;
        let filter = word(&format!("owner = {email}"));
        let calls = format!("crmctl lead list --where {filter}; crmctl task list --owner {}", word(email));
        context.ui.note(&format!("{email} has {leads} and {tasks} still: {calls}"));
    }
    Ok(Exit::Done)
}
