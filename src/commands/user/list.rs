//! `crmctl user list`

use crate::commands::context::Context;
use crate::db::models::access::users;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the users of the organization
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl user list\n  crmctl user list --columns email,role,last_seen_at")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(super::COLUMNS);
    for user in session.db.read(org, |conn| users::all(conn, org))? {
        list.push(&user)?;
    }
    list.finish("no users")?;
    Ok(Exit::Done)
}
