//! The history of leads' statuses: append-only.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::schema::lead_status_history;
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
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = lead_status_history)]
pub struct StatusChange {
    pub changed_at: Timestamp,
    pub from_status: Option<Status>,
    pub to_status: Status,
    pub trigger_type: Trigger,
    pub reason: Option<String>,
    pub changed_by: Option<i64>,
    pub import_id: Option<i64>,
    pub recorded_at: Timestamp,
}

/// A lead's changes in the order in which they were true.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<StatusChange>, DbError> {
    Ok(lead_status_history::table
        .filter(lead_status_history::organization_id.eq(org.0).and(lead_status_history::lead_id.eq(lead)))
        .order((lead_status_history::changed_at, lead_status_history::id))
        .select(StatusChange::as_select())
        .load(conn)?)
}
