//! What kinds of imports say of an undo, in a form that is the same whatever was undone: the counts and lists of other
//! kinds are there and empty.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::undoing::{Count, Kept, KeptList, TakenBack, Undoing, Undoings};
use crate::domain::imports::kind::ImportKind;

/// The counts of all kinds; only those of the import's own have figures.
#[derive(Debug, Default)]
pub struct KindCounts(Vec<(&'static Count, Option<u64>)>);

/// The lists of all kinds; only that of the import's own holds anything.
#[derive(Debug, Default)]
pub struct KindLists(Vec<(&'static KeptList, Vec<KeptThing>)>);

/// A thing that stays, as its list tells it.
#[derive(Debug)]
pub struct KeptThing {
    list: &'static KeptList,
    kept: Kept,
}

/// What is told of an undo of this kind; `None` when figures are missing.
pub(super) fn tell(undoings: Undoings, kind: ImportKind, taken: TakenBack) -> Option<(KindCounts, KindLists)> {
    let (mut counts, mut lists) = (KindCounts::default(), KindLists::default());
    for (other, undoing) in kinds(undoings) {
        let own = (other == kind).then_some(&taken);
        if own.is_some_and(|taken| taken.figures.len() != undoing.counts().len()) {
            return None;
        }
        let figure = |place: usize| own.and_then(|taken| taken.figures.get(place).copied());
        counts.0.extend(undoing.counts().iter().enumerate().map(|(place, count)| (count, figure(place))));
        if let Some(list) = undoing.kept() {
            let things = own.into_iter().flat_map(|taken| taken.kept.iter().cloned());
            lists.0.push((list, things.map(|kept| KeptThing { list, kept }).collect()));
        }
    }
    Some((counts, lists))
}

fn kinds(undoings: Undoings) -> impl Iterator<Item = (ImportKind, &'static dyn Undoing)> {
    ImportKind::ALL.iter().filter_map(move |kind| Some((*kind, undoings(*kind)?)))
}

impl KindCounts {
    /// The counts of all kinds.
    pub fn all(&self) -> impl Iterator<Item = &'static Count> {
        self.0.iter().map(|(count, _)| *count)
    }

    /// The counts of the import's kind, with their figures.
    pub fn own(&self) -> impl Iterator<Item = (&'static Count, u64)> {
        self.0.iter().filter_map(|(count, figure)| Some((*count, (*figure)?)))
    }
}

impl KindLists {
    /// The lists of all kinds with what they hold.
    pub fn all(&self) -> impl Iterator<Item = (&'static KeptList, &[KeptThing])> {
        self.0.iter().map(|(list, things)| (*list, things.as_slice()))
    }

    /// Whether anything stays.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, things)| things.is_empty())
    }
}

impl Serialize for KindCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(count, figure)| (count.key, figure)))
    }
}

impl Serialize for KindLists {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(list, things)| (list.key, things)))
    }
}

impl Serialize for KeptThing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry(self.list.id.0, &self.kept.id)?;
        map.serialize_entry(self.list.name.0, &self.kept.name)?;
        map.serialize_entry("reason", &self.kept.reason)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Nothing;
    struct Shoes;

    const COUNTS: &[Count] = &[
        Count { key: "shoes_sold", title: "shoes sold", ahead: "shoes to sell" },
        Count { key: "shoes_kept", title: "shoes kept", ahead: "shoes to keep" },
    ];
    const KEPT: KeptList =
        KeptList { key: "kept_shoes", title: "kept shoes", id: ("shoe_id", "shoe"), name: ("shoe", "of") };

    impl Undoing for Nothing {}

    impl Undoing for Shoes {
        fn counts(&self) -> &'static [Count] {
            COUNTS
        }

        fn kept(&self) -> Option<&'static KeptList> {
            Some(&KEPT)
        }
    }

    fn undoings(kind: ImportKind) -> Option<&'static dyn Undoing> {
        match kind {
            ImportKind::Rates => Some(&Shoes),
            ImportKind::Undo => None,
            _ => Some(&Nothing),
        }
    }

    fn told(kind: ImportKind, taken: TakenBack) -> Option<serde_json::Value> {
        let (counts, lists) = tell(undoings, kind, taken)?;
        Some(json!([counts, lists]))
    }

    #[test]
    fn every_undo_tells_the_same_keys() {
        let kept = Kept { id: 7, name: "left".into(), reason: "worn since".into() };
        let taken = TakenBack { figures: vec![2, 1], kept: vec![kept] };
        let thing = json!({ "shoe_id": 7, "shoe": "left", "reason": "worn since" });
        assert_eq!(
            told(ImportKind::Rates, taken),
            Some(json!([{ "shoes_sold": 2, "shoes_kept": 1 }, { "kept_shoes": [thing] }]))
        );
        assert_eq!(
            told(ImportKind::Leads, TakenBack::default()),
            Some(json!([{ "shoes_sold": null, "shoes_kept": null }, { "kept_shoes": [] }]))
        );
        assert_eq!(told(ImportKind::Rates, TakenBack { figures: vec![2], kept: Vec::new() }), None);
    }
}
