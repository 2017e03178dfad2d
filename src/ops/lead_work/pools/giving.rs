//! Giving leads to users and taking them from users, with their logs, and what is recorded of it.

use std::collections::BTreeMap;

use roaring::RoaringTreemap;

use crate::db::Stamp;
use crate::db::lead_changes::{LeadChanges, Shift};
use crate::db::models::lead_work::pools::pool_run_leads::Part;
use crate::db::types::Json;
use crate::domain::lead_work::pools::RunReason;
use crate::domain::leads::assignment::Strategy;
use crate::ops::leads::edit::field_audit;
use crate::ops::leads::upsert::apply::FieldChange;

/// Moves a lead from one owner to another one, or to nobody.
pub(super) fn hand_over(
    changes: &mut LeadChanges,
    lead: i64,
    (from, to): (Option<i64>, Option<i64>),
    (strategy, context): (Strategy, &str),
    stamp: &Stamp,
) {
    let text = |user: Option<i64>| user.map(|user| user.to_string());
    changes.shift(lead, Shift::Owner(to));
    let change = FieldChange { field: "owner_id".into(), old: text(from), new: text(to) };
    changes.audit.push(field_audit(lead, change, stamp));
    let mut row = stamp.assignment(lead, from, to, strategy);
    row.context = Some(context.to_owned());
    changes.assignments.push(row);
}

/// The leads of a run by what was done with them.
#[derive(Debug, Default)]
pub(super) struct Parts {
    parts: BTreeMap<Key, RoaringTreemap>,
}

/// The user, the reason, and who was passed over.
type Key = (Option<i64>, Option<RunReason>, Option<String>);

impl Parts {
    pub(super) fn add(&mut self, user: Option<i64>, reason: Option<RunReason>, skipped: Option<&str>, lead: i64) {
        // Looked up without a copy of the text would be better, and is not worth its code: few leads are left.
        let key = (user, reason, skipped.map(str::to_owned));
        self.parts.entry(key).or_default().insert(lead.unsigned_abs());
    }

    /// How many leads there are of each, with the first ones.
    pub(super) fn each(&self) -> impl Iterator<Item = (Option<i64>, Option<RunReason>, Option<&str>, &RoaringTreemap)> {
        self.parts.iter().map(|((user, reason, skipped), leads)| (*user, *reason, skipped.as_deref(), leads))
    }

    /// What is recorded of them.
    pub(super) fn recorded(self, run: i64) -> Vec<Part> {
        let part = |((user, reason, skipped), leads): (Key, RoaringTreemap)| Part {
            run,
            user,
            reason,
            skipped: skipped.and_then(|text| serde_json::from_str(&text).ok()).map(Json),
            leads,
        };
        self.parts.into_iter().map(part).collect()
    }
}
