//! Delimited text, read record by record. Each record knows the line on which it begins.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8};

use super::header::HeaderSearch;
use super::profile::{self, TextError, TextProfile};
use super::readable::Readable;
use super::{Format, Item, MAX_RECORD, Sink, SourceOptions, Text, encoding, io_reason};
use crate::domain::invisible;
use crate::import::ImportError;
use crate::import::row::{ProblemKind, Row, RowProblem};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Looks at a whole text file once. What is not UTF-8 is read from a copy that is.
///
/// # Errors
/// The file is no text with a header.
pub(super) fn open(file: &Readable, options: &SourceOptions) -> Result<(Text, Readable), ImportError> {
    let (file, profile, encoding) = as_utf8(file, options)?;
    let TextProfile { lines, head, sha256 } = profile;
    let delimiter = match options.delimiter {
        Some(c) => u8::try_from(c).ok().filter(u8::is_ascii).ok_or_else(|| {
            ImportError::read_with(&file.name, format!("`{c}` cannot separate cells"), "use one of , ; | or a tab")
        })?,
        None => declared_delimiter(&head).unwrap_or_else(|| detect_delimiter(&head)),
    };
    let mut reader = RecordReader::open(&file, delimiter)?;
    let mut search = HeaderSearch::new(options);
    while let Some(row) = reader.next_record()? {
        if !row.is_blank() && !search.take(row) {
            break;
        }
    }
    let Some(header) = search.finish(&file.name)? else {
        return Err(ImportError::read(&file.name, "it holds nothing but blank lines"));
    };
    let text = Text {
        format: Format::Text { delimiter, encoding: encoding::shown(encoding) },
        headers: header.row.cells().map(|cell| invisible::trim(cell).to_owned()).collect(),
        header_number: header.row.number,
        preamble: header.preamble,
        left_out: Vec::new(),
        estimated_rows: lines.saturating_sub(header.row.number),
        // The hash of a decoded copy is not the file's.
        sha256: (encoding == UTF_8).then_some(sha256),
    };
    Ok((text, file))
}

/// The text in UTF-8, by the encoding that was asked for, that its first bytes declare, or that it shows.
fn as_utf8(
    file: &Readable,
    options: &SourceOptions,
) -> Result<(Readable, TextProfile, &'static Encoding), ImportError> {
    let plain = |error: TextError| match error {
        TextError::NotUtf8(e) | TextError::Other(e) => e,
    };
    let decoded = |encoding| {
        let copy = encoding::in_utf8(file, encoding)?;
        let profile = profile::of_text(&copy).map_err(plain)?;
        Ok((copy, profile, encoding))
    };
    let asked = options.encoding.or(encoding::declared(&file.head()?));
    if let Some(encoding) = asked.filter(|encoding| *encoding != UTF_8) {
        return decoded(encoding);
    }
    match profile::of_text(file) {
        Ok(profile) => Ok((file.clone(), profile, UTF_8)),
        Err(TextError::NotUtf8(error)) if options.encoding.is_none() => match encoding::detected(file)? {
            Some(encoding) => decoded(encoding),
            None => Err(error),
        },
        Err(error) => Err(plain(error)),
    }
}

/// Reads every record after the header.
///
/// # Errors
/// A quoted cell never ends, or the sink's own error.
pub(super) fn read(
    file: &Readable,
    delimiter: u8,
    header_number: u64,
    width: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut reader = RecordReader::open(file, delimiter)?;
    while reader.next_record()?.is_some_and(|row| row.number < header_number) {}
    reader.blank_lines = 0;
    let mut blank = 0;
    while let Some(mut row) = reader.next_record()? {
        blank += std::mem::take(&mut reader.blank_lines);
        if row.is_blank() {
            blank += 1;
            continue;
        }
        if blank > 0 {
            sink(Item::Blank(std::mem::take(&mut blank)))?;
        }
        match problem_of(&mut row, width) {
            None => sink(Item::Row(row))?,
            Some(problem) => sink(Item::Broken(row, problem))?,
        }
    }
    blank += reader.blank_lines;
    if blank > 0 {
        sink(Item::Blank(blank))?;
    }
    Ok(())
}

