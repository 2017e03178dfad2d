//! Rows of people whom nobody means to have as leads: deleted records, and those by which somebody tests a form.

use serde::{Deserialize, Serialize};

use super::glob::{fits, names};
use crate::import::row::Row;

/// By which cell such a row is known, and why it is skipped.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The columns of the cell; `*` stands for anything.
    pub column: String,
    /// What it holds; `*` stands for anything.
    pub text: String,
    /// What the counts call such rows: `deleted in Salesforce`.
    pub reason: String,
}

/// The rules by which rows of a file are skipped.
#[derive(Debug, Clone, Default)]
pub struct Skips(Vec<(Vec<usize>, Skip)>);

impl Skips {
    pub(super) fn of(rules: &[Skip], headers: &[String]) -> Skips {
        let columns = |rule: &Skip| (0..headers.len()).filter(|index| names(&rule.column, &headers[*index])).collect();
        Skips(rules.iter().map(|rule| (columns(rule), rule.clone())).collect())
    }

    /// Why a row is skipped, if it is.
    pub fn reason(&self, row: &Row) -> Option<&str> {
        let holds = |(columns, rule): &&(Vec<usize>, Skip)| {
            columns.iter().any(|index| !row.cell(*index).trim().is_empty() && fits(&rule.text, row.cell(*index)))
        };
        self.0.iter().find(holds).map(|(_, rule)| rule.reason.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_skipped_by_a_cell() {
        let rule = |column: &str, text: &str, reason: &str| Skip {
            column: column.to_owned(),
            text: text.to_owned(),
            reason: reason.to_owned(),
        };
        let headers = ["Id", "IsDeleted", "full_name"].map(str::to_owned);
        let skips = Skips::of(&[rule("IsDeleted", "true", "deleted"), rule("*", "<test lead: *>", "a test")], &headers);
        for (cells, reason) in [
            (["1", "false", "Ann Roe"], None),
            (["1", "TRUE", "Ann Roe"], Some("deleted")),
            (["1", "", "<test lead: dummy data for full_name>"], Some("a test")),
            (["true", "", "true"], None),
        ] {
            let mut row = Row::new(2);
            cells.iter().for_each(|cell| row.push(cell));
            assert_eq!(skips.reason(&row), reason, "{cells:?}");
        }
        let mut short = Row::new(2);
        short.push("1");
        assert_eq!(Skips::of(&[rule("*", "*", "any")], &headers).reason(&short), Some("any"));
        assert_eq!(Skips::of(&[rule("full_name", "*", "any")], &headers).reason(&short), None);
    }
}
