//! `crmctl user show`

use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Show a user
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl user show ada@example.com")]
pub struct Args {
    /// The user, by email or username
    #[arg(value_name = "EMAIL|USERNAME", value_parser = super::checked_name_of_user)]
    who: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let user = session.user_named(&args.who)?;
    context.ui.record(&user, &super::details())?;
    Ok(Exit::Done)
}
