//! `crmctl import show`

use crate::commands::context::Context;
use crate::db::models::imports;
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ui::Column;

/// Show an import: its file, options, mapping and counts
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import show 12\n  crmctl import show 12 --format json")]
pub struct Args {
    /// The import, by its number in `import list`
    id: i64,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::text("uid", "uid"),
    Column::whole("kind", "kind"),
    Column::text("file_name", "file"),
    Column::text("file_sha256", "SHA-256"),
    Column::count("file_size", "bytes"),
    Column::text("sheet", "sheet"),
    Column::text("mapping", "mapping"),
    Column::text("options", "options"),
    Column::text("counts", "counts"),
    Column::whole("status", "status"),
    Column::number("undoes_import_id", "undoes"),
    Column::text("actor", "who"),
    Column::time("started_at", "started"),
    Column::time("finished_at", "finished"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let import = session.db.read(org, |conn| imports::by_id(conn, org, args.id))?.ok_or_else(|| {
        CommandError::failed(format!("no import has the id {}", args.id)).hint("list them: crmctl import list")
    })?;
    context.ui.record(&import, COLUMNS)?;
    Ok(Exit::Done)
}
