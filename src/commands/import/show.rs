//! `crmctl import show`

use serde_json::Value;

use super::record;
use crate::commands::context::{Context, Session};
use crate::db::models::imports::{self, Import, import_mappings};
use crate::domain::access::role::Right;
use crate::domain::imports::mapping_name::MappingName;
use crate::error::{CommandError, Exit, Result};
use crate::ui::{Column, Format};

/// Show an import: its file, options, mapping and counts
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import show 12\n  crmctl import show 12 --format json")]
pub struct Args {
    /// The import, by its number in `import list`
    id: i64,
}

/// The columns for programs.
const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("uid"),
    Column::hidden("kind"),
    Column::hidden("file_name"),
    Column::hidden("file_sha256"),
    Column::hidden("file_size"),
    Column::hidden("sheet"),
    Column::hidden("mapping"),
    Column::hidden("options"),
    Column::hidden("counts"),
    Column::hidden("status"),
    Column::hidden("undoes_import_id"),
    Column::hidden("actor"),
    Column::hidden("started_at"),
    Column::hidden("finished_at"),
];

/// What was wrong with rejected rows.
const PROBLEMS: &[Column] = &[
    Column::count("count", "count").kept(),
    Column::number("example_row", "for example row"),
    Column::text("example_column", "column"),
    Column::text("example_value", "value"),
    Column::text("example_problem", "problem").kept(),
    Column::text("hint", "what to do").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let import = session.db.read(org, |conn| imports::by_id(conn, org, args.id))?.ok_or_else(|| {
        CommandError::failed(format!("no import has the id {}", args.id)).hint("list them: crmctl import list")
    })?;
    let ui = context.ui;
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        ui.record(&import, COLUMNS)?;
        return Ok(Exit::Done);
    }
    let mapping = mapping_of(&mut session, &import)?;
    let (lines, columns) = record::lines(&import, mapping.as_ref());
    ui.record(&lines, &columns)?;
    ui.part("problems", &record::problems(&import), PROBLEMS)?;
    Ok(Exit::Done)
}

/// The options of the saved mapping that an import used.
fn mapping_of(session: &mut Session, import: &Import) -> Result<Option<Value>> {
    let named = import.options.0.get("mapping").and_then(Value::as_str);
    let Some(named) = named.and_then(|named| named.parse::<MappingName>().ok()) else { return Ok(None) };
    let org = session.org.org_id();
    let versions = session.db.read(org, |conn| import_mappings::versions(conn, org, &named.name))?;
    let version = versions.into_iter().find(|row| Some(row.revision) == named.version);
    Ok(version.map(|row| row.options.0))
}
