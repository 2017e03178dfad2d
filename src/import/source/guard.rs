//! Guards before a workbook that the library loads whole: its size is known, and its records are sound, before any of
//! it is kept in memory.

use std::io::{BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::readable::Readable;
use super::typed::{Extras, ExtrasOfSheets, ods, xls};
use crate::import::ImportError;

/// The most cells of all sheets together, empty ones between them included: a full XLS sheet of 45 columns.
const MAX_CELLS: u64 = 3_000_000;

/// Walks through the records of an XLS workbook (MS-XLS 2.1.4): each is whole, and there are not too many cells. Returns
/// what is special of the sheets, in their order.
///
/// # Errors
/// The workbook is damaged, protected by a password, or too large.
pub(super) fn check_xls(file: &Readable) -> Result<Vec<Extras>, ImportError> {
    let damaged = |what: String| {
        ImportError::read_with(
            &file.name,
            format!("the workbook is damaged: {what}"),
            "get the file again, or save it anew",
        )
    };
    let mut compound = cfb::CompoundFile::open(file.open()?).map_err(|e| damaged(e.to_string()))?;
    if compound.is_stream("EncryptedPackage") {
        return Err(password(file));
    }
    let name = ["Workbook", "Book"].into_iter().find(|name| compound.is_stream(name)).ok_or_else(|| {
        ImportError::read_with(&file.name, "it is an Office document, but no workbook", "name the XLS workbook itself")
    })?;
    // Programs that compute formulas also say who wrote a file and when; the library that stores no results does not.
    let stores_no_results = !compound.is_stream("\u{5}SummaryInformation");
    let mut extras = xls::Collector::new(stores_no_results);
    let stream = compound.open_stream(name).map_err(|e| damaged(e.to_string()))?;
    let mut records = Records { input: BufReader::with_capacity(1 << 16, stream), at: 0 };
    let (mut sheet, mut extent, mut cells, mut strings) = (0u64, Extent::default(), 0u64, None);
    while let Some((kind, data)) = records
        .next()
        .map_err(|at| damaged(format!("the record at byte {at} of its part `{name}` is cut off (in sheet {sheet})")))?
    {
        extras.take(records.at - 4 - data.len() as u64, kind, &data);
        match kind {
            // FilePass: what follows is encrypted.
            0x002F => return Err(password(file)),
            // BOF of a worksheet.
            0x0809 if data.get(2..4) == Some(&[0x10, 0x00]) => {
                sheet += 1;
                extent = Extent::default();
            }
            // The table of strings says how many it has.
            0x00FC => strings = u32_at(&data, 4),
            0x00FD if u32_at(&data, 6) >= strings => {
                let at = records.at;
                return Err(damaged(format!(
                    "the cell before byte {at} of its part `{name}` names no text (in sheet {sheet})"
                )));
            }
            0x0200 => check_dimensions(&data).map_err(|what| damaged(format!("{what} (in sheet {sheet})")))?,
            0x0203 | 0x0204 | 0x0205 | 0x0006 | 0x027E | 0x00FD | 0x00BD | 0x00D6 => {
                let (Some(row), Some(column)) = (u16_at(&data, 0), u16_at(&data, 2)) else {
                    let at = records.at;
                    return Err(damaged(format!(
                        "the cell before byte {at} of its part `{name}` is cut off (in sheet {sheet})"
                    )));
                };
                // The last two bytes of a run of numbers give its last column.
                let last = match kind {
                    0x00BD => u16_at(&data, data.len().saturating_sub(2)).unwrap_or(column),
                    _ => column,
                };
                cells = cells - extent.cells() + extent.with(row.into(), last.max(column).into()).cells();
            }
            _ => {}
        }
        if cells > MAX_CELLS {
            return Err(too_large(file));
        }
    }
    Ok(extras.finish())
}

/// The declared extent of a sheet, for which the library makes room at once.
fn check_dimensions(data: &[u8]) -> Result<(), String> {
    let (first, last, columns) = match data.len() {
        10 => (u16_at(data, 0).map(u32::from), u16_at(data, 2).map(u32::from), (u16_at(data, 4), u16_at(data, 6))),
        _ => (u32_at(data, 0), u32_at(data, 4), (u16_at(data, 8), u16_at(data, 10))),
    };
    match (first, last, columns) {
        (Some(first), Some(last), (Some(left), Some(right)))
            if first <= last && left <= right && u64::from(last - first) * u64::from(right - left) <= 4 * MAX_CELLS =>
        {
            Ok(())
        }
        _ => Err("the declared size of a sheet makes no sense".into()),
    }
}

/// The records of a BIFF stream: a kind and a length of two bytes each, then the data.
struct Records<R> {
    input: R,
    at: u64,
}

impl<R: Read> Records<R> {
    /// The next record; `None` at the end or where padding begins. The error is the place of a cut record.
    fn next(&mut self) -> Result<Option<(u16, Vec<u8>)>, u64> {
        let begins = self.at;
        let mut head = [0u8; 4];
        let mut filled = 0;
        while filled < head.len() {
            match self.input.read(head.get_mut(filled..).unwrap_or_default()) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(_) => return Err(begins),
            }
        }
        let (kind, length) = (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
        if filled < head.len() || (kind, length) == (0, 0) {
            return Ok(None);
        }
        let mut data = vec![0u8; length.into()];
        self.input.read_exact(&mut data).map_err(|_| begins)?;
        self.at += 4 + u64::from(length);
        Ok(Some((kind, data)))
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

/// The rectangle from the first cell of a sheet to its last: what the library keeps in memory.
#[derive(Default, Clone, Copy)]
struct Extent {
    rows: u64,
    columns: u64,
}

impl Extent {
    fn with(&mut self, row: u64, column: u64) -> Extent {
        self.rows = self.rows.max(row + 1);
        self.columns = self.columns.max(column + 1);
        *self
    }

    fn cells(self) -> u64 {
        self.rows * self.columns
    }
}

/// Reads the content of an ODS workbook once (OpenDocument 1.3, part 3, "Table"): it is whole, and its repeated rows
/// and cells do not amount to too many. Returns what is special of each sheet.
///
/// # Errors
/// The workbook is damaged or too large.
pub(super) fn check_ods(file: &Readable) -> Result<ExtrasOfSheets, ImportError> {
    let damaged = |what: &dyn std::fmt::Display| {
        ImportError::read_with(
            &file.name,
            format!("the workbook is damaged ({what})"),
            "get the file again, or save it anew",
        )
    };
    let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(&e))?;
    let content = archive.by_name("content.xml").map_err(|e| damaged(&e))?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::with_capacity(1 << 16, content));
    let (mut buffer, mut tables, mut total) = (Vec::new(), Table::default(), 0u64);
    let mut extras = ods::Collector::default();
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).map_err(|e| damaged(&e))?;
        match &event {
            Event::Start(e) | Event::Empty(e) => match e.name().as_ref() {
                "table:table" => tables = Table::default(),
                "table:table-row" => tables.begin_row(repeated(e, "table:number-rows-repeated")),
                "table:table-cell" | "table:covered-table-cell" => {
                    let filled = attribute(e, "office:value-type").is_some();
                    tables.add_cells(repeated(e, "table:number-columns-repeated"), filled);
                }
                _ => {}
            },
            Event::End(e) if e.name().as_ref() == "table:table-row" => {
                let before = tables.extent.cells();
                tables.end_row();
                total = total - before + tables.extent.cells();
            }
            Event::Eof => return Ok(extras.finish()),
            _ => {}
        }
        if total > MAX_CELLS {
            return Err(too_large(file));
        }
        extras.take(&event, &attribute);
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(attribute.value.to_string())
}

