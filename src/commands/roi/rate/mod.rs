//! `crmctl roi rate`

mod list;
mod set;

use crate::commands::context::Context;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Set the exchange rates that convert costs and values
///
/// A rate is what one unit of a currency was worth in the organization's currency in a month. Costs are converted with
/// the rate of their month, the value of a lead with that of the month in which it was recruited.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl roi rate set EUR 2026-03 1.0843\n  crmctl import rates rates.csv"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Set(set::Args),
    List(list::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Set(args) => set::run(args, context),
        Command::List(args) => list::run(args, context),
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("period", "month").kept(),
    Column::whole("currency", "currency").kept(),
    Column::number("rate", "rate").kept(),
    Column::whole("base_currency", "in"),
    Column::time("created_at", "created"),
    Column::text("actor", "who").optional(),
    Column::number("import_id", "import").optional(),
    Column::hidden("id"),
    Column::hidden("user_id"),
];
