//! `crmctl user show`

use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Show a user
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_parser = super::checked_email)]
    email: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let user = session.user_by_email(&args.email)?;
    context.ui.record(&user, super::COLUMNS)?;
    Ok(Exit::Done)
}
