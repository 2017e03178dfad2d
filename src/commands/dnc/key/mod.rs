//! `crmctl dnc key`

mod export;
mod list;
mod rotate;
mod show;
pub(super) mod store;
mod trust;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Look after the key that signs certificates
///
/// It is made with the first scrub, is a file of the user's data folder that nobody else may read, and is never printed. Of what it
/// signed an organization believes only what an admin lets count: by scrubbing with it, or by `dnc key trust`.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl dnc key show\n  crmctl dnc key export > ours.pem"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Export(export::Args),
    Rotate(rotate::Args),
    Trust(trust::Args),
    List(list::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Show(args) => show::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Rotate(args) => rotate::run(args, context),
        Command::Trust(args) => trust::run(args, context),
        Command::List(args) => list::run(args, context),
    }
}
