//! `crmctl territory show`

use super::shown::Known;
use crate::commands::args::complete;
use crate::commands::args::leads::territories::find;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Show a territory with its filter and who works it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory show West\n  crmctl territory show West --format json")]
pub struct Args {
    /// The territory
    #[arg(add = complete::territory_names())]
    name: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let territory = find(&mut session, &args.name)?;
    Known::read(&mut session)?.shown(territory).print(context.ui)?;
    Ok(Exit::Done)
}
