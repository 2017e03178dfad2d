//! Names that a report takes for one because only case or composition tells them apart.

use std::collections::BTreeMap;

use crate::domain::text::fold_case;

/// The spellings of names, and how many rows have each.
#[derive(Debug, Clone, Default)]
pub struct Spellings {
    by_key: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Spellings {
    /// Counts a spelling of a name so often, and gives the key that all spellings of it share.
    pub fn add(&mut self, name: &str, spelling: &str, times: u64) -> String {
        let key = fold_case(name);
        *self.by_key.entry(key.clone()).or_default().entry(spelling.to_owned()).or_default() += times;
        key
    }

    /// How most rows spell the name of a key, of as many the first one.
    pub fn label(&self, key: &str) -> Option<&str> {
        let spellings = self.by_key.get(key)?.iter();
        spellings.min_by_key(|(_, times)| std::cmp::Reverse(**times)).map(|(spelling, _)| spelling.as_str())
    }

    /// A sentence for each name that has several spellings, of those that `normal` does not make one.
    pub fn notes(&self, normal: impl Fn(&str) -> String) -> Vec<String> {
        let several = |spellings: &BTreeMap<String, u64>| {
            let mut forms: BTreeMap<String, &str> = BTreeMap::new();
            for spelling in spellings.keys() {
                forms.entry(normal(spelling)).or_insert(spelling);
            }
            let quoted: Vec<String> = forms.values().map(|spelling| format!("`{spelling}`")).collect();
            match quoted.as_slice() {
                [] | [_] => None,
                [rest @ .., last] => Some(format!("{} and {last} count as one", rest.join(", "))),
            }
        };
        self.by_key.values().filter_map(several).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet_and_are_told() {
        let mut names = Spellings::default();
        let mut add = |name: &str, times| names.add(name, name, times);
        assert_eq!(add("straße", 2), add("strasse", 3));
        assert_eq!(add("οδος", 1), add("οδοσ", 1));
        assert_ne!(add("web", 5), add("weβ", 1));
        assert_eq!(names.label("STRASSE"), Some("strasse"));
        assert_eq!(names.label("ΟΔΟΣ"), Some("οδος"));
        assert_eq!(names.label("other"), None);
        assert_eq!(
            names.notes(str::to_owned),
            ["`strasse` and `straße` count as one", "`οδος` and `οδοσ` count as one"]
        );
        names.add("straße", "Straße", 9);
        assert_eq!(names.label("STRASSE"), Some("Straße"));
        assert_eq!(names.notes(str::to_lowercase)[0], "`strasse` and `Straße` count as one");
    }
}
