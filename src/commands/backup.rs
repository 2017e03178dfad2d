//! `crmctl backup`

use std::path::PathBuf;

use serde::Serialize;

use crate::commands::context::Context;
use crate::commands::outputs::Outputs;
use crate::db::{Location, backup_to};
use crate::error::{CommandError, Exit, Result};
use crate::ui::Column;

/// Copy the embedded database to a new file while others use it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The database and its copy are verified: every page is read, every row is found by its indexes, and every reference leads \
    somewhere. Of a damaged database no backup is made.\n\nExamples:\n  crmctl backup --output crm-2026-03-04.db"
)]
pub struct Args {
    /// The file to make; it must not exist
    #[arg(short, long, value_name = "FILE", required_unless_present = "file", conflicts_with = "file")]
    output: Option<PathBuf>,
    /// The same, as it was named before
    #[arg(hide = true)]
    file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    file: String,
    bytes: u64,
}

const COLUMNS: &[Column] = &[Column::text("file", "file"), Column::count("bytes", "bytes")];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    // A word without an ending is rather a verb of another program.
    let is_word = |file: &PathBuf| file.extension().is_none() && file.components().count() == 1;
    if let Some(word) = args.file.as_ref().filter(|file| is_word(file)) {
        let word = word.display();
        return Err(CommandError::usage(format!("`{word}` is no verb of backup, which makes a file"))
            .hint(format!("name the file: crmctl backup --output {word}.db")));
    }
    let Some(file) = args.output.or(args.file) else {
        return Err(CommandError::usage("which file is to be made?").hint("name it with --output FILE"));
    };
    let db = context.open_existing()?;
    let Location::Sqlite(path) = db.location() else {
        return Err(CommandError::failed("only the embedded database is backed up by crmctl")
            .hint("back up PostgreSQL with pg_dump"));
    };
    Outputs::of(context).claim("backup", &file)?;
    context.catch_interrupts();
    let bytes = backup_to(path, &file, &db.interrupted())?;
    context.ui.set_committed();
    let made = Made { file: file.display().to_string(), bytes };
    context.ui.record(&made, COLUMNS)?;
    Ok(Exit::Done)
}
