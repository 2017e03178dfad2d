//! The columns of lists of leads: which are asked for, and how a table shows them.

use std::str::FromStr;

use crate::filter::LeadColumn;
use crate::filter::columns::{Shape, UnknownColumn};
use crate::filter::query::SortBy;
use crate::ui::{Column, Kind};

/// Columns as they are asked for: names with commas between them.
#[derive(Debug, Clone)]
pub struct ColumnNames(pub Vec<LeadColumn>);

impl FromStr for ColumnNames {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut columns: Vec<LeadColumn> = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let column = LeadColumn::named(name).map_err(|e| told(&e))?;
            match columns.contains(&column) {
                true => return Err(format!("`{name}` is named twice")),
                false => columns.push(column),
            }
        }
        if columns.is_empty() { Err("no column is named".into()) } else { Ok(ColumnNames(columns)) }
    }
}

/// An order as it is asked for: columns with commas between them, `-` before one for the greatest first.
#[derive(Debug, Clone)]
pub struct Order(pub Vec<SortBy>);

/// More keys than anyone needs make the condition of a page long.
const MAX_KEYS: usize = 3;

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut keys = Vec::new();
        for name in text.split(',').map(str::trim) {
            let (name, descending) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
            let column = LeadColumn::named(name).map_err(|e| told(&e))?;
            if !column.is_sortable() {
                return Err(format!("leads cannot be sorted by `{name}`"));
            }
            keys.push(SortBy { column, descending });
        }
        if keys.len() > MAX_KEYS {
            Err(format!("at most {MAX_KEYS} columns can be sorted by"))
        } else {
            Ok(Order(keys))
        }
    }
}

fn told(error: &UnknownColumn) -> String {
    format!("{error}; {}", error.remedy())
}

/// The columns of [`crate::commands::args::leads::rows::COLUMNS`].
pub fn usual() -> Result<Vec<LeadColumn>, UnknownColumn> {
    let names = crate::commands::args::leads::rows::COLUMNS.iter().map(|column| &*column.key);
    names.map(LeadColumn::named).collect()
}

/// How a table shows a column that was asked for.
pub fn shown(column: &LeadColumn) -> Column {
    let usual = crate::commands::args::leads::rows::COLUMNS.iter().find(|usual| usual.key == column.key);
    let kind = match (column.shape, usual) {
        (_, Some(usual)) if usual.in_tables => usual.kind,
        (Shape::Number, _) => Kind::Number,
        (Shape::Money, _) => Kind::Number,
        (Shape::Time, _) => Kind::Time,
        (Shape::Flag, _) => Kind::Whole,
        // Half a phone is none.
        _ if column.key == "phone" => Kind::Whole,
        _ => Kind::Text,
    };
    let title = match usual {
        Some(usual) if usual.in_tables => usual.title.clone(),
        _ => column.name.replace('_', " ").into(),
    };
    Column { key: column.key.clone().into(), title, kind, in_tables: true }
}
