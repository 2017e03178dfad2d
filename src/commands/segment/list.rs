//! `crmctl segment list`

use super::shown_with;
use crate::commands::args::leads::segments::visible;
use crate::commands::args::leads::selection::reading;
use crate::commands::context::Context;
use crate::db::models::access::users;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the segments that you see: your own and public ones
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment list")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let users = session.db.read(org, |conn| users::all(conn, org))?;
    let reading = reading(&session, None);
    let mut list = context.ui.list(super::COLUMNS);
    for segment in visible(&mut session)? {
        list.push(&shown_with(segment, &users, &reading))?;
    }
    list.finish("no segments")?;
    Ok(Exit::Done)
}
