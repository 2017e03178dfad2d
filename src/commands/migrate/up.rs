//! `crmctl migrate up`

use crate::commands::context::Context;
use crate::db::Location;
use crate::error::{CommandError, Exit, Result};

/// Apply all pending migrations in one transaction
///
/// The embedded database does this by itself; PostgreSQL only when asked, as the role that owns the schema.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate up --dry-run\n  crmctl migrate up --adopt")]
pub struct Args {
    /// Add the tables to a SQLite file of another program, too, which keeps its own
    #[arg(long)]
    adopt: bool,
    /// Show what would be applied and change nothing
    #[arg(long, conflicts_with = "adopt")]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    if args.adopt && matches!(context.location()?, Location::Postgres(_)) {
        return Err(CommandError::usage("--adopt is for SQLite files").hint("leave it out"));
    }
    let mut db = match (args.dry_run, args.adopt) {
        (true, _) => super::existing(context)?,
        (false, true) => context.open_to_adopt()?,
        (false, false) => context.open_for_migrations()?,
    };
    if args.dry_run {
        let pending = db.known_migrations()?.steps.into_iter().filter(|step| !step.applied).map(|step| step.name);
        return super::print_planned(context, "apply", pending.collect(), "nothing is pending");
    }
    let done = db.migrate_up()?;
    super::print(context, "applied", done, "nothing is pending")
}
