//! `crmctl org list`

use crate::commands::args::columns::Shown;
use crate::commands::context::Context;
use crate::db::models::access::organizations;
use crate::error::{Exit, Result};

/// List the organizations of the database
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The columns to show, such as slug,industry,subscription_tier
    #[arg(long, value_name = "NAMES")]
    columns: Option<String>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let shown = Shown::of(super::COLUMNS, args.columns.as_deref())?;
    let mut db = context.open_existing()?;
    let mut list = context.ui.list(&shown.columns);
    for org in db.read_global(organizations::all)? {
        list.push(&shown.part_of(&org)?)?;
    }
    list.finish("no organizations")?;
    Ok(Exit::Done)
}
