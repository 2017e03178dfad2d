//! Which leads a list shows, and in which order.

use diesel::prelude::*;

use crate::db::schema::{lead_tags, leads};
use crate::db::{Db, DbError, OrgId};
use crate::domain::status::Status;

/// Which leads a list shows.
#[derive(Debug, Clone, Default)]
pub struct LeadFilter {
    pub status: Option<Status>,
    pub source: Option<String>,
    pub tag: Option<String>,
    pub owner_id: Option<i64>,
    pub import_id: Option<i64>,
    pub deleted: bool,
}

vocabulary! {
    /// What a list is sorted by; the id makes every order total.
    LeadSort {
        Id = "id",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
        LastName = "last_name",
        Company = "company",
        LeadScore = "lead_score",
        Status = "status",
    }
}

/// The ids of the leads that a filter lets through, sorted, at most `limit` of them.
///
/// # Errors
/// The database cannot be read.
pub fn list_ids(
    conn: &mut Db,
    org: OrgId,
    filter: &LeadFilter,
    sort: LeadSort,
    descending: bool,
    limit: Option<i64>,
) -> Result<Vec<i64>, DbError> {
    let mut query = leads::table.filter(leads::organization_id.eq(org.0)).select(leads::id).into_boxed();
    query = match filter.deleted {
        true => query.filter(leads::deleted_at.is_not_null()),
        false => query.filter(leads::deleted_at.is_null()),
    };
    if let Some(status) = filter.status {
        query = query.filter(leads::status.eq(status));
    }
    if let Some(source) = &filter.source {
        query = query.filter(leads::source.eq(source.clone()));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(leads::owner_id.eq(owner));
    }
    if let Some(import) = filter.import_id {
        query = query.filter(leads::import_id.eq(import));
    }
    if let Some(tag) = &filter.tag {
        let tagged = lead_tags::table
            .filter(lead_tags::organization_id.eq(org.0).and(lead_tags::tag.eq(tag.clone())))
            .select(lead_tags::lead_id);
        query = query.filter(leads::id.eq_any(tagged));
    }
    // Empty values come last in both directions and on both engines.
    macro_rules! sorted {
        ($column:expr) => {
            match descending {
                true => query.order(($column.is_null().asc(), $column.desc(), leads::id.desc())),
                false => query.order(($column.is_null().asc(), $column.asc(), leads::id.asc())),
            }
        };
    }
    query = match (sort, descending) {
        (LeadSort::Id, true) => query.order(leads::id.desc()),
        (LeadSort::Id, false) => query.order(leads::id.asc()),
        (LeadSort::CreatedAt, true) => query.order((leads::created_at.desc(), leads::id.desc())),
        (LeadSort::CreatedAt, false) => query.order((leads::created_at.asc(), leads::id.asc())),
        (LeadSort::UpdatedAt, true) => query.order((leads::updated_at.desc(), leads::id.desc())),
        (LeadSort::UpdatedAt, false) => query.order((leads::updated_at.asc(), leads::id.asc())),
        (LeadSort::Status, true) => query.order((leads::status.desc(), leads::id.desc())),
        (LeadSort::Status, false) => query.order((leads::status.asc(), leads::id.asc())),
        (LeadSort::LastName, _) => sorted!(leads::last_name),
        (LeadSort::Company, _) => sorted!(leads::company),
        (LeadSort::LeadScore, _) => sorted!(leads::lead_score),
    };
    if let Some(limit) = limit {
        query = query.limit(limit);
    }
    Ok(query.load(conn)?)
}
