//! Notes on leads.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::models::IN_LIST;
use crate::db::schema::lead_notes;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// One note to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_notes, treat_none_as_default_value = false)]
pub struct NewNote {
    pub organization_id: i32,
    pub lead_id: i64,
    pub body: String,
    pub author_id: Option<i64>,
    pub created_at: Timestamp,
}

/// One note as printed.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = lead_notes)]
pub struct Note {
    pub id: i64,
    pub body: String,
    pub author_id: Option<i64>,
    pub created_at: Timestamp,
}

/// The bodies of these leads' notes.
///
/// # Errors
/// The database cannot be read.
pub fn bodies_of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Vec<String>>, DbError> {
    let mut bodies: HashMap<i64, Vec<String>> = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, String)> = lead_notes::table
            .filter(lead_notes::organization_id.eq(org.0).and(lead_notes::lead_id.eq_any(ids.to_vec())))
            .order(lead_notes::id)
            .select((lead_notes::lead_id, lead_notes::body))
            .load(conn)?;
        rows.into_iter().for_each(|(lead, body)| bodies.entry(lead).or_default().push(body));
    }
    Ok(bodies)
}

/// A lead's notes in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<Note>, DbError> {
    Ok(lead_notes::table
        .filter(lead_notes::organization_id.eq(org.0).and(lead_notes::lead_id.eq(lead)))
        .order(lead_notes::id)
        .select(Note::as_select())
        .load(conn)?)
}
