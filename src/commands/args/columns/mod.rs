//! The columns of lists and records, by the names that programs know them by.

mod part;

use serde::Serialize;

use crate::error::{CommandError, Result};
use crate::ui::{Column, UiError};
pub use part::Part;

/// The columns that are shown, and whether they were asked for.
pub struct Shown {
    pub columns: Vec<Column>,
    is_asked: bool,
}

impl Shown {
    /// The columns that are asked for, with commas between them, in that order; without asking all, as tables show them.
    ///
    /// # Errors
    /// A name is no column, stands twice, or there is none.
    pub fn of(all: &[Column], asked: Option<&str>) -> Result<Shown, CommandError> {
        let Some(asked) = asked else { return Ok(Shown { columns: all.to_vec(), is_asked: false }) };
        let mut columns: Vec<Column> = Vec::new();
        for name in asked.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let named = |column: &&Column| column.key == name || column.title == name;
            let Some(column) = all.iter().find(named) else {
                let known: Vec<&str> = all.iter().map(|column| &*column.key).collect();
                return Err(CommandError::usage(format!("`{name}` is no column"))
                    .hint(format!("columns: {}", known.join(", "))));
            };
            if columns.iter().any(|other| other.key == column.key) {
                return Err(CommandError::usage(format!("`{name}` is named twice")));
            }
            columns.push(visible(column));
        }
        match columns.is_empty() {
            true => Err(CommandError::usage("no column is named")),
            false => Ok(Shown { columns, is_asked: true }),
        }
    }

    /// What of a record is shown: programs get the columns that were asked for, too.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn part_of<'a, T: Serialize>(&self, record: &'a T) -> Result<Part<'a, T>, UiError> {
        if !self.is_asked {
            return Ok(Part::Whole(record));
        }
        let record = serde_json::to_value(record).map_err(UiError::Json)?;
        let value = |column: &Column| record.get(&*column.key).cloned().unwrap_or_default();
        Ok(Part::Asked(self.columns.iter().map(|column| (column.key.to_string(), value(column))).collect()))
    }
}

/// The column as tables show it when they have the room.
pub fn visible(column: &Column) -> Column {
    match column.in_tables {
        true => column.clone(),
        false => Column { title: column.key.replace('_', " ").into(), in_tables: true, ..column.clone() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Column] =
        &[Column::whole("slug", "slug"), Column::whole("is_active", "active"), Column::hidden("size")];

    fn keys(asked: Option<&str>) -> Result<Vec<String>, String> {
        let shown = Shown::of(ALL, asked).map_err(|e| e.message)?;
        Ok(shown
            .columns
            .iter()
            .map(|column| format!("{}{}", column.key, if column.in_tables { "" } else { "?" }))
            .collect())
    }

    #[test]
    fn columns_are_asked_for_by_name() {
        assert_eq!(keys(None).unwrap(), ["slug", "is_active", "size?"]);
        assert_eq!(keys(Some("size, slug")).unwrap(), ["size", "slug"]);
        assert_eq!(keys(Some("active,")).unwrap(), ["is_active"]);
        for bad in ["colour", "slug,slug", ",", ""] {
            assert!(keys(Some(bad)).is_err(), "{bad}");
        }
    }
}
