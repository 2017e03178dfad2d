//! `crmctl user disable`

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
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::details())?;
    let mut session = context.session(Right::Administer)?;
    let edited = super::change(&mut session, &args.who, |user| {
        user.is_active = false;
        Ok(())
    })?;
    context.tell_unchanged(edited.is_changed);
    context.ui.record(&edited.row, &super::details())?;
    Ok(Exit::Done)
}
