//! Delimited text cut into records. Each knows the line on which it begins, and none that swallows others is taken for
//! one: where a quote is stray, every line comes out by itself, torn.

pub(super) mod delimiters;
pub(super) mod looks;
pub(super) mod quotes;
pub(super) mod raw;
pub(super) mod short;
pub(super) mod survey;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use self::looks::{Learning, Looks, names_somebody};
use self::quotes::{Quoting, Scan, is_line_end, lines};
use super::budget::MAX_RECORD;
use super::limits::io_reason;
use super::readable::Readable;
use crate::import::ImportError;
use crate::import::row::{ProblemKind, Row, RowProblem};

/// What separates cells, and how they are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellForm {
    pub delimiter: u8,
    pub quoting: Quoting,
}

/// What a text holds between two line ends that end a row.
pub(super) enum Record {
    Whole(Row),
    /// One line of several or one whose cells cannot be told apart.
    Torn(Row, Box<RowProblem>),
}

/// Cuts text into records. It feeds the parser one line at a time, so that each record's first line is known,
/// blank lines are counted, and no record outgrows the memory.
pub(super) struct RecordReader<R> {
    name: String,
    input: R,
    parser: Reader,
    form: CellForm,
    line: Vec<u8>,
    /// How much of `line` the parser has taken.
    taken: usize,
    line_number: u64,
    pub blank_lines: u64,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// The lines of the record at hand before the one that is parsed.
    earlier: Vec<u8>,
    /// Torn lines that wait to be taken.
    torn: VecDeque<Record>,
    /// How rows look, once the header is passed.
    pub looks: Option<Looks>,
    /// Whether the line before was torn, and what follows may still belong to it.
    doubtful: bool,
    /// Whether the last line that was read has no end.
    cut_off: bool,
}

/// What tears a record.
struct Tear {
    /// The line in which the quoted cell begins.
    opened: u64,
    problem: String,
}

impl RecordReader<BufReader<File>> {
    pub fn open(file: &Readable, form: CellForm) -> Result<Self, ImportError> {
        let input = BufReader::with_capacity(1 << 18, file.open()?);
        let mut reader = RecordReader::new(file.name.clone(), input, form);
        reader.skip_declaration()?;
        Ok(reader)
    }
}

impl<'a> RecordReader<&'a [u8]> {
    pub fn over(head: &'a [u8], form: CellForm) -> Self {
        RecordReader::new(String::new(), head, form)
    }
}

