//! `crmctl user disable`

use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Keep a user from acting; what the user did stays
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
    Ok(Exit::Done)
}
