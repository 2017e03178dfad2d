//! Territories in SQL: which leads lie in one, and which one takes a lead.

use std::collections::HashMap;

use super::{Moment, bound, compared};
use crate::db::Statement;
use crate::domain::lead_work::territories::Step;
use crate::filter::field::{Kind, Subject};
use crate::filter::tree::{Condition, Filter, Op};
use crate::filter::value::Value;

/// Leads that lie in one of these territories.
pub(super) fn lies_in(names: &[Value], at: &Moment) -> Statement {
    let names = names.iter().map(|name| Statement::default().text(name.text()));
    Statement::new("leads.territory_id IN (SELECT t.id FROM territories t WHERE t.organization_id = ")
        .org(at.org)
        .sql(" AND t.deleted_at IS NULL AND t.name IN (")
        .joined(names, ", ")
        .sql("))")
}

/// The id of the territory that takes a lead, NULL where none does: an expression about a row of `leads`. Each filter stands in it once,
/// and is asked only where those around it hold.
pub fn taken_by(steps: &[Step], filters: &HashMap<i64, Filter>, at: &Moment) -> Statement {
    first_of(steps, filters, at).unwrap_or_else(|| Statement::new("CAST(NULL AS bigint)"))
}

/// `None` where none takes anything.
fn first_of(steps: &[Step], filters: &HashMap<i64, Filter>, at: &Moment) -> Option<Statement> {
    let mut cases: Vec<Vec<Arm<'_>>> = vec![Vec::new()];
    for step in steps {
        let Some(filter) = filters.get(&step.id) else { continue };
        let inside = first_of(&step.inside, filters, at);
        let own = step.is_active.then(|| Statement::default().number(step.id));
        let Some(taken) = coalesced(inside.into_iter().chain(own).collect()) else { continue };
        if let Some(case) = cases.last_mut() {
            case.push(Arm { filter, taken });
        }
        if !step.is_active {
            // A lead that nothing inside it takes goes on to the next.
            cases.push(Vec::new());
        }
    }
    let mut together = Vec::new();
    for case in cases {
        together.extend(runs(case).into_iter().map(|run| run.compiled(at)));
    }
    coalesced(together)
}

/// A filter, and what takes a lead for which it holds.
struct Arm<'a> {
    filter: &'a Filter,
    taken: Statement,
}

/// Arms that become one CASE.
enum Run<'a> {
    /// Each with a condition of its own.
    Each(Vec<Arm<'a>>),
    /// All compare one field with values, so that it is read once.
    Same(&'a Subject, Vec<(&'a [Value], Statement)>),
}

/// So many values of an arm are compared one by one; longer lists are looked up by the engine.
const FEW: usize = 16;

/// What an arm compares, if that is one field with few values.
fn compares(filter: &Filter) -> Option<(&Subject, &[Value])> {
    let Filter::Is(Condition { subject, op: Op::Eq | Op::In, values }) = filter else { return None };
    let is_plain = matches!(
        subject.kind(),
        Kind::Text | Kind::Custom | Kind::Exact | Kind::Country | Kind::Currency | Kind::Status | Kind::Word(_)
    );
    (is_plain && values.len() <= FEW).then_some((subject, values.as_slice()))
}

fn runs(arms: Vec<Arm<'_>>) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for arm in arms {
        match (compares(arm.filter), runs.last_mut()) {
            (Some((subject, values)), Some(Run::Same(of, last))) if *of == subject => last.push((values, arm.taken)),
            (Some((subject, values)), _) => runs.push(Run::Same(subject, vec![(values, arm.taken)])),
            (None, Some(Run::Each(last))) => last.push(arm),
            (None, _) => runs.push(Run::Each(vec![arm])),
        }
    }
    runs
}

impl Run<'_> {
    fn compiled(self, at: &Moment) -> Statement {
        let when =
            |condition: Statement, taken: Statement| Statement::new(" WHEN ").then(condition).sql(" THEN ").then(taken);
        let case = match self {
            Run::Each(arms) => {
                let arms = arms.into_iter().map(|arm| when(arm.filter.compile(at), arm.taken));
                Statement::new("CASE").joined(arms, "")
            }
            Run::Same(subject, arms) => {
                let kind = subject.kind();
                let each = arms.into_iter().flat_map(|(values, taken)| {
                    values.iter().map(move |value| when(bound(kind, value), taken.clone()))
                });
                Statement::new("CASE ").then(compared(subject)).joined(each, "")
            }
        };
        case.sql(" END")
    }
}

/// So many arguments a function of SQLite takes for sure.
const ARGUMENTS: usize = 50;

/// The first of expressions that is not NULL; `None` of none.
fn coalesced(mut parts: Vec<Statement>) -> Option<Statement> {
    while parts.len() > 1 {
        let together = parts.chunks(ARGUMENTS).map(|some| match some {
            [one] => one.clone(),
            several => Statement::new("coalesce(").joined(several.to_vec(), ", ").sql(")"),
        });
        parts = together.collect();
    }
    parts.pop()
}
