//! What a program writes around the values of a cell, and how it is taken off.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::glob::{fits, names};

/// How the values of some columns are wrapped.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Unwrap {
    /// The columns; `*` stands for anything.
    pub columns: Vec<String>,
    /// What stands between several values of a cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
    /// What stands before a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strip: Vec<String>,
    /// What is taken out wherever it stands in a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// Values and what each means; nothing for one that says nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
}

impl Unwrap {
    fn value(&self, value: &str) -> String {
        let value = value.trim();
        let bare = self.strip.iter().find_map(|before| value.strip_prefix(before.as_str())).unwrap_or(value);
        let bare = self.remove.iter().fold(bare.to_owned(), |text, part| text.replace(part.as_str(), ""));
        let meant = self.words.iter().find(|(word, _)| fits(word, &bare)).map(|(_, meant)| meant.clone());
        meant.unwrap_or(bare)
    }

    fn cell(&self, cell: &str) -> String {
        match &self.separator {
            Some(separator) => {
                let values = cell.split(separator.as_str()).map(|value| self.value(value));
                values.filter(|value| !value.is_empty()).collect::<Vec<_>>().join("; ")
            }
            None => self.value(cell),
        }
    }
}

/// How the columns of a file are unwrapped.
#[derive(Debug, Clone, Default)]
pub struct Unwrapping {
    /// The rules of each column, up to the last one that has any.
    columns: Vec<Vec<Unwrap>>,
}

impl Unwrapping {
    pub(super) fn of(rules: &[Unwrap], headers: &[String]) -> Unwrapping {
        let concerns = |rule: &&Unwrap, header: &str| rule.columns.iter().any(|name| names(name, header));
        let of = |header: &String| rules.iter().filter(|rule| concerns(rule, header)).cloned().collect();
        match rules.is_empty() {
            true => Unwrapping::default(),
            false => Unwrapping { columns: headers.iter().map(of).collect() },
        }
    }

    /// A cell as it would be without its program.
    pub fn cell<'a>(&self, index: usize, cell: &'a str) -> Cow<'a, str> {
        let rules = self.columns.get(index).map(Vec::as_slice).unwrap_or_default();
        rules.iter().fold(Cow::Borrowed(cell), |cell, rule| match cell.trim().is_empty() {
            true => cell,
            false => Cow::Owned(rule.cell(&cell)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_out_of_their_wrapping() {
        let rule = |text: &str| toml::from_str::<Unwrap>(text).unwrap();
        let rules = [
            rule("columns = ['phone_number']\nstrip = ['p:']"),
            rule("columns = ['Labels']\nseparator = ' ::: '\nwords = {'* myContacts' = '', '* starred' = 'starred'}"),
            rule("columns = ['* allow *']\nwords = {'do not allow' = 'yes', 'allow' = 'no'}"),
            rule("columns = ['vCard X-*']\nremove = ['_$!<', '>!$_']"),
        ];
        let headers = ["phone_number", "Labels", "Do not allow Emails", "vCard X-ABLABEL", "Name"];
        let unwrapping = Unwrapping::of(&rules, &headers.map(str::to_owned));
        for (index, cell, bare) in [
            (0, "p:+12125550142", "+12125550142"),
            (0, "+12125550142", "+12125550142"),
            (0, "", ""),
            (1, "* myContacts ::: Fair ::: * starred", "Fair; starred"),
            (1, "* myContacts", ""),
            (2, "Do Not Allow", "yes"),
            (2, "Allow", "no"),
            (2, "perhaps", "perhaps"),
            (3, "_$!<HomePage>!$_, _$!<Other>!$_", "HomePage, Other"),
            (4, "p:Ada", "p:Ada"),
            (9, "p:Ada", "p:Ada"),
        ] {
            assert_eq!(unwrapping.cell(index, cell), bare, "{cell}");
        }
    }
}
