//! `crmctl dnc`

mod detect;

use crate::commands::context::Context;
use crate::error::Exit;

/// Keep to what people asked for: do not call
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Detect(detect::Args),
}

pub fn run(command: Command, context: &Context) -> anyhow::Result<Exit> {
    match command {
        Command::Detect(args) => detect::run(args, context),
    }
}
