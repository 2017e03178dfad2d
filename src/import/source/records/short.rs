//! Rows with fewer cells than the header: what is missing at their end is blank, as spreadsheets write it, unless the row is a
//! part of one that a line break has cut.

use super::looks::Looks;
use super::{CellForm, RecordReader};
use crate::import::ImportError;
use crate::import::row::{ProblemKind, Row, RowProblem};
use crate::import::source::readable::Readable;

pub(in crate::import::source) const QUOTES_REMEDY: &str =
    "a cell that holds the delimiter or a line break must be in quotes";

/// How many columns a header has: those at its end without a name are none where no cell below holds anything.
///
/// # Errors
/// The file cannot be followed.
pub(in crate::import::source) fn width_of(file: &Readable, form: CellForm, header: &Row) -> Result<usize, ImportError> {
    let mut width = header.used(header.len());
    if width == header.len() {
        return Ok(width);
    }
    let mut reader = RecordReader::open(file, form)?;
    while let Some(record) = reader.next_record()? {
        let row = record.row();
        if row.number > header.number && row.len() > width {
            width = width.max(row.used(header.len()));
        }
    }
    Ok(width)
}

/// A row, and what is wrong with it.
pub(in crate::import::source) type Settled = (Row, Option<RowProblem>);

/// A row with too few cells, until the next one is seen: what cannot be a row of its own may be the rest of it.
pub(in crate::import::source) struct Held<'a> {
    width: usize,
    looks: &'a Looks,
    row: Option<Row>,
    /// Whether the row that comes now may be the rest of one before.
    is_rest: bool,
}

impl<'a> Held<'a> {
    pub fn new(width: usize, looks: &'a Looks) -> Held<'a> {
        Held { width, looks, row: None, is_rest: false }
    }

    pub fn hold(&mut self, mut row: Row) {
        row.is_short = true;
        self.row = Some(row);
    }

    /// The row that was held, now that the next one is seen; `None` for one whose cells cannot be told apart.
    pub fn release(&mut self, next: Option<&Row>) -> Option<Settled> {
        let was_rest = std::mem::take(&mut self.is_rest);
        let row = self.row.take()?;
        self.is_rest = !next.is_some_and(|next| self.looks.is_row_of_its_own(next.cells()));
        Some(match was_rest || self.is_rest {
            true => {
                self.refused(row, "and the next line may be the rest of it, or this the rest of one", QUOTES_REMEDY)
            }
            false => (row, None),
        })
    }

    /// The row that was held at the end of the text, which may have been cut off.
    pub fn end(&mut self, is_cut_off: bool) -> Option<Settled> {
        let was_rest = std::mem::take(&mut self.is_rest);
        let row = self.row.take()?;
        Some(match (was_rest, is_cut_off) {
            (true, _) => self.refused(row, "and may be the rest of the line above", QUOTES_REMEDY),
            (_, true) => {
                let remedy = "see whether the file is whole; if it is, end its last line with a line break";
                self.refused(row, "and the file ends within its line", remedy)
            }
            _ => (row, None),
        })
    }

    fn refused(&self, mut row: Row, why: &str, remedy: &str) -> Settled {
        row.is_short = false;
        let problem = format!("has {} of the {} cells of the header, {why}", row.len(), self.width);
        let problem = RowProblem::of_row(ProblemKind::RaggedRow, row.cell(0), problem, remedy);
        (row, Some(problem))
    }
}

#[cfg(test)]
mod tests {
    use super::super::looks::Learning;
    use super::*;

    fn row(cells: &str) -> Row {
        let mut row = Row::new(2);
        cells.split(',').for_each(|cell| row.push(cell));
        row
    }

    /// Whether rows of a sheet of names, phones, notes and wishes are taken.
    fn taken(rows: &[&str], is_cut_off: bool) -> Vec<bool> {
        let looks = Learning::new("Name,Phone,Note,DNC".split(',')).finish();
        let mut held = Held::new(4, &looks);
        let mut items = Vec::new();
        for row in rows.iter().map(|cells| row(cells)) {
            items.extend(held.release(Some(&row)));
            match row.len() < 4 {
                true => held.hold(row),
                false => items.push((row, None)),
            }
        }
        items.extend(held.end(is_cut_off));
        items.iter().map(|(row, problem)| problem.is_none() && row.is_short == (row.len() < 4)).collect()
    }

    #[test]
    fn cells_that_are_missing_at_the_end_are_blank() {
        assert_eq!(taken(&["Ann,2125550101", "Bob,2125550102,hi", "Cy,2125550103,,yes"], false), [true; 3]);
        assert_eq!(taken(&["Ann,2125550101,,no", "Bob,2125550102"], false), [true; 2]);
    }

    #[test]
    fn a_row_that_a_line_break_has_cut_is_none() {
        assert_eq!(taken(&["Ann,2125550101,called", "back,yes", "Cy,2125550103,,"], false), [false, false, true]);
        assert_eq!(taken(&["Ann,2125550101,called", "back", "later,yes"], false), [false; 3]);
        assert_eq!(taken(&["Ann,2125550101,called", "back, later, twice,yes"], false), [false, true]);
    }

    #[test]
    fn the_end_of_a_text_that_was_cut_off_is_none() {
        assert_eq!(taken(&["Ann,2125550101,,no", "Bob,212555010"], true), [true, false]);
    }

    #[test]
    fn columns_end_with_the_last_that_is_used() {
        assert_eq!((row("a,b,,").used(4), row("a,,c, ").used(4), row("a,,c").used(2)), (2, 3, 1));
    }
}
