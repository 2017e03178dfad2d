//! CSV that is safe to open in a spreadsheet: a cell that would run as a formula is marked as text, which our import
//! undoes.

use std::borrow::Cow;
use std::io::Write;

use super::{Failure, Rows};
use crate::db::Cells;
use crate::domain::formula::{json_cell, mark_text};
use crate::filter::LeadColumn;
use crate::filter::columns::Shape;

pub(super) struct Csv {
    out: csv::Writer<Box<dyn Write>>,
}

impl Csv {
    pub fn begin(out: Box<dyn Write>, columns: &[LeadColumn]) -> Result<Csv, Failure> {
        let mut out = csv::WriterBuilder::new().buffer_capacity(64 * 1024).from_writer(out);
        columns.iter().try_for_each(|column| field(&mut out, &column.name))?;
        out.write_record(None::<&[u8]>).map_err(problem)?;
        Ok(Csv { out })
    }
}

impl Rows for Csv {
    fn push(&mut self, columns: &[LeadColumn], cells: &Cells) -> Result<(), Failure> {
        for (place, column) in columns.iter().enumerate() {
            let text = column.text(cells.at(place));
            let text = if column.shape == Shape::Json { json_cell(&text) } else { Cow::Borrowed(&*text) };
            field(&mut self.out, &text)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(problem)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

fn field(out: &mut csv::Writer<Box<dyn Write>>, text: &str) -> Result<(), Failure> {
    out.write_field(mark_text(text).as_bytes()).map_err(problem)
}

fn problem(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => Failure::Io(e),
        other => Failure::Other(format!("{other:?}")),
    }
}
