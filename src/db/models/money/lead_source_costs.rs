//! What sources cost, by month.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::schema::lead_source_costs;
use crate::db::{Db, DbError, OrgId};
use crate::domain::money::cost::CostKey;
use crate::domain::text::fold_case;
use crate::domain::timestamp::Timestamp;

/// A row of `lead_source_costs`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = lead_source_costs)]
pub struct SourceCost {
    pub id: i64,
    pub source: String,
    /// Empty for the source as a whole.
    pub campaign: String,
    /// `2026-03`
    pub period: String,
    pub cost_cents: i64,
    pub currency: String,
    pub note: Option<String>,
    pub user_id: Option<i64>,
    pub import_id: Option<i64>,
    pub deleted_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

impl SourceCost {
    /// What the cost is for; `None` when the month cannot be read, which the database does not let in.
    pub fn key(&self) -> Option<CostKey> {
        Some(CostKey {
            period: self.period.parse().ok()?,
            source: self.source.clone(),
            campaign: self.campaign.clone(),
            currency: self.currency.clone(),
        })
    }
}

/// Which costs are asked for.
#[derive(Debug, Clone, Default)]
pub struct CostFilter {
    /// The first month, and the first one that does not belong to them.
    pub since: Option<String>,
    pub until: Option<String>,
    /// In normal form, in whatever case.
    pub source: Option<String>,
    pub campaign: Option<String>,
    /// Those that were taken away, too.
    pub deleted: bool,
}

/// The costs that are asked for: by month, source, campaign and currency.
///
/// # Errors
/// The database cannot be read.
pub fn some(conn: &mut Db, org: OrgId, filter: &CostFilter) -> Result<Vec<SourceCost>, DbError> {
    use lead_source_costs::dsl;
    let mut query = dsl::lead_source_costs
        .filter(dsl::organization_id.eq(org.0))
        .order((dsl::period, dsl::id))
        .select(SourceCost::as_select())
        .into_boxed();
    if !filter.deleted {
        query = query.filter(dsl::deleted_at.is_null());
    }
    if let Some(since) = &filter.since {
        query = query.filter(dsl::period.ge(since.clone()));
    }
    if let Some(until) = &filter.until {
        query = query.filter(dsl::period.lt(until.clone()));
    }
    let mut costs: Vec<SourceCost> = query.load(conn)?;
    // The database does not know all spellings of a name.
    let is_asked =
        |name: &str, asked: &Option<String>| asked.as_ref().is_none_or(|asked| fold_case(asked) == fold_case(name));
    costs.retain(|cost| is_asked(&cost.source, &filter.source) && is_asked(&cost.campaign, &filter.campaign));
    // PostgreSQL sorts text by the database's collation; lists have one order everywhere.
    costs.sort_by(|a, b| {
        let place = |cost: &SourceCost| (cost.period.clone(), cost.source.clone(), cost.campaign.clone());
        place(a).cmp(&place(b)).then_with(|| a.currency.cmp(&b.currency)).then(a.id.cmp(&b.id))
    });
    Ok(costs)
}

/// The costs with these ids, taken away or not.
///
/// # Errors
/// The database cannot be read.
pub fn by_ids(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<SourceCost>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(IN_LIST) {
        let rows = lead_source_costs::table
            .filter(lead_source_costs::organization_id.eq(org.0).and(lead_source_costs::id.eq_any(some.to_vec())))
            .order(lead_source_costs::id)
            .select(SourceCost::as_select());
        found.extend(rows.load::<SourceCost>(conn)?);
    }
    Ok(found)
}

/// The cost that is recorded for this.
///
/// # Errors
/// The database cannot be read.
pub fn by_key(conn: &mut Db, org: OrgId, key: &CostKey) -> Result<Option<SourceCost>, DbError> {
    use lead_source_costs::dsl;
    Ok(dsl::lead_source_costs
        .filter(dsl::organization_id.eq(org.0).and(dsl::deleted_at.is_null()))
        .filter(dsl::period.eq(key.period.to_string()).and(dsl::source.eq(&key.source)))
        .filter(dsl::campaign.eq(&key.campaign).and(dsl::currency.eq(&key.currency)))
        .select(SourceCost::as_select())
        .first(conn)
        .optional()?)
}

/// Records a cost and returns its id.
///
/// # Errors
/// There is one of this key, or the database refuses.
pub fn insert(conn: &mut Db, key: &CostKey, cents: i64, note: Option<&str>, stamp: &Stamp) -> Result<i64, DbError> {
    use lead_source_costs::dsl;
    let row = (
        dsl::organization_id.eq(stamp.org.0),
        dsl::source.eq(&key.source),
        dsl::campaign.eq(&key.campaign),
        dsl::period.eq(key.period.to_string()),
        dsl::cost_cents.eq(cents),
        dsl::currency.eq(&key.currency),
        dsl::note.eq(note),
        dsl::user_id.eq(stamp.changed_by),
        dsl::import_id.eq(stamp.import_id),
        dsl::created_at.eq(stamp.now),
        dsl::updated_at.eq(stamp.now),
    );
    diesel::insert_into(dsl::lead_source_costs).values(row).execute(conn)?;
    let live = dsl::lead_source_costs.filter(dsl::organization_id.eq(stamp.org.0).and(dsl::deleted_at.is_null()));
    Ok(live
        .filter(dsl::period.eq(key.period.to_string()).and(dsl::source.eq(&key.source)))
        .filter(dsl::campaign.eq(&key.campaign).and(dsl::currency.eq(&key.currency)))
        .select(dsl::id)
        .first(conn)?)
}

/// Puts another amount in place of a cost's. A note that is given takes the place of the one before.
///
/// # Errors
/// The database refuses.
pub fn update(conn: &mut Db, id: i64, cents: i64, note: Option<&str>, stamp: &Stamp) -> Result<(), DbError> {
    use lead_source_costs::dsl;
    let row = || dsl::lead_source_costs.filter(dsl::organization_id.eq(stamp.org.0).and(dsl::id.eq(id)));
    let counted_up = (dsl::updated_at.eq(stamp.now), dsl::version.eq(dsl::version + 1));
    diesel::update(row()).set((dsl::cost_cents.eq(cents), counted_up)).execute(conn)?;
    if let Some(note) = note {
        diesel::update(row()).set((dsl::note.eq(note), dsl::updated_at.eq(stamp.now))).execute(conn)?;
    }
    Ok(())
}

/// Takes a cost away.
///
/// # Errors
/// The database refuses.
pub fn delete(conn: &mut Db, id: i64, stamp: &Stamp) -> Result<(), DbError> {
    use lead_source_costs::dsl;
    let row = dsl::lead_source_costs.filter(dsl::organization_id.eq(stamp.org.0).and(dsl::id.eq(id)));
    diesel::update(row)
        .set((dsl::deleted_at.eq(stamp.now), dsl::updated_at.eq(stamp.now), dsl::version.eq(dsl::version + 1)))
        .execute(conn)?;
    Ok(())
}
