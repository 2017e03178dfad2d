//! `crmctl migrate`

mod copy;
mod down;
mod redo;
mod seed;
mod status;
mod up;

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::{Database, DbError, Location};
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Look after the schema of the database
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl migrate status\n  crmctl migrate copy --to postgres://crm_owner@db.example.com/crm"
)]
pub enum Command {
    Up(up::Args),
    Copy(copy::Args),
    Down(down::Args),
    Status(status::Args),
    Redo(redo::Args),
    Seed(seed::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Up(args) => up::run(args, context),
        Command::Copy(args) => copy::run(args, context),
        Command::Down(args) => down::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Redo(args) => redo::run(args, context),
        Command::Seed(args) => seed::run(args, context),
    }
}

/// A migration that was applied or reverted.
#[derive(Serialize)]
struct Done {
    version: String,
    action: &'static str,
}

const COLUMNS: &[Column] = &[Column::whole("version", "version"), Column::whole("action", "action")];

fn print(context: &Context, action: &'static str, versions: Vec<String>, when_empty: &str) -> Result<Exit> {
    let mut list = context.ui.list(COLUMNS);
    for version in versions {
        list.push(&Done { version, action })?;
    }
    list.finish(when_empty)?;
    Ok(Exit::Done)
}

/// What a dry run would do with these migrations.
fn print_planned(context: &Context, action: &'static str, versions: Vec<String>, when_empty: &str) -> Result<Exit> {
    context.ui.note("dry run: nothing was changed; this would be done:");
    print(context, action, versions, when_empty)
}

/// Opens a database that is only looked at: none is made.
fn existing(context: &Context) -> Result<Database> {
    match context.location()? {
        Location::Sqlite(path) if !path.exists() => Err(DbError::NoDatabase(path.display().to_string()).into()),
        _ => context.open_for_migrations(),
    }
}
