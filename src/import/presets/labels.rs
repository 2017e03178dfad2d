//! Columns that say what the value of another column is: `Phone 1 - Label` of `Phone 1 - Value`.

use std::collections::BTreeMap;

use super::glob::filled_in;
use crate::domain::text::fold_key;

/// The columns of labels, each at the place of the column that it is of.
#[derive(Debug, Clone, Default)]
pub struct Labels(Vec<Option<usize>>);

impl Labels {
    /// `rules` are names of columns of values, with those of their labels.
    pub(super) fn of(rules: &BTreeMap<String, String>, headers: &[String]) -> Labels {
        let label = |header: &String| {
            let named = rules.iter().filter_map(|(value, label)| filled_in(value, header, label));
            let mut found = named.filter_map(|name| headers.iter().position(|it| fold_key(it) == fold_key(&name)));
            found.next()
        };
        match rules.is_empty() {
            true => Labels::default(),
            false => Labels(headers.iter().map(label).collect()),
        }
    }

    /// The column of the label of a column.
    pub fn column_of(&self, index: usize) -> Option<usize> {
        self.0.get(index).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_beside_their_values() {
        let rules = BTreeMap::from([("Phone * - Value".to_owned(), "Phone * - Label".to_owned())]);
        let headers = ["Name", "Phone 2 - Label", "Phone 1 - Value", "Phone 2 - Value", "E-mail 1 - Value"];
        let labels = Labels::of(&rules, &headers.map(str::to_owned));
        assert_eq!(
            (0..6).map(|index| labels.column_of(index)).collect::<Vec<_>>(),
            [None, None, None, Some(1), None, None]
        );
    }
}
