//! Leads as lists print them.

use std::sync::LazyLock;

use serde::Serialize;

use crate::db::lead_fields::{FIELDS, Shape};
use crate::db::models::leads::lead_tags;
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::blocked_numbers;
use crate::ui::Column;

/// A lead as lists print it: its columns and its tags.
#[derive(Debug, Serialize)]
pub struct LeadRow {
    #[serde(flatten)]
    pub lead: Lead,
    pub tags: Vec<String>,
    /// Those of its numbers that may not be contacted, on one channel or on any.
    pub blocked: Vec<String>,
}

/// The columns of the database that tables of leads show; the other ones are in the machine-readable forms alone.
const SHOWN: [Column; 10] = [
    Column::number("id", "id").kept(),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("phone_number", "phone").kept(),
    Column::whole("phone_extension", "ext."),
    Column::text("email", "email"),
    Column::text("company", "company"),
    Column::whole("status", "status").kept(),
    Column::number("lead_score", "score").optional(),
    Column::text("source", "source").optional(),
];

/// The columns of [`LeadRow`].
pub static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let stored = FIELDS.iter().filter(|field| field.is_listed).map(|field| {
        let shown = SHOWN.iter().find(|column| column.key == field.name).cloned();
        shown.unwrap_or(match field.shape {
            Shape::Time => Column::hidden_time(field.name),
            _ => Column::hidden(field.name),
        })
    });
    stored.chain([Column::text("tags", "tags").optional(), Column::mark("blocked", "blocked").kept()]).collect()
});

/// These leads with their tags and blocked numbers, in the order of `ids`.
pub fn rows(conn: &mut Db, org: OrgId, ids: &[i64], now: Timestamp) -> Result<Vec<LeadRow>, DbError> {
    let mut tags = lead_tags::of_leads(conn, org, ids)?;
    let mut found: std::collections::HashMap<i64, Lead> =
        leads::by_ids(conn, org, ids)?.into_iter().map(|lead| (lead.id, lead)).collect();
    let mut blocked = blocked_numbers(conn, org, found.values(), now)?;
    let ordered = ids.iter().filter_map(|id| found.remove(id));
    Ok(ordered
        .map(|lead| LeadRow {
            tags: tags.remove(&lead.id).unwrap_or_default(),
            blocked: blocked.remove(&lead.id).unwrap_or_default(),
            lead,
        })
        .collect())
}
