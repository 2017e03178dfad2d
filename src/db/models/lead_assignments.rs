//! Who was given which lead.

use diesel::prelude::*;

use crate::db::schema::lead_assignments;
use crate::domain::assignment::Strategy;
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
