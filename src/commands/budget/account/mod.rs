//! `crmctl budget account`

mod add;
mod list;

use crate::commands::context::Context;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Open budget accounts and list them
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, after_help = "Examples:\n  crmctl budget account add ads-europe --currency EUR")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
    }
}

pub(super) const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::text("name", "name").kept(),
    Column::money_in("balance_cents", "balance", "currency").kept(),
    Column::hidden("currency"),
    Column::count("sequence", "transactions"),
    Column::hidden("uid"),
    Column::hidden("head_hash"),
    Column::hidden_time("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
];
