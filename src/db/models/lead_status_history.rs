//! The history of leads' statuses: append-only.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::IN_LIST;
use crate::db::schema::{imports, lead_status_history};
use crate::db::{Db, DbError, OrgId};
use crate::domain::status::{Status, Trigger};
use crate::domain::timestamp::Timestamp;

/// One change to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_status_history, treat_none_as_default_value = false)]
pub struct NewStatusChange {
    pub organization_id: i32,
    pub lead_id: i64,
    pub from_status: Option<Status>,
    pub to_status: Status,
    pub trigger_type: Trigger,
    pub reason: Option<String>,
    pub changed_by: Option<i64>,
    pub import_id: Option<i64>,
    /// When it was true.
    pub changed_at: Timestamp,
    /// When it was written.
    pub recorded_at: Timestamp,
}

/// One change as `lead show` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct StatusChange {
    pub changed_at: Timestamp,
    pub from_status: Option<Status>,
    pub to_status: Status,
    pub trigger_type: Trigger,
    pub reason: Option<String>,
    pub changed_by: Option<i64>,
    pub import_id: Option<i64>,
    pub recorded_at: Timestamp,
    /// Whether the import that made it is undone, so that reports leave it out.
    pub undone: bool,
}

/// The status that each of these leads had before it last went to `dnc`.
///
/// # Errors
/// The database cannot be read.
pub fn before_dnc(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Status>, DbError> {
    let mut before = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, Option<Status>)> = lead_status_history::table
            .filter(lead_status_history::organization_id.eq(org.0))
            .filter(lead_status_history::lead_id.eq_any(ids.to_vec()))
            .filter(lead_status_history::to_status.eq(Status::Dnc.as_str().into_sql::<diesel::sql_types::Text>()))
            .order(lead_status_history::id)
            .select((lead_status_history::lead_id, lead_status_history::from_status))
            .load(conn)?;
        before.extend(rows.into_iter().filter_map(|(lead, from)| Some((lead, from.filter(|s| *s != Status::Dnc)?))));
    }
    Ok(before)
}

/// A lead's changes in the order in which they were true.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<StatusChange>, DbError> {
    use lead_status_history as history;
    type Row = (
        (Timestamp, Option<Status>, Status, Trigger, Option<String>, Option<i64>, Option<i64>, Timestamp),
        Option<String>,
    );
    let rows: Vec<Row> = history::table
        .left_join(imports::table.on(imports::id.nullable().eq(history::import_id)))
        .filter(history::organization_id.eq(org.0).and(history::lead_id.eq(lead)))
        .order((history::changed_at, history::id))
        .select((
            (
                history::changed_at,
                history::from_status,
                history::to_status,
                history::trigger_type,
                history::reason,
                history::changed_by,
                history::import_id,
                history::recorded_at,
            ),
            imports::status.nullable(),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(
                (changed_at, from_status, to_status, trigger_type, reason, changed_by, import_id, recorded_at),
                status,
            )| {
                let undone = status.as_deref() == Some("undone");
                StatusChange {
                    changed_at,
                    from_status,
                    to_status,
                    trigger_type,
                    reason,
                    changed_by,
                    import_id,
                    recorded_at,
                    undone,
                }
            },
        )
        .collect())
}
