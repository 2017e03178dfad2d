//! `crmctl backup prune`

use std::path::Path;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{State, known};
use crate::commands::context::Context;
use crate::db::backup::fingerprint;
use crate::db::models::backups::Backup;
use crate::domain::backups::Keep;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::backups::forget;
use crate::ui::{Column, grouped};

/// Delete the files of old backups that need not be kept
///
/// Of each of the latest days, weeks, months or years that have a sound backup the last one is kept (days begin at midnight of this machine's
/// time zone, weeks on Monday). The very last one always is. Every file is read first: one that is not what it was when it was made keeps
/// nothing, and is not deleted. Only files that `backup list` knows are deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl backup prune --keep daily:7,weekly:4 --dry-run\n  \
    crmctl backup prune --keep last:3,monthly:12 --yes\n  crmctl backup prune --missing\n\n\
    Exit code 3 when a file is not what it was when it was made, or could not be deleted.")]
pub struct Args {
    /// How many to keep: last, daily, weekly, monthly and yearly, each with a number
    #[arg(long, value_name = "RHYTHM:N,...", required_unless_present = "missing")]
    keep: Option<Keep>,
    /// Forget the backups whose files are not there any more
    #[arg(long)]
    missing: bool,
    /// Show what would be deleted and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Line {
    id: i64,
    file: String,
    /// `kept`, `deleted`, `would_delete`, `forgotten`, `would_forget` or `left`.
    outcome: &'static str,
    bytes: i64,
    made_at: Timestamp,
    problem: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::text("file", "file").kept(),
    Column::whole("outcome", "outcome").kept(),
    Column::count("bytes", "bytes").optional(),
    Column::ago("made_at", "made").optional(),
    Column::text("problem", "problem").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    context.catch_interrupts();
    let mut db = context.open_existing()?;
    context.keeper(&mut db)?;
    let mut sound = Vec::new();
    let mut missing = Vec::new();
    let (mut lines, mut failed) = (Vec::new(), false);
    // What is not there, or is damaged, keeps nothing of its day.
    for backup in known(&mut db)? {
        match (State::of(&backup), &args.keep) {
            (State::Missing, _) if args.missing => missing.push(backup),
            (State::Missing, _) => lines.push(line(&backup, "left", Some("its file is missing".into()))),
            (_, None) => lines.push(line(&backup, "kept", None)),
            (_, Some(_)) => match read_again(&backup, context) {
                Ok(()) => sound.push(backup),
                Err(error) if error.exit == Exit::Interrupted => return Err(error),
                Err(error) => {
                    failed = true;
                    lines.push(line(&backup, "left", Some(error.message)));
                }
            },
        }
    }
    let made: Vec<Timestamp> = sound.iter().map(|backup| backup.made_at).collect();
    let places = args.keep.as_ref().map(|keep| keep.superfluous(&made, &TimeZone::system())).unwrap_or_default();
    let of_places = |(place, backup)| (places.contains(&place), backup);
    let (superfluous, kept): (Vec<_>, Vec<_>) =
        sound.into_iter().enumerate().map(of_places).partition(|(is_superfluous, _)| *is_superfluous);
    lines.extend(kept.iter().map(|(_, backup)| line(backup, "kept", None)));
    if args.dry_run {
        lines.extend(superfluous.iter().map(|(_, backup)| line(backup, "would_delete", None)));
        lines.extend(missing.iter().map(|backup| line(backup, "would_forget", None)));
        show(lines, context)?;
        context.ui.note("nothing was changed");
        return Ok(if failed { Exit::NeedsAttention } else { Exit::Done });
    }
    if !superfluous.is_empty() {
        let bytes: i64 = superfluous.iter().map(|(_, backup)| backup.bytes).sum();
        let files = match superfluous.len() {
            1 => "a file".to_owned(),
            count => format!("{count} files"),
        };
        context.ui.confirm(&format!("Delete {files} of backups, {} bytes?", grouped(bytes)))?;
    }
    let mut is_changed = false;
    for (_, backup) in &superfluous {
        match delete(backup, context) {
            Ok(()) => {
                context.ui.set_committed();
                is_changed = true;
                if !forget(&mut db, backup.id)? {
                    context.ui.note(
                        "others write to the database: a deleted file is listed as missing until it can be written",
                    );
                }
                lines.push(line(backup, "deleted", None));
            }
            Err(error) if error.exit == Exit::Interrupted => return Err(error),
            Err(error) => {
                failed = true;
                lines.push(line(backup, "left", Some(error.message)));
            }
        }
    }
    for backup in &missing {
        let is_forgotten = forget(&mut db, backup.id)?;
        is_changed |= is_forgotten;
        failed |= !is_forgotten;
        lines.push(match is_forgotten {
            true => line(backup, "forgotten", None),
            false => line(backup, "left", Some("others write to the database".into())),
        });
    }
    show(lines, context)?;
    if !is_changed {
        context.ui.note("nothing to delete");
    }
    Ok(if failed { Exit::NeedsAttention } else { Exit::Done })
}

/// Shows what became of each, the latest first.
fn show(mut lines: Vec<Line>, context: &Context) -> Result<()> {
    lines.sort_by_key(|line| std::cmp::Reverse((line.made_at, line.id)));
    let mut list = context.ui.list(COLUMNS);
    lines.iter().try_for_each(|line| list.push(line))?;
    Ok(list.finish("no backups")?)
}

fn line(backup: &Backup, outcome: &'static str, problem: Option<String>) -> Line {
    Line { id: backup.id, file: backup.path.clone(), outcome, bytes: backup.bytes, made_at: backup.made_at, problem }
}

/// Looks whether a file is still what was made, which was sound.
fn read_again(backup: &Backup, context: &Context) -> Result<()> {
    let found = fingerprint(Path::new(&backup.path), &context.interrupted()).map_err(|e| match e.kind() {
        std::io::ErrorKind::ConnectionAborted => CommandError::interrupted(),
        _ => CommandError::failed(format!("cannot read it: {e}")),
    })?;
    match found.sha256 == backup.sha256 {
        true => Ok(()),
        false => Err(CommandError::failed("it is not what it was when it was made")),
    }
}

/// Deletes a file that is what was made, at this very moment: a question may have waited for its answer.
fn delete(backup: &Backup, context: &Context) -> Result<()> {
    read_again(backup, context)?;
    std::fs::remove_file(&backup.path).map_err(|e| CommandError::failed(format!("cannot delete it: {e}")))
}
