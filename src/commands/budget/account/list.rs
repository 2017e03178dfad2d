//! `crmctl budget account list`

use crate::commands::context::Context;
use crate::db::models::money::budget_accounts;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List budget accounts
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl budget account list")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    session.read_from_replica([], context)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(super::COLUMNS);
    for account in session.db.read(org, |conn| budget_accounts::all(conn, org))? {
        list.push(&account)?;
    }
    list.finish("there are no budget accounts")?;
    Ok(Exit::Done)
}
