//! `crmctl dnc`

mod add;
mod certificate;
mod decide;
mod detect;
mod due;
mod expire;
mod key;
mod list;
mod numbers;
mod query;
mod registry;
mod remove;
mod scrub;
mod stats;

use crate::commands::args::again::with_line;
use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Keep to what people asked for: do not call
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl dnc check '(212) 555-0142'\n  crmctl dnc add '(212) 555-0142' --reason 'asked on the phone'\n  crmctl dnc list --since last-month"
)]
pub enum Command {
    Add(Box<add::Args>),
    Remove(remove::Args),
    Expire(expire::Args),
    Check(query::check::Args),
    Callable(query::callable::Args),
    History(query::history::Args),
    List(list::Args),
    Stats(stats::Args),
    Detect(detect::Args),
    Due(due::Args),
    Decide(decide::Args),
    Registry(registry::Args),
    Scrub(Box<scrub::Args>),
    Verify(scrub::verify::Args),
    Certificate(certificate::Args),
    Key(key::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => add::run(*args, context),
        Command::Remove(args) => remove::run(args, context),
        Command::Expire(args) => expire::run(args, context),
        Command::Check(args) => query::check::run(args, context),
        Command::Callable(args) => query::callable::run(args, context),
        Command::History(args) => query::history::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Stats(args) => stats::run(args, context),
        Command::Detect(args) => detect::run(args, context),
        Command::Due(args) => due::run(args, context),
        Command::Decide(args) => decide::run(args, context),
        Command::Registry(args) => registry::run(args, context),
        Command::Scrub(args) => scrub::run(*args, context).map_err(with_line),
        Command::Verify(args) => scrub::verify::run(args, context),
        Command::Certificate(args) => certificate::run(args, context),
        Command::Key(args) => key::run(args, context),
    }
}
