//! `crmctl audit`

mod list;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// See who changed what
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    List(list::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::List(args) => list::run(args, context),
    }
}
