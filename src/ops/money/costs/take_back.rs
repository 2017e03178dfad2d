//! Taking back what an import did to costs.

use std::collections::BTreeMap;

use super::CostBook;
use crate::db::Stamp;
use crate::db::models::imports::Import;
use crate::db::models::money::lead_source_cost_log::{self, CostChange};
use crate::db::models::money::lead_source_costs::{self, SourceCost};
use crate::db::{Db, DbError};
use crate::ops::imports::undo::{Count, Kept, KeptList, TakenBack, Undoing};

/// Takes back what an import did to costs, where nobody has changed them since.
pub struct CostsUndoing;

const COUNTS: &[Count] = &[
    Count { key: "costs_removed", title: "costs removed", ahead: "costs to remove" },
    Count { key: "costs_restored", title: "costs restored", ahead: "costs to restore" },
    Count { key: "costs_kept", title: "costs kept", ahead: "costs to leave" },
];

const KEPT: KeptList =
    KeptList { key: "kept_costs", title: "kept costs", id: ("cost_id", "cost"), name: ("cost", "of") };

/// What an import made of a cost.
struct Effect {
    /// `None` when the import entered it.
    old: Option<i64>,
    new: Option<i64>,
}

impl Undoing for CostsUndoing {
    fn counts(&self) -> &'static [Count] {
        COUNTS
    }

    fn kept(&self) -> Option<&'static KeptList> {
        Some(&KEPT)
    }

    /// Each cost of the import is in exactly one of the counts.
    fn take_back(&self, conn: &mut Db, import: &Import, stamp: &Stamp) -> Result<TakenBack, DbError> {
        let effects = effects_of(conn, import, stamp)?;
        let ids: Vec<i64> = effects.keys().copied().collect();
        let reason = format!("import {} undone", import.id);
        let book = CostBook::load(conn, stamp.org, None)?;
        let (mut removed, mut restored, mut kept) = (0, 0, Vec::new());
        for cost in lead_source_costs::by_ids(conn, stamp.org, &ids)? {
            let Some(effect) = effects.get(&cost.id) else { continue };
            if let Some(reason) = obstacle(&cost, effect, &book) {
                let name = cost.key().map(|key| key.to_string()).unwrap_or_default();
                kept.push(Kept { id: cost.id, name, reason: reason.to_owned() });
                continue;
            }
            let change = match effect.old {
                None => {
                    lead_source_costs::delete(conn, cost.id, stamp)?;
                    removed += 1;
                    CostChange::Delete { old: cost.cost_cents }
                }
                Some(old) => {
                    lead_source_costs::update(conn, cost.id, old, None, stamp)?;
                    restored += 1;
                    CostChange::Update { old: cost.cost_cents, new: old }
                }
            };
            lead_source_cost_log::append(conn, cost.id, change, Some(&reason), stamp)?;
        }
        Ok(TakenBack { figures: vec![removed, restored, kept.len() as u64], kept })
    }
}

/// What an import made of each cost, by the log.
fn effects_of(conn: &mut Db, import: &Import, stamp: &Stamp) -> Result<BTreeMap<i64, Effect>, DbError> {
    let mut effects: BTreeMap<i64, Effect> = BTreeMap::new();
    for logged in lead_source_cost_log::of_import(conn, stamp.org, import.id)? {
        let effect = effects.entry(logged.cost_id).or_insert(Effect { old: logged.old_cents, new: None });
        effect.new = logged.new_cents;
    }
    Ok(effects)
}

/// Why a cost stays as it is.
fn obstacle(cost: &SourceCost, effect: &Effect, book: &CostBook) -> Option<&'static str> {
    if cost.deleted_at.is_some() {
        return Some("removed since");
    }
    if Some(cost.cost_cents) != effect.new {
        return Some("changed since");
    }
    let in_ledger = cost.key().map_or(0, |key| book.in_ledger(&key));
    (effect.old.unwrap_or_default() < in_ledger).then_some("a part of it is in the budget ledger")
}
