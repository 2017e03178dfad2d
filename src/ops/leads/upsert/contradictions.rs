//! Rows of one file that say different things of one lead, as those of people who share a switchboard do.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::apply::FieldChange;
use crate::db::lead_fields::StoredField;
use crate::db::models::leads::Lead;
use crate::ops::leads::draft::LeadDraft;

/// Which fields of stored leads the drafts of an import have said, as hashes of lead and field. Of leads that the import
/// made, they have said all.
#[derive(Default)]
pub(super) struct Said {
    hasher: RandomState,
    written: HashSet<u64>,
    /// Of the batch that is not written yet.
    pending: HashSet<u64>,
}

impl Said {
    /// Takes note of what a draft changes, and tells whether it says something else than an earlier draft of the import.
    /// `before` is the lead without the changes.
    pub(super) fn contradicts(
        &mut self,
        before: &Lead,
        draft: &LeadDraft,
        changes: &[FieldChange],
        is_of_import: bool,
    ) -> bool {
        let id = before.id;
        if !is_of_import && self.written.is_empty() && self.pending.is_empty() && changes.is_empty() {
            return false;
        }
        let overwrites = changes.iter().any(|change| {
            change.old.is_some() && tells(&change.field) && (is_of_import || self.knows(id, &change.field))
        });
        let is_left_out = |field: &StoredField| {
            !(field.is_empty)(&draft.lead)
                && !(field.is_empty)(before)
                && !(field.is_same)(before, &draft.lead)
                && tells(field.name)
                && (is_of_import || self.knows(id, field.name))
        };
        let contradicts = overwrites || StoredField::texts().chain(StoredField::values()).any(is_left_out);
        if !is_of_import {
            for change in changes {
                let hash = self.hasher.hash_one((id, change.field.as_str()));
                self.pending.insert(hash);
            }
        }
        contradicts
    }

    fn knows(&self, id: i64, field: &str) -> bool {
        let hash = self.hasher.hash_one((id, field));
        self.pending.contains(&hash) || self.written.contains(&hash)
    }

    /// The batch is written.
    pub(super) fn keep(&mut self) {
        match self.written.is_empty() {
            true => self.written = std::mem::take(&mut self.pending),
            false => self.written.extend(self.pending.drain()),
        }
    }

    /// The batch is not written, and comes again.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
    }
}

/// Whether a field tells who or what a lead is: status and consent go from one value to the next, and have a history.
fn tells(field: &str) -> bool {
    let goes_on = StoredField::of_column(field).is_some_and(|field| field.is_contact_time);
    !goes_on && !matches!(field, "status" | "consent_status" | "consent_at" | "email_opted_out_at" | "source_metadata")
}
