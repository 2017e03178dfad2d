//! What the tables of an ODS workbook hold in memory once their repeated rows and cells are written out.

use super::{Held, MAX_COLUMNS, MAX_ROWS, kept};

/// The rectangle from the first cell of a sheet to its last: what the library keeps in memory.
#[derive(Default, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    rows: u64,
    columns: u64,
}

impl Extent {
    /// The extent with a cell whose row and column count from 0.
    #[must_use]
    pub fn with(self, row: u64, column: u64) -> Extent {
        Extent { rows: self.rows.max(row + 1), columns: self.columns.max(column + 1) }
    }

    pub fn cells(self) -> u64 {
        self.rows * self.columns
    }
}

/// A cell of a table.
#[derive(Debug, Default, Clone, Copy)]
pub struct TableCell {
    pub repeats: u64,
    /// Whether it holds a value or a formula.
    pub is_filled: bool,
    pub has_formula: bool,
    /// The bytes of its text and its formula.
    pub text: u64,
}

/// The tables under count.
#[derive(Default)]
pub struct Tables {
    held: Held,
    /// The extents of the tables that have ended.
    cells_before: u64,
    extent: Extent,
    has_formulas: bool,
    rows_before: u64,
    row_repeats: u64,
    columns: u64,
    filled_columns: u64,
    /// What the texts of the row hold.
    texts: u64,
}

impl Tables {
    /// The tables of a workbook of which so much is held already.
    pub fn besides(held: Held) -> Tables {
        Tables { held, ..Tables::default() }
    }

    pub fn begin_table(&mut self) {
        self.cells_before += self.extent.cells();
        (self.extent, self.rows_before, self.has_formulas) = (Extent::default(), 0, false);
    }

    pub fn begin_row(&mut self, repeats: u64) {
        (self.row_repeats, self.columns, self.filled_columns, self.texts) = (repeats, 0, 0, 0);
    }

    /// What goes beyond the last column is cut off by the library.
    pub fn add(&mut self, cell: TableCell) {
        let before = self.columns;
        self.columns = self.columns.saturating_add(cell.repeats).min(MAX_COLUMNS as u64);
        if cell.is_filled {
            self.filled_columns = self.columns;
            self.has_formulas |= cell.has_formula;
            if cell.text > 0 {
                self.texts = self.texts.saturating_add((self.columns - before).saturating_mul(kept(cell.text)));
            }
        }
    }

    /// Ends the row; returns whether everything fits in memory so far.
    #[must_use]
    pub fn end_row(&mut self) -> bool {
        let rows = self.row_repeats.min(MAX_ROWS.saturating_sub(self.rows_before));
        self.rows_before += rows;
        let before = self.expanded();
        if self.filled_columns > 0 && self.rows_before > 0 {
            self.extent = self.extent.with(self.rows_before - 1, self.filled_columns - 1);
        }
        // The row as it is read, with a value and a formula for each cell, and its copies.
        let read = 48 * self.filled_columns + self.texts;
        let copies = self.texts.saturating_mul(rows);
        let now = self.expanded();
        self.held.recount(before, now) && self.held.add(read.saturating_add(copies))
    }

    /// The cells of all tables together, empty ones between them included.
    pub fn cells(&self) -> u64 {
        self.cells_before + self.extent.cells()
    }

    /// A value for each cell of the extent, twice, and a formula where there are any.
    fn expanded(&self) -> u64 {
        self.extent.cells() * if self.has_formulas { 72 } else { 48 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether rows fit in memory: how often each stands there, and its cells.
    fn fit(rows: &[(u64, &[TableCell])]) -> bool {
        let mut tables = Tables::besides(Held::within(100_000));
        rows.iter().all(|(repeats, cells)| {
            tables.begin_row(*repeats);
            cells.iter().for_each(|cell| tables.add(*cell));
            tables.end_row()
        })
    }

    fn filled(repeats: u64, text: u64) -> TableCell {
        TableCell { repeats, is_filled: true, has_formula: false, text }
    }

    const EMPTY: TableCell = TableCell { repeats: u64::MAX, is_filled: false, has_formula: false, text: 0 };

    #[test]
    fn repeats_are_counted_as_what_they_come_to() {
        assert!(fit(&[(10, &[filled(10, 5)])]));
        assert!(!fit(&[(10, &[filled(16_384, 0)])]));
        assert!(!fit(&[(u64::MAX, &[filled(1, 0)])]));
        assert!(!fit(&[(1, &[filled(1, 200_000)])]));
        assert!(!fit(&[(1_000, &[filled(1, 200)])]));
        assert!(!fit(&[(1, &[filled(1_000, 200)])]));
        assert!(!fit(&[(1_000_000, &[EMPTY]), (1, &[filled(1, 0)])]));
    }

    #[test]
    fn what_is_empty_behind_the_last_cell_holds_nothing() {
        assert!(fit(&[(1, &[filled(1, 1), EMPTY]), (u64::MAX, &[EMPTY])]));
        assert!(fit(&[(500, &[EMPTY]), (1, &[filled(1, 1)]), (u64::MAX, &[EMPTY]), (1, &[EMPTY])]));
    }

    #[test]
    fn many_rows_add_up() {
        let row: (u64, &[TableCell]) = (1, &[filled(1, 100)]);
        assert!(fit(&vec![row; 100]));
        assert!(!fit(&vec![row; 1_000]));
    }
}
