//! The columns of lists of leads: which are asked for, and how a table shows them.

use std::str::FromStr;

use super::rows;
use crate::error::CommandError;
use crate::filter::LeadColumn;
use crate::filter::columns::{Shape, UnknownColumn};
use crate::filter::query::SortBy;
use crate::ui::{Column, Kind, Rank, Ui, UiError, nearest_first};

/// Which columns are shown without being asked for, to which `--columns +NAME` adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// Those of a table.
    InTables,
    /// All.
    All,
}

/// The columns of leads that the call asks for.
///
/// # Errors
/// A name is no column of leads, or stands twice.
pub fn asked(ui: Ui, added_to: Usual) -> Result<Option<Vec<LeadColumn>>, CommandError> {
    let Some(choice) = ui.asked_columns() else { return Ok(None) };
    let mut columns: Vec<LeadColumn> = Vec::new();
    if choice.adds() {
        let shown = rows::COLUMNS.iter().filter(|column| added_to == Usual::All || column.in_tables);
        columns = shown.map(|column| LeadColumn::named(&column.key)).collect::<Result<_, _>>()?;
    }
    for name in choice.text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let column = LeadColumn::named(name).map_err(|e| unknown(&e))?;
        match columns.contains(&column) {
            // It is shown already.
            true if choice.adds() => {}
            true => return Err(UiError::NamedTwice(name.to_owned()).into()),
            false => columns.push(column),
        }
    }
    Ok(Some(columns))
}

fn unknown(error: &UnknownColumn) -> CommandError {
    let names: Vec<&str> = LeadColumn::names().collect();
    let near = nearest_first(&error.word, &names);
    CommandError::usage(format!("`{}` is no column of leads", error.word))
        .hint(format!("its columns: {}, custom.NAME", near.join(", ")))
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

/// The columns of [`rows::COLUMNS`].
pub fn usual() -> Result<Vec<LeadColumn>, UnknownColumn> {
    let names = rows::COLUMNS.iter().map(|column| &*column.key);
    names.map(LeadColumn::named).collect()
}

/// How a table shows a column that was asked for.
pub fn shown_if_asked(column: &LeadColumn) -> Column {
    let is_usual = rows::COLUMNS.iter().any(|usual| usual.in_tables && usual.key == column.key);
    let shown = shown(column);
    if is_usual { shown } else { shown.asked() }
}

/// How a table shows a column of leads.
pub fn shown(column: &LeadColumn) -> Column {
    let usual = rows::COLUMNS.iter().find(|usual| usual.key == column.key);
    let kind = match (column.shape, usual) {
        (_, Some(usual)) if usual.in_tables => usual.kind,
        (Shape::Number, _) => Kind::Number,
        (Shape::Money | Shape::Probability, _) => Kind::Number,
        (Shape::Time, _) => Kind::Time,
        (Shape::Flag, _) => Kind::Whole,
        // Half a phone is none.
        _ if column.key == "phone" => Kind::Whole,
        _ => Kind::Text,
    };
    let is_key = ["id", "phone", "phone_number"].contains(&column.key.as_str());
    let rank = if is_key { Rank::Key } else { usual.map_or(Rank::Usual, |usual| usual.rank) };
    let title = match usual {
        Some(usual) if usual.in_tables => usual.title.clone(),
        _ => column.name.replace('_', " ").into(),
    };
    Column { key: column.key.clone().into(), title, kind, in_tables: true, rank }
}
