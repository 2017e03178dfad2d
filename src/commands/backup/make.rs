//! `crmctl backup make`

use std::path::PathBuf;

use serde::Serialize;

use super::whole_path;
use crate::commands::context::{Context, millis, now};
use crate::commands::outputs::Outputs;
use crate::db::backup::{DEFAULT_LEVEL, Form, GREATEST_LEVEL, back_up_file, back_up_server};
use crate::db::models::backups::NewBackup;
use crate::db::types::Uid;
use crate::db::{Database, Location};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::backups::record;
use crate::ui::Column;

/// Copy the whole database to a new file while others use it
///
/// The file is compressed (`zstd -d` unpacks it) and says at its end what it should be: digests, and the rows of each table. Of an
/// embedded database a name that ends in .db, .sqlite or .sqlite3 asks for a plain copy. Of PostgreSQL it holds what the server's own
/// pg_dump makes of it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A backup counts as made only when it was read again: every page, every row by its indexes, every reference, and the \
    rows of each table. Of a damaged database none is made.\n\nExamples:\n  crmctl backup crm-2026-03-04.db.zst\n  \
    crmctl backup --output crm.db.zst --level 9"
)]
pub struct Args {
    /// The file to make; it must not exist
    #[arg(value_name = "FILE", required_unless_present = "output", conflicts_with = "output")]
    file: Option<PathBuf>,
    /// The same
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How hard to compress, from 1 (quick) to 19 (small)
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LEVEL, value_parser = clap::value_parser!(i32).range(1..=i64::from(GREATEST_LEVEL)))]
    level: i32,
}

#[derive(Serialize)]
struct Line {
    file: String,
    bytes: u64,
    sha256: String,
    schema_version: String,
    rows: u64,
    made_at: Timestamp,
    /// Whether the database knows of it.
    is_recorded: bool,
}

const COLUMNS: &[Column] = &[
    Column::text("file", "file"),
    Column::count("bytes", "bytes"),
    Column::count("rows", "rows"),
    Column::whole("sha256", "SHA-256"),
    Column::hidden("schema_version"),
    Column::hidden("made_at"),
    Column::hidden("is_recorded"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    // A word without an ending is rather a verb of another program.
    let is_word = |file: &PathBuf| file.extension().is_none() && file.components().count() == 1;
    if let Some(word) = args.file.as_ref().filter(|file| is_word(file)) {
        let word = word.display();
        return Err(CommandError::usage(format!("`{word}` is no verb of backup, and no file that has an ending"))
            .hint(format!("name the file: crmctl backup --output {word}.db.zst")));
    }
    let Some(file) = args.output.or(args.file) else {
        return Err(CommandError::usage("which file is to be made?").hint("name it: crmctl backup crm.db.zst"));
    };
    let mut db = context.open_existing()?;
    context.keeper(&mut db)?;
    let form = Form::of_name(&file, args.level);
    Outputs::of(context).claim("backup", &file)?;
    context.catch_interrupts();
    let (now, interrupted) = (now()?, db.interrupted());
    let made = match db.location().clone() {
        Location::Sqlite(path) => back_up_file(&path, &file, form, now, &interrupted)?,
        Location::Postgres(server) => {
            let Form::Packed(level) = form else {
                return Err(CommandError::usage("a backup of PostgreSQL is no SQLite database")
                    .hint("give the file another ending, for example .dump.zst"));
            };
            back_up_server(&mut db, &server, &file, level, now)?
        }
    };
    context.ui.set_committed();
    let (making, verifying) = (millis(made.making), millis(made.verifying));
    context.ui.detail(&format!("made in {making}, read again and verified in {verifying}"));
    let new = NewBackup {
        uid: Uid::new(),
        path: whole_path(&file).display().to_string(),
        bytes: i64::try_from(made.file.bytes).unwrap_or(i64::MAX),
        sha256: made.file.sha256.clone(),
        schema_version: made.schema_version.clone(),
        made_by: context.settings.user.value.as_ref().map(|user| user.trim().to_lowercase()),
        made_at: now,
        verified_at: now,
    };
    let is_recorded = is_recorded(&mut db, &new, context);
    let line = Line {
        file: file.display().to_string(),
        bytes: made.file.bytes,
        sha256: made.file.sha256,
        schema_version: made.schema_version,
        rows: made.tables.values().sum(),
        made_at: now,
        is_recorded,
    };
    context.ui.record(&line, COLUMNS)?;
    Ok(Exit::Done)
}

/// Writes down that a backup was made; says why it was not.
fn is_recorded(db: &mut Database, new: &NewBackup, context: &Context) -> bool {
    let why = match record(db, new) {
        Ok(true) => return true,
        Ok(false) => "others write to the database".to_owned(),
        Err(e) => e.to_string(),
    };
    context.ui.warn(&format!("the backup is made, but `backup list` does not know of it: {why}"));
    false
}
