//! `crmctl migrate redo`

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Revert the last migration and apply it again
///
/// It is for those who write migrations.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate redo --dry-run")]
pub struct Args {
    /// Show what would be redone and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut db = if args.dry_run { super::existing(context)? } else { context.open_for_migrations()? };
    let last = db.known_migrations()?.steps.into_iter().rfind(|step| step.applied);
    let Some(last) = last else {
        return super::print(context, "redone", Vec::new(), "nothing is applied");
    };
    if args.dry_run {
        return super::print_planned(context, "redo", vec![last.name], "nothing is applied");
    }
    context.ui.confirm(&format!("Revert and apply {} again, and delete everything in its tables?", last.name))?;
    super::down::back_up_first(&db, context.ui)?;
    let done = db.migrate_redo()?;
    super::print(context, "redone", done, "nothing is applied")
}
