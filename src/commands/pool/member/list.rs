//! `crmctl pool member list`

use crate::commands::args::complete;
use crate::commands::args::leads::pools;
use crate::commands::args::leads::selection::moment;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::explained::members;

/// List the members of a pool, with what they hold now
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool member list inbound")]
pub struct Args {
    /// The pool
    #[arg(add = complete::pool_names())]
    pool: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let pool = pools::find(&mut session, &args.pool)?;
    let (stamp, zone) = (session.stamp.clone(), moment(&session)?.zone);
    let all = session.db.read(stamp.org, |conn| members(conn, &pool, &stamp, &zone))?;
    let mut list = context.ui.list(super::COLUMNS);
    all.iter().try_for_each(|member| list.push(member))?;
    list.finish("no members")?;
    Ok(Exit::Done)
}
