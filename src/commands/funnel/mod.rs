//! `crmctl funnel`

pub(super) mod page;
mod show;
mod stages;
mod stuck;

use crate::commands::args::leads::selection;
use crate::commands::args::leads::stages::stages_of;
use crate::commands::context::{Context, Session};
use crate::domain::time::window::Window;
use crate::error::{Exit, Result};
use crate::filter::Filter;
use crate::reports::funnel::Question;

/// Show where leads are won and lost
///
/// Without a verb, `funnel show` is meant.
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl funnel --month 2026-03 --by source\n  crmctl funnel stuck --longer-than 14d"
)]
pub enum Command {
    Show(Box<show::Args>),
    Stages(Box<stages::Args>),
    Stuck(Box<stuck::Args>),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Show(args) => show::run(*args, context),
        Command::Stages(args) => stages::run(*args, context),
        Command::Stuck(args) => stuck::run(*args, context),
    }
}

/// A question about the leads of the organization.
fn question(session: &mut Session, window: Window, filter: Option<Filter>) -> Result<Question> {
    Ok(Question { at: selection::moment(session)?, window, filter, stages: stages_of(session)?, within_days: None })
}
