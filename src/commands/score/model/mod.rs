//! `crmctl score model`

mod check;
mod list;
mod set;
mod show;
mod use_version;

use crate::commands::context::Context;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Set the model by which leads are scored, and look at it
///
/// A model is a file in TOML or JSON. Each change of it is a version of its own; old ones stay for the scores that they gave.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl score model check rules.toml\n  crmctl score model set rules.toml\n  crmctl score model use rules@1"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Set(set::Args),
    Show(show::Args),
    List(list::Args),
    Use(use_version::Args),
    Check(check::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Set(args) => set::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Use(args) => use_version::run(args, context),
        Command::Check(args) => check::run(args, context),
    }
}

/// The columns of a stored version.
const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("uid"),
    Column::whole("name", "name").kept(),
    Column::number("version", "version").kept(),
    Column::whole("kind", "kind"),
    Column::whole("is_active", "active").kept(),
    Column::hidden("definition"),
    Column::ago("created_at", "created"),
];

/// What a model is called in answers.
fn subject(name: &str) -> String {
    format!("score model {name}")
}
