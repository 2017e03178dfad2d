//! The very bytes of the rows of a text, as they stand in the file: whatever its encoding, its lines are those of the rows.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use super::quotes::Quoting;
use super::{CellForm, declared_delimiter};
use crate::import::ImportError;
use crate::import::row::Row;
use crate::import::source::limits::io_reason;
use crate::import::source::readable::Readable;
use crate::import::source::{Format, Source};

/// How the header of a text is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeaderText {
    /// The lines on which it begins and ends; of a text without one both are that of what stands above its rows.
    begins: u64,
    ends: u64,
    /// With those at its end that have no name.
    cells: usize,
}

impl HeaderText {
    /// That of a header, given the first lines of the text.
    pub fn of(header: &Row, head: &[u8]) -> HeaderText {
        // A header that was made up stands nowhere.
        let (begins, ends) = match header.number {
            0 => (0, u64::from(declared_delimiter(head).is_some())),
            number => (number, header.last_line.max(number)),
        };
        HeaderText { begins, ends, cells: header.len() }
    }
}

/// How characters lie in the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// A byte of ASCII is that character.
    Bytes,
    LowFirst,
    HighFirst,
}

/// The lines of a text with their ends, in order.
pub struct RawText {
    input: BufReader<File>,
    name: String,
    width: Width,
    form: CellForm,
    header: HeaderText,
    /// The line that is read next.
    next: u64,
    line: Vec<u8>,
    /// The byte order mark.
    mark: Vec<u8>,
}

impl Source {
    /// The bytes of the rows of a text; `None` of what is none, or has ends of lines that are no line feeds.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn raw_text(&self) -> Result<Option<RawText>, ImportError> {
        let Format::Text { cells, encoding } = self.format else { return Ok(None) };
        let width = match encoding {
            "UTF-16LE" => Width::LowFirst,
            "UTF-16BE" => Width::HighFirst,
            _ => Width::Bytes,
        };
        if has_old_ends(&self.unpacked, width)? {
            return Ok(None);
        }
        RawText::open(&self.unpacked, width, cells, self.header).map(Some)
    }
}

/// Whether a carriage return stands alone: such ends of lines are counted in their own way.
fn has_old_ends(file: &Readable, width: Width) -> Result<bool, ImportError> {
    let mut input = BufReader::with_capacity(1 << 18, file.open()?);
    let failed = |e: std::io::Error| ImportError::read(&file.name, io_reason(&e));
    let mut pair = Vec::new();
    let mut was_return = false;
    loop {
        let bytes = input.fill_buf().map_err(failed)?;
        let length = bytes.len();
        if length == 0 {
            return Ok(was_return);
        }
        match width {
            Width::Bytes => {
                if was_return && bytes.first() != Some(&b'\n') {
                    return Ok(true);
                }
                let alone = |at: usize| bytes.get(at + 1).is_some_and(|next| *next != b'\n');
                if memchr::memchr_iter(b'\r', bytes).any(alone) {
                    return Ok(true);
                }
                was_return = bytes.last() == Some(&b'\r');
            }
            Width::LowFirst | Width::HighFirst => {
                pair.extend_from_slice(bytes);
                let units = pair.chunks_exact(2).map(|unit| unit_of(unit, width));
                for unit in units {
                    if was_return && unit != Some(b'\n') {
                        return Ok(true);
                    }
                    was_return = unit == Some(b'\r');
                }
                pair = pair.chunks_exact(2).remainder().to_vec();
            }
        }
        input.consume(length);
    }
}

/// The ASCII character of two bytes, if they are one.
fn unit_of(unit: &[u8], width: Width) -> Option<u8> {
    match (unit, width) {
        ([low, 0], Width::LowFirst) | ([0, low], Width::HighFirst) => Some(*low),
        _ => None,
    }
}

