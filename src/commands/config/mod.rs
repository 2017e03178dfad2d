//! `crmctl config`

mod edit;
mod file;
mod path;
mod set;
mod show;
mod unset;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Look at the settings of a call, and change those of the config file
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl config show")]
pub enum Command {
    Show(show::Args),
    Set(set::Args),
    Unset(unset::Args),
    Path(path::Args),
    Edit(edit::Args),
}

impl Command {
    /// Whether it looks after the config file, which may be broken or not there yet.
    pub fn mends_config(&self) -> bool {
        !matches!(self, Command::Show(_))
    }
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Show(args) => show::run(args, context),
        Command::Set(args) => set::run(args, context),
        Command::Unset(args) => unset::run(args, context),
        Command::Path(args) => path::run(args, context),
        Command::Edit(args) => edit::run(args, context),
    }
}
