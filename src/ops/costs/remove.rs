//! Taking costs away that were entered by mistake.

use super::CostError;
use crate::db::Db;
use crate::db::bulk::Stamp;
use crate::db::models::lead_source_cost_log::{self, CostChange};
use crate::db::models::lead_source_costs::{self, SourceCost};

/// Takes these costs away, all of them or none, and returns them as they were.
///
/// # Errors
/// There is no such cost, or it was removed already.
pub fn remove(conn: &mut Db, ids: &[i64], reason: Option<&str>, stamp: &Stamp) -> Result<Vec<SourceCost>, CostError> {
    let costs = lead_source_costs::by_ids(conn, stamp.org, ids)?;
    if let Some(missing) = ids.iter().find(|id| costs.iter().all(|cost| cost.id != **id)) {
        return Err(CostError::Unknown(*missing));
    }
    for cost in &costs {
        if cost.deleted_at.is_some() {
            return Err(CostError::Removed(cost.id));
        }
        lead_source_costs::delete(conn, cost.id, stamp)?;
        lead_source_cost_log::append(conn, cost.id, CostChange::Delete { old: cost.cost_cents }, reason, stamp)?;
    }
    Ok(costs)
}
