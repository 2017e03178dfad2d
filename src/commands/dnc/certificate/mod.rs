//! `crmctl dnc certificate`

mod list;
mod show;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Look at the certificates of scrubs that are recorded
///
/// Each scrub is recorded with its certificate, so that one whose file was lost or replaced can be written again.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl dnc certificate list\n  crmctl dnc certificate show 3 > clean.csv.cert.json"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
    }
}
