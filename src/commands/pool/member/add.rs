//! `crmctl pool member add`

use super::{Asked, Limits, readable, subject, warn_of_viewer};
use crate::commands::args::changes::{ChangeArgs, added};
use crate::commands::args::complete;
use crate::commands::args::leads::pools;
use crate::commands::context::Context;
use crate::commands::pool::shown::skills;
use crate::db::models::lead_work::pools::assignment_pool_members::NewPoolMember;
use crate::domain::access::role::Right;
use crate::domain::lead_work::pools::MAX_WEIGHT;
use crate::error::{CommandError, Exit, Result};
use crate::ops::audited;
use crate::ops::lead_work::pools::{PoolError, add_member};
use crate::system::shell::word;

/// Add a user to a pool
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl pool member add inbound ann@example.com --weight 5 --capacity 40 --daily-limit 10\n  \
    crmctl pool member add desks bob@example.com --skill german"
)]
pub struct Args {
    /// The pool
    #[arg(add = complete::pool_names())]
    pool: String,
    /// The user, by email or username
    #[arg(value_name = "EMAIL", add = complete::user_emails())]
    who: String,
    /// How many leads the user gets for one of a member with the weight 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(i32).range(1..=i64::from(MAX_WEIGHT)))]
    weight: i32,
    #[command(flatten)]
    limits: Limits,
    /// A skill that the user has; may be given several times
    #[arg(long = "skill", value_name = "TAG")]
    skills: Vec<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let pool = pools::find(&mut session, &args.pool)?;
    let user = session.active_user_named(&args.who)?;
    let (org, at) = (session.org.org_id(), session.stamp.now);
    let new = NewPoolMember {
        organization_id: org.0,
        pool_id: pool.id,
        user_id: user.id,
        weight: args.weight,
        capacity: args.limits.capacity,
        daily_limit: args.limits.daily_limit,
        skills: skills(&args.skills)?,
        created_at: at,
        updated_at: at,
    };
    let asked = Asked::new(&session, &pool, &user, args.answer)?;
    let made = session.db.write_as(args.answer.mode(), org, |conn| -> Result<_, PoolError> {
        let made = add_member(conn, &new, &asked.stamp)?;
        Ok((made, asked.now(conn)?))
    });
    let (made, shown) = made.map_err(|error| match error {
        PoolError::Db(e) if e.is_unique_violation() => {
            CommandError::failed(format!("`{}` is a member of the pool `{}` already", user.email, pool.name))
                .hint(format!("change it: crmctl pool member edit {} {}", word(&pool.name), user.email))
        }
        other => other.into(),
    })?;
    let changes = readable(added(audited::described(&made)), &session);
    args.answer
        .answer(context.ui, &subject(&pool, &user), &changes, || Ok(context.ui.record(&shown, super::COLUMNS)?))?;
    warn_of_viewer(context, &user);
    if args.weight > 1 && !pool.strategy.weighs() {
        context.ui.note(&format!("the strategy {} takes no notice of weights", pool.strategy));
    }
    Ok(Exit::Done)
}
