//! `crmctl import`

mod costs;
mod dnc;
mod history;
mod leads;
mod list;
mod mappings;
mod plan;
mod presets;
mod rates;
mod record;
mod show;
mod template;
mod undo;
mod wizard;

use crate::commands::context::Context;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Import spreadsheets and look at earlier imports
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl import leads leads.csv --region US --dry-run\n  crmctl import list\n  crmctl import undo 12"
)]
pub enum Command {
    Leads(Box<leads::Args>),
    Dnc(Box<dnc::Args>),
    History(Box<history::Args>),
    Costs(Box<costs::Args>),
    Rates(Box<rates::Args>),
    Apply(Box<plan::apply::Args>),
    #[command(subcommand)]
    Mappings(mappings::Command),
    Template(template::Args),
    Presets(presets::Args),
    List(list::Args),
    Show(show::Args),
    Undo(undo::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    run_one(command, context).map_err(crate::commands::args::again::with_line)
}

fn run_one(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Leads(args) => leads::run(*args, context),
        Command::Dnc(args) => dnc::run(*args, context),
        Command::History(args) => history::run(*args, context),
        Command::Costs(args) => costs::run(*args, context),
        Command::Rates(args) => rates::run(*args, context),
        Command::Apply(args) => plan::apply::run(*args, context),
        Command::Mappings(command) => mappings::run(command, context),
        Command::Template(args) => template::run(args, context),
        Command::Presets(args) => presets::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Undo(args) => undo::run(args, context),
    }
}

/// The columns of an import's record.
const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::hidden("uid"),
    Column::ago("started_at", "started"),
    Column::whole("kind", "kind").optional(),
    Column::text("file_name", "file").kept(),
    Column::hidden("file_sha256"),
    Column::hidden("file_size"),
    Column::hidden("sheet"),
    Column::hidden("mapping"),
    Column::hidden("options"),
    Column::hidden("counts"),
    Column::count("read", "read"),
    Column::count("created", "created"),
    Column::hidden("updated"),
    Column::hidden("skipped"),
    Column::count("rejected", "rejected").kept(),
    Column::whole("status", "status").kept(),
    Column::hidden("undoes_import_id"),
    Column::hidden("actor"),
    Column::hidden_time("finished_at"),
];
