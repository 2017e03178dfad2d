//! `crmctl org list`

use crate::commands::context::Context;
use crate::db::models::access::organizations;
use crate::error::{Exit, Result};

/// List the organizations of the database
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org list\n  crmctl org list --columns slug,industry,subscription_tier")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut db = context.open_existing()?;
    let mut list = context.ui.list(super::COLUMNS);
    for org in db.read_global(organizations::all)? {
        list.push(&org)?;
    }
    list.finish("no organizations")?;
    Ok(Exit::Done)
}
