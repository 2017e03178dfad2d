//! `crmctl user show`

use crate::commands::args::columns::Shown;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Show a user
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_name = "EMAIL|USERNAME", value_parser = super::checked_name_of_user)]
    who: String,
    /// The fields to show, such as email,username,last_seen_at
    #[arg(long, value_name = "NAMES")]
    columns: Option<String>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let chosen = args.columns.as_deref().map(|names| Shown::of(super::COLUMNS, Some(names))).transpose()?;
    let mut session = context.session(Right::Read)?;
    let user = session.user_named(&args.who)?;
    match chosen {
        None => context.ui.record(&user, &super::details())?,
        Some(shown) => context.ui.record(&shown.part_of(&user)?, &shown.columns)?,
    }
    Ok(Exit::Done)
}
