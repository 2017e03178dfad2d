//! `crmctl backup`

mod list;
mod make;
mod prune;
mod verify;

use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::db::models::backups::{self, Backup};
use crate::db::{Database, DbError};
use crate::error::{Exit, Result};

/// Make backups of the whole database, and look after them
///
/// Without a verb, `backup make` is meant.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl backup crm-2026-03-04.db.zst\n  crmctl backup list\n  \
    crmctl backup prune --keep daily:7,weekly:4 --dry-run")]
pub enum Command {
    Make(make::Args),
    List(list::Args),
    Verify(verify::Args),
    Prune(prune::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Make(args) => make::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Prune(args) => prune::run(args, context),
    }
}

/// What is found where a backup was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A file of its size.
    Present,
    Missing,
    /// A file of another size, or that cannot be read.
    Changed,
    /// A file of its size that was found damaged when it was last verified.
    Damaged,
}

impl State {
    /// What lies there now. The file is not read.
    fn of(backup: &Backup) -> State {
        match std::fs::metadata(&backup.path) {
            Ok(file) if file.is_file() && i64::try_from(file.len()) == Ok(backup.bytes) => match backup.damaged_at {
                None => State::Present,
                Some(_) => State::Damaged,
            },
            Ok(_) => State::Changed,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => State::Missing,
            Err(_) => State::Changed,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            State::Present => "present",
            State::Missing => "missing",
            State::Changed => "changed",
            State::Damaged => "damaged",
        }
    }
}

/// The backups that the database knows, the latest first.
fn known(db: &mut Database) -> Result<Vec<Backup>, DbError> {
    db.read_global(backups::all)
}

/// Where a file is, from the root of the machine and through links, as it is written down.
fn whole_path(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}
