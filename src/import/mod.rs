//! Importing spreadsheets: reading, mapping, checking, matching, writing, reporting.
//!
//! A row's way: cell → [`row::Row`] → [`crate::ops::draft::LeadDraft`] or [`row::RowProblem`]s → an outcome in
//! [`summary::ImportSummary`] and a batch of [`crate::db::bulk::LeadChanges`]. Reading and checking run in a thread of
//! their own and hand batches over a bounded channel; one thread writes.

pub mod checker;
pub mod costs;
mod costs_fields;
pub mod dnc;
pub mod dnc_fields;
pub mod dnc_rows;
mod error;
pub mod fields;
pub mod history;
pub mod history_fields;
pub mod leads;
pub mod mapping;
pub mod options;
mod prepare;
pub mod proof;
pub mod rates;
pub mod rejects;
pub mod replies;
pub mod row;
pub mod rowfile;
pub mod sheet;
pub mod source;
pub mod summary;

pub use error::ImportError;

use crate::domain::import_kind::ImportKind;
use crate::ops::costs::CostsUndoing;
use crate::ops::undo::Undoing;

/// How a kind of import is undone; nothing for the undo of an import, which is not undone itself. This is the one list
/// of kinds: a kind of import brings its fields, its writer and its undoing.
pub fn undoing(kind: ImportKind) -> Option<&'static dyn Undoing> {
    Some(match kind {
        ImportKind::Leads => &leads::LeadsUndoing,
        ImportKind::Dnc => &dnc::DncUndoing,
        ImportKind::History => &history::HistoryUndoing,
        ImportKind::Costs => &CostsUndoing,
        ImportKind::Rates => &rates::RatesUndoing,
        ImportKind::Undo => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ops::undo::UndoSummary;

    #[test]
    fn every_kind_is_undone_and_no_two_tell_under_one_key() {
        let summary = serde_json::to_value(UndoSummary::default()).unwrap();
        let mut keys: HashSet<String> = summary.as_object().unwrap().keys().cloned().collect();
        for kind in ImportKind::ALL {
            let undoing = undoing(*kind);
            assert_eq!(undoing.is_none(), *kind == ImportKind::Undo, "{kind}");
            let Some(undoing) = undoing else { continue };
            for key in undoing.counts().iter().map(|count| count.key).chain(undoing.kept().map(|list| list.key)) {
                assert!(keys.insert(key.to_owned()), "{key} twice");
            }
        }
    }
}
