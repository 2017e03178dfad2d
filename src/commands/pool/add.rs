//! `crmctl pool add`

use super::shown::{COLUMNS, readable, shown, skills, subject};
use crate::commands::args::changes::{ChangeArgs, added};
use crate::commands::args::leads::selection::{Selection, reading};
use crate::commands::args::named::checked_name;
use crate::commands::args::texts;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::db::models::lead_work::pools::assignment_pools::NewPool;
use crate::db::types::{Json, Uid};
use crate::domain::access::role::Right;
use crate::domain::lead_work::pools::PoolStrategy;
use crate::error::{Exit, Result};
use crate::ops::audited;
use crate::ops::lead_work::pools;
use crate::system::shell;

/// Add a pool; its members follow by `pool member add`
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool add inbound --where 'source = website'\n  \
    crmctl pool add desks --strategy skill --skill german --skill tax")]
pub struct Args {
    /// Its name, unique in the organization
    name: String,
    /// How it chooses who gets a lead
    #[arg(long, default_value = "weighted", value_parser = one_of::<PoolStrategy>())]
    strategy: PoolStrategy,
    #[command(flatten)]
    selection: Selection,
    /// A tag of leads that names a skill; may be given several times
    #[arg(long = "skill", value_name = "TAG")]
    skills: Vec<String>,
    /// Of two pools that take a lead, the one with the smaller number comes first
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(i32).range(0..=1_000_000))]
    priority: i32,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = texts::within::<2000>)]
    description: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let name = checked_name("pool", &args.name)?;
    let filter = args.selection.filter(&mut session)?;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let new = NewPool {
        organization_id: org.0,
        uid: Uid::new(),
        name: &name,
        description: args.description.as_deref(),
        strategy: args.strategy,
        filter: filter.map(|filter| Json(filter.to_json())),
        skills: skills(&args.skills)?,
        priority: args.priority,
        created_at: now,
        updated_at: now,
    };
    let made = session
        .db
        .write_under(Lock::Distributing, org, args.answer.mode(), |conn| pools::add(conn, &new, &session.stamp))?;
    let changes = readable(added(audited::described(&made)), &session);
    args.answer.answer(context.ui, &subject(&name), &changes, || {
        Ok(context.ui.record(&shown(made.clone(), 0, &reading(&session, None)), COLUMNS)?)
    })?;
    if context.ui.tells_in_a_line() && !args.answer.mode().is_dry_run() {
        context.ui.note(&format!("it has no members yet: crmctl pool member add {} EMAIL", shell::word(&name)));
    }
    Ok(Exit::Done)
}