fn problem_of(row: &mut Row, width: usize) -> Option<RowProblem> {
    if row.contains_nul() {
        let value = row.cells().find(|cell| cell.contains('\0')).unwrap_or("");
        let remedy = "remove it; the file may be damaged or be UTF-16";
        return Some(RowProblem::of_row(ProblemKind::NulByte, value, "holds the character U+0000", remedy));
    }
    let extra: Vec<&str> = (width..row.len()).map(|i| row.cell(i)).filter(|cell| !cell.trim().is_empty()).collect();
    if row.len() >= width && extra.is_empty() {
        return None;
    }
    let problem = match extra.is_empty() {
        true => format!("has {} of the {width} cells of the header", row.len()),
        false => format!("has cells beyond the {width} of the header: `{}`", extra.join("`, `")),
    };
    let remedy = "a cell that holds the delimiter or a line break must be in quotes";
    Some(RowProblem::of_row(ProblemKind::RaggedRow, row.cell(0), problem, remedy))
}

/// The delimiter that a first line `sep=;` declares, as Excel writes it.
fn declared_delimiter(head: &[u8]) -> Option<u8> {
    match head {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..] => Some(*delimiter),
        _ => None,
    }
}

/// The delimiter that cuts the most lines of the head into the same number of cells, more than one.
fn detect_delimiter(head: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut counts: HashMap<usize, usize> = HashMap::new();
        let mut records = RecordReader::over(head, delimiter);
        let mut rows = 0;
        while let Ok(Some(row)) = records.next_record() {
            if !row.is_blank() {
                *counts.entry(row.len()).or_default() += 1;
                rows += 1;
            }
        }
        counts.into_iter().filter(|(cells, _)| *cells > 1).map(|(cells, alike)| (alike * 1000 / rows, cells)).max()
    };
    let mut best = (b',', (0, 0));
    for delimiter in DELIMITERS {
        match score(delimiter) {
            Some(found) if found > best.1 => best = (delimiter, found),
            _ => {}
        }
    }
    best.0
}

/// Cuts text into records. It feeds the parser one line at a time, so that each record's first line is known,
/// blank lines are counted, and no record outgrows the memory.
struct RecordReader<R> {
    name: String,
    input: R,
    parser: Reader,
    line: Vec<u8>,
    /// How much of `line` the parser has taken.
    taken: usize,
    line_number: u64,
    blank_lines: u64,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl RecordReader<BufReader<File>> {
    fn open(file: &Readable, delimiter: u8) -> Result<Self, ImportError> {
        let input = BufReader::with_capacity(1 << 18, file.open()?);
        let mut reader = RecordReader::new(file.name.clone(), input, delimiter);
        reader.skip_declaration()?;
        Ok(reader)
    }
}

impl<'a> RecordReader<&'a [u8]> {
    fn over(head: &'a [u8], delimiter: u8) -> Self {
        RecordReader::new(String::new(), head, delimiter)
    }
}

impl<R: BufRead> RecordReader<R> {
    fn new(name: String, input: R, delimiter: u8) -> Self {
        RecordReader {
            name,
            input,
            parser: ReaderBuilder::new().delimiter(delimiter).build(),
            line: Vec::with_capacity(1024),
            taken: 0,
            line_number: 0,
            blank_lines: 0,
            output: vec![0; 4096],
            ends: vec![0; 64],
        }
    }

    /// Passes over a byte order mark and a line `sep=;`.
    fn skip_declaration(&mut self) -> Result<(), ImportError> {
        if self.next_line()? {
            if self.line.starts_with(&[0xEF, 0xBB, 0xBF]) {
                self.taken = 3;
            }
            if declared_delimiter(&self.line[self.taken..]).is_some() {
                self.taken = self.line.len();
            }
        }
        Ok(())
    }

    /// The next record, or `None` at the end. Lines without any character are counted and passed over.
    fn next_record(&mut self) -> Result<Option<Row>, ImportError> {
        loop {
            if self.taken >= self.line.len() && !self.next_line()? {
                return Ok(None);
            }
            match &self.line[self.taken..] {
                b"\n" | b"\r\n" | b"\r" => {
                    // What remains of a line after a record is only its end; a whole such line is blank.
                    self.blank_lines += u64::from(self.taken == 0);
                    self.taken = self.line.len();
                }
                _ => return self.parse_record().map(Some),
            }
        }
    }

