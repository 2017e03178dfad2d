//! `crmctl user disable`

use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Keep a user from acting; what the user did stays
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_parser = super::checked_email)]
    email: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Administer)?;
    let edited = super::change(&mut session, &args.email, |user| user.is_active = false)?;
    context.tell_unchanged(edited.is_changed);
    context.ui.record(&edited.row, super::COLUMNS)?;
    Ok(Exit::Done)
}
