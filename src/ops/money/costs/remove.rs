//! Taking costs away that were entered by mistake.

use super::{CostBook, CostError};
use crate::db::Db;
use crate::db::Stamp;
use crate::db::models::money::lead_source_cost_log::{self, CostChange};
use crate::db::models::money::lead_source_costs::{self, SourceCost};
use crate::domain::money::cost::CostProblem;

/// Takes these costs away, all of them or none, and returns them as they were.
///
/// # Errors
/// There is no such cost, it was removed already, or a part of it is in the budget ledger.
pub fn remove(conn: &mut Db, ids: &[i64], reason: Option<&str>, stamp: &Stamp) -> Result<Vec<SourceCost>, CostError> {
    let costs = lead_source_costs::by_ids(conn, stamp.org, ids)?;
    if let Some(missing) = ids.iter().find(|id| costs.iter().all(|cost| cost.id != **id)) {
        return Err(CostError::Unknown(*missing));
    }
    for cost in &costs {
        if cost.deleted_at.is_some() {
            return Err(CostError::Removed(cost.id));
        }
        let key = cost.key().ok_or(CostError::Unknown(cost.id))?;
        let in_ledger = CostBook::load(conn, stamp.org, Some(key.period))?.in_ledger(&key);
        if in_ledger > 0 {
            return Err(CostError::Refused { key, problem: CostProblem::BelowLedger(in_ledger) });
        }
        lead_source_costs::delete(conn, cost.id, stamp)?;
        lead_source_cost_log::append(conn, cost.id, CostChange::Delete { old: cost.cost_cents }, reason, stamp)?;
    }
    Ok(costs)
}
