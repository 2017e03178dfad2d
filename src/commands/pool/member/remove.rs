//! `crmctl pool member remove`

use super::{Asked, find, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::pools;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::{PoolError, remove_member};
use crate::ui::Change;

/// Take a user out of a pool; the user's leads stay
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool member remove inbound ann@example.com")]
pub struct Args {
    /// The pool
    #[arg(add = complete::pool_names())]
    pool: String,
    /// The user, by email or username
    #[arg(value_name = "EMAIL", add = complete::user_emails())]
    who: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let pool = pools::find(&mut session, &args.pool)?;
    let user = session.user_named(&args.who)?;
    let member = find(&mut session, &pool, &user)?;
    let asked = Asked::new(&session, &pool, &user, args.answer)?;
    let shown = session.db.write_as(args.answer.mode(), asked.stamp.org, |conn| -> Result<_, PoolError> {
        let gone = || PoolError::NoMember { user: user.email.clone(), pool: pool.name.clone() };
        let shown = asked.now(conn)?;
        remove_member(conn, &member, &asked.stamp)?.ok_or_else(gone)?;
        Ok(shown)
    })?;
    args.answer.answer(context.ui, &subject(&pool, &user), &[Change::said("removed")], || {
        Ok(context.ui.record(&shown, super::COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
