//! `crmctl import mappings list`

use super::COLUMNS;
use crate::commands::context::Context;
use crate::db::models::imports::import_mappings;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the saved mappings, each in its latest version
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import mappings list\n  crmctl import mappings list --format json")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(COLUMNS);
    for row in session.db.read(org, |conn| import_mappings::current(conn, org))? {
        list.push(&row)?;
    }
    list.finish("no mappings")?;
    Ok(Exit::Done)
}
