//! `crmctl roi`

mod cost;
mod page;
mod rate;
mod show;

use iso_currency::Currency;

use crate::commands::context::{Context, Session};
use crate::domain::{currency, source};
use crate::error::{CommandError, Exit};

/// Show what leads cost and what they brought; record costs and exchange rates. Without a verb, show
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Show(Box<show::Args>),
    Cost(cost::Args),
    Rate(rate::Args),
}

pub fn run(command: Command, context: &Context) -> anyhow::Result<Exit> {
    match command {
        Command::Show(args) => show::run(*args, context),
        Command::Cost(args) => cost::run(args, context),
        Command::Rate(args) => rate::run(args, context),
    }
}

/// The normal form of the name of a source or campaign.
///
/// # Errors
/// Nothing is left of it, or it is too long.
pub(super) fn normal(what: &str, text: &str, most: usize) -> Result<String, CommandError> {
    let name = source::normalize(text);
    match name.chars().count() {
        0 => Err(CommandError::usage(format!("`{text}` names no {what}")).hint("a name has letters or digits")),
        length if length > most => {
            Err(CommandError::usage(format!("the {what} has {length} characters"))
                .hint(format!("at most {most} are kept")))
        }
        _ => Ok(name),
    }
}

/// The organization's currency.
pub(super) fn base_currency(session: &Session) -> Result<Currency, CommandError> {
    currency::parse(&session.org.base_currency).map_err(CommandError::failed)
}
