//! `crmctl territory`

mod add;
mod assign;
mod delete;
mod edit;
mod list;
mod member;
mod show;
mod shown;

use crate::commands::context::Context;
use crate::error::{CommandError, Exit, Result};
use crate::filter::{Field, Filter, Subject};

/// Part the market into territories, and put each lead into one
///
/// A territory takes leads by its filter, and lies inside another one or at the top. A lead belongs to the first that takes it: what is
/// inside a territory comes before it, then the smaller priority, then the name. See crmctl help territory-rules.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl territory add West --where 'state in (CA, OR, WA)'\n  \
    crmctl territory add California --where 'state = CA' --parent West\n  crmctl territory assign --dry-run")]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
    Delete(delete::Args),
    Member(member::Args),
    Assign(assign::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::Member(args) => member::run(args, context),
        Command::Assign(args) => assign::run(args, context),
    }
}

/// What a territory is called in answers.
pub(super) fn subject(name: &str) -> String {
    format!("territory {name}")
}

/// Refuses a filter that asks in which territory a lead lies: that is what it says.
fn checked_filter(filter: Filter) -> Result<Filter, CommandError> {
    let is_about = |subject: &Subject| matches!(subject, Subject::Field(field) if [Field::TERRITORY, Field::TERRITORY_SOURCE].contains(field));
    match filter.conditions().iter().find(|condition| is_about(&condition.subject)) {
        None => Ok(filter),
        Some(condition) => {
            let name = condition.subject.name();
            Err(CommandError::usage(format!(
                "the filter of a territory cannot ask for `{name}`, which follows from it"
            ))
            .hint("say which leads lie in it; of a part of another territory: --parent NAME"))
        }
    }
}
