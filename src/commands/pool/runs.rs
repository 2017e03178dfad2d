//! `crmctl pool runs`

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::taken::print_stays;
use crate::commands::args::complete;
use crate::commands::args::leads::pools::{find, print_left};
use crate::commands::args::limit::Limit;
use crate::commands::context::Context;
use crate::db::models::access::users::{self, User};
use crate::db::models::lead_work::pools::assignment_pools;
use crate::db::models::lead_work::pools::pool_runs::{self, Run};
use crate::db::{Db, DbError, OrgId};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::PoolError;
use crate::ops::lead_work::pools::explained::{Reasons, of_run};
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
    #[command(flatten)]
    limit: Limit,
}

/// A run as it is printed.
#[derive(Serialize)]
pub(super) struct Line {
    #[serde(flatten)]
    pub(super) run: Run,
    pool: String,
    /// The run that undid it.
    undone_by: Option<i64>,
}

/// Runs with what else is told of them.
pub(super) fn lines(conn: &mut Db, org: OrgId, runs: Vec<Run>) -> Result<Vec<Line>, DbError> {
    let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
    let undone: HashMap<i64, i64> = pool_runs::undone(conn, org, &ids)?.into_iter().collect();
    let names: HashMap<i64, String> = assignment_pools::names(conn, org)?.into_iter().collect();
    let line = |run: Run| Line {
        pool: names.get(&run.pool_id).cloned().unwrap_or_default(),
        undone_by: undone.get(&run.id).copied(),
        run,
    };
    Ok(runs.into_iter().map(line).collect())
}

pub(super) const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::time("run_at", "when"),
    Column::whole("pool", "pool").kept(),
    Column::hidden("pool_id"),
    Column::whole("kind", "kind").kept(),
    Column::whole("strategy", "strategy").optional(),
    Column::count("leads", "leads"),
    Column::count("changed", "changed").kept(),
    Column::count("left", "left").kept(),
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
    reasons: Reasons,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let pool = match &args.pool {
        Some(name) => Some(find(&mut session, name)?.id),
        None => None,
    };
    if let Some(id) = args.run {
        let (line, reasons, users) = session.db.read(org, |conn| -> Result<_, PoolError> {
            let run = pool_runs::by_id(conn, org, id)?.ok_or(PoolError::NoRun(id))?;
            let users = users::all(conn, org)?;
            let reasons = of_run(conn, org, &run, &users)?;
            Ok((lines(conn, org, vec![run])?, reasons, users))
        })?;
        for line in line {
            print_one(Shown { line, reasons: reasons.clone() }, &users, context.ui)?;
        }
        return Ok(Exit::Done);
    }
    let most = args.limit.most(context.ui);
    let mut runs = session.db.read(org, |conn| -> Result<_, DbError> {
        // One more than is shown, to know whether there are more.
        let runs = pool_runs::latest(conn, org, pool, most.map_or(i64::MAX, |most| i64::from(most) + 1))?;
        lines(conn, org, runs)
    })?;
    let most = most.map_or(usize::MAX, |most| most as usize);
    let is_cut = runs.len() > most;
    runs.truncate(most);
    let mut list = context.ui.list(COLUMNS);
    runs.iter().try_for_each(|run| list.push(run))?;
    list.finish("no runs")?;
    if is_cut {
        args.limit.tell_latest(context.ui);
    }
    Ok(Exit::Done)
}

fn print_one(shown: Shown, users: &[User], ui: Ui) -> Result<()> {
    let columns: Vec<Column> = COLUMNS.iter().cloned().chain([Column::hidden("reasons")]).collect();
    ui.record(&shown, &columns)?;
    print_members(&shown.line.run, users, ui)?;
    match &shown.reasons {
        Reasons::Left(left) => print_left(left, ui),
        Reasons::Stay(stays) => print_stays(stays, ui),
    }
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
    let was_given = members.iter().any(|member| member.get("open_before").is_some());
    let mut columns = vec![Column::text("user", "member").kept(), Column::count("leads", "leads").kept()];
    if was_given {
        columns.extend([
            Column::count("open_before", "open before"),
            Column::count("open_after", "open after"),
            Column::whole("passed_over", "passed over"),
        ]);
    }
    Ok(ui.part("members", &members, &columns)?)
}