impl<R: BufRead> RecordReader<R> {
    fn new(name: String, input: R, form: CellForm) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(form.delimiter).quoting(form.quoting != Quoting::Never);
        if form.quoting == Quoting::Backslash {
            builder.escape(Some(b'\\'));
        }
        RecordReader {
            name,
            input,
            parser: builder.build(),
            form,
            line: Vec::with_capacity(1024),
            taken: 0,
            line_number: 0,
            blank_lines: 0,
            output: vec![0; 4096],
            ends: vec![0; 64],
            earlier: Vec::new(),
            torn: VecDeque::new(),
            looks: None,
            doubtful: false,
            cut_off: false,
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

    /// Whether the text ended without a line end.
    pub fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// The next record, or `None` at the end. Lines without any character are counted and passed over.
    ///
    /// # Errors
    /// A quoted cell never ends, or the file cannot be read.
    pub fn next_record(&mut self) -> Result<Option<Record>, ImportError> {
        loop {
            if let Some(torn) = self.torn.pop_front() {
                return Ok(Some(torn));
            }
            if self.taken >= self.line.len() && !self.next_line()? {
                return Ok(None);
            }
            match &self.line[self.taken..] {
                b"\n" | b"\r\n" | b"\r" => {
                    // What remains of a line after a record is only its end; a whole such line is blank.
                    self.blank_lines += u64::from(self.taken == 0);
                    self.taken = self.line.len();
                }
                [b'\r', ..] if self.taken > 0 => {
                    self.taken += 1;
                    self.line_number += 1;
                    self.blank_lines += 1;
                }
                _ => {
                    if let Some(row) = self.parse_record()? {
                        return Ok(Some(Record::Whole(row)));
                    }
                }
            }
        }
    }

    /// The next record, or `None` when it had to be torn.
    fn parse_record(&mut self) -> Result<Option<Row>, ImportError> {
        let begins = self.line_number;
        let (mut written, mut cells, mut from) = (0, 0, self.taken);
        let mut scan = Scan::new(self.form.delimiter, self.form.quoting);
        self.earlier.clear();
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
                    if let Err(fault) = scan.line(&self.line[from..]) {
                        self.tear(begins, from, Tear::behind(begins, &fault, &self.line[from..]));
                        return Ok(None);
                    }
                    self.earlier.extend_from_slice(&self.line[from..]);
                    from = 0;
                    let more = written <= MAX_RECORD && self.next_line()?;
                    if !more {
                        return Err(self.never_closed(begins, begins + scan.open.unwrap_or(0)));
                    }
                }
            }
        }
        if self.form.quoting != Quoting::Never
            && (self.doubtful
                || !self.earlier.is_empty()
                || memchr::memchr(b'"', &self.line[from..self.taken]).is_some())
            && let Some(tear) = self.tear_of(begins, from, cells, &mut scan)
        {
            self.tear(begins, from, tear);
            return Ok(None);
        }
        let row = self.row(begins, from, written, cells);
        self.pass_line_end(from);
        row.map(Some)
    }

    /// Passes over the end of the line; where old line ends leave more of it, their lines are counted.
    fn pass_line_end(&mut self, from: usize) {
        let rest = self.line.get(self.taken..).unwrap_or_default();
        if matches!(rest, b"\n" | b"\r\n" | b"\r") {
            self.taken = self.line.len();
        } else if !rest.is_empty() {
            let record = self.line.get(from..self.taken).unwrap_or_default();
            self.line_number += memchr::memchr_iter(b'\r', record).count() as u64;
        }
    }

    /// The record that was parsed.
    fn row(&self, begins: u64, from: usize, written: usize, cells: usize) -> Result<Row, ImportError> {
        let changed = |_| ImportError::FileChanged(self.name.clone());
        let mut row = Row::with_capacity(begins, written, cells);
        row.last_line = self.line_number;
        let last = &self.line[from..self.taken];
        if self.form.quoting == Quoting::Backslash {
            let record = [&self.earlier, last].concat();
            std::str::from_utf8(&record).map_err(changed)?;
            quotes::backslashed(&record, self.form.delimiter, |cell| row.push(&String::from_utf8_lossy(cell)));
            return Ok(row);
        }
        let text = std::str::from_utf8(&self.output[..written]).map_err(changed)?;
        let mut start = 0;
        for &end in &self.ends[..cells] {
            row.push(text.get(start..end).unwrap_or(""));
            start = end;
        }
        Ok(row)
    }

    /// Why the record that was parsed cannot be trusted; `None` of a good one.
    fn tear_of(&mut self, begins: u64, from: usize, cells: usize, scan: &mut Scan) -> Option<Tear> {
        let last = &self.line[from..self.taken];
        if let Err(fault) = scan.line(last) {
            return Some(Tear::behind(begins, &fault, last));
        }
        let ragged = self.looks.as_ref().is_some_and(|looks| looks.width() != cells);
        if self.doubtful {
            if scan.may_end_another() {
                let problem = "has a quote that may end a cell which begins in a line above".to_owned();
                return Some(Tear { opened: begins, problem });
            }
            self.doubtful = ragged;
        }
        let body = last.iter().rposition(|byte| !is_line_end(*byte)).map_or(0, |at| at + 1);
        if self.earlier.is_empty() && memchr::memchr2(b'\r', b'\n', last.get(..body)?).is_none() {
            return None;
        }
        let record = [&self.earlier, last].concat();
        let lines: Vec<&[u8]> = lines(&record).collect();
        let swallows = match &self.looks {
            Some(looks) => looks.are_rows(&lines, self.form.delimiter, ragged),
            None => lines.iter().skip(1).any(|line| names_somebody(line)) && self.cut_alike(&lines),
        };
        let problem = || "opens a quoted cell that spans lines which look like rows of their own".to_owned();
        swallows.then(|| Tear { opened: begins, problem: problem() })
    }

    /// Whether all lines have as many cells, more than one, as far as delimiters tell.
    fn cut_alike(&self, lines: &[&[u8]]) -> bool {
        let counts = || lines.iter().map(|line| memchr::memchr_iter(self.form.delimiter, line).count());
        let first = counts().next().unwrap_or(0);
        first > 0 && counts().all(|count| count == first)
    }

    /// Makes a row of each line that belongs to the record at hand.
    fn tear(&mut self, begins: u64, from: usize, tear: Tear) {
        // What is left of the line after an old line end inside the cell is parsed afresh.
        let record = [&self.earlier, &self.line[from..self.taken]].concat();
        let mut number = begins;
        let mut rest = record.as_slice();
        let old = self.earlier.is_empty();
        for line in lines(&record) {
            match line.iter().all(u8::is_ascii_whitespace) {
                true => self.blank_lines += 1,
                false => self.torn.push_back(self.torn_line(number, line, &tear)),
            }
            // The bytes of the line end decide whether the number goes on.
            rest = rest.get(line.len()..).unwrap_or_default();
            let end = if rest.starts_with(b"\r\n") { 2 } else { usize::from(!rest.is_empty()) };
            number += u64::from(old || rest.get(..end).is_some_and(|end| end.ends_with(b"\n")));
            rest = rest.get(end..).unwrap_or_default();
        }
        self.pass_line_end(from);
        self.parser.reset();
        self.doubtful = true;
    }

    fn torn_line(&self, number: u64, line: &[u8], tear: &Tear) -> Record {
        let mut row = Row::with_capacity(number, line.len(), 8);
        // What is beyond the header's width stays in the last cell, so that the file of rejected rows has all of it.
        let width = self.looks.as_ref().map_or(usize::MAX, Looks::width);
        let text = String::from_utf8_lossy(line);
        text.splitn(width.max(1), char::from(self.form.delimiter)).for_each(|cell| row.push(cell));
        let value = row.cells().find(|cell| cell.contains('"')).unwrap_or_default();
        let problem = match number == tear.opened {
            true => tear.problem.clone(),
            false => format!("belongs to a quoted cell of line {} that cannot be followed", tear.opened),
        };
        let remedy = "close the quotes, or double a quote that belongs to the text";
        let problem = RowProblem::of_row(ProblemKind::StrayQuote, value, problem, remedy);
        Record::Torn(row, Box::new(problem))
    }

    fn never_closed(&self, begins: u64, opened: u64) -> ImportError {
        let cell = match opened == begins {
            true => "a quoted cell".to_owned(),
            false => format!("a quoted cell that opens in line {opened},"),
        };
        ImportError::read_with(
            &self.name,
            format!("{cell} in the row that begins in line {begins} is never closed"),
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
            self.cut_off = true;
        }
        self.line_number += 1;
        Ok(true)
    }
}

