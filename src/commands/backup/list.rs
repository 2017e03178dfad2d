//! `crmctl backup list`

use serde::Serialize;

use super::{State, known};
use crate::commands::context::Context;
use crate::db::models::backups::Backup;
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List the backups that were made, and whether their files are there
///
/// A file counts as there when it has its size; `backup verify` reads it, and finds those that were moved. `backup prune --missing` forgets
/// those whose files are gone.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl backup list\n  crmctl backup list --format json\n\n\
    Exit code 3 when a file is missing, has another size, or was found damaged.")]
pub struct Args {}

#[derive(Serialize)]
struct Line {
    id: i64,
    file: String,
    state: &'static str,
    bytes: i64,
    made_at: Timestamp,
    made_by: Option<String>,
    verified_at: Timestamp,
    schema_version: String,
    sha256: String,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::text("file", "file").kept(),
    Column::whole("state", "state").kept(),
    Column::count("bytes", "bytes"),
    Column::ago("made_at", "made"),
    Column::text("made_by", "by").optional(),
    Column::ago("verified_at", "verified"),
    Column::hidden("schema_version"),
    Column::hidden("sha256"),
];

impl From<Backup> for Line {
    fn from(backup: Backup) -> Line {
        Line {
            id: backup.id,
            state: State::of(&backup).as_str(),
            file: backup.path,
            bytes: backup.bytes,
            made_at: backup.made_at,
            made_by: backup.made_by,
            verified_at: backup.verified_at,
            schema_version: backup.schema_version,
            sha256: backup.sha256,
        }
    }
}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut db = context.open_existing()?;
    let mut list = context.ui.list(COLUMNS);
    let lines: Vec<Line> = known(&mut db)?.into_iter().map(Line::from).collect();
    lines.iter().try_for_each(|line| list.push(line))?;
    list.finish("no backups; make one: crmctl backup crm.db.zst")?;
    if lines.iter().any(|line| line.state == State::Missing.as_str()) {
        context.ui.note("of a missing file: crmctl backup verify FILE where it was moved, crmctl backup prune --missing where it is gone");
    }
    let all_present = lines.iter().all(|line| line.state == State::Present.as_str());
    Ok(if all_present { Exit::Done } else { Exit::NeedsAttention })
}
