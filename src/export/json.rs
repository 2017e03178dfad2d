//! JSON: an array of objects, or an object a line.

use std::io::Write;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Failure, Rows};
use crate::db::{Cell, Cells};
use crate::filter::LeadColumn;
use crate::filter::columns::Shape;

pub(super) struct Json {
    out: Box<dyn Write>,
    /// One array instead of an object a line.
    is_array: bool,
    written: u64,
}

/// One lead in columns, as an object with the keys of the data model.
pub struct Record<'a> {
    pub columns: &'a [LeadColumn],
    pub cells: &'a Cells,
    /// Whether what is not known of a lead is a word, for people and tables, and not null.
    pub in_words: bool,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (place, column) in self.columns.iter().enumerate() {
            let cell = self.cells.at(place);
            match (self.in_words, column.shape, cell) {
                (true, Shape::Flag, Cell::Empty) => map.serialize_entry(&column.key, &column.text(cell))?,
                _ => map.serialize_entry(&column.key, &column.json(cell))?,
            }
        }
        map.end()
    }
}

impl Json {
    /// One array.
    pub fn array(out: Box<dyn Write>) -> Json {
        Json { out, is_array: true, written: 0 }
    }

    /// An object a line.
    pub fn lines(out: Box<dyn Write>) -> Json {
        Json { out, is_array: false, written: 0 }
    }
}

impl Rows for Json {
    fn push(&mut self, columns: &[LeadColumn], cells: &Cells) -> Result<(), Failure> {
        match (self.is_array, self.written) {
            (true, 0) => self.out.write_all(b"[\n")?,
            (true, _) => self.out.write_all(b",\n")?,
            (false, _) => {}
        }
        serde_json::to_writer(&mut self.out, &Record { columns, cells, in_words: false })
            .map_err(|e| Failure::Io(e.into()))?;
        if !self.is_array {
            self.out.write_all(b"\n")?;
        }
        self.written += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        match (self.is_array, self.written) {
            (true, 0) => self.out.write_all(b"[]\n")?,
            (true, _) => self.out.write_all(b"\n]\n")?,
            (false, _) => {}
        }
        Ok(self.out.flush()?)
    }
}
