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
/// Of each of the latest days, weeks, months or years that have a backup the last one is kept (days begin at midnight of this machine's time
/// zone, weeks on Monday). The very last one always is. Only files that `backup list` knows, and that are what they were when they were
/// made, are deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl backup prune --keep daily:7,weekly:4 --dry-run\n  \
    crmctl backup prune --keep last:3,monthly:12 --yes\n\nExit code 3 when a file could not be deleted.")]
pub struct Args {
    /// How many to keep: last, daily, weekly, monthly and yearly, each with a number
    #[arg(long, value_name = "RHYTHM:N,...")]
    keep: Keep,
    /// Show what would be deleted and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Line {
    id: i64,
    file: String,
    /// `kept`, `deleted`, `would_delete` or `left`.
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
    let all = known(&mut db)?;
    // What is not there keeps nothing of its day.
    let (there, others): (Vec<Backup>, Vec<Backup>) =
        all.into_iter().partition(|backup| State::of(backup) == State::Present);
    let made: Vec<Timestamp> = there.iter().map(|backup| backup.made_at).collect();
    let superfluous = args.keep.superfluous(&made, &TimeZone::system());
    let mut lines: Vec<Line> = Vec::new();
    for backup in &others {
        let why = format!("its file is {}", State::of(backup).as_str());
        lines.push(line(backup, "left", Some(why)));
    }
    if !args.dry_run && !superfluous.is_empty() {
        let bytes: i64 = superfluous.iter().filter_map(|place| there.get(*place)).map(|backup| backup.bytes).sum();
        let files = match superfluous.len() {
            1 => "a file".to_owned(),
            count => format!("{count} files"),
        };
        context.ui.confirm(&format!("Delete {files} of backups, {} bytes?", grouped(bytes)))?;
    }
    let (mut deleted, mut failed) = (0_usize, false);
    for (place, backup) in there.iter().enumerate() {
        if !superfluous.contains(&place) {
            lines.push(line(backup, "kept", None));
            continue;
        }
        if args.dry_run {
            lines.push(line(backup, "would_delete", None));
            continue;
        }
        match delete(backup, context) {
            Ok(()) => {
                context.ui.set_committed();
                deleted += 1;
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
    lines.sort_by_key(|line| std::cmp::Reverse((line.made_at, line.id)));
    let mut list = context.ui.list(COLUMNS);
    lines.iter().try_for_each(|line| list.push(line))?;
    list.finish("no backups")?;
    match (args.dry_run, deleted) {
        (true, _) => context.ui.note("nothing was changed"),
        (false, 0) => context.ui.note("nothing to delete"),
        (false, _) => {}
    }
    Ok(if failed { Exit::NeedsAttention } else { Exit::Done })
}

fn line(backup: &Backup, outcome: &'static str, problem: Option<String>) -> Line {
    Line { id: backup.id, file: backup.path.clone(), outcome, bytes: backup.bytes, made_at: backup.made_at, problem }
}

/// Deletes a file that is what was made.
fn delete(backup: &Backup, context: &Context) -> Result<()> {
    let path = Path::new(&backup.path);
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::ConnectionAborted => CommandError::interrupted(),
        _ => CommandError::failed(format!("cannot delete `{}`: {e}", backup.path)),
    };
    let found = fingerprint(path, &context.interrupted()).map_err(failed)?;
    if found.sha256 != backup.sha256 {
        return Err(CommandError::failed("it is not what it was when it was made"));
    }
    std::fs::remove_file(path).map_err(failed)
}
