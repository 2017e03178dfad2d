//! `crmctl territory member list`

use crate::commands::args::complete;
use crate::commands::args::leads::territories::find;
use crate::commands::context::Context;
use crate::commands::territory::shown::{Known, MEMBERS};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List who works a territory, its owners first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory member list West")]
pub struct Args {
    /// The territory
    #[arg(add = complete::territory_names())]
    name: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let territory = find(&mut session, &args.name)?;
    let members = Known::read(&mut session)?.members_of(territory.id);
    let mut list = context.ui.list(MEMBERS);
    members.iter().try_for_each(|member| list.push(member))?;
    list.finish("nobody works this territory")?;
    Ok(Exit::Done)
}
