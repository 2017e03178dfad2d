//! Conditions on the emails of a lead: its first one and the further ones. Each asks whether any of them is so.

use super::{Moment, folded, like};
use crate::db::Statement;
use crate::filter::tree::Op;
use crate::filter::value::Value;

/// Whether an operator asks whether any email is so; the other ones are opposites of these.
pub(super) fn asks_any(op: Op) -> bool {
    matches!(op, Op::Eq | Op::In | Op::Contains | Op::StartsWith | Op::IsEmpty | Op::IsNotEmpty)
}

/// Leads one of whose emails is so, or which have none.
pub(super) fn any_email(op: Op, values: &[Value], at: &Moment) -> Statement {
    let text = values.first().map(Value::text).unwrap_or_default();
    match op {
        Op::IsEmpty => Statement::new("(leads.email IS NULL AND NOT ").then(has_further(at)).sql(")"),
        Op::IsNotEmpty => Statement::new("(leads.email IS NOT NULL OR ").then(has_further(at)).sql(")"),
        Op::Contains | Op::StartsWith => {
            let before = if op == Op::Contains { "%" } else { "" };
            let is_like = |column: &'static str| like(folded(Statement::new(column)), before, &text);
            Statement::new("(").then(is_like("leads.email")).sql(" OR ").then(further(at, is_like("e.email"))).sql(")")
        }
        _ => by_index(values, at),
    }
}

/// Leads that have one of these emails, each found by an index: live leads, deleted ones, and further emails have one each.
fn by_index(values: &[Value], at: &Moment) -> Statement {
    let list = || Statement::default().joined(values.iter().map(|value| Statement::default().text(value.text())), ", ");
    Statement::new("leads.id IN (SELECT l.id FROM leads l WHERE l.deleted_at IS NULL AND l.organization_id = ")
        .org(at.org)
        .sql(" AND l.email IN (")
        .then(list())
        .sql(") UNION ALL SELECT l.id FROM leads l WHERE l.deleted_at IS NOT NULL AND l.organization_id = ")
        .org(at.org)
        .sql(" AND l.email IN (")
        .then(list())
        .sql(") UNION ALL SELECT e.lead_id FROM lead_emails e WHERE e.organization_id = ")
        .org(at.org)
        .sql(" AND e.email IN (")
        .then(list())
        .sql("))")
}

fn has_further(at: &Moment) -> Statement {
    Statement::new("leads.id IN (SELECT e.lead_id FROM lead_emails e WHERE e.organization_id = ").org(at.org).sql(")")
}

fn further(at: &Moment, condition: Statement) -> Statement {
    Statement::new("leads.id IN (SELECT e.lead_id FROM lead_emails e WHERE e.organization_id = ")
        .org(at.org)
        .sql(" AND ")
        .then(condition)
        .sql(")")
}
