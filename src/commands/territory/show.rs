//! `crmctl territory show`

use super::shown::{COLUMNS, Known, MEMBERS};
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
    let shown = Known::read(&mut session)?.shown(territory);
    context.ui.record(&shown, COLUMNS)?;
    context.ui.part("members", &shown.members, MEMBERS)?;
    Ok(Exit::Done)
}
