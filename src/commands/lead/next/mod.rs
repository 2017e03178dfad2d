//! `crmctl lead next`

mod act;
mod list;
mod stats;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Show whom to contact next, and why
///
/// Without a verb, `lead next list` is meant. `crmctl help next` tells the sum by which leads are ordered.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl lead next --limit 5\n  crmctl lead next --all --channel email\n  crmctl lead next done 10482"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Done(act::DoneArgs),
    Snooze(act::SnoozeArgs),
    Dismiss(act::DismissArgs),
    Stats(stats::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::List(args) => list::run(args, context),
        Command::Done(args) => act::done(args, context),
        Command::Snooze(args) => act::snooze(args, context),
        Command::Dismiss(args) => act::dismiss(args, context),
        Command::Stats(args) => stats::run(args, context),
    }
}
