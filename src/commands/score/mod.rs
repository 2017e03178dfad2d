//! `crmctl score`

mod asked;
mod backtest;
mod distribution;
mod explain;
mod file;
mod history;
mod learned;
mod model;
mod run;
mod train;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Score leads by a model, and explain each score
///
/// A model of rules gives points in four groups, each with a cap; the score of a lead is their sum, from 0 to 100. An
/// organization that has set no model is scored by a built-in one: `score model show` prints it.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl score model set rules.toml\n  crmctl score run --dry-run\n  \
    crmctl score explain 10482")]
pub enum Command {
    Run(run::Args),
    Explain(explain::Args),
    Distribution(distribution::Args),
    History(history::Args),
    Model(model::Args),
    Train(train::Args),
    Backtest(backtest::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Run(args) => run::run(args, context),
        Command::Explain(args) => explain::run(args, context),
        Command::Distribution(args) => distribution::run(args, context),
        Command::History(args) => history::run(args, context),
        Command::Model(args) => model::run(args, context),
        Command::Train(args) => train::run(args, context),
        Command::Backtest(args) => backtest::run(args, context),
    }
}
