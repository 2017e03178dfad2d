//! `crmctl territory member`

mod add;
mod list;
mod remove;

use super::subject;
use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Say who works a territory
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl territory member add West ann@example.com --role owner\n  crmctl territory member list West"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    Remove(remove::Args),
    List(list::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Add(args) => add::run(args, context),
        Command::Remove(args) => remove::run(args, context),
        Command::List(args) => list::run(args, context),
    }
}
