//! `crmctl pool member edit`

use super::{Asked, Limits, find, readable, subject, warn_of_viewer};
use crate::commands::args::changes::{ChangeArgs, changes_of, refuse_cleared};
use crate::commands::args::complete;
use crate::commands::args::leads::pools;
use crate::commands::context::Context;
use crate::commands::pool::shown::skills;
use crate::domain::access::role::Right;
use crate::domain::lead_work::pools::MAX_WEIGHT;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::{PoolError, change_member};

/// Change a user's part in a pool
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool member edit inbound ann@example.com --weight 3 --clear capacity\n  \
    crmctl pool member edit inbound ann@example.com --disable")]
pub struct Args {
    /// The pool
    #[arg(add = complete::pool_names())]
    pool: String,
    /// The user, by email or username
    #[arg(value_name = "EMAIL", add = complete::user_emails())]
    who: String,
    /// How many leads the user gets for one of a member with the weight 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=i64::from(MAX_WEIGHT)))]
    weight: Option<i32>,
    #[command(flatten)]
    limits: Limits,
    /// A skill that the user has, instead of those before; may be given several times
    #[arg(long = "skill", value_name = "TAG")]
    skills: Vec<String>,
    /// Empty a field; may be given several times
    #[arg(long, value_name = "FIELD", value_parser = ["capacity", "daily_limit", "skills"])]
    clear: Vec<String>,
    /// Give the user no leads for now
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Give the user leads again
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let pool = pools::find(&mut session, &args.pool)?;
    let user = session.user_named(&args.who)?;
    let member = find(&mut session, &pool, &user)?;
    let skills = skills(&args.skills)?;
    let given = [
        ("capacity", args.limits.capacity.is_some()),
        ("daily_limit", args.limits.daily_limit.is_some()),
        ("skills", skills.is_some()),
    ];
    refuse_cleared(&args.clear, &given)?;
    let clears = |field: &str| args.clear.iter().any(|cleared| cleared == field);
    let asked = Asked::new(&session, &pool, &user, args.answer)?;
    let (edited, shown) = session.db.write_as(args.answer.mode(), asked.stamp.org, |conn| -> Result<_, PoolError> {
        let edited = change_member(conn, &member, &asked.stamp, |member| {
            member.weight = args.weight.unwrap_or(member.weight);
            member.capacity = args.limits.capacity.or(member.capacity.filter(|_| !clears("capacity")));
            member.daily_limit = args.limits.daily_limit.or(member.daily_limit.filter(|_| !clears("daily_limit")));
            member.skills = skills.or(member.skills.take().filter(|_| !clears("skills")));
            member.is_active = args.enable || (member.is_active && !args.disable);
        })?;
        Ok((edited, asked.now(conn)?))
    })?;
    let gone = || PoolError::NoMember { user: user.email.clone(), pool: pool.name.clone() };
    let edited = edited.ok_or_else(gone)?;
    let changes = readable(changes_of(edited.changes), &session);
    args.answer
        .answer(context.ui, &subject(&pool, &user), &changes, || Ok(context.ui.record(&shown, super::COLUMNS)?))?;
    warn_of_viewer(context, &user);
    Ok(Exit::Done)
}
