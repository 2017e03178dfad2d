//! A model of rules made ready to be asked: its filters are read, and its times are looked up.

use std::collections::HashMap;

use serde_json::Value;

use crate::commands::args::leads::selection::{self, reading, resolve_names};
use crate::commands::context::Session;
use crate::db::lead_fields::{FIELDS, Kind, StoredField};
use crate::db::{Db, DbError, MOST_VALUES, Statement};
use crate::domain::lead_work::scores::rules::{Rule, RuleModel};
use crate::domain::text::nearest;
use crate::error::{CommandError, Exit, Result};
use crate::filter::{self, Field, Filter, LeadColumn, LeadQuery, Subject};
use crate::ops::lead_work::scores::evaluate::Asked;

/// A model that can be asked of some leads.
pub struct Ready {
    pub asked: Asked,
    /// The leads, for their values.
    query: LeadQuery,
    /// The columns that the rules read.
    columns: Vec<LeadColumn>,
}

/// The field that a model gives.
const SCORE: &str = "score";
/// The field that every lead has.
const ID: &str = "id";

/// Reads the filters and times of a model, to be asked of the leads of a filter, or of all.
///
/// # Errors
/// A rule cannot be asked; it is named.
pub fn ready(session: &mut Session, mut model: RuleModel, chosen: Option<Filter>) -> Result<Ready> {
    let query = selection::query(session, chosen)?;
    let at = query.at.clone();
    let (mut filters, mut conditions, mut since) = (Vec::new(), Vec::new(), Vec::new());
    for rule in &mut model.rules {
        let filter = filter_of(session, rule)?;
        rule.when = filter.to_string();
        if let Some(decay) = &mut rule.decay {
            let time = time_called(&decay.since).ok_or_else(|| no_time(&rule.name, &decay.since))?;
            decay.since = time.called.to_owned();
            since.push(time.sql);
        }
        conditions.push(filter.compile(&at));
        filters.push(filter);
    }
    expect_few_values(&model, &conditions)?;
    let columns = columns(&filters);
    let asked = Asked { model, conditions, since, chosen: query.condition(), org: at.org, now: at.now };
    Ok(Ready { asked, query, columns })
}

/// Refuses rules that no statement can ask about together.
fn expect_few_values(model: &RuleModel, conditions: &[Statement]) -> Result<()> {
    let counts = || conditions.iter().map(Statement::bound);
    let all: usize = counts().sum();
    let longest = model.rules.iter().zip(counts()).max_by_key(|(_, count)| *count);
    match longest.filter(|_| all > MOST_VALUES) {
        None => Ok(()),
        Some((rule, count)) => Err(CommandError::failed(format!(
            "the rules hold {all} values together, and {MOST_VALUES} can be asked about; most of them, {count}, has the rule `{}`",
            rule.name
        ))
        .hint("shorten the lists of values in the filters of the rules")),
    }
}

impl Ready {
    /// About how many leads are scored.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count(&self, conn: &mut Db) -> Result<i64, DbError> {
        self.query.count(conn)
    }

    /// Reads what the rules read of leads: an object for each by its id, without empty values.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn values(&self, conn: &mut Db, ids: &[i64]) -> Result<HashMap<i64, Value>, DbError> {
        if self.columns.is_empty() {
            return Ok(HashMap::new());
        }
        // The id comes first; the row of a lead that is no more is missing.
        let columns: Vec<LeadColumn> = LeadColumn::named(ID).into_iter().chain(self.columns.iter().cloned()).collect();
        let rows = self.query.of_ids(conn, &columns, ids)?;
        let object = |row: &crate::db::Cells| {
            let each = self
                .columns
                .iter()
                .enumerate()
                .map(|(place, column)| (column.key.clone(), column.json(row.at(place + 1))))
                .filter(|(_, value)| !is_empty(value));
            Some((row.at(0).number()?, Value::Object(each.collect())))
        };
        Ok(rows.iter().filter_map(object).collect())
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
}

fn filter_of(session: &mut Session, rule: &Rule) -> Result<Filter> {
    // The command line is right; what the file says is not.
    let of_rule = |error: CommandError| CommandError {
        exit: Exit::Failed,
        ..error.detail(format!("in the rule `{}`", rule.name))
    };
    let mut filter = filter::parse(&rule.when, &reading(session, None)).map_err(|e| of_rule(e.into()))?;
    resolve_names(session, &mut filter, &rule.when).map_err(of_rule)?;
    let is_score =
        |condition: &filter::Condition| matches!(&condition.subject, Subject::Field(field) if field.as_str() == SCORE);
    let reads_score = filter.conditions().into_iter().any(is_score);
    match reads_score {
        false => Ok(filter),
        true => Err(CommandError::failed(format!("the rule `{}` reads the score, which the model gives", rule.name))
            .hint("ask for what the score is made of instead")),
    }
}

/// The times of a lead that are stored.
fn times() -> impl Iterator<Item = &'static StoredField> {
    FIELDS.iter().filter(|field| field.filter == Some(Kind::Time))
}

fn time_called(name: &str) -> Option<&'static StoredField> {
    let name = name.to_lowercase();
    times().find(|field| field.called == name || field.name == name)
}

fn no_time(rule: &str, since: &str) -> CommandError {
    let error = CommandError::failed(format!("the rule `{rule}` counts from `{since}`, which is no time of a lead"));
    match nearest(since, times().map(|field| field.called)) {
        Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
        None => {
            error.hint(format!("the times are {}", times().map(|field| field.called).collect::<Vec<_>>().join(", ")))
        }
    }
}

/// The columns that filters read. What notes say is not kept, nor what only the hour decides.
fn columns(filters: &[Filter]) -> Vec<LeadColumn> {
    let mut columns: Vec<LeadColumn> = Vec::new();
    for condition in filters.iter().flat_map(Filter::conditions) {
        let name = match &condition.subject {
            Subject::Field(Field::NOTE | Field::CALLABLE) => continue,
            Subject::Field(Field::TAG) => "tags".to_owned(),
            subject => subject.name(),
        };
        let Ok(column) = LeadColumn::named(&name) else { continue };
        if columns.iter().all(|known| known.key != column.key) {
            columns.push(column);
        }
    }
    columns
}
