//! Giving leads to users and taking them from users, with their logs, and what is recorded of it.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringTreemap;

use crate::db::Stamp;
use crate::db::lead_changes::{LeadChanges, Shift};
use crate::db::models::lead_work::pools::pool_run_leads::Part;
use crate::db::types::Json;
use crate::domain::lead_work::pools::context::recorded;
use crate::domain::lead_work::pools::{RunReason, SkipReason};
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
    /// Who was passed over, each list once.
    lists: Vec<Skipped>,
    places: HashMap<Skipped, usize>,
}

/// Who was passed over, and why.
pub(super) type Skipped = Vec<(SkipReason, i64)>;

/// What was done with leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    user: Option<i64>,
    reason: Option<RunReason>,
    /// Where they lie, as far as it matters.
    territory: Option<i64>,
    skipped: Option<usize>,
}

/// Leads with which the same was done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done<'a> {
    pub user: Option<i64>,
    pub reason: Option<RunReason>,
    pub territory: Option<i64>,
    pub skipped: &'a [(SkipReason, i64)],
    pub leads: &'a RoaringTreemap,
}

impl Done<'_> {
    pub(super) fn count(&self) -> i64 {
        i64::try_from(self.leads.len()).unwrap_or(i64::MAX)
    }
}

impl Parts {
    /// A lead that was given to somebody, taken from somebody, or left with its owner for a reason.
    pub(super) fn add(&mut self, user: i64, reason: Option<RunReason>, lead: i64) {
        self.insert(Key { user: Some(user), reason, territory: None, skipped: None }, lead);
    }

    /// A lead that nobody got.
    pub(super) fn leave(&mut self, reason: RunReason, territory: Option<i64>, skipped: Skipped, lead: i64) {
        let place = match self.places.get(&skipped) {
            Some(place) => *place,
            None => {
                self.lists.push(skipped.clone());
                self.places.insert(skipped, self.lists.len() - 1);
                self.lists.len() - 1
            }
        };
        self.insert(Key { user: None, reason: Some(reason), territory, skipped: Some(place) }, lead);
    }

    fn insert(&mut self, key: Key, lead: i64) {
        self.parts.entry(key).or_default().insert(lead.unsigned_abs());
    }

    pub(super) fn each(&self) -> impl Iterator<Item = Done<'_>> {
        let skipped = |key: &Key| key.skipped.and_then(|place| self.lists.get(place)).map_or(&[][..], Vec::as_slice);
        self.parts.iter().map(move |(key, leads)| Done {
            user: key.user,
            reason: key.reason,
            territory: key.territory,
            skipped: skipped(key),
            leads,
        })
    }

    /// What is recorded of them.
    pub(super) fn recorded(&self, run: i64) -> Vec<Part> {
        let part = |done: Done<'_>| Part {
            run,
            user: done.user,
            reason: done.reason,
            skipped: done.user.is_none().then(|| Json(recorded(done.skipped, done.territory))),
            leads: done.leads.clone(),
        };
        self.each().map(part).collect()
    }
}