fn repeated(element: &BytesStart<'_>, name: &str) -> u64 {
    attribute(element, name).and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// A table under count: how far its filled cells reach.
#[derive(Default)]
struct Table {
    extent: Extent,
    rows_before: u64,
    row_repeats: u64,
    columns: u64,
    filled_columns: u64,
}

impl Table {
    fn begin_row(&mut self, repeats: u64) {
        (self.row_repeats, self.columns, self.filled_columns) = (repeats, 0, 0);
    }

    fn add_cells(&mut self, repeats: u64, filled: bool) {
        self.columns = self.columns.saturating_add(repeats);
        if filled {
            self.filled_columns = self.columns;
        }
    }

    fn end_row(&mut self) {
        self.rows_before = self.rows_before.saturating_add(self.row_repeats);
        if self.filled_columns > 0 {
            // A sheet has at most 1,048,576 rows and 16,384 columns; what goes beyond is cut off by the library.
            self.extent.with(self.rows_before.min(1 << 20) - 1, self.filled_columns.min(1 << 14) - 1);
        }
    }
}

fn too_large(file: &Readable) -> ImportError {
    ImportError::read_with(
        &file.name,
        format!("it has more than {MAX_CELLS} cells, and a workbook of this kind must fit in memory"),
        "save it as XLSX or CSV, which are read as a stream",
    )
}

fn password(file: &Readable) -> ImportError {
    ImportError::read_with(&file.name, "the workbook is protected by a password", "save it without one")
}
