//! The kinds of imports: each its fields, what a row of it says, and how that is written.

pub mod costs;
pub mod dnc;
pub mod history;
pub mod leads;
pub mod rates;

use crate::domain::imports::kind::ImportKind;
use crate::ops::imports::undo::Undoing;
use crate::ops::money::costs::CostsUndoing;

/// How a kind of import is undone; `None` for the undo of an import, which is not undone itself. This is the one list
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
    use crate::ops::imports::undo::UndoSummary;

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
