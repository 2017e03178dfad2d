//! `crmctl dnc certificate list`

use crate::commands::context::Context;
use crate::db::models::dnc::dnc_scrubs;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List the scrubs that are recorded, the latest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc certificate list\n  crmctl dnc certificate list --format json")]
pub struct Args {}

const COLUMNS: &[Column] = &[
    Column::number("sequence", "number").kept(),
    Column::ago("scrubbed_at", "scrubbed"),
    Column::text("file_name", "file").kept(),
    Column::whole("channel", "channel").optional(),
    Column::count("rows_read", "rows"),
    Column::count("rows_clean", "clean"),
    Column::count("rows_blocked", "blocked"),
    Column::count("rows_unknown", "unknown"),
    Column::text("actor", "who"),
    Column::hidden("file_sha256"),
];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(COLUMNS);
    let scrubs = session.db.read(org, |conn| dnc_scrubs::all(conn, org))?;
    scrubs.iter().try_for_each(|scrub| list.push(scrub))?;
    list.finish("no scrubs")?;
    Ok(Exit::Done)
}
