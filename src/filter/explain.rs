//! How an engine finds the leads of a filter, and what each condition contributes.

use serde::Serialize;

use super::query::LeadQuery;
use super::tree::Filter;
use crate::db::{Db, DbError, Statement};

/// A filter with its SQL, its plan and its counts.
#[derive(Debug, Serialize)]
pub struct Explained {
    pub filter: String,
    /// How many live leads it lets through.
    pub count: i64,
    pub conditions: Vec<ConditionCount>,
    /// The statement that counts, with a mark for each bound value.
    pub sql: String,
    /// The engine's plan for it, a line a step.
    pub plan: String,
}

/// How many live leads one condition lets through.
#[derive(Debug, Serialize)]
pub struct ConditionCount {
    pub condition: String,
    /// By itself.
    pub alone: i64,
    /// Together with those before it; only for conditions that all must hold.
    pub left: Option<i64>,
}

/// Explains a question.
///
/// # Errors
/// The database cannot be read.
pub fn explain(conn: &mut Db, query: &LeadQuery) -> Result<Explained, DbError> {
    let parts: Vec<Filter> = match &query.filter {
        None => Vec::new(),
        Some(Filter::All(parts)) => parts.clone(),
        Some(Filter::Any(parts)) => parts.clone(),
        Some(other) => vec![other.clone()],
    };
    let all_must_hold = !matches!(query.filter, Some(Filter::Any(_)));
    let with = |filter: Filter| LeadQuery { filter: Some(filter), ..query.clone() };
    let mut conditions = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let alone = with(part.clone()).count(conn)?;
        let left = match all_must_hold {
            false => None,
            true if place == 0 => Some(alone),
            true => Some(with(Filter::all(parts[..=place].to_vec())).count(conn)?),
        };
        conditions.push(ConditionCount { condition: part.to_string(), alone, left });
    }
    let statement = query.counting();
    Ok(Explained {
        filter: query.filter.as_ref().map(Filter::to_string).unwrap_or_default(),
        count: query.count(conn)?,
        conditions,
        sql: one_space(&statement.to_sql_text(conn)?),
        plan: plan(conn, statement)?,
    })
}

/// The plan of a statement: PostgreSQL's text, or SQLite's steps, indented by what they are part of.
///
/// # Errors
/// The database cannot be read.
pub fn plan(conn: &mut Db, statement: Statement) -> Result<String, DbError> {
    let rows = Statement::default().either("EXPLAIN QUERY PLAN ", "EXPLAIN ").then(statement).rows(conn)?;
    let mut lines = Vec::new();
    let mut depths = std::collections::HashMap::from([(0, 0)]);
    for row in &rows {
        match (row.at(0).number(), row.at(1).number(), row.at(3).text()) {
            (Some(id), Some(parent), Some(detail)) => {
                let depth = depths.get(&parent).copied().unwrap_or(0);
                depths.insert(id, depth + 1);
                lines.push(format!("{}{detail}", "  ".repeat(depth)));
            }
            _ => lines.extend(row.at(0).text().map(str::to_owned)),
        }
    }
    Ok(lines.join("\n"))
}

/// The pieces of a statement stand in several lines of the source.
fn one_space(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
