//! The kinds of imports: each its fields, what a row of it says, and how that is written.

pub mod costs;
pub mod dnc;
pub mod history;
pub mod leads;
pub mod rates;

use self::costs::fields::CostField;
use self::dnc::fields::DncField;
use self::history::fields::HistoryField;
use self::leads::fields::LeadField;
use self::rates::RateField;
use super::sheet::columns::SheetField;
use super::template::{self, TemplateColumn};
use crate::domain::imports::kind::ImportKind;
use crate::import::presets::PresetKind;
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

/// The columns of a file that a kind of import reads, from the list of its fields; none for an undo.
pub fn template_columns(kind: ImportKind) -> Vec<TemplateColumn> {
    match kind {
        ImportKind::Leads => template::columns(LeadField::about),
        ImportKind::Dnc => of_sheet::<DncField>(),
        ImportKind::History => of_sheet::<HistoryField>(),
        ImportKind::Costs => of_sheet::<CostField>(),
        ImportKind::Rates => of_sheet::<RateField>(),
        ImportKind::Undo => Vec::new(),
    }
}

/// The columns that are known by the words of their fields: others take an option, and so does the system of ids that are none.
fn of_sheet<F: SheetField>() -> Vec<TemplateColumn> {
    let is_paired = |word: &str| F::PAIRS.iter().any(|(system, id)| [system.as_str(), id.as_str()].contains(&word));
    let mut columns = template::columns(F::about);
    columns.retain(|column| {
        is_paired(column.column) || F::of_header(column.column).is_some_and(|field| field.as_str() == column.column)
    });
    let has_ids = columns.iter().any(|column| column.column == "external_id");
    columns.retain(|column| has_ids || column.column != "external_source");
    columns
}

/// The kinds of imports for which there are presets.
pub const PRESET_KINDS: &[PresetKind] = &[leads::fields::PRESETS, costs::PRESETS];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::import::presets::{Preset, Presets};
    use crate::ops::imports::undo::UndoSummary;

    #[test]
    fn the_header_of_a_template_means_its_fields() {
        let all = |kind, fields: usize| assert_eq!(template_columns(kind).len(), fields, "{kind}");
        all(ImportKind::Leads, LeadField::ALL.len());
        all(ImportKind::Dnc, DncField::ALL.len());
        all(ImportKind::Costs, CostField::ALL.len());
        all(ImportKind::Rates, RateField::ALL.len());
        let history: Vec<&str> = template_columns(ImportKind::History).iter().map(|column| column.column).collect();
        assert_eq!(
            history,
            ["phone", "email", "external_id", "external_source", "status", "changed_at", "changed_by", "reason"]
        );
        for kind in ImportKind::ALL {
            let columns = template_columns(*kind);
            assert_eq!(columns.is_empty(), *kind == ImportKind::Undo);
            assert!(columns.iter().all(|column| !column.takes.is_empty() && !column.example.is_empty()), "{kind}");
            assert!(columns.iter().all(|column| column.words.len() <= 255), "more than a list of a workbook holds");
        }
    }

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

    #[test]
    fn every_preset_is_read_and_none_claims_the_file_of_another() {
        let presets = Presets::new(None, PRESET_KINDS);
        let all: Vec<Preset> = presets
            .all()
            .unwrap()
            .into_iter()
            .map(|listed| {
                let preset = listed.preset.unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(preset.name, listed.name);
                preset
            })
            .collect();
        assert_eq!(all.len(), 17);
        for preset in &all {
            assert!(preset.text.starts_with("# "), "{} does not say where its shape is from", preset.name);
            for names in &preset.signature {
                let headers: Vec<String> = names.iter().map(|name| name.replace('*', "")).collect();
                let chosen = presets.choose(preset.kind, None, "f", &headers).unwrap().map(|chosen| chosen.name);
                assert_eq!(chosen.as_deref(), Some(preset.name.as_str()), "{headers:?}");
            }
        }
    }
}
