//! `crmctl backup verify`

use std::path::PathBuf;

use serde::Serialize;

use super::{State, known, whole_path};
use crate::commands::context::{Context, now};
use crate::db::backup::{Content, Sound, sound};
use crate::db::models::backups::Backup;
use crate::error::{Exit, Result};
use crate::ops::backups::{damaged, verified};
use crate::ui::Column;

/// Read backups again, and say whether they are what they should be
///
/// Every byte is read and unpacked; the database in it is opened, all its pages are read and the rows of each table are counted. What is
/// found is written down, of a file that was moved with its new place.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl backup verify crm-2026-03-04.db.zst\n\n\
    Exit code 3 when a file is damaged, cut off, or not the one that the database knows by its name.")]
pub struct Args {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Line {
    file: String,
    /// `sound` or `damaged`.
    verdict: &'static str,
    content: Option<Content>,
    schema_version: Option<String>,
    rows: Option<u64>,
    sha256: Option<String>,
    problem: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::text("file", "file").kept(),
    Column::whole("verdict", "verdict").kept(),
    Column::hidden("content"),
    Column::hidden("schema_version"),
    Column::count("rows", "rows"),
    Column::hidden("sha256"),
    Column::text("problem", "problem").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    context.catch_interrupts();
    // Backups are looked at where their database is gone, too.
    let mut db = context.open_existing().ok();
    let recorded = db.as_mut().map(known).transpose().unwrap_or_default().unwrap_or_default();
    // Whoever has the files may read them; the database is for others to write.
    if let Some(Err(why)) = db.as_mut().filter(|_| !recorded.is_empty()).map(|db| context.keeper(db)) {
        context.ui.note(&format!("the database will not know what was found: {}", why.message));
        db = None;
    }
    let mut list = context.ui.list(COLUMNS);
    let mut all_sound = true;
    for file in &args.files {
        let path = whole_path(file).display().to_string();
        let of_name = recorded.iter().find(|backup| backup.path == path);
        let mut of_file = of_name;
        let mut line = Line {
            file: file.display().to_string(),
            verdict: "damaged",
            content: None,
            schema_version: None,
            rows: None,
            sha256: None,
            problem: None,
        };
        match sound(file, &context.interrupted()) {
            Ok(Sound { file, content, schema_version, tables }) => {
                line.content = Some(content);
                line.schema_version = Some(schema_version);
                line.rows = Some(tables.values().sum());
                // One whose own place is empty was moved here.
                let is_moved = |known: &&Backup| known.sha256 == file.sha256 && State::of(known) == State::Missing;
                of_file = of_file.or_else(|| recorded.iter().find(is_moved));
                match of_name.filter(|known| known.sha256 != file.sha256) {
                    Some(_) => {
                        line.problem = Some("it is sound, but not the file that was made under this name".into())
                    }
                    None => line.verdict = "sound",
                }
                line.sha256 = Some(file.sha256);
            }
            Err(e) if e.is_interruption() => return Err(e.into()),
            Err(e) => {
                // What cannot be read now is not damaged yet.
                of_file = of_file.filter(|_| e.is_damage());
                line.problem = Some(e.to_string());
            }
        }
        all_sound &= line.verdict == "sound";
        list.push(&line)?;
        if let (Some(known), Some(db)) = (of_file, db.as_mut()) {
            let now = now()?;
            let written = match line.verdict {
                "sound" => verified(db, known.id, &path, now),
                _ => damaged(db, known.id, now),
            };
            if !matches!(written, Ok(true)) {
                context.ui.note("what was found is not written down: the database cannot be written");
            }
        }
    }
    list.finish("no files")?;
    Ok(if all_sound { Exit::Done } else { Exit::NeedsAttention })
}
