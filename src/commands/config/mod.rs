//! `crmctl config`

mod show;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Look at the settings of a call
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl config show")]
pub enum Command {
    Show(show::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Show(args) => show::run(args, context),
    }
}
