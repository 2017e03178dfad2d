//! Pools as arguments, and which leads they take.

use serde::Serialize;

use super::selection::{moment, reading, resolve_names};
use crate::commands::args::named::{named, normal_name, unknown};
use crate::commands::context::Session;
use crate::db::models::lead_work::pools::assignment_pools::{self, Pool};
use crate::domain::lead_work::pools::{LeadOrder, RunReason};
use crate::error::{CommandError, Result};
use crate::filter::{Filter, LeadQuery};
use crate::import::kinds::leads::summary::GivenOut;
use crate::ops::lead_work::pools::distribute::Wanted;
use crate::ops::lead_work::pools::told::{Distributed, LeftTold, SkippedTold};
use crate::system::shell;
use crate::ui::{Column, Ui};

/// The pool with this name, in any case.
///
/// # Errors
/// There is none.
pub fn find(session: &mut Session, name: &str) -> Result<Pool> {
    let (org, name) = (session.org.org_id(), normal_name(name));
    let all = session.db.read(org, |conn| assignment_pools::all(conn, org))?;
    let found = named(&all, |pool| &pool.name, &name);
    found.cloned().ok_or_else(|| unknown("pool", &name, all.iter().map(|pool| pool.name.as_str())))
}

/// What a pool is asked to distribute: its leads, in this order or in the one of its strategy.
///
/// # Errors
/// It is not active, or its filter asks for what is not there any more.
pub fn wanted(session: &mut Session, pool: Pool, order: Option<LeadOrder>) -> Result<Wanted> {
    if !pool.is_active {
        return Err(CommandError::failed(format!("the pool `{}` is not active", pool.name))
            .hint(format!("crmctl pool edit {} --enable", shell::word(&pool.name))));
    }
    let filter = filter(session, &pool)?;
    let query = LeadQuery { filter, ..LeadQuery::all(moment(session)?) };
    let order = order.unwrap_or(pool.strategy.order());
    Ok(Wanted { condition: query.filter.is_some().then(|| query.condition()), order, pool })
}

/// The filter of a pool; None: every lead.
fn filter(session: &mut Session, pool: &Pool) -> Result<Option<Filter>> {
    let Some(json) = &pool.filter else { return Ok(None) };
    let mut filter = Filter::from_json(&json.0, &reading(session, None))?;
    let text = filter.to_string();
    resolve_names(session, &mut filter, &text).map_err(|error| {
        let hint = format!("change it: crmctl pool edit {} --where FILTER", shell::word(&pool.name));
        error.detail(format!("in the filter of the pool `{}`", pool.name)).hint(hint)
    })?;
    Ok(Some(filter))
}

const MEMBER_COLUMNS: &[Column] = &[
    Column::text("user", "member").kept(),
    Column::count("weight", "weight").optional(),
    Column::count("leads", "leads").kept(),
    Column::count("open_before", "open before"),
    Column::count("open_after", "open after"),
    Column::count("capacity", "capacity").optional(),
    Column::whole("passed_over", "passed over"),
];

/// Prints what a run did for each member, and why it left leads.
pub fn print_parts(run: &Distributed, ui: Ui) -> Result<()> {
    ui.part("members", &run.members, MEMBER_COLUMNS)?;
    print_left(&run.reasons, ui)
}

/// What a pool did with the new leads of an import.
const GIVEN: &[Column] = &[
    Column::whole("pool", "pool").kept(),
    Column::number("run", "run"),
    Column::count("leads", "leads"),
    Column::count("changed", "changed").kept(),
    Column::count("left", "left").kept(),
    Column::count("consent_denied", "consent denied").optional(),
    Column::count("not_taken", "not taken").kept(),
];

/// Prints what a pool did with the new leads of an import that nobody owned.
pub fn print_given(given: &GivenOut, ui: Ui) -> Result<()> {
    ui.part("new leads without an owner", std::slice::from_ref(given), GIVEN)?;
    print_parts(&given.run, ui)
}

/// Leads that nobody got, as a person reads it.
#[derive(Serialize)]
struct LeftLine {
    reason: RunReason,
    territory: Option<String>,
    leads: i64,
    passed_over: String,
}

/// Prints why leads stayed without an owner.
pub fn print_left(reasons: &[LeftTold], ui: Ui) -> Result<()> {
    let line = |left: &LeftTold| LeftLine {
        reason: left.reason,
        territory: left.territory.clone(),
        leads: left.leads,
        passed_over: passed_over(&left.skipped),
    };
    let lines: Vec<LeftLine> = reasons.iter().map(line).collect();
    let mut columns = vec![Column::whole("reason", "why").kept()];
    if lines.iter().any(|line| line.territory.is_some()) {
        columns.push(Column::text("territory", "territory").kept());
    }
    columns.extend([Column::count("leads", "leads").kept(), Column::text("passed_over", "passed over")]);
    Ok(ui.part("without an owner", &lines, &columns)?)
}

/// Who was passed over, by reason.
pub fn passed_over(skipped: &[SkippedTold]) -> String {
    let group = |skipped: &SkippedTold| format!("{}: {}", skipped.reason, skipped.users.join(", "));
    skipped.iter().map(group).collect::<Vec<_>>().join("; ")
}
