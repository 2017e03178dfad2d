//! `crmctl audit`

mod list;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// See who changed what
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl audit list --since last-month\n  crmctl audit list --who ann@example.com")]
pub enum Command {
    List(list::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::List(args) => list::run(args, context),
    }
}