impl RawText {
    fn open(file: &Readable, width: Width, form: CellForm, header: HeaderText) -> Result<RawText, ImportError> {
        let mut input = BufReader::with_capacity(1 << 18, file.open()?);
        let marks: &[&[u8]] = match width {
            Width::Bytes => &[&[0xEF, 0xBB, 0xBF]],
            Width::LowFirst => &[&[0xFF, 0xFE]],
            Width::HighFirst => &[&[0xFE, 0xFF]],
        };
        let failed = |e: std::io::Error| ImportError::read(&file.name, io_reason(&e));
        let head = input.fill_buf().map_err(failed)?;
        let mark = marks.iter().find(|mark| head.starts_with(mark)).map(|mark| mark.to_vec()).unwrap_or_default();
        input.consume(mark.len());
        Ok(RawText { input, name: file.name.clone(), width, form, header, next: 1, line: Vec::new(), mark })
    }

    /// What stands above the rows: the byte order mark, everything above the header, and the header by itself.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn head(&mut self) -> Result<(Vec<u8>, Vec<u8>), ImportError> {
        let HeaderText { begins, ends, .. } = self.header;
        let mut above = self.mark.clone();
        let mut header = Vec::new();
        match begins {
            0 => self.lines(1, ends, &mut above)?,
            _ => {
                self.lines(1, begins - 1, &mut above)?;
                self.lines(begins, ends, &mut header)?;
            }
        }
        Ok((above, header))
    }

    /// Appends the lines of a row, with their ends.
    ///
    /// # Errors
    /// The file cannot be read, or is another one by now.
    pub fn row(&mut self, row: &Row, into: &mut Vec<u8>) -> Result<(), ImportError> {
        self.lines(row.number, row.last_line.max(row.number), into)
    }

    fn lines(&mut self, first: u64, last: u64, into: &mut Vec<u8>) -> Result<(), ImportError> {
        while self.next <= last {
            self.line.clear();
            self.read_line()?;
            if self.next >= first {
                into.extend_from_slice(&self.line);
            }
            self.next += 1;
        }
        Ok(())
    }

    fn read_line(&mut self) -> Result<(), ImportError> {
        let failed = |e: std::io::Error| ImportError::read(&self.name, io_reason(&e));
        loop {
            let read = self.input.read_until(b'\n', &mut self.line).map_err(failed)?;
            if read == 0 {
                return match self.line.is_empty() {
                    true => Err(ImportError::FileChanged(self.name.clone())),
                    false => Ok(()),
                };
            }
            // The byte of a line feed may be a part of another character.
            match self.width {
                Width::Bytes => return Ok(()),
                Width::LowFirst if self.line.len() % 2 == 1 => {
                    let mut high = [0];
                    if self.input.read(&mut high).map_err(failed)? == 1 {
                        self.line.extend_from_slice(&high);
                    }
                }
                Width::LowFirst | Width::HighFirst => {}
            }
            let end = self.line.len().checked_sub(2).and_then(|at| self.line.get(at..));
            if self.line.len().is_multiple_of(2) && end.and_then(|unit| unit_of(unit, self.width)) == Some(b'\n') {
                return Ok(());
            }
        }
    }

    /// Appends a cell to the last of the lines of a row that has so many cells: under the column behind the header's.
    pub fn append(&self, cell: &str, cells: usize, lines: &mut Vec<u8>) {
        let unit = if self.width == Width::Bytes { 1 } else { 2 };
        let is = |lines: &[u8], wanted: u8| {
            let last = lines.len().checked_sub(unit).and_then(|at| lines.get(at..));
            match self.width {
                Width::Bytes => last == Some(&[wanted]),
                width => last.and_then(|last| unit_of(last, width)) == Some(wanted),
            }
        };
        let mut body = lines.len();
        for end in *b"\n\r" {
            if lines.get(..body).is_some_and(|lines| is(lines, end)) {
                body -= unit;
            }
        }
        let ending = lines.split_off(body);
        let delimiter = char::from(self.form.delimiter);
        let mut more = String::new();
        (0..=self.header.cells.saturating_sub(cells)).for_each(|_| more.push(delimiter));
        match (self.form.quoting, cell.contains([delimiter, '"'])) {
            (_, false) => more.push_str(cell),
            (Quoting::Never, true) => more.push_str(&cell.replace(delimiter, " ")),
            (_, true) => more.push_str(&format!("\"{cell}\"")),
        }
        for character in more.chars() {
            // Every encoding has these characters.
            let byte = u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(b'?');
            match self.width {
                Width::Bytes => lines.push(byte),
                Width::LowFirst => lines.extend([byte, 0]),
                Width::HighFirst => lines.extend([0, byte]),
            }
        }
        lines.extend(ending);
    }

    /// How many cells the header has.
    pub fn header_cells(&self) -> usize {
        self.header.cells
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::import::source::{Item, SourceOptions};

    /// What both files hold when every other row goes to each.
    fn split(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let source = Source::open(file.path(), &SourceOptions::default()).unwrap();
        let mut raw = source.raw_text().unwrap()?;
        let (above, header) = raw.head().unwrap();
        let (mut first, mut second) = ([above.clone(), header.clone()].concat(), [above, header].concat());
        let mut count = 0;
        source
            .read(&mut |item| {
                if let Item::Row(row) = item {
                    count += 1;
                    raw.row(&row, if count % 2 == 1 { &mut first } else { &mut second })?;
                }
                Ok(())
            })
            .unwrap();
        Some((first, second))
    }

    #[test]
    fn rows_keep_their_bytes() {
        let text = "\u{feff}Name;Phone\r\n\"Ann\r\n \"\"A\"\" Lee\";1\r\n\r\n Bob ; 2\r\nÉve;3\nDan;4";
        let (first, second) = split(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(first).unwrap(), "\u{feff}Name;Phone\r\n\"Ann\r\n \"\"A\"\" Lee\";1\r\nÉve;3\n");
        assert_eq!(String::from_utf8(second).unwrap(), "\u{feff}Name;Phone\r\n Bob ; 2\r\nDan;4");
        let wide = |text: &str| {
            [&[0xFF, 0xFE][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat()
        };
        // A character whose bytes are those of a line feed.
        let (first, second) = split(&wide("Name,Phone\nĊ਀,1\nBob,2\n")).unwrap();
        assert_eq!(first, wide("Name,Phone\nĊ਀,1\n"));
        assert_eq!(second, wide("Name,Phone\nBob,2\n"));
        let (first, _) = split(b"Name,Phone\nCaf\xE9 M\xFCller,1\nBob,2\n").unwrap();
        assert_eq!(first, b"Name,Phone\nCaf\xE9 M\xFCller,1\n");
    }

    #[test]
    fn old_ends_of_lines_are_not_followed() {
        assert_eq!(split(b"Name,Phone\rAnn,1\rBob,2\r"), None);
    }

    #[test]
    fn a_cell_is_appended_under_its_column() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a;b;c\n1;2\n").unwrap();
        let source = Source::open(file.path(), &SourceOptions::default()).unwrap();
        let raw = source.raw_text().unwrap().unwrap();
        for (line, cells, wanted) in
            [("1;2\r\n", 2, "1;2;;x\r\n"), ("1;2;3", 3, "1;2;3;x"), ("1;2;3;\n", 4, "1;2;3;;x\n")]
        {
            let mut lines = line.as_bytes().to_vec();
            raw.append("x", cells, &mut lines);
            assert_eq!(String::from_utf8(lines).unwrap(), wanted);
        }
        let mut lines = b"1;2;3\n".to_vec();
        raw.append("internal;unknown:unreadable", 3, &mut lines);
        assert_eq!(String::from_utf8(lines).unwrap(), "1;2;3;\"internal;unknown:unreadable\"\n");
    }
}
