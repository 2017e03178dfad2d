//! Excel workbooks. Numbers are numbers; everything else, phones and times too, is text, which no spreadsheet changes.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{Failure, Rows};
use crate::db::{Cell, Cells};
use crate::domain::formula::keep_mark;
use crate::filter::LeadColumn;
use crate::filter::columns::Shape;
use crate::system::panics::{quietly, reason_of_workbook};

pub(super) struct Sheet {
    workbook: Workbook,
    out: Box<dyn Write>,
    /// The next row, counted from 0.
    row: u32,
}

/// The most rows that a sheet holds, its header included.
const MAX_ROWS: u32 = 1_048_576;

/// Greater whole numbers are not exact in a spreadsheet.
const MAX_EXACT: i64 = 1 << 53;

impl Sheet {
    pub fn begin(out: Box<dyn Write>, columns: &[LeadColumn]) -> Result<Sheet, Failure> {
        let header = || -> Result<Workbook, XlsxError> {
            let mut workbook = Workbook::new();
            let bold = Format::new().set_bold();
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            sheet.set_freeze_panes(1, 0)?;
            for (column, of) in (0u16..).zip(columns) {
                let width = if matches!(of.shape, Shape::Number | Shape::Money | Shape::Probability | Shape::Flag) {
                    10
                } else {
                    20
                };
                sheet.set_column_width(column, width)?;
                sheet.write_string_with_format(0, column, &of.name, &bold)?;
            }
            Ok(workbook)
        };
        Ok(Sheet { workbook: told(header)?, out, row: 1 })
    }
}

impl Rows for Sheet {
    fn push(&mut self, columns: &[LeadColumn], cells: &Cells) -> Result<(), Failure> {
        if self.row >= MAX_ROWS {
            return Err(Failure::Other(format!(
                "a sheet holds at most {} leads; a name that ends in .csv makes a file without such a limit",
                MAX_ROWS - 1
            )));
        }
        let write = || -> Result<(), XlsxError> {
            let sheet = self.workbook.worksheet_from_index(0)?;
            for (place, column) in (0u16..).zip(columns) {
                let cell = cells.at(place.into());
                let number = match (column.shape, cell) {
                    (Shape::Number, Cell::Number(number)) if number.abs() < MAX_EXACT => Some(*number as f64),
                    (Shape::Money | Shape::Probability, _) => column.text(cell).parse().ok(),
                    _ => None,
                };
                match number {
                    Some(number) => drop(sheet.write_number(self.row, place, number)?),
                    None if *cell == Cell::Empty => {}
                    None => match &*column.text(cell) {
                        "" => {}
                        text => drop(sheet.write_string(self.row, place, &*keep_mark(text))?),
                    },
                }
            }
            Ok(())
        };
        told(write)?;
        self.row += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let bytes = told(|| self.workbook.save_to_buffer())?;
        self.out.write_all(&bytes)?;
        Ok(self.out.flush()?)
    }
}

/// Does a part of the work, in which the library may panic.
fn told<T>(work: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, Failure> {
    match quietly(work) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(XlsxError::IoError(e))) => Err(Failure::Io(e)),
        Ok(Err(other)) => Err(Failure::Other(other.to_string())),
        Err(words) => Err(Failure::Other(reason_of_workbook(&words))),
    }
}
