//! Conditions on leads that reports share.

use crate::db::{Db, DbError, Statement};
use crate::domain::time::window::Window;
use crate::domain::timestamp::Timestamp;
use crate::filter::{Filter, LeadQuery, Moment};

/// The condition on a row of `leads`: live, and as the filter says.
pub(super) fn live(at: &Moment, filter: &Option<Filter>) -> Statement {
    LeadQuery { filter: filter.clone(), ..LeadQuery::all(at.clone()) }.condition()
}

/// Restricts a time to the window.
pub(super) fn in_window(column: &'static str, window: &Window) -> Statement {
    let mut condition = Statement::default();
    for (bound, comparison) in [(window.since(), " >= "), (window.until(), " < ")] {
        if let Some(time) = bound {
            condition = condition.sql(" AND ").sql(column).sql(comparison).time(time);
        }
    }
    condition
}

/// The deleted leads that were created in the window and for which the filter held, without merged ones.
///
/// # Errors
/// The database cannot be read.
pub(super) fn deleted(conn: &mut Db, at: &Moment, filter: &Option<Filter>, window: &Window) -> Result<i64, DbError> {
    let query = LeadQuery { filter: filter.clone(), deleted: true, ..LeadQuery::all(at.clone()) };
    // SQLite, which has no statistics, would go through all leads.
    let rows = Statement::new("SELECT count(*) FROM leads")
        .either(" INDEXED BY leads_deleted_phone", "")
        .sql(" WHERE ")
        .then(query.condition())
        .sql(" AND leads.merged_into_id IS NULL")
        .then(in_window("leads.created_at", window))
        .rows(conn)?;
    Ok(rows.first().and_then(|row| row.at(0).number()).unwrap_or_default())
}

/// What a reader is told of deleted leads.
pub(super) fn left_out(deleted: i64) -> Option<String> {
    (deleted > 0).then(|| format!("left out: {deleted} deleted lead{}", if deleted == 1 { "" } else { "s" }))
}

/// The name of the organization's time zone.
pub(super) fn timezone(at: &Moment) -> String {
    at.zone.iana_name().unwrap_or("UTC").to_owned()
}

/// The first and the last creation of a live lead; `None` when there is none.
///
/// # Errors
/// The database cannot be read.
pub(super) fn span(conn: &mut Db, at: &Moment) -> Result<Option<(Timestamp, Timestamp)>, DbError> {
    let end = |function: &'static str| {
        Statement::new("(SELECT ")
            .sql(function)
            .sql("(leads.created_at) FROM leads WHERE ")
            .then(live(at, &None))
            .sql(")")
    };
    let rows = Statement::new("SELECT ").then(end("min")).sql(", ").then(end("max")).rows(conn)?;
    let time = |place: usize| rows.first().and_then(|row| row.at(place).number()).map(Timestamp::from_micros);
    Ok(time(0).zip(time(1)))
}
