//! `crmctl pool runs`

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::commands::args::complete;
use crate::commands::args::leads::pools::{find, print_left};
use crate::commands::context::Context;
use crate::db::DbError;
use crate::db::models::access::users::{self, User};
use crate::db::models::lead_work::pools::assignment_pools;
use crate::db::models::lead_work::pools::pool_runs::{self, Run};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::PoolError;
use crate::ops::lead_work::pools::explained::of_run;
use crate::ops::lead_work::pools::told::LeftTold;
use crate::ui::{Column, Ui};

/// List what pools did, the latest first, or show one run
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool runs --pool inbound --limit 10\n  crmctl pool runs 12")]
pub struct Args {
    /// The run to show, with its members and the leads that it left
    run: Option<i64>,
    /// Runs of this pool
    #[arg(long, value_name = "NAME", conflicts_with = "run", add = complete::pool_names())]
    pool: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
}

/// A run as it is printed.
#[derive(Serialize)]
pub(super) struct Line {
    #[serde(flatten)]
    run: Run,
    pool: String,
    /// The run that undid it.
    undone_by: Option<i64>,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::time("run_at", "when"),
    Column::whole("pool", "pool").kept(),
    Column::hidden("pool_id"),
    Column::whole("kind", "kind").kept(),
    Column::whole("strategy", "strategy").optional(),
    Column::count("lead_count", "leads"),
    Column::count("changed_count", "handed over"),
    Column::count("left_count", "left"),
    Column::number("import_id", "import").optional(),
    Column::number("undoes_run_id", "undoes").optional(),
    Column::number("undone_by", "undone by").optional(),
    Column::text("actor", "who").optional(),
    Column::hidden("options"),
    Column::hidden("members"),
];

/// A run with the leads that it left.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    line: Line,
    reasons: Vec<LeftTold>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let pool = match &args.pool {
        Some(name) => Some(find(&mut session, name)?.id),
        None => None,
    };
    let (runs, names, undone, users) = session.db.read(org, |conn| -> Result<_, PoolError> {
        let runs = match args.run {
            Some(id) => vec![pool_runs::by_id(conn, org, id)?.ok_or(PoolError::NoRun(id))?],
            // 0 is all.
            None => {
                let most = if args.limit == 0 { i64::MAX } else { args.limit.into() };
                pool_runs::latest(conn, org, pool, most)?
            }
        };
        let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
        let undone = pool_runs::undone(conn, org, &ids)?;
        Ok((runs, assignment_pools::names(conn, org)?, undone, users::all(conn, org)?))
    })?;
    let names: HashMap<i64, String> = names.into_iter().collect();
    let undone: HashMap<i64, i64> = undone.into_iter().collect();
    let line = |run: Run| Line {
        pool: names.get(&run.pool_id).cloned().unwrap_or_default(),
        undone_by: undone.get(&run.id).copied(),
        run,
    };
    if let Some(id) = args.run {
        let reasons = session.db.read(org, |conn| -> Result<_, DbError> { of_run(conn, org, id, &users) })?;
        for run in runs {
            print_one(Shown { line: line(run), reasons: reasons.clone() }, &users, context.ui)?;
        }
        return Ok(Exit::Done);
    }
    let mut list = context.ui.list(COLUMNS);
    runs.into_iter().try_for_each(|run| list.push(&line(run)))?;
    list.finish("no runs")?;
    Ok(Exit::Done)
}

fn print_one(shown: Shown, users: &[User], ui: Ui) -> Result<()> {
    let columns: Vec<Column> = COLUMNS.iter().cloned().chain([Column::hidden("reasons")]).collect();
    ui.record(&shown, &columns)?;
    print_members(&shown.line.run, users, ui)?;
    print_left(&shown.reasons, ui)
}

/// Prints what a run did for each member.
fn print_members(run: &Run, users: &[User], ui: Ui) -> Result<()> {
    let named = |member: &Value| {
        let mut member = member.clone();
        let id = member.get("user_id").and_then(Value::as_i64);
        let user = id.and_then(|id| users.iter().find(|user| user.id == id));
        if let (Some(user), Some(fields)) = (user, member.as_object_mut()) {
            fields.insert("user".into(), user.email.clone().into());
        }
        member
    };
    let members: Vec<Value> = run.members.0.as_array().into_iter().flatten().map(named).collect();
    let was_given = members.iter().any(|member| member.get("assigned").is_some());
    let columns = match was_given {
        true => vec![
            Column::text("user", "member").kept(),
            Column::count("assigned", "assigned").kept(),
            Column::count("open_before", "open before"),
            Column::count("open_after", "open after"),
            Column::whole("passed_over", "passed over"),
        ],
        false => vec![Column::text("user", "member").kept(), Column::count("leads", "leads").kept()],
    };
    Ok(ui.part("members", &members, &columns)?)
}
