//! What the cells of a workbook are besides their values: what their formats say, formulas without stored results, hidden
//! rows, merged cells. The library tells of none of these, so they are read beside it.

pub mod address;
pub mod container;
pub mod extent;
pub mod format;
pub mod ods;
pub mod page;
pub mod rows;
#[cfg(test)]
mod streamed;
#[cfg(test)]
mod written;
pub mod xls;
pub mod xlsx;

use std::collections::HashMap;

use rustc_hash::{FxHashMap, FxHashSet};

use self::address::{cell_address, column_letters};
use crate::import::row::FORMULA_REMEDY;
use format::Shape;

/// What is known of a cell besides its value.
#[derive(Debug, Clone, Copy)]
pub enum Look<'a> {
    Plain,
    Shaped(&'a Shape),
    /// The text that the sheet shows for it.
    Shown(&'a str),
    /// Its result is not stored.
    Formula,
}

/// A rectangle of merged cells, rows and columns counted from 0, the last ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    pub rows: (u32, u32),
    pub columns: (u32, u32),
}

/// What is special of one sheet. Rows and columns are counted from 0.
#[derive(Debug, Default)]
pub struct Extras {
    /// Cells with a formula whose result is not stored.
    pub formulas: FxHashSet<(u32, u32)>,
    /// Hidden rows that hold anything.
    pub hidden: Vec<u32>,
    pub merged: Vec<Merged>,
    /// Shapes of cells, by their places in [`Extras::shapes`].
    pub shaped: FxHashMap<(u32, u32), u32>,
    pub shapes: Vec<Shape>,
    /// The places of the shapes of which the last cell of each column was: most columns are of one shape.
    last_shapes: FxHashMap<u32, u32>,
    /// What the sheet shows for cells.
    pub shown: FxHashMap<(u32, u32), String>,
}

/// The extras of the sheets of a workbook that is read whole.
pub type ExtrasOfSheets = HashMap<String, Extras>;

impl Extras {
    /// What is known of a cell.
    pub fn look(&self, position: (u32, u32)) -> Look<'_> {
        // Of most sheets nothing is special.
        if self.formulas.is_empty() && self.shaped.is_empty() && self.shown.is_empty() {
            return Look::Plain;
        }
        if self.formulas.contains(&position) {
            return Look::Formula;
        }
        let shape = self.shaped.get(&position).and_then(|&place| self.shapes.get(place as usize));
        match (shape, self.shown.get(&position)) {
            (Some(shape), _) => Look::Shaped(shape),
            (None, Some(text)) => Look::Shown(text),
            (None, None) => Look::Plain,
        }
    }

    /// Notes the shape of a cell.
    pub fn shape(&mut self, position: (u32, u32), shape: &Shape) {
        let last = self.last_shapes.get(&position.1).copied();
        let place = last.filter(|&last| self.shapes.get(last as usize) == Some(shape)).unwrap_or_else(|| {
            let known = self.shapes.iter().position(|known| known == shape);
            let place = known.unwrap_or_else(|| {
                self.shapes.push(shape.clone());
                self.shapes.len() - 1
            });
            // A workbook has far fewer formats than u32 holds.
            let place = place as u32;
            self.last_shapes.insert(position.1, place);
            place
        });
        self.shaped.insert(position, place);
    }

    /// About how many bytes it takes in memory.
    pub fn kept(&self) -> u64 {
        let positions = self.formulas.capacity() * 9 + self.hidden.capacity() * 4 + self.merged.capacity() * 16;
        let values = self.shaped.capacity() * 13 + self.shown.capacity() * 64;
        (positions + values) as u64
    }

    /// Hidden rows below the header, which is counted from 1.
    pub fn hidden_below(&self, header: u64) -> u64 {
        self.hidden.iter().filter(|row| u64::from(**row) >= header).count() as u64
    }

    /// Formulas without stored results below the header, in the columns that are wanted, row by row.
    pub fn formulas_below(&self, header: u64, wanted: &dyn Fn(usize) -> bool) -> Vec<(u32, u32)> {
        let is_meant = |(row, column): &&(u32, u32)| u64::from(*row) >= header && wanted(*column as usize);
        let mut cells: Vec<(u32, u32)> = self.formulas.iter().filter(is_meant).copied().collect();
        cells.sort_unstable();
        cells
    }

    /// The sentences about the rows below the header and the columns that are wanted.
    pub fn notices(&self, sheet: &str, header: u64, wanted: &dyn Fn(usize) -> bool) -> Vec<String> {
        let mut notices = Vec::new();
        match self.hidden_below(header) {
            0 => {}
            1 => notices.push("1 hidden row is read like the others".to_owned()),
            count => notices.push(format!("{count} hidden rows are read like the others")),
        }
        let formulas = self.formulas_below(header, wanted);
        if !formulas.is_empty() {
            let address = |(row, column): &(u32, u32)| cell_address(sheet, *column as usize, u64::from(*row) + 1);
            let what = match formulas.len() {
                1 => "1 formula has no stored result, so that it counts as blank or its row is rejected".to_owned(),
                count => format!(
                    "{count} formulas have no stored result, so that each counts as blank or its row is rejected"
                ),
            };
            notices.push(format!("{what}: {}; {}", some(formulas.iter().map(address)), FORMULA_REMEDY));
        }
        let is_meant = |merged: &&Merged| {
            u64::from(merged.rows.1) > u64::from(merged.rows.0).max(header)
                && (merged.columns.0..=merged.columns.1).any(|column| wanted(column as usize))
        };
        let merged: Vec<String> = self.merged.iter().filter(is_meant).map(Merged::address).collect();
        if !merged.is_empty() {
            let what = match merged.len() {
                1 => "a merged range covers several rows, and its value is the first row's alone".to_owned(),
                count => {
                    format!("{count} merged ranges cover several rows, and their values are their first rows' alone")
                }
            };
            notices.push(format!("{what}: {}", some(merged.into_iter())));
        }
        notices
    }
}

