//! `crmctl pool edit`

use super::shown::{COLUMNS, readable, shown, skills, subject};
use crate::commands::args::changes::{ChangeArgs, changes_of, refuse_cleared};
use crate::commands::args::complete;
use crate::commands::args::leads::pools::find;
use crate::commands::args::leads::selection::{Selection, reading};
use crate::commands::args::named::checked_name;
use crate::commands::args::texts;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::db::models::lead_work::pools::assignment_pool_members;
use crate::db::types::Json;
use crate::domain::access::role::Right;
use crate::domain::lead_work::pools::PoolStrategy;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools;

/// Change a pool: its name, strategy, filter, skills, priority
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool edit inbound --strategy least_loaded\n  \
    crmctl pool edit inbound --clear filter --disable")]
pub struct Args {
    /// The pool
    #[arg(add = complete::pool_names())]
    name: String,
    /// A new name
    #[arg(long = "name", value_name = "NAME", id = "new_name")]
    new_name: Option<String>,
    /// How it chooses who gets a lead
    #[arg(long, value_parser = one_of::<PoolStrategy>())]
    strategy: Option<PoolStrategy>,
    #[command(flatten)]
    selection: Selection,
    /// A tag of leads that names a skill, instead of those before; may be given several times
    #[arg(long = "skill", value_name = "TAG")]
    skills: Vec<String>,
    /// Of two pools that take a lead, the one with the smaller number comes first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..=1_000_000))]
    priority: Option<i32>,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = texts::within::<2000>)]
    description: Option<String>,
    /// Empty a field; may be given several times
    #[arg(long, value_name = "FIELD", value_parser = ["description", "filter", "skills"])]
    clear: Vec<String>,
    /// Keep it from distributing
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Let it distribute again
    #[arg(long)]
    enable: bool,
    /// Refuse when the pool has another version by now
    #[arg(long, value_name = "N")]
    if_version: Option<i32>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let new_name = args.new_name.as_deref().map(|name| checked_name("pool", name)).transpose()?;
    let filter = args.selection.filter(&mut session)?;
    let skills = skills(&args.skills)?;
    let given =
        [("description", args.description.is_some()), ("filter", filter.is_some()), ("skills", skills.is_some())];
    refuse_cleared(&args.clear, &given)?;
    let found = find(&mut session, &args.name)?;
    let org = session.org.org_id();
    let clears = |field: &str| args.clear.iter().any(|cleared| cleared == field);
    let edited = session.db.write_under(Lock::Distributing, org, args.answer.mode(), |conn| {
        pools::change(conn, found.id, args.if_version, &session.stamp, |pool| {
            pool.name = new_name.unwrap_or(std::mem::take(&mut pool.name));
            pool.strategy = args.strategy.unwrap_or(pool.strategy);
            pool.priority = args.priority.unwrap_or(pool.priority);
            pool.is_active = args.enable || (pool.is_active && !args.disable);
            let of = |field: &str| !clears(field);
            pool.description = args.description.or(pool.description.take().filter(|_| of("description")));
            pool.skills = skills.or(pool.skills.take().filter(|_| of("skills")));
            let filter = filter.map(|filter| Json(filter.to_json()));
            pool.filter = filter.or(pool.filter.take().filter(|_| of("filter")));
        })
    })?;
    let changes = readable(changes_of(edited.changes), &session);
    args.answer.answer(context.ui, &subject(&found.name), &changes, || {
        let members = session.db.read(org, |conn| assignment_pool_members::of_pool(conn, org, found.id))?;
        let members = i64::try_from(members.len()).unwrap_or(i64::MAX);
        Ok(context.ui.record(&shown(edited.row, members, &reading(&session, None)), COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
