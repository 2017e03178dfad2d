//! The extent that a sheet of an XLSX workbook declares (ECMA-376, part 1, 18.3.1.35). Spreadsheet programs pass over one that makes
//! no sense, and the library does not: it reads a copy with another one.

use std::io::{BufReader, Read, Write};
use std::ops::Range;

use memchr::memmem;
use quick_xml::events::{BytesStart, Event};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::position_of;
use crate::import::ImportError;
use crate::import::source::budget::{MAX_COLUMNS, MAX_ROWS};
use crate::import::source::limits::io_reason;
use crate::import::source::readable::Readable;

/// The extent is declared before the rows; what stands there is far shorter, in bytes.
const MOST: usize = 1 << 16;

/// How a sheet begins, until its rows.
#[derive(Default)]
pub struct Beginning {
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Beginning {
    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        if !self.is_whole {
            let missing = MOST - self.bytes.len();
            self.bytes.extend_from_slice(bytes.get(..missing).unwrap_or(bytes));
            self.is_whole = self.bytes.len() == MOST || memmem::find(&self.bytes, b"sheetData").is_some();
        }
    }

    /// Where a declared extent makes no sense, and the element to stand there.
    pub fn mended(&self) -> Option<Mended> {
        let mut xml = quick_xml::Reader::from_reader(self.bytes.as_slice());
        loop {
            let begins = usize::try_from(xml.buffer_position()).ok()?;
            let event = xml.read_event().ok()?;
            let (element, end) = match &event {
                Event::Start(element) => (element, ">"),
                Event::Empty(element) => (element, "/>"),
                Event::Eof => return None,
                _ => continue,
            };
            match element.local_name().as_ref() {
                "dimension" if makes_sense(element) => return None,
                "dimension" => {
                    let ends = usize::try_from(xml.buffer_position()).ok()?;
                    let text = format!("<{} ref=\"A1\"{end}", element.name().as_ref());
                    return Some(Mended { place: begins..ends, text });
                }
                "sheetData" => return None,
                _ => {}
            }
        }
    }
}

fn makes_sense(element: &BytesStart<'_>) -> bool {
    let said = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == "ref");
    said.is_some_and(|attribute| is_range(attribute.value.as_ref()))
}

/// Whether this is a cell of a sheet, or a range of them.
fn is_range(text: &str) -> bool {
    let cell = |text: &str| {
        let is_plain = text.len() <= "XFD1048576".len() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (row, column) = position_of(text).filter(|_| is_plain)?;
        (u64::from(row) < MAX_ROWS && (column as usize) < MAX_COLUMNS).then_some((row, column))
    };
    match text.split_once(':') {
        None => cell(text).is_some(),
        Some((first, last)) => cell(first).zip(cell(last)).is_some_and(|(first, last)| {
            let ((top, left), (bottom, right)) = (first, last);
            top <= bottom && left <= right
        }),
    }
}

/// An element that replaces one in a part of a workbook.
#[derive(Debug, PartialEq, Eq)]
pub struct Mended {
    place: Range<usize>,
    text: String,
}

/// A copy of a workbook with elements replaced in some of its parts.
///
/// # Errors
/// The workbook is damaged, or the disk has no room.
pub fn copy(file: &Readable, mended: &[(String, Mended)]) -> Result<Readable, ImportError> {
    let failed = |e: zip::result::ZipError| match e {
        zip::result::ZipError::Io(e) => {
            ImportError::read_with(&file.name, io_reason(&e), "make room for its copy, or set TMPDIR")
        }
        e => ImportError::read_with(
            &file.name,
            format!("the workbook is damaged or cut off ({e})"),
            "get the file again, or save it anew",
        ),
    };
    let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(failed)?;
    Readable::copied(&file.name, |out| {
        let mut zip = ZipWriter::new_stream(std::io::BufWriter::with_capacity(1 << 16, out));
        for index in 0..archive.len() {
            let mut member = archive.by_index(index).map_err(failed)?;
            let name = member.name().map_err(failed)?.into_owned();
            match mended.iter().find(|(of, _)| *of == name) {
                None => zip.raw_copy_file(member).map_err(failed)?,
                Some((_, mended)) => {
                    let options = SimpleFileOptions::default().compression_level(Some(1));
                    zip.start_file(&name, options).map_err(failed)?;
                    mended.write(&mut member, &mut zip).map_err(|e| failed(e.into()))?;
                }
            }
        }
        zip.finish().map_err(failed)?.into_inner().flush().map_err(|e| failed(e.into()))
    })
}

impl Mended {
    fn write(&self, part: &mut dyn Read, out: &mut dyn Write) -> std::io::Result<()> {
        std::io::copy(&mut part.take(self.place.start as u64), out)?;
        std::io::copy(&mut part.take(self.place.len() as u64), &mut std::io::sink())?;
        out.write_all(self.text.as_bytes())?;
        std::io::copy(part, out).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cells_of_a_sheet_in_order() {
        for good in ["A1", "A1:B2", "C3:XFD1048576", "b2:c3"] {
            assert!(is_range(good), "{good}");
        }
        let long = format!("A1:{}1", "Z".repeat(40));
        for bad in [
            "",
            "A0",
            "A1:",
            ":A1",
            "A1:XFE1",
            "A1:A1048577",
            "A1:ZZZZ99",
            "B2:A1",
            "A1:B2:C3",
            "A",
            "7",
            "$A$1",
            &long,
        ] {
            assert!(!is_range(bad), "{bad}");
        }
    }

    #[test]
    fn only_an_extent_that_makes_no_sense_is_replaced() {
        let mended = |text: &str, step: usize| {
            let mut beginning = Beginning::default();
            text.as_bytes().chunks(step).for_each(|bytes| beginning.take(bytes));
            let mended = beginning.mended()?;
            let mut out = Vec::new();
            mended.write(&mut text.as_bytes(), &mut out).unwrap();
            Some(String::from_utf8(out).unwrap())
        };
        let sheet = |extent: &str| format!("<?xml version=\"1.0\"?><worksheet>{extent}<sheetData/></worksheet>");
        for step in [1, 7, 1000] {
            for (before, after) in [
                ("<dimension ref=\"A1:ZZZZ99\"/>", "<dimension ref=\"A1\"/>"),
                ("<dimension ref=\"\"></dimension>", "<dimension ref=\"A1\"></dimension>"),
                ("<x:dimension x='1'/>", "<x:dimension ref=\"A1\"/>"),
            ] {
                assert_eq!(mended(&sheet(before), step), Some(sheet(after)));
            }
            for good in ["", "<dimension ref='A1:C9'/>", "<cols/>"] {
                assert_eq!(mended(&sheet(good), step), None);
            }
            assert_eq!(mended(&sheet("<sheetData/><dimension ref=\"\"/>"), step), None);
        }
        assert_eq!(mended(&format!("<a>{}<dimension/>", " ".repeat(MOST)), 100), None);
    }
}
