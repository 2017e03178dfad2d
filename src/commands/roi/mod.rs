//! `crmctl roi`

mod cost;
mod page;
mod rate;
mod show;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Show what leads cost and brought; record costs and rates
///
/// Without a verb, `roi show` is meant.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl roi --month 2026-03\n  crmctl roi cost add 'Facebook Ads' 2026-03 1250.00")]
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
