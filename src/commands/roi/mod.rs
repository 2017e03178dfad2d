//! `crmctl roi`

mod cost;
mod page;
mod rate;
mod show;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Show what leads cost and what they brought; record costs and exchange rates. Without a verb, show
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Show(Box<show::Args>),
    Cost(cost::Args),
    Rate(rate::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Show(args) => show::run(*args, context),
        Command::Cost(args) => cost::run(args, context),
        Command::Rate(args) => rate::run(args, context),
    }
}
