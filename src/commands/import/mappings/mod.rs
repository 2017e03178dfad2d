//! `crmctl import mappings`

mod delete;
mod list;
mod show;

use serde_json::{Map, Value};

use super::record;
use crate::commands::context::{Context, Session};
use crate::db::models::imports::import_mappings::{self, ImportMapping};
use crate::domain::imports::mapping_name::MappingName;
use crate::error::{CommandError, Exit, Result};
use crate::import::saved;
use crate::ui::Column;

/// Look at saved mappings of imports, and delete them
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "`import leads FILE --save-mapping NAME` saves one.\n\n\
    Examples:\n  crmctl import mappings list\n  crmctl import mappings show monthly")]
pub enum Command {
    List(list::Args),
    Show(show::Args),
    Delete(delete::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Delete(args) => delete::run(args, context),
    }
}

const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("uid"),
    Column::whole("name", "name").kept(),
    Column::number("version", "version").kept(),
    Column::whole("kind", "kind"),
    Column::hidden("options"),
    Column::hidden("headers"),
    Column::ago("created_at", "created"),
    Column::text("actor", "who").optional(),
    Column::hidden_time("deleted_at"),
];

/// The version of a mapping that is named, or its latest; with `deleted`, one of a deleted mapping, too.
fn find(session: &mut Session, named: &MappingName, deleted: bool) -> Result<ImportMapping> {
    let org = session.org.org_id();
    if deleted && let Some(version) = named.version {
        let mut versions = session.db.read(org, |conn| import_mappings::versions(conn, org, &named.name))?;
        versions.retain(|row| row.revision == version);
        if let Some(row) = versions.pop() {
            return Ok(row);
        }
    }
    saved::find(&mut session.db, org, named).map_err(CommandError::from)
}

/// A version of a mapping as people read it.
fn lines(row: &ImportMapping) -> (Value, Vec<Column>) {
    let mut shown: Map<String, Value> =
        serde_json::to_value(row).ok().and_then(|row| row.as_object().cloned()).unwrap_or_default();
    let options = row.options.0.as_object().cloned().unwrap_or_default();
    let pairs = ["map", "known"].into_iter().filter_map(|key| options.get(key)).filter_map(Value::as_array).flatten();
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let columns: Vec<String> = pairs.map(|it| format!("{} → {}", text(it, "value"), text(it, "field"))).collect();
    let others: Map<String, Value> = options.into_iter().filter(|(key, _)| key != "map" && key != "known").collect();
    let headers: Vec<&str> = row.headers.0.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    shown.insert("columns".into(), columns.join(", ").into());
    shown.insert("options".into(), record::words(&Value::Object(others)).into());
    shown.insert("headers".into(), headers.join(", ").into());
    let told = vec![
        Column::whole("name", "name"),
        Column::number("version", "version"),
        Column::whole("kind", "kind"),
        Column::text("columns", "columns"),
        Column::text("options", "options"),
        Column::text("headers", "headers"),
        Column::text("actor", "who"),
        Column::ago("created_at", "created"),
        Column::time("deleted_at", "deleted"),
    ];
    (Value::Object(shown), told)
}
