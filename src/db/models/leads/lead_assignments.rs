//! Who was given which lead.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::schema::lead_assignments;
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::assignment::Strategy;
use crate::domain::timestamp::Timestamp;

/// One lead given to one user, or taken from one.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_assignments, treat_none_as_default_value = false)]
pub struct NewAssignment {
    pub organization_id: i32,
    pub lead_id: i64,
    pub from_user_id: Option<i64>,
    pub to_user_id: Option<i64>,
    pub strategy: Strategy,
    /// The filter by which the lead was chosen.
    pub context: Option<String>,
    pub assigned_by: Option<i64>,
    pub actor: String,
    pub assigned_at: Timestamp,
}

/// One assignment as it is read.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = lead_assignments)]
pub struct Assignment {
    pub from_user_id: Option<i64>,
    pub to_user_id: Option<i64>,
    pub strategy: Strategy,
    /// The filter by which the lead was chosen, which may name others.
    pub context: Option<String>,
    pub actor: String,
    pub assigned_at: Timestamp,
}

/// A lead's assignments in the order in which they were made.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<Assignment>, DbError> {
    Ok(lead_assignments::table
        .filter(lead_assignments::organization_id.eq(org.0).and(lead_assignments::lead_id.eq(lead)))
        .order(lead_assignments::id)
        .select(Assignment::as_select())
        .load(conn)?)
}
