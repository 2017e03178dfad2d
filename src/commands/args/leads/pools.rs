//! Pools as arguments, and which leads they take.

use serde::Serialize;

use super::segments::normal_name;
use super::selection::{moment, reading, resolve_names};
use crate::commands::context::Session;
use crate::db::models::lead_work::pools::assignment_pools::{self, Pool};
use crate::domain::lead_work::pools::{LeadOrder, RunReason};
use crate::domain::text::nearest;
use crate::error::{CommandError, Result};
use crate::filter::{Filter, LeadQuery};
use crate::ops::lead_work::pools::distribute::Wanted;
use crate::ops::lead_work::pools::told::{Distributed, LeftTold, SkippedTold};
use crate::ui::{Column, Ui};

/// The pool with this name.
///
/// # Errors
/// There is none.
pub fn find(session: &mut Session, name: &str) -> Result<Pool> {
    let (org, name) = (session.org.org_id(), normal_name(name));
    if let Some(pool) = session.db.read(org, |conn| assignment_pools::by_name(conn, org, &name))? {
        return Ok(pool);
    }
    let all = session.db.read(org, |conn| assignment_pools::all(conn, org))?;
    let hint = match nearest(&name, all.iter().map(|pool| pool.name.as_str())) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "list them: crmctl pool list".to_owned(),
    };
    Err(CommandError::failed(format!("there is no pool `{name}`")).hint(hint))
}

/// What a pool is asked to distribute: its leads, in this order or in the one of its strategy.
///
/// # Errors
/// It is not active, or its filter asks for what is not there any more.
pub fn wanted(session: &mut Session, pool: Pool, order: Option<LeadOrder>) -> Result<Wanted> {
    if !pool.is_active {
        return Err(CommandError::failed(format!("the pool `{}` is not active", pool.name))
            .hint(format!("crmctl pool edit '{}' --enable", pool.name)));
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
        let hint = format!("change it: crmctl pool edit '{}' --where FILTER", pool.name);
        error.detail(format!("in the filter of the pool `{}`", pool.name)).hint(hint)
    })?;
    Ok(Some(filter))
}

const MEMBER_COLUMNS: &[Column] = &[
    Column::text("user", "member").kept(),
    Column::count("weight", "weight").optional(),
    Column::count("assigned", "assigned").kept(),
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

/// Leads that nobody got, as a person reads it.
#[derive(Serialize)]
struct LeftLine {
    reason: RunReason,
    leads: i64,
    passed_over: String,
}

/// Prints why leads stayed without an owner.
pub fn print_left(reasons: &[LeftTold], ui: Ui) -> Result<()> {
    let line =
        |left: &LeftTold| LeftLine { reason: left.reason, leads: left.leads, passed_over: passed_over(&left.skipped) };
    let lines: Vec<LeftLine> = reasons.iter().map(line).collect();
    let columns = [
        Column::whole("reason", "why").kept(),
        Column::count("leads", "leads").kept(),
        Column::text("passed_over", "passed over"),
    ];
    Ok(ui.part("without an owner", &lines, &columns)?)
}

/// Who was passed over, by reason.
pub fn passed_over(skipped: &[SkippedTold]) -> String {
    let group = |skipped: &SkippedTold| format!("{}: {}", skipped.reason, skipped.users.join(", "));
    skipped.iter().map(group).collect::<Vec<_>>().join("; ")
}
