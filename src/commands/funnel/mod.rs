//! `crmctl funnel`

pub(super) mod page;
mod show;
mod stages;
mod stuck;

use crate::commands::context::{Context, Session};
use crate::commands::selection;
use crate::db::models::system_config;
use crate::domain::funnel::Stages;
use crate::domain::window::Window;
use crate::error::{CommandError, Exit};
use crate::filter::Filter;
use crate::reports::funnel::Question;

/// Show where leads are won and lost; without a verb, show
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Show(Box<show::Args>),
    Stages(Box<stages::Args>),
    Stuck(Box<stuck::Args>),
}

/// The setting that holds an organization's order of stages.
pub const STAGES_KEY: &str = "funnel.stages";

pub fn run(command: Command, context: &Context) -> anyhow::Result<Exit> {
    match command {
        Command::Show(args) => show::run(*args, context),
        Command::Stages(args) => stages::run(*args, context),
        Command::Stuck(args) => stuck::run(*args, context),
    }
}

/// A question about the leads of the organization.
fn question(session: &mut Session, window: Window, filter: Option<Filter>) -> anyhow::Result<Question> {
    Ok(Question { at: selection::moment(session)?, window, filter, stages: stages_of(session)?, within_days: None })
}

/// The organization's order of stages.
fn stages_of(session: &mut Session) -> anyhow::Result<Stages> {
    let org = session.org.org_id();
    let settings = session.db.read(org, |conn| system_config::all(conn, org))?;
    match settings.into_iter().find(|setting| setting.config_key == STAGES_KEY) {
        None => Ok(Stages::default()),
        Some(setting) => setting.config_value.parse().map_err(|problem: String| {
            CommandError::failed(format!("the setting {STAGES_KEY} is `{}`: {problem}", setting.config_value))
                .hint(format!("set it again: crmctl org set {STAGES_KEY} {}", Stages::default()))
                .into()
        }),
    }
}
