//! Rows laid into a private copy: of each its number, and of each cell its kind and its text, with their lengths before them.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Write};

use super::super::budget::MAX_COLUMNS;
use super::super::limits::io_reason;
use super::super::readable::Readable;
use super::bounded::MOST;
use crate::domain::money::symbol::Symbol;
use crate::import::ImportError;
use crate::import::row::{CellKind, Row};

const KINDS: [CellKind; 5] =
    [CellKind::Text, CellKind::Number(None), CellKind::Boolean, CellKind::Date, CellKind::Formula];

/// A number in a currency, whose symbol stands before it.
const MONEY: u8 = KINDS.len() as u8;

/// Writes a row.
///
/// # Errors
/// The disk has no room, or the row is larger than one may be.
pub(super) fn write(out: &mut dyn Write, file: &Readable, row: &Row) -> Result<(), ImportError> {
    if row.len() > MAX_COLUMNS || row.text_len() as u64 > MOST {
        let reason = format!("row {} has more than {MAX_COLUMNS} cells, or {} MiB of text", row.number, MOST >> 20);
        return Err(ImportError::read_with(&file.name, reason, "is it a table of leads?"));
    }
    let mut bytes = Vec::with_capacity(row.text_len() + 5 * row.len() + 12);
    bytes.extend(row.number.to_le_bytes());
    bytes.extend((row.len() as u32).to_le_bytes());
    for (index, cell) in row.cells().enumerate() {
        match row.kind(index) {
            CellKind::Number(Some(symbol)) => {
                bytes.push(MONEY);
                bytes.extend((symbol.as_str().len() as u32).to_le_bytes());
                bytes.extend(symbol.as_str().as_bytes());
            }
            other => bytes.push(KINDS.iter().position(|kind| *kind == other).unwrap_or_default() as u8),
        }
        bytes.extend((cell.len() as u32).to_le_bytes());
        bytes.extend(cell.as_bytes());
    }
    out.write_all(&bytes)
        .map_err(|e| ImportError::read_with(&file.name, io_reason(&e), "make room for its copy, or set TMPDIR"))
}

/// Reads rows back.
pub(super) struct Store {
    name: String,
    input: BufReader<File>,
}

impl Store {
    pub fn open(rows: &Readable) -> Result<Store, ImportError> {
        Ok(Store { name: rows.name.clone(), input: BufReader::with_capacity(1 << 18, rows.open()?) })
    }

    /// The next row, or `None` at the end.
    ///
    /// # Errors
    /// The copy cannot be read.
    pub fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        self.read_row().map_err(|e| ImportError::read(&self.name, format!("its copy: {}", io_reason(&e))))
    }

    fn read_row(&mut self) -> io::Result<Option<Row>> {
        let mut number = [0; 8];
        match self.input.read_exact(&mut number) {
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let cells = self.length()?;
        let mut row = Row::with_capacity(u64::from_le_bytes(number), 16 * cells, cells);
        let mut bytes = Vec::new();
        for _ in 0..cells {
            let mut kind = [0];
            self.input.read_exact(&mut kind)?;
            let kind = match kind {
                [MONEY] => CellKind::Number(Symbol::of(self.text(&mut bytes)?)),
                [kind] => KINDS.get(usize::from(kind)).copied().unwrap_or_default(),
            };
            row.push_as(kind, self.text(&mut bytes)?);
        }
        Ok(Some(row))
    }

    fn text<'a>(&mut self, bytes: &'a mut Vec<u8>) -> io::Result<&'a str> {
        bytes.resize(self.length()?, 0);
        self.input.read_exact(bytes)?;
        std::str::from_utf8(bytes).map_err(io::Error::other)
    }

    fn length(&mut self) -> io::Result<usize> {
        let mut length = [0; 4];
        self.input.read_exact(&mut length)?;
        Ok(u32::from_le_bytes(length) as usize)
    }
}
