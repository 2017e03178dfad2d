//! Guards before a workbook that the library loads whole: its size is known, and its records are sound, before any of
//! it is kept in memory.

use std::io::{BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::archive::password;
use super::budget::biff::{Book, Fault};
use super::budget::table::{TableCell, Tables};
use super::budget::{Held, MAX_RECORD, too_large as record_too_large, too_much};
use super::readable::Readable;
use super::typed::container::{STREAMS, SUMMARY};
use super::typed::page::Texts;
use super::typed::{Extras, ExtrasOfSheets, ods, xls};
use crate::import::ImportError;

/// The most cells of all sheets together, empty ones between them included: a full XLS sheet of 45 columns.
const MAX_CELLS: u64 = 3_000_000;

/// What the records of an XLS workbook say.
pub(super) struct CheckedXls {
    /// What is special of the sheets, in their order.
    pub extras: Vec<Extras>,
    pub texts: Texts,
    pub stream: &'static str,
    /// Where declared sizes of sheets make no sense, and how long they are.
    pub extents: Vec<(u64, usize)>,
}

/// Walks through the records of an XLS workbook (MS-XLS 2.1.4): each is whole, and there are not too many cells.
///
/// # Errors
/// The workbook is damaged, protected by a password, or too large.
pub(super) fn check_xls(file: &Readable) -> Result<CheckedXls, ImportError> {
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
    let name = STREAMS.into_iter().find(|name| compound.is_stream(name)).ok_or_else(|| {
        let kinds = [
            ("WordDocument", "it is a Word document"),
            ("PowerPoint Document", "it is a presentation of PowerPoint"),
            ("__properties_version1.0", "it is a message of Outlook"),
        ];
        let known = kinds.into_iter().find(|(stream, _)| compound.is_stream(stream));
        let what = known.map_or("it is an Office document, but no workbook", |(_, what)| what);
        ImportError::read_with(&file.name, what, "name the workbook itself, or save the table in it as XLSX or CSV")
    })?;
    // Programs that compute formulas also say who wrote a file and when; the library that stores no results does not.
    let stores_no_results = !compound.is_stream(SUMMARY);
    let mut extras = xls::Collector::new(stores_no_results);
    let stream = compound.open_stream(name).map_err(|e| damaged(e.to_string()))?;
    let mut records = Records { input: BufReader::with_capacity(1 << 16, stream), at: 0 };
    let (mut sheet, mut strings, mut extents) = (0u64, None, Vec::new());
    let (mut version, mut page) = (None, None);
    let refused = |fault: Fault| match fault {
        Fault::Held => too_much(&file.name),
        Fault::Formula => damaged("a formula is longer than any".into()),
        Fault::Twice => damaged("two of its sheets begin at the same place".into()),
        Fault::Strings => damaged("it has two tables of texts".into()),
    };
    let mut book = Book::in_file(file.size()?, Held::default()).map_err(refused)?;
    // Parts that have begun and not ended. Behind the last one may stand what nobody reads.
    let (mut open, mut is_between) = (0u32, false);
    loop {
        let (kind, data) = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(_) if is_between => break,
            Err(at) => {
                let what = format!("the record at byte {at} of its part `{name}` is cut off (in sheet {sheet})");
                return Err(damaged(what));
            }
        };
        match kind {
            0x0809 => {
                open += 1;
                version = version.or(u16_at(&data, 0));
            }
            0x0042 => page = page.or(u16_at(&data, 0)),
            0x000A => open = open.saturating_sub(1),
            _ if is_between => break,
            _ => {}
        }
        is_between = open == 0;
        let begins = records.at - 4 - data.len() as u64;
        extras.take(begins, kind, &data);
        book.take(begins, kind, &data).map_err(refused)?;
        match kind {
            // FilePass: what follows is encrypted.
            0x002F => return Err(password(file)),
            // BOF of a worksheet.
            0x0809 if data.get(2..4) == Some(&[0x10, 0x00]) => {
                sheet += 1;
            }
            // The table of strings says how many it has.
            0x00FC => strings = u32_at(&data, 4),
            0x00FD if u32_at(&data, 6) >= strings => {
                let at = records.at;
                return Err(damaged(format!(
                    "the cell before byte {at} of its part `{name}` names no text (in sheet {sheet})"
                )));
            }
            0x0200 if !makes_sense(&data) => extents.push((records.at - data.len() as u64, data.len())),
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
                book.add_cells(row, column, last).map_err(refused)?;
            }
            _ => {}
        }
        if book.cells() > MAX_CELLS {
            return Err(too_large(file));
        }
    }
    if !book.begins_whole() {
        return Err(damaged("a sheet is said to begin where none does".into()));
    }
    let texts = Texts::of(version, page).map_err(|page| {
        let reason = format!("its texts are in the code page {page}, which is not known");
        ImportError::read_with(&file.name, reason, "open it in a spreadsheet program and save it as XLSX")
    })?;
    let extras = extras.finish();
    match book.has_room(extras.iter().map(Extras::kept).sum()) {
        true => Ok(CheckedXls { extras, texts, stream: name, extents }),
        false => Err(too_much(&file.name)),
    }
}

