//! `crmctl org group show`

use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::db::models::access::organizations;
use crate::error::{Exit, Explain, Result};
use crate::ops::dnc::groups::GroupError;

/// Show the organizations of a group
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org group show holding")]
pub struct Args {
    /// The group
    #[arg(add = complete::group_slugs())]
    group: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut db = context.open_existing()?;
    let members = db.read_global(|conn| organizations::of_group(conn, &args.group))?;
    if members.is_empty() {
        return Err(GroupError::Unknown(args.group).explain());
    }
    let mut list = context.ui.list(crate::commands::org::COLUMNS);
    members.iter().try_for_each(|org| list.push(org))?;
    list.finish("no organizations")?;
    Ok(Exit::Done)
}
