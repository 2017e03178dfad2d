//! The columns that a call asks for, which every form of the answer heeds.

use serde::Serialize;
use serde_json::Value;

use super::{Column, Format, Ui, UiError};

/// The columns that are asked for, by the names that JSON has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    names: Vec<String>,
    /// They come behind those that are shown without being asked.
    adds: bool,
    /// The text, for whoever knows the names better.
    pub text: String,
    /// The option that asked.
    pub option: &'static str,
}

impl Choice {
    /// Reads names with commas between them; with `+` at the beginning they are added to the usual ones.
    ///
    /// # Errors
    /// There is no name, or one stands twice.
    pub fn read(text: &str, option: &'static str) -> Result<Choice, UiError> {
        let (rest, adds) = text.trim().strip_prefix('+').map_or((text, false), |rest| (rest, true));
        let mut names: Vec<String> = Vec::new();
        for name in rest.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match names.iter().any(|known| known == name) {
                true => return Err(UiError::NamedTwice(name.to_owned())),
                false => names.push(name.to_owned()),
            }
        }
        let is_empty = names.is_empty();
        let choice = Choice { names, adds, text: rest.trim().to_owned(), option };
        if is_empty { Err(UiError::NoColumn) } else { Ok(choice) }
    }

    /// Whether the names are to come behind the usual columns.
    pub fn adds(&self) -> bool {
        self.adds
    }

    /// The chosen ones of these columns.
    fn among(&self, all: &[Column]) -> Result<Vec<Column>, UiError> {
        let mut columns: Vec<Column> = match self.adds {
            true => all.iter().filter(|column| column.in_tables).cloned().collect(),
            false => Vec::new(),
        };
        for name in &self.names {
            let Some(column) = all.iter().find(|column| is_called(column, name)) else {
                let known: Vec<&str> = all.iter().map(|column| &*column.key).collect();
                let known = nearest_first(name, &known).into_iter().map(str::to_owned).collect();
                return Err(UiError::NoSuchColumn { name: name.clone(), known });
            };
            match columns.iter_mut().find(|other| other.key == column.key) {
                Some(shown) if self.adds => *shown = shown.clone().asked(),
                Some(_) => return Err(UiError::NamedTwice(name.clone())),
                None => columns.push(column.visible().asked()),
            }
        }
        Ok(columns)
    }
}

fn is_called(column: &Column, name: &str) -> bool {
    column.key.eq_ignore_ascii_case(name) || column.title.eq_ignore_ascii_case(name)
}

/// The known names, those first that a mistyped one most likely means.
pub fn nearest_first<'a>(name: &str, known: &[&'a str]) -> Vec<&'a str> {
    // A name that is much longer than every known one is none of them, and would take long to compare.
    let name: String = name.chars().take(60).flat_map(char::to_lowercase).collect();
    let mut known: Vec<(f64, &str)> =
        known.iter().map(|known| (strsim::normalized_damerau_levenshtein(known, &name), *known)).collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    known.into_iter().map(|(_, known)| known).collect()
}

/// Columns, and whether they are those that the call asks for.
#[derive(Debug)]
pub(super) struct Chosen {
    pub columns: Vec<Column>,
    pub is_asked: bool,
}

impl Ui {
    /// The columns that the call asks for, where it asks for any.
    pub fn asked_columns(&self) -> Option<&'static Choice> {
        self.choice
    }

    /// Whether an answer is a list of records, whatever it is when nothing is asked: columns or ids are asked for.
    pub fn wants_records(&self) -> bool {
        self.choice.is_some() || self.format == Format::Ids
    }

    /// Refuses before any work what an answer with these columns would refuse after it.
    ///
    /// # Errors
    /// A column that is asked for is none of these, or there are no ids among them.
    pub fn expect_columns(&self, columns: &[Column]) -> Result<(), UiError> {
        self.chosen(columns).map(drop)
    }

    /// Refuses `--format ids` before something is done whose answer has none.
    ///
    /// # Errors
    /// Ids are asked for.
    pub fn expect_no_ids(&self) -> Result<(), UiError> {
        if self.format == Format::Ids { Err(UiError::NoIds) } else { Ok(()) }
    }

    /// The columns to print.
    pub(super) fn chosen(&self, all: &[Column]) -> Result<Chosen, UiError> {
        if self.format == Format::Ids && !all.iter().any(|column| column.key == ID) {
            return Err(UiError::NoIds);
        }
        match self.choice {
            Some(choice) => Ok(Chosen { columns: choice.among(all)?, is_asked: true }),
            None => Ok(Chosen { columns: all.to_vec(), is_asked: false }),
        }
    }
}

/// The key under which records have their ids.
pub(super) const ID: &str = "id";

/// What of a record is shown to programs: all, or the chosen columns in their order.
pub(super) fn picked<'a>(record: &'a Value, chosen: &'a Chosen) -> Picked<'a> {
    if chosen.is_asked { Picked::Asked(record, &chosen.columns) } else { Picked::Whole(record) }
}

pub(super) enum Picked<'a> {
    Whole(&'a Value),
    Asked(&'a Value, &'a [Column]),
}

impl Serialize for Picked<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Picked::Whole(record) => record.serialize(serializer),
            Picked::Asked(record, columns) => {
                let value = |column: &Column| record.get(&*column.key).cloned().unwrap_or_default();
                serializer.collect_map(columns.iter().map(|column| (column.key.clone(), value(column))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Rank;

    const ALL: &[Column] =
        &[Column::whole("slug", "slug"), Column::whole("is_active", "active"), Column::hidden("size")];

    fn keys(asked_for: &str) -> Result<Vec<String>, UiError> {
        let columns = Choice::read(asked_for, "--columns")?.among(ALL)?;
        assert!(columns.iter().all(|column| column.in_tables));
        let asked = |column: &&Column| column.rank == Rank::Asked;
        assert_eq!(columns.iter().filter(asked).count(), asked_for.split(',').filter(|name| !name.is_empty()).count());
        Ok(columns.iter().map(|column| column.key.to_string()).collect())
    }

    #[test]
    fn columns_are_asked_for_by_name() {
        assert_eq!(keys("size, slug").unwrap(), ["size", "slug"]);
        assert_eq!(keys("active,").unwrap(), ["is_active"]);
        assert_eq!(keys("+size").unwrap(), ["slug", "is_active", "size"]);
        assert_eq!(keys("+size,slug").unwrap(), ["slug", "is_active", "size"]);
        for bad in ["colour", "slug,slug", "slug,is_active,active", ",", "", "+"] {
            assert!(keys(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_nearest_is_named_first() {
        let error = keys("is_activ").unwrap_err();
        assert!(
            matches!(&error, UiError::NoSuchColumn { known, .. } if known[0] == "is_active" && known.len() == 3),
            "{error}"
        );
    }
}