/// Whether the declared size of a sheet makes sense; the library makes room for it at once.
fn makes_sense(data: &[u8]) -> bool {
    let (first, last, columns) = match data.len() {
        10 => (u16_at(data, 0).map(u32::from), u16_at(data, 2).map(u32::from), (u16_at(data, 4), u16_at(data, 6))),
        _ => (u32_at(data, 0), u32_at(data, 4), (u16_at(data, 8), u16_at(data, 10))),
    };
    match (first, last, columns) {
        (Some(first), Some(last), (Some(left), Some(right))) => {
            let rows = u64::from(last.saturating_sub(first)) + 1;
            let columns = u64::from(right.saturating_sub(left)) + 1;
            first <= last && left <= right && rows * columns <= MAX_CELLS
        }
        _ => false,
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

/// Reads the content of an ODS workbook once (OpenDocument 1.3, part 3, "Table"): it is whole, and its repeated rows
/// and cells do not amount to too many. Returns what is special of each sheet.
///
/// # Errors
/// The workbook is damaged or too large.
pub(super) fn check_ods(file: &Readable, held: Held) -> Result<ExtrasOfSheets, ImportError> {
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
    let (mut buffer, mut tables, mut depth) = (Vec::new(), Tables::besides(held), 0usize);
    let mut cell: Option<(TableCell, usize)> = None;
    let mut extras = ods::Collector::default();
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).map_err(|e| damaged(&e))?;
        match &event {
            Event::Start(e) | Event::Empty(e) => {
                let is_empty = matches!(event, Event::Empty(_));
                match (e.name().as_ref(), &mut cell) {
                    ("text:s", Some((cell, _))) => cell.text = cell.text.saturating_add(repeated(e, "text:c")),
                    (_, Some((cell, _))) => cell.text += 1,
                    ("table:table", None) => tables.begin_table(),
                    ("table:table-row", None) => tables.begin_row(repeated(e, "table:number-rows-repeated")),
                    ("table:table-cell" | "table:covered-table-cell", None) if is_empty => tables.add(cell_of(e)),
                    ("table:table-cell" | "table:covered-table-cell", None) => cell = Some((cell_of(e), depth)),
                    _ => {}
                }
                depth += usize::from(!is_empty);
            }
            Event::Text(text) => count_text(&mut cell, text.len()),
            Event::CData(text) => count_text(&mut cell, text.len()),
            Event::GeneralRef(text) => count_text(&mut cell, text.len()),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if let Some((ended, _)) = cell.take_if(|(_, begin)| *begin == depth) {
                    tables.add(ended);
                }
            }
            Event::Eof if depth > 0 => return Err(damaged(&"it is cut off")),
            Event::Eof => return Ok(extras.finish()),
            _ => {}
        }
        if let Some((cell, _)) = &cell
            && cell.text > MAX_RECORD as u64
        {
            return Err(record_too_large(&file.name, "a cell of the workbook"));
        }
        let ends_row = match &event {
            Event::End(e) => cell.is_none() && e.name().as_ref() == "table:table-row",
            Event::Empty(e) => cell.is_none() && e.name().as_ref() == "table:table-row",
            _ => false,
        };
        if ends_row {
            let fits = tables.end_row();
            if tables.cells() > MAX_CELLS {
                return Err(too_large(file));
            }
            if !fits {
                return Err(too_much(&file.name));
            }
        }
        extras.take(&event, &attribute);
    }
}

fn count_text(cell: &mut Option<(TableCell, usize)>, length: usize) {
    if let Some((cell, _)) = cell {
        cell.text = cell.text.saturating_add(length as u64);
    }
}

/// A cell by what its attributes say.
fn cell_of(element: &BytesStart<'_>) -> TableCell {
    const VALUES: [&str; 6] = [
        "office:value-type",
        "office:value",
        "office:string-value",
        "office:date-value",
        "office:time-value",
        "office:boolean-value",
    ];
    let has = |name: &str| attribute(element, name).is_some();
    let has_formula = has("table:formula");
    TableCell {
        repeats: repeated(element, "table:number-columns-repeated"),
        is_filled: has_formula || VALUES.into_iter().any(has),
        has_formula,
        text: if has_formula || has("office:string-value") { element.len() as u64 } else { 0 },
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    Some(value.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned()))
}

fn repeated(element: &BytesStart<'_>, name: &str) -> u64 {
    attribute(element, name).and_then(|count| count.parse().ok()).unwrap_or(1)
}

fn too_large(file: &Readable) -> ImportError {
    ImportError::read_with(
        &file.name,
        format!("it has more than {MAX_CELLS} cells, and a workbook of this kind must fit in memory"),
        "save it as XLSX or CSV, which are read as a stream",
    )
}
