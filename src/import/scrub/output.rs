//! The files of a scrub: rows as they stand in the source, in its own form.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};

use rust_xlsxwriter::XlsxError;
use sha2::{Digest, Sha256};

use crate::domain::formula::{mark_again, mark_text};
use crate::import::ImportError;
use crate::import::row::Row;
use crate::import::rowfile::{RowCell, Sheet};
use crate::import::source::{RawText, hex};
use crate::system::panics::{quietly, reason_of_workbook};

vocabulary! {
    /// How the rows of a source are written.
    Form {
        /// Their very bytes.
        Text = "text",
        Csv = "csv",
        Xlsx = "xlsx",
    }
}

/// The column that says why a row is not clean.
pub const REASON_COLUMN: &str = "dnc_reason";
/// The column that says what has changed of a row.
pub const CHANGE_COLUMN: &str = "dnc_change";

/// A file under way.
pub struct Output {
    /// What messages call it.
    name: String,
    out: Out,
    /// Whether its rows have a further column.
    has_further: bool,
    width: usize,
    rows: u64,
    /// A row under way.
    line: Vec<u8>,
}

enum Out {
    Text(BufWriter<File>),
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Sheet(Box<Sheet>, File),
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
}

/// The largest part of a file that is written at once, in bytes.
const BUFFER: usize = 1 << 18;

impl Output {
    /// Begins a file, with a further column behind those of the source. Its head is written as the source has it; `above` and `header`
    /// are its bytes in a text.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(
        name: String,
        file: File,
        form: Form,
        headers: &[String],
        head: Option<(&RawText, &[u8], &[u8])>,
        further: Option<&'static str>,
    ) -> Result<Output, ImportError> {
        let mut names = headers.to_vec();
        names.extend(further.map(str::to_owned));
        let failed = |e: &dyn std::fmt::Display| failed(&name, e);
        let out = match (form, head) {
            (Form::Text, Some((raw, above, header))) => {
                let mut header = header.to_vec();
                if let Some(further) = further.filter(|_| !header.is_empty()) {
                    raw.append(further, raw.header_cells(), &mut header);
                }
                let mut out = BufWriter::with_capacity(BUFFER, file);
                out.write_all(above).and_then(|()| out.write_all(&header)).map_err(|e| failed(&e))?;
                Out::Text(out)
            }
            (Form::Xlsx, _) => {
                let sheet = quietly(|| Sheet::begin(&names)).map_err(|words| failed(&reason_of_workbook(&words)))?;
                Out::Sheet(Box::new(sheet.map_err(|e| failed(&e))?), file)
            }
            (Form::Text | Form::Csv, _) => {
                // A row may be wider than the header.
                let mut builder = csv::WriterBuilder::new();
                let mut csv = builder.flexible(true).from_writer(BufWriter::with_capacity(BUFFER, file));
                let marked = names.iter().map(|name| mark_text(name).into_owned());
                csv.write_record(marked).map_err(|e| failed(&e))?;
                Out::Csv(Box::new(csv))
            }
        };
        Ok(Output { name, out, has_further: further.is_some(), width: headers.len(), rows: 0, line: Vec::new() })
    }

    /// Writes a row: its bytes in a text, or its cells.
    ///
    /// # Errors
    /// The file cannot be written, or takes no more rows.
    pub fn write(&mut self, row: &Row, raw: Option<(&RawText, &[u8])>, reason: &str) -> Result<(), ImportError> {
        let name = &self.name;
        match (&mut self.out, raw) {
            (Out::Text(out), Some((raw, bytes))) => {
                let written = if self.has_further {
                    self.line.clear();
                    self.line.extend_from_slice(bytes);
                    raw.append(reason, row.len(), &mut self.line);
                    out.write_all(&self.line)
                } else {
                    out.write_all(bytes)
                };
                written.map_err(|e| failed(name, &e))?;
            }
            // A text without its bytes is none of ours.
            (Out::Text(_), None) => return Err(failed(name, &"the bytes of its rows are not there")),
            (Out::Csv(csv), _) => {
                let cells = cells_of(row, self.width, self.has_further.then_some(reason));
                let mut fields = cells.iter().map(RowCell::in_text);
                let written = fields.try_for_each(|cell| csv.write_field(mark_again(&cell).as_bytes()));
                written.and_then(|()| csv.write_record(None::<&[u8]>)).map_err(|e| failed(name, &e))?;
            }
            (Out::Sheet(sheet, _), _) => {
                let cells = cells_of(row, self.width, self.has_further.then_some(reason));
                let written: Result<(), XlsxError> =
                    quietly(|| sheet.write(&cells, &[])).map_err(|words| failed(name, &reason_of_workbook(&words)))?;
                written.map_err(|e| {
                    failed(name, &format!("{e}; a name that ends in .csv makes a file without such limits"))
                })?;
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Ends the file, and reads what it holds.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<Written, ImportError> {
        let name = self.name;
        let failed = |e: &dyn std::fmt::Display| failed(&name, e);
        let mut file = match self.out {
            Out::Text(out) => out.into_inner().map_err(|e| failed(e.error()))?,
            Out::Csv(csv) => {
                let buffer = csv.into_inner().map_err(|e| failed(e.error()))?;
                buffer.into_inner().map_err(|e| failed(e.error()))?
            }
            Out::Sheet(mut sheet, file) => {
                let writer = file.try_clone().map_err(|e| failed(&e))?;
                let saved = quietly(|| sheet.save(writer)).map_err(|words| failed(&reason_of_workbook(&words)))?;
                saved.map_err(|e| failed(&e))?;
                file
            }
        };
        let (mut hasher, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER]);
        file.rewind().map_err(|e| failed(&e))?;
        loop {
            let read = file.read(&mut buffer).map_err(|e| failed(&e))?;
            if read == 0 {
                return Ok(Written { sha256: hex(hasher), bytes, rows: self.rows });
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
            bytes += read as u64;
        }
    }
}

fn cells_of(row: &Row, width: usize, reason: Option<&str>) -> Vec<RowCell> {
    let cell = |index| RowCell { kind: row.kind(index), text: row.cell(index).to_owned() };
    let mut cells: Vec<RowCell> = (0..width).map(cell).collect();
    cells.extend(reason.map(|reason| RowCell::text(reason.to_owned())));
    // What stands beyond the header is kept behind the reason.
    cells.extend((width..row.len()).map(cell));
    cells
}

fn failed(name: &str, error: &dyn std::fmt::Display) -> ImportError {
    ImportError::RowFile { path: name.to_owned(), reason: error.to_string() }
}
