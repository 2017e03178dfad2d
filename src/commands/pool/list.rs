//! `crmctl pool list`

use std::collections::HashMap;

use super::shown::{COLUMNS, shown};
use crate::commands::args::leads::selection::reading;
use crate::commands::context::Context;
use crate::db::DbError;
use crate::db::models::lead_work::pools::{assignment_pool_members, assignment_pools};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the pools, in the order in which they take leads
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool list")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let (pools, counts) = session.db.read(org, |conn| -> Result<_, DbError> {
        Ok((assignment_pools::all(conn, org)?, assignment_pool_members::counts(conn, org)?))
    })?;
    let counts: HashMap<i64, i64> = counts.into_iter().collect();
    let reading = reading(&session, None);
    let mut list = context.ui.list(COLUMNS);
    for pool in pools {
        let members = counts.get(&pool.id).copied().unwrap_or(0);
        list.push(&shown(pool, members, &reading))?;
    }
    list.finish("no pools")?;
    Ok(Exit::Done)
}
