//! `crmctl user list`

use crate::commands::args::columns::Shown;
use crate::commands::context::Context;
use crate::db::models::access::users;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the users of the organization
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The columns to show, such as email,username,last_seen_at
    #[arg(long, value_name = "NAMES")]
    columns: Option<String>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let shown = Shown::of(super::COLUMNS, args.columns.as_deref())?;
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(&shown.columns);
    for user in session.db.read(org, |conn| users::all(conn, org))? {
        list.push(&shown.part_of(&user)?)?;
    }
    list.finish("no users")?;
    Ok(Exit::Done)
}
