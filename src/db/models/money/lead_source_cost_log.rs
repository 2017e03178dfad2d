//! Every change of a cost.

use diesel::prelude::*;
use serde::Serialize;

use super::lead_source_costs::CostFilter;
use crate::db::Stamp;
use crate::db::schema::{lead_source_cost_log, lead_source_costs};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::timestamp::Timestamp;

/// A change of a cost, to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostChange {
    Create { new: i64 },
    Update { old: i64, new: i64 },
    Delete { old: i64 },
}

/// A change of a cost as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Serialize)]
pub struct LoggedCost {
    pub cost_id: i64,
    pub period: String,
    pub source: String,
    pub campaign: String,
    pub currency: String,
    pub action: AuditAction,
    pub old_cents: Option<i64>,
    pub new_cents: Option<i64>,
    pub reason: Option<String>,
    pub changed_by: Option<i64>,
    pub actor: String,
    pub import_id: Option<i64>,
    pub changed_at: Timestamp,
}

/// Writes down a change of a cost.
///
/// # Errors
/// The database refuses.
pub fn append(
    conn: &mut Db,
    cost: i64,
    change: CostChange,
    reason: Option<&str>,
    stamp: &Stamp,
) -> Result<(), DbError> {
    use lead_source_cost_log::dsl;
    let (action, old, new) = match change {
        CostChange::Create { new } => (AuditAction::Create, None, Some(new)),
        CostChange::Update { old, new } => (AuditAction::Update, Some(old), Some(new)),
        CostChange::Delete { old } => (AuditAction::Delete, Some(old), None),
    };
    diesel::insert_into(dsl::lead_source_cost_log)
        .values((
            dsl::organization_id.eq(stamp.org.0),
            dsl::cost_id.eq(cost),
            dsl::action.eq(action),
            dsl::old_cents.eq(old),
            dsl::new_cents.eq(new),
            dsl::reason.eq(reason),
            dsl::changed_by.eq(stamp.changed_by),
            dsl::actor.eq(&stamp.actor),
            dsl::import_id.eq(stamp.import_id),
            dsl::changed_at.eq(stamp.now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The changes of the costs that are asked for, in their order.
///
/// # Errors
/// The database cannot be read.
pub fn of_costs(conn: &mut Db, org: OrgId, filter: &CostFilter) -> Result<Vec<LoggedCost>, DbError> {
    let mut query = joined(org).into_boxed();
    if let Some(since) = &filter.since {
        query = query.filter(lead_source_costs::period.ge(since.clone()));
    }
    if let Some(until) = &filter.until {
        query = query.filter(lead_source_costs::period.lt(until.clone()));
    }
    if let Some(source) = &filter.source {
        query = query.filter(lead_source_costs::source.eq(source.clone()));
    }
    if let Some(campaign) = &filter.campaign {
        query = query.filter(lead_source_costs::campaign.eq(campaign.clone()));
    }
    Ok(query.load(conn)?)
}

/// What an import did to costs, in its order.
///
/// # Errors
/// The database cannot be read.
pub fn of_import(conn: &mut Db, org: OrgId, import: i64) -> Result<Vec<LoggedCost>, DbError> {
    Ok(joined(org).filter(lead_source_cost_log::import_id.eq(import)).load(conn)?)
}

/// The log with what each cost is for.
#[diesel::dsl::auto_type(no_type_alias)]
fn joined(org: OrgId) -> _ {
    let id: i32 = org.0;
    lead_source_cost_log::table
        .inner_join(lead_source_costs::table.on(lead_source_costs::id.eq(lead_source_cost_log::cost_id)))
        .filter(lead_source_cost_log::organization_id.eq(id).and(lead_source_costs::organization_id.eq(id)))
        .order(lead_source_cost_log::id)
        .select((
            lead_source_cost_log::cost_id,
            lead_source_costs::period,
            lead_source_costs::source,
            lead_source_costs::campaign,
            lead_source_costs::currency,
            lead_source_cost_log::action,
            lead_source_cost_log::old_cents,
            lead_source_cost_log::new_cents,
            lead_source_cost_log::reason,
            lead_source_cost_log::changed_by,
            lead_source_cost_log::actor,
            lead_source_cost_log::import_id,
            lead_source_cost_log::changed_at,
        ))
}
