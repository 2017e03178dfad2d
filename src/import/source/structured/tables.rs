//! The table of a file that is wanted, among several.

use std::collections::HashMap;

use super::super::budget::{cut, some, some_names};
use super::super::readable::Readable;
use super::super::typed::{Extras, Merged};
use super::form::SAVE_AS;
use super::store;
use crate::import::ImportError;
use crate::import::error::choices;
use crate::import::row::{CellKind, Row};

/// What a walk through a file meets of the table with this place, counted from 0.
pub(super) struct Met<'a> {
    pub table: usize,
    pub name: &'a str,
    pub what: What<'a>,
}

pub(super) enum What<'a> {
    /// A row, with the cells of it that go on in rows below.
    Row { row: &'a Row, is_hidden: bool, merged: &'a [Merged] },
    /// The table is one of a hidden sheet.
    Hidden,
    /// A cell of this row holds another table with rows.
    Nested(u64),
    /// The file ends inside the table.
    CutOff,
}

/// Walks through all rows of all tables.
pub(super) type Walk<'a> =
    dyn Fn(&Readable, &mut dyn FnMut(Met<'_>) -> Result<(), ImportError>) -> Result<(), ImportError> + 'a;

/// The rows of a table.
pub(super) struct Table {
    pub name: String,
    pub rows: Readable,
    /// The number of its last row.
    pub count: u64,
    pub extras: Extras,
    /// Hidden tables with rows, which nobody asked for.
    pub left_out: Vec<String>,
    pub notices: Vec<String>,
}

struct Seen {
    name: String,
    place: usize,
    rows: u64,
    is_hidden: bool,
}

/// The most tables with rows.
const MOST_TABLES: usize = 100_000;
/// The most special rows and cells that are kept.
const MOST_SPECIAL: usize = 1 << 20;

/// Lays out the table that was asked for, or the only one with rows.
///
/// # Errors
/// There is no such table, or several hold rows.
pub(super) fn laid_out(file: &Readable, sheet: Option<&str>, walk: &Walk<'_>) -> Result<Table, ImportError> {
    let (mut seen, mut places): (Vec<Seen>, HashMap<usize, usize>) = (Vec::new(), HashMap::new());
    walk(file, &mut |met| {
        let known = places.get(&met.table).and_then(|at| seen.get_mut(*at));
        match (met.what, known) {
            (What::Row { row, .. }, _) if row.is_blank() => {}
            (What::Row { .. }, Some(seen)) => seen.rows += 1,
            (What::Row { .. }, None) if places.len() == MOST_TABLES => {
                let reason = format!("more than {MOST_TABLES} of its tables hold rows");
                return Err(ImportError::read_with(&file.name, reason, SAVE_AS));
            }
            (What::Row { .. }, None) => {
                places.insert(met.table, seen.len());
                seen.push(Seen { name: met.name.to_owned(), place: met.table, rows: 1, is_hidden: false });
            }
            (What::Hidden, Some(seen)) => seen.is_hidden = true,
            // A table without rows is never chosen.
            (What::Hidden, None) | (What::Nested(_) | What::CutOff, _) => {}
        }
        Ok(())
    })?;
    seen.sort_by_key(|seen| seen.place);
    let chosen = choose(file, &seen, sheet)?;
    let (mut count, mut extras, mut nested, mut notices) = (0, Extras::default(), Nested::default(), Vec::new());
    let rows = Readable::copied(&file.name, |out| {
        let mut out = std::io::BufWriter::new(out);
        walk(file, &mut |met| {
            match met.what {
                _ if met.table != chosen.place => {}
                What::Row { row, is_hidden, merged } => {
                    count = row.number;
                    note(&mut extras, row, is_hidden, merged);
                    store::write(&mut out, file, row)?;
                }
                What::Nested(row) => nested.add(row),
                What::CutOff => notices.push(format!("it ends inside the table: it may be cut off behind row {count}")),
                What::Hidden => {}
            }
            Ok(())
        })?;
        let full = |e: std::io::Error| ImportError::read_with(&file.name, e.to_string(), "make room, or set TMPDIR");
        std::io::Write::flush(&mut out).map_err(full)
    })?;
    notices.extend(nested.told());
    let is_left = |other: &&Seen| other.is_hidden && other.place != chosen.place && sheet.is_none();
    let left_out = seen.iter().filter(is_left).map(|other| other.name.clone()).collect();
    Ok(Table { name: chosen.name.clone(), rows, count, extras, left_out, notices })
}

/// Rows with tables in their cells.
#[derive(Default)]
struct Nested {
    count: u64,
    first: u64,
    last: u64,
}

impl Nested {
    fn add(&mut self, row: u64) {
        if row != self.last {
            (self.count, self.last) = (self.count + 1, row);
        }
        if self.count == 1 {
            self.first = row;
        }
    }

    fn told(&self) -> Option<String> {
        let rows = match self.count {
            0 => return None,
            1 => "1 row holds a table".to_owned(),
            count => format!("{count} rows hold tables"),
        };
        Some(format!("{rows} in a cell, first row {}, which are not read with it; --sheet reads one", self.first))
    }
}

/// Notes what is special of a row.
fn note(extras: &mut Extras, row: &Row, is_hidden: bool, merged: &[Merged]) {
    let Some(at) = row.number.checked_sub(1).and_then(|at| u32::try_from(at).ok()) else { return };
    if is_hidden && !row.is_blank() && extras.hidden.len() < MOST_SPECIAL {
        extras.hidden.push(at);
    }
    if extras.merged.len() < MOST_SPECIAL {
        extras.merged.extend(merged);
    }
    // A row has far fewer cells than u32 holds.
    let formulas = (0..row.len()).filter(|index| row.kind(*index) == CellKind::Formula).map(|index| (at, index as u32));
    if extras.formulas.len() < MOST_SPECIAL {
        extras.formulas.extend(formulas);
    }
}

fn choose<'a>(file: &Readable, seen: &'a [Seen], wanted: Option<&str>) -> Result<&'a Seen, ImportError> {
    let names: Vec<&str> = seen.iter().map(|seen| seen.name.as_str()).collect();
    if let Some(wanted) = wanted {
        let place = wanted.parse::<usize>().ok().and_then(|place| place.checked_sub(1));
        let chosen = seen.iter().find(|seen| seen.name == wanted);
        return chosen.or_else(|| seen.iter().find(|seen| Some(seen.place) == place)).ok_or_else(|| {
            ImportError::read_with(
                &file.name,
                format!("it has no table `{wanted}` with rows"),
                format!("its tables: {}", some_names(&names)),
            )
        });
    }
    let visible: Vec<&Seen> = seen.iter().filter(|seen| !seen.is_hidden).collect();
    match visible.as_slice() {
        [only] => Ok(only),
        [] if !seen.is_empty() => Err(ImportError::read_by(
            &file.name,
            "only hidden sheets hold rows",
            "choose one",
            choices("--sheet", &names),
        )),
        [] => Err(ImportError::read_with(&file.name, "it holds no table with rows", SAVE_AS)),
        several => {
            let list = several.iter().map(|seen| format!("`{}` ({} rows)", cut(&seen.name), seen.rows));
            Err(ImportError::read_by(
                &file.name,
                format!("several of its tables hold rows: {}", some(list)),
                "choose one",
                choices("--sheet", several.iter().map(|seen| &seen.name)),
            ))
        }
    }
}