    fn parse_record(&mut self) -> Result<Row, ImportError> {
        let begins = self.line_number;
        let (mut written, mut cells) = (0, 0);
        loop {
            let (result, taken, out, ends) =
                self.parser.read_record(&self.line[self.taken..], &mut self.output[written..], &mut self.ends[cells..]);
            self.taken += taken;
            written += out;
            cells += ends;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    let more = written <= MAX_RECORD && self.next_line()?;
                    if !more {
                        return Err(self.never_closed(begins));
                    }
                }
            }
        }
        if matches!(&self.line[self.taken..], b"\n" | b"\r\n" | b"\r") {
            self.taken = self.line.len();
        }
        let text =
            std::str::from_utf8(&self.output[..written]).map_err(|_| ImportError::FileChanged(self.name.clone()))?;
        let mut row = Row::with_capacity(begins, written, cells);
        let mut start = 0;
        for &end in &self.ends[..cells] {
            row.push(text.get(start..end).unwrap_or(""));
            start = end;
        }
        Ok(row)
    }

    fn never_closed(&self, begins: u64) -> ImportError {
        ImportError::read_with(
            &self.name,
            format!("a quoted cell in the row that begins in line {begins} is never closed"),
            "close the quotes, or double a quote that belongs to the text",
        )
    }

    /// Reads one line with its end; at the end of the file it adds one if the last line has none.
    fn next_line(&mut self) -> Result<bool, ImportError> {
        self.line.clear();
        self.taken = 0;
        let most = MAX_RECORD as u64 + 2;
        let read = (&mut self.input)
            .take(most)
            .read_until(b'\n', &mut self.line)
            .map_err(|e| ImportError::read(&self.name, io_reason(&e)))?;
        if read == 0 {
            return Ok(false);
        }
        if self.line.last() != Some(&b'\n') {
            if read as u64 == most {
                return Err(ImportError::FileChanged(self.name.clone()));
            }
            self.line.push(b'\n');
        }
        self.line_number += 1;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let mut reader = RecordReader::over(text.as_bytes(), delimiter);
        let mut rows = Vec::new();
        while let Some(row) = reader.next_record().unwrap() {
            rows.push((row.number, row.cells().map(str::to_owned).collect()));
        }
        rows
    }

    #[test]
    fn records_know_their_lines() {
        let text = "a,b\r\n\r\n\"x\r\ny\",2\n\n3,4";
        let expected = [(1, vec!["a", "b"]), (3, vec!["x\r\ny", "2"]), (6, vec!["3", "4"])];
        let found = records(text, b',');
        assert_eq!(found.len(), 3);
        for ((line, cells), (want_line, want)) in found.iter().zip(&expected) {
            assert_eq!((line, cells), (want_line, &want.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()));
        }
    }

    #[test]
    fn old_mac_line_ends() {
        assert_eq!(records("a,b\r1,2\r", b',').iter().map(|r| r.1.join("|")).collect::<Vec<_>>(), ["a|b", "1|2"]);
    }

    #[test]
    fn delimiters() {
        assert_eq!(detect_delimiter(b"name;phone\nA, B;1\nC, D;2\n"), b';');
        assert_eq!(detect_delimiter(b"name\tphone\nA, B\t1\n"), b'\t');
        assert_eq!(detect_delimiter(b"name,phone\n\"A;B\",1\n"), b',');
        assert_eq!(detect_delimiter(b"phone\n1\n"), b',');
        assert_eq!(declared_delimiter(b"sep=;\r\na;b"), Some(b';'));
    }

    #[test]
    fn an_open_quote_is_named_by_its_line() {
        let mut reader = RecordReader::over(b"a,b\n1,\"open\n2,3\n", b',');
        reader.next_record().unwrap();
        let Err(ImportError::Read { reason, .. }) = reader.next_record() else { panic!("read") };
        assert_eq!(reason, "a quoted cell in the row that begins in line 2 is never closed");
    }

    proptest! {
        #[test]
        fn what_a_csv_writer_writes_is_read_back(rows in proptest::collection::vec(proptest::collection::vec("[a-z,;\"\\n\\r é]{0,8}", 2..4), 1..8)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let found: Vec<Vec<String>> = records(&text, b',').into_iter().map(|r| r.1).collect();
            prop_assert_eq!(found, rows);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let mut reader = RecordReader::over(text.as_bytes(), b',');
            while let Ok(Some(_)) = reader.next_record() {}
        }
    }
}
