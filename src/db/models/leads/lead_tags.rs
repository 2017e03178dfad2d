//! Tags of leads.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::models::IN_LIST;
use crate::db::schema::lead_tags;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// One tag of one lead.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_tags, treat_none_as_default_value = false)]
pub struct NewTag {
    pub organization_id: i32,
    pub lead_id: i64,
    pub tag: String,
    pub created_at: Timestamp,
}

/// The sorted tags of these leads.
///
/// # Errors
/// The database cannot be read.
pub fn of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Vec<String>>, DbError> {
    let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, String)> = lead_tags::table
            .filter(lead_tags::organization_id.eq(org.0).and(lead_tags::lead_id.eq_any(ids.to_vec())))
            .order((lead_tags::lead_id, lead_tags::tag))
            .select((lead_tags::lead_id, lead_tags::tag))
            .load(conn)?;
        rows.into_iter().for_each(|(lead, tag)| tags.entry(lead).or_default().push(tag));
    }
    // PostgreSQL sorts by the database's collation; tags print in one order everywhere.
    tags.values_mut().for_each(|list| list.sort_unstable());
    Ok(tags)
}
