//! `crmctl lead`

pub mod answer;
pub mod change;
pub mod email;
pub mod mass_update;
mod next;
pub mod query;

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Look at leads and mend them
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl lead list --where 'status = hot' --limit 20\n  crmctl lead show '(212) 555-0142'\n  crmctl lead status 7 contacted\n  crmctl lead note 7 'call back in May'"
)]
pub enum Command {
    Add(Box<change::add::Args>),
    Show(query::show::Args),
    List(query::list::Args),
    Count(query::count::Args),
    Search(query::search::Args),
    Edit(Box<change::edit::Args>),
    Status(change::status::Args),
    Tag(change::tag::TagArgs),
    Untag(change::tag::UntagArgs),
    Assign(change::assign::Args),
    Next(next::Args),
    Note(change::note::Args),
    History(query::history::Args),
    Timeline(query::timeline::Args),
    Phone(change::phone::Args),
    Email(email::Args),
    Delete(change::delete::Args),
    Restore(change::restore::Args),
    Merge(change::merge::Args),
    Duplicates(query::duplicates::Args),
    Erase(change::erase::Args),
    Export(query::export::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => change::add::run(*args, context),
        Command::Show(args) => query::show::run(args, context),
        Command::List(args) => query::list::run(args, context),
        Command::Count(args) => query::count::run(args, context),
        Command::Search(args) => query::search::run(args, context),
        Command::Edit(args) => change::edit::run(*args, context),
        Command::Status(args) => change::status::run(args, context),
        Command::Tag(args) => change::tag::tag(args, context),
        Command::Untag(args) => change::tag::untag(args, context),
        Command::Assign(args) => change::assign::run(args, context),
        Command::Next(args) => next::run(args, context),
        Command::Note(args) => change::note::run(args, context),
        Command::History(args) => query::history::run(args, context),
        Command::Timeline(args) => query::timeline::run(args, context),
        Command::Phone(args) => change::phone::run(args, context),
        Command::Email(args) => email::run(args, context),
        Command::Delete(args) => change::delete::run(args, context),
        Command::Restore(args) => change::restore::run(args, context),
        Command::Merge(args) => change::merge::run(args, context),
        Command::Duplicates(args) => query::duplicates::run(args, context),
        Command::Erase(args) => change::erase::run(args, context),
        Command::Export(args) => query::export::run(args, context),
    }
}
