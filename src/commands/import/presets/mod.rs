//! `crmctl import presets`

mod list;
mod show;

use crate::commands::context::Context;
use crate::error::{Exit, Result};
use crate::import::kinds::PRESET_KINDS;
use crate::import::presets::Presets;

/// List and show presets, by which files of programs are read
///
/// A preset says by which header the files of a program are recognised, which column fills which field, and what the
/// program writes around its values. Without a verb, `import presets list` is meant.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import presets\n  crmctl import presets show hubspot")]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        None => list::run(list::Args {}, context),
        Some(Command::List(args)) => list::run(args, context),
        Some(Command::Show(args)) => show::run(args, context),
    }
}

/// The presets that this call may use.
fn presets(context: &Context) -> Presets {
    Presets::new(context.settings.presets(), PRESET_KINDS)
}
