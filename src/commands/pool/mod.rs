//! `crmctl pool`

mod add;
mod delete;
mod edit;
mod list;
mod member;
mod reclaim;
mod run;
mod runs;
mod show;
mod shown;
mod taken;
mod undo;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Distribute leads without an owner fairly among users
///
/// A pool has members with weights, capacities and limits of a day, and a strategy. `pool run` gives its leads out, `pool reclaim` takes
/// back what nobody worked, and `pool undo` gives a run back.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl pool add inbound --where 'source = website'\n  \
        crmctl pool member add inbound ann@example.com --weight 5 --capacity 40\n  crmctl pool run --dry-run")]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
    Delete(delete::Args),
    Member(member::Args),
    Run(run::Args),
    Runs(runs::Args),
    Undo(undo::Args),
    Reclaim(reclaim::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::Member(args) => member::run(args, context),
        Command::Run(args) => run::run(args, context),
        Command::Runs(args) => runs::run(args, context),
        Command::Undo(args) => undo::run(args, context),
        Command::Reclaim(args) => reclaim::run(args, context),
    }
}
