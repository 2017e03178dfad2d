//! `crmctl migrate up`

use crate::commands::context::Context;
use crate::db::Location;
use crate::error::{CommandError, Exit, Result};

/// Apply all pending migrations in one transaction
///
/// The embedded database does this by itself; PostgreSQL only when asked, as the role that owns the schema.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate up\n  crmctl migrate up --adopt")]
pub struct Args {
    /// Add the tables to a SQLite file of another program, too, which keeps its own
    #[arg(long)]
    adopt: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    if args.adopt && matches!(context.location()?, Location::Postgres(_)) {
        return Err(CommandError::usage("--adopt is for SQLite files").hint("leave it out"));
    }
    let mut db = if args.adopt { context.open_to_adopt()? } else { context.open_for_migrations()? };
    let done = db.migrate_up()?;
    super::print(context, "applied", done, "nothing is pending")
}
