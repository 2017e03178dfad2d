//! `crmctl migrate down`

use crate::commands::context::Context;
use crate::db::{Database, Location, backup_to};
use crate::error::{Exit, Result};
use crate::ui::Ui;

/// Revert migrations, and delete their tables
///
/// All that is in them is deleted. The embedded database is backed up first, to a file beside it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate down --dry-run\n  crmctl migrate down --steps 2")]
pub struct Args {
    /// How many to revert
    #[arg(long, default_value_t = 1, value_name = "N")]
    steps: usize,
    /// Revert all of them
    #[arg(long, conflicts_with = "steps")]
    all: bool,
    /// Show what would be reverted and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut db = if args.dry_run { super::existing(context)? } else { context.open_for_migrations()? };
    let applied: Vec<String> =
        db.known_migrations()?.steps.into_iter().filter(|step| step.applied).map(|step| step.name).collect();
    let steps = if args.all { applied.len() } else { args.steps.min(applied.len()) };
    let last = &applied[applied.len() - steps..];
    if args.dry_run {
        let reverted = last.iter().rev().cloned().collect();
        return super::print_planned(context, "revert", reverted, "nothing is applied");
    }
    if steps > 0 {
        let names = last.join(", ");
        context.ui.confirm(&format!("Revert {names}, and delete everything in their tables?"))?;
        back_up_first(&db, context.ui)?;
    }
    let done = db.migrate_down(steps)?;
    super::print(context, "reverted", done, "nothing is applied")
}

/// Backs the embedded database up beside itself.
pub(super) fn back_up_first(db: &Database, ui: Ui) -> Result<()> {
    let Location::Sqlite(path) = db.location() else { return Ok(()) };
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.6fZ").to_string();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let target = path.with_file_name(format!("{name}.backup-{stamp}"));
    backup_to(path, &target, &db.interrupted())?;
    ui.note(&format!("backed up to {}", target.display()));
    Ok(())
}
