//! Records, each with the names of its values, laid out as rows under one header: the names in the order in which they first
//! appear.

use std::collections::HashMap;
use std::io::Write;

use super::super::budget::{MAX_COLUMNS, too_wide};
use super::super::readable::Readable;
use super::store;
use crate::import::ImportError;
use crate::import::row::{CellKind, Row};

/// A value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub name: String,
    pub kind: CellKind,
    pub text: String,
}

impl Value {
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Value {
        Value { name: name.into(), kind: CellKind::Text, text: text.into() }
    }
}

/// Takes the values of the next record.
pub(super) type Take<'a> = dyn FnMut(Vec<Value>) -> Result<(), ImportError> + 'a;

/// Walks through all records, and returns sentences about what was left out.
pub(super) type Walk<'a> = dyn Fn(&Readable, &mut Take<'_>) -> Result<Vec<String>, ImportError> + 'a;

/// Records as rows.
pub(super) struct Records {
    /// The names of all values, in the order in which they first appear.
    pub names: Vec<String>,
    pub rows: Readable,
    pub count: u64,
    /// What was left out.
    pub notices: Vec<String>,
}

/// Lays records out. The first is row 1.
///
/// # Errors
/// Those of the walk; there are no records, or too many names.
pub(super) fn laid_out(file: &Readable, walk: &Walk<'_>) -> Result<Records, ImportError> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut count = 0u64;
    let notices = walk(file, &mut |values| {
        count += 1;
        for value in values {
            if !places.contains_key(&value.name) {
                places.insert(value.name.clone(), names.len());
                names.push(value.name);
            }
        }
        match names.len() > MAX_COLUMNS {
            true => Err(too_wide(&file.name, &format!("record {count}, with those before it,"))),
            false => Ok(()),
        }
    })?;
    if names.is_empty() {
        return Err(ImportError::read(&file.name, "it holds no records"));
    }
    let rows = Readable::copied(&file.name, |out| {
        let mut out = std::io::BufWriter::new(out);
        let mut number = 0;
        walk(file, &mut |values| {
            number += 1;
            store::write(&mut out, file, &row_of(number, values, &places, names.len()))
        })?;
        let full = |e: std::io::Error| ImportError::read_with(&file.name, e.to_string(), "make room, or set TMPDIR");
        out.flush().map_err(full)
    })?;
    Ok(Records { names, rows, count, notices })
}

fn row_of(number: u64, values: Vec<Value>, places: &HashMap<String, usize>, width: usize) -> Row {
    let mut cells: Vec<Option<Value>> = vec![None; width];
    for value in values {
        if let Some(cell) = places.get(&value.name).and_then(|place| cells.get_mut(*place)) {
            *cell = Some(value);
        }
    }
    let mut row = Row::new(number);
    for cell in &cells {
        match cell {
            Some(value) => row.push_as(value.kind, &value.text),
            None => row.push(""),
        }
    }
    row
}