impl Tear {
    fn behind(begins: u64, fault: &quotes::Fault, line: &[u8]) -> Tear {
        let after: String =
            String::from_utf8_lossy(line.get(fault.at + 1..).unwrap_or_default()).chars().take(12).collect();
        let problem = format!("opens a quoted cell behind whose end stands `{}`", after.trim_end());
        Tear { opened: begins + fault.opened, problem }
    }
}

impl Record {
    pub fn row(self) -> Row {
        match self {
            Record::Whole(row) | Record::Torn(row, _) => row,
        }
    }
}

/// How the rows after the header look, by the head of the file.
pub(super) fn looks_of(head: &[u8], form: CellForm, header: &Row) -> Looks {
    let mut reader = RecordReader::over(head, form);
    let mut learning = Learning::new(header.cells());
    let mut learnt = 0;
    while learnt < 200
        && let Ok(Some(record)) = reader.next_record()
    {
        if let Record::Whole(row) = record
            && row.number > header.number
            && row.len() <= header.len()
            && !row.cells().any(|cell| cell.contains(['\n', '\r']))
        {
            learning.take(row.cells());
            learnt += 1;
        }
    }
    learning.finish()
}

/// The delimiter that a first line `sep=;` declares, as Excel writes it.
pub(super) fn declared_delimiter(head: &[u8]) -> Option<u8> {
    match head {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..] => Some(*delimiter),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
