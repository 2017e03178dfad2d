//! Taking back what an import did to costs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::CostBook;
use crate::db::bulk::Stamp;
use crate::db::models::lead_source_cost_log::{self, CostChange};
use crate::db::models::lead_source_costs;
use crate::db::{Db, DbError};

/// What was taken back: each cost of the import is in exactly one group.
#[derive(Debug, Default)]
pub struct TakenBack {
    /// Costs that the import entered, taken away now.
    pub removed: u64,
    /// Costs that it changed, as they were before.
    pub restored: u64,
    pub kept: Vec<KeptCost>,
}

/// A cost that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptCost {
    pub cost_id: i64,
    pub cost: String,
    pub reason: String,
}

/// What an import made of a cost.
struct Effect {
    /// Nothing when the import entered it.
    old: Option<i64>,
    new: Option<i64>,
}

/// Takes back what an import did to costs, where nobody has changed them since.
///
/// # Errors
/// The database refuses.
pub fn take_back_import(conn: &mut Db, import: i64, stamp: &Stamp) -> Result<TakenBack, DbError> {
    let mut effects: BTreeMap<i64, Effect> = BTreeMap::new();
    for logged in lead_source_cost_log::of_import(conn, stamp.org, import)? {
        let effect = effects.entry(logged.cost_id).or_insert(Effect { old: logged.old_cents, new: None });
        effect.new = logged.new_cents;
    }
    let ids: Vec<i64> = effects.keys().copied().collect();
    let reason = format!("import {import} undone");
    let mut taken = TakenBack::default();
    let book = CostBook::load(conn, stamp.org, None)?;
    for cost in lead_source_costs::by_ids(conn, stamp.org, &ids)? {
        let Some(effect) = effects.get(&cost.id) else { continue };
        let kept = match (cost.deleted_at, Some(cost.cost_cents) == effect.new) {
            (Some(_), _) => Some("removed since"),
            (None, false) => Some("changed since"),
            (None, true) => {
                let in_ledger = cost.key().map_or(0, |key| book.in_ledger(&key));
                (effect.old.unwrap_or_default() < in_ledger).then_some("a part of it is in the budget ledger")
            }
        };
        if let Some(kept) = kept {
            let name = cost.key().map(|key| key.to_string()).unwrap_or_default();
            taken.kept.push(KeptCost { cost_id: cost.id, cost: name, reason: kept.to_owned() });
            continue;
        }
        let change = match effect.old {
            None => {
                lead_source_costs::delete(conn, cost.id, stamp)?;
                taken.removed += 1;
                CostChange::Delete { old: cost.cost_cents }
            }
            Some(old) => {
                lead_source_costs::update(conn, cost.id, old, None, stamp)?;
                taken.restored += 1;
                CostChange::Update { old: cost.cost_cents, new: old }
            }
        };
        lead_source_cost_log::append(conn, cost.id, change, Some(&reason), stamp)?;
    }
    Ok(taken)
}
