//! `crmctl territory assign`

use std::collections::HashMap;

use serde::Serialize;

use crate::commands::args::complete;
use crate::commands::args::leads::selection::moment;
use crate::commands::args::leads::territories::{all, asked, find};
use crate::commands::context::{Context, Session};
use crate::db::Lock;
use crate::db::models::lead_work::territories::tree;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::filter::taken_by;
use crate::ops::lead_work::territories::plan::{Moved, Placement, Plan};
use crate::ui::{Column, Format, Ui, grouped};

/// Put every lead into the territory that takes it
///
/// A lead belongs to the first territory that takes it: what is inside a territory comes before it, then the smaller priority, then the
/// name. A lead that none takes lies in none. Leads that a person has put somewhere stay there. The plan is printed before anything is
/// asked; another one is not made.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory assign --dry-run\n  crmctl territory assign --only California")]
pub struct Args {
    /// Move only leads that come into this territory or leave it
    #[arg(long, value_name = "NAME", add = complete::territory_names())]
    only: Option<String>,
    /// Show which leads would move, and move none
    #[arg(long)]
    dry_run: bool,
}

/// What becomes of the leads: `leads = moved + unchanged + manual`.
#[derive(Serialize)]
struct Summary {
    leads: i64,
    moved: i64,
    unchanged: i64,
    manual: i64,
    moves: Vec<Line>,
    dry_run: bool,
}

/// Leads that move together.
#[derive(Serialize)]
struct Line {
    from: Option<String>,
    to: Option<String>,
    count: i64,
    /// The first of the leads.
    examples: Vec<i64>,
}

const SUMMARY: &[Column] = &[
    Column::count("leads", "leads"),
    Column::count("moved", "moved"),
    Column::count("unchanged", "unchanged"),
    Column::count("manual", "by hand"),
    Column::hidden("moves"),
    Column::hidden("dry_run"),
];

const MOVES: &[Column] = &[
    Column::text("from", "from").kept(),
    Column::text("to", "to").kept(),
    Column::count("count", "leads").kept(),
    Column::text("examples", "such as"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(SUMMARY)?;
    let mut session = context.session(Right::EditMany)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let placement = placement(&mut session, args.only.as_deref())?;
    if args.dry_run {
        let plan = session.db.read_much(org, |conn| placement.plan(conn, org))?;
        ui.note("nothing was changed");
        return answer(ui, &placement, plan, true);
    }
    let seen = match ui.yes {
        true => None,
        false => Some(session.db.read_much(org, |conn| placement.plan(conn, org))?),
    };
    if let Some(seen) = seen.as_ref().filter(|seen| seen.moved() > 0) {
        ui.preview(&readable(lines(&placement, seen)), MOVES)?;
        let leads = if seen.moved() == 1 { "lead" } else { "leads" };
        ui.confirm(&format!("Move {} {leads}?", grouped(seen.moved())))?;
    }
    let made = session.db.write_under(Lock::Placing, org, crate::db::RunMode::Commit, |conn| {
        placement.make(conn, seen.as_ref(), &stamp)
    })?;
    answer(ui, &placement, made, false)
}

/// The rule of the organization's territories.
fn placement(session: &mut Session, only: Option<&str>) -> Result<Placement> {
    let only = only.map(|name| find(session, name)).transpose()?.map(|territory| territory.id);
    let territories = all(session)?;
    let mut filters = HashMap::with_capacity(territories.len());
    for territory in &territories {
        filters.insert(territory.id, asked(session, territory)?);
    }
    let taken_by = taken_by(&tree(&territories).steps(), &filters, &moment(session)?);
    Ok(Placement { territories, taken_by, only })
}

/// What stands for no territory, where people read it.
const NONE: &str = "–";

fn lines(placement: &Placement, plan: &Plan) -> Vec<Line> {
    let name = |id: Option<i64>| {
        let territory = placement.territories.iter().find(|territory| Some(territory.id) == id)?;
        Some(territory.name.clone())
    };
    let line = |moved: &Moved| Line {
        from: name(moved.from),
        to: name(moved.to),
        count: moved.count,
        examples: moved.examples.clone(),
    };
    plan.moves.iter().map(line).collect()
}

/// The same for people.
fn readable(lines: Vec<Line>) -> Vec<Line> {
    let told = |name: Option<String>| Some(name.unwrap_or_else(|| NONE.to_owned()));
    lines.into_iter().map(|line| Line { from: told(line.from), to: told(line.to), ..line }).collect()
}

fn answer(ui: Ui, placement: &Placement, plan: Plan, dry_run: bool) -> Result<Exit> {
    let summary = Summary {
        leads: plan.leads,
        moved: plan.moved(),
        unchanged: plan.unchanged(),
        manual: plan.manual,
        moves: lines(placement, &plan),
        dry_run,
    };
    ui.record(&summary, SUMMARY)?;
    if matches!(ui.format, Format::Table | Format::Markdown) {
        ui.part("moves", &readable(summary.moves), MOVES)?;
    }
    if placement.territories.is_empty() {
        ui.note("there are no territories: crmctl territory add");
    }
    Ok(Exit::Done)
}