impl Merged {
    fn address(&self) -> String {
        let cell = |row: u32, column: u32| format!("{}{}", column_letters(column as usize), u64::from(row) + 1);
        format!("{}:{}", cell(self.rows.0, self.columns.0), cell(self.rows.1, self.columns.1))
    }
}

/// The first of some names, and how many more there are.
fn some(names: impl ExactSizeIterator<Item = String>) -> String {
    const MOST: usize = 5;
    let more = names.len().saturating_sub(MOST);
    let first: Vec<String> = names.take(MOST).collect();
    match more {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The row and column, counted from 0, of an address such as `AB12`; `$` may stand before either.
pub fn position_of(address: &str) -> Option<(u32, u32)> {
    let plain = address.trim().replace('$', "");
    let letters = plain.find(|c: char| !c.is_ascii_alphabetic())?;
    let (column, row) = plain.split_at_checked(letters)?;
    let digit =
        |so_far: u32, letter: u8| Some(so_far.checked_mul(26)? + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    let column = column.bytes().try_fold(0u32, digit)?;
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::symbol::Symbol;

    #[test]
    fn addresses_are_read() {
        for (text, position) in
            [("A1", Some((0, 0))), ("$AB$12", Some((11, 27))), ("XFD1048576", Some((1_048_575, 16_383)))]
        {
            assert_eq!(position_of(text), position, "{text}");
        }
        for bad in ["", "1", "A", "A0", "ZZZZZZZZZZ1", "A99999999999"] {
            assert_eq!(position_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_special_is_told_of_data_rows_and_wanted_columns() {
        let mut extras = Extras { hidden: vec![0, 3], ..Extras::default() };
        extras.formulas.extend([(0, 1), (4, 1), (2, 1), (2, 7)]);
        let range = |first, last, column| Merged { rows: (first, last), columns: (column, column) };
        extras.merged = vec![range(0, 1, 0), range(2, 2, 1), range(2, 4, 1), range(1, 3, 7)];
        let told = extras.notices("Sheet1", 1, &|column| column < 5);
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0], "1 hidden row is read like the others");
        let formulas = "2 formulas have no stored result, so that each counts as blank or its row is rejected: ";
        assert!(told[1].starts_with(&format!("{formulas}Sheet1!B3, Sheet1!B5; ")), "{told:?}");
        assert_eq!(told[2], "a merged range covers several rows, and its value is the first row's alone: B3:B5");
        assert_eq!(Extras::default().notices("Sheet1", 1, &|_| true), [""; 0]);
    }

    #[test]
    fn each_cell_has_its_shape_and_each_shape_one_place() {
        let mut extras = Extras::default();
        let shapes = ["€", "$", "GBP"].map(|text| Shape::Money(Symbol::of(text).unwrap()));
        // Columns of one shape, columns that change, and one that comes back to a shape.
        let cells = [(0, 0, 0), (0, 1, 1), (1, 0, 0), (1, 1, 2), (2, 0, 1), (2, 1, 1), (3, 0, 0), (3, 1, 1), (4, 5, 2)];
        cells.iter().for_each(|&(row, column, shape)| extras.shape((row, column), &shapes[shape]));
        for (row, column, shape) in cells {
            let look = extras.look((row, column));
            assert!(matches!(look, Look::Shaped(found) if *found == shapes[shape]), "{row} {column}: {look:?}");
        }
        assert_eq!(extras.shapes.len(), 3);
    }

    #[test]
    fn many_cells_are_not_all_named() {
        let mut extras = Extras::default();
        extras.formulas.extend((1..9).map(|row| (row, 0)));
        let told = extras.notices("S", 1, &|_| true).concat();
        assert!(told.contains("S!A6 and 3 more"), "{told}");
    }
}
