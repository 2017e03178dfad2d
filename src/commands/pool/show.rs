//! `crmctl pool show`

use serde::Serialize;

use super::member;
use super::runs::{Line, lines};
use super::shown::{COLUMNS, Shown, shown};
use crate::commands::args::complete;
use crate::commands::args::leads::pools::{find, print_left};
use crate::commands::args::leads::selection::{moment, reading};
use crate::commands::context::Context;
use crate::db::DbError;
use crate::db::models::access::users;
use crate::db::models::lead_work::pools::pool_runs;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::explained::{MemberNow, Reasons, members, of_run};
use crate::ui::Column;

/// Show a pool, its members, its last run and why it left leads
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool show inbound\n  crmctl pool show inbound --format json")]
pub struct Args {
    /// The pool
    #[arg(add = complete::pool_names())]
    name: String,
}

/// A pool with all that belongs to it.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    shown: Shown,
    members: Vec<MemberNow>,
    /// The latest distribution.
    last_run: Option<Line>,
    /// Why it left leads.
    reasons: Reasons,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    let mut session = context.session(Right::Read)?;
    let pool = find(&mut session, &args.name)?;
    let (stamp, zone) = (session.stamp.clone(), moment(&session)?.zone);
    let org = stamp.org;
    let (members, last_run, reasons) = session.db.read(org, |conn| -> Result<_, DbError> {
        let last = pool_runs::latest_distribution(conn, org, pool.id)?;
        let reasons = match &last {
            Some(run) => {
                let users = users::all(conn, org)?;
                of_run(conn, org, run, &users)?
            }
            None => Reasons::Left(Vec::new()),
        };
        let last = lines(conn, org, last.into_iter().collect())?.pop();
        Ok((members(conn, &pool, &stamp, &zone)?, last, reasons))
    })?;
    let count = i64::try_from(members.len()).unwrap_or(i64::MAX);
    let whole = Whole { shown: shown(pool, count, &reading(&session, None)), members, last_run, reasons };
    const PARTS: [Column; 3] = [Column::hidden("members"), Column::hidden("last_run"), Column::hidden("reasons")];
    let columns: Vec<Column> = COLUMNS.iter().cloned().chain(PARTS).collect();
    ui.record(&whole, &columns)?;
    let shown: Vec<Column> = member::COLUMNS.iter().filter(|column| column.in_tables).cloned().collect();
    ui.part("members", &whole.members, &shown)?;
    let last: Vec<&Line> = whole.last_run.iter().collect();
    let columns = [
        Column::number("id", "id").kept(),
        Column::time("run_at", "when"),
        Column::count("leads", "leads"),
        Column::count("changed", "changed").kept(),
        Column::count("left", "left").kept(),
        Column::number("undone_by", "undone by"),
        Column::text("actor", "who").optional(),
    ];
    ui.part("last run", &last, &columns)?;
    if let Reasons::Left(left) = &whole.reasons {
        print_left(left, ui)?;
    }
    Ok(Exit::Done)
}
