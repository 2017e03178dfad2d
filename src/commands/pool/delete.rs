//! `crmctl pool delete`

use super::shown::{COLUMNS, shown, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::pools::find;
use crate::commands::args::leads::selection::reading;
use crate::commands::context::Context;
use crate::db::models::lead_work::pools::assignment_pool_members;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools;
use crate::ui::{Change, plural};

/// Delete a pool; its leads stay with their owners
///
/// What its runs did stays known.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool delete inbound --dry-run")]
pub struct Args {
    /// The pool
    #[arg(add = complete::pool_names())]
    name: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let org = session.org.org_id();
    let pool = find(&mut session, &args.name)?;
    let members = session.db.read(org, |conn| assignment_pool_members::of_pool(conn, org, pool.id))?.len();
    let (id, name) = (pool.id, pool.name.clone());
    let shown = shown(pool, i64::try_from(members).unwrap_or(i64::MAX), &reading(&session, None));
    if !args.answer.mode().is_dry_run() {
        let members = plural(members as u64, "member", "members");
        context.ui.confirm(&format!("Delete the pool `{name}` with {members}?"))?;
    }
    session.db.write_as(args.answer.mode(), org, |conn| pools::delete(conn, id, &session.stamp))?;
    args.answer.answer(context.ui, &subject(&name), &[Change::said("deleted")], || {
        Ok(context.ui.record(&shown, COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
