//! Tables of HTML, as many programs write them into files named `.xls`.

use std::io::BufReader;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{IoReader, StartTag, Token, Tokenizer};

use super::super::budget::MAX_COLUMNS;
use super::super::limits::io_reason;
use super::super::readable::Readable;
use super::super::typed::Merged;
use super::bounded::{Allowance, Bounded, MOST};
use super::decoded;
use super::form::SAVE_AS;
use super::shown;
use super::tables::{Met, What};
use crate::import::ImportError;
use crate::import::row::{CellKind, Row};

/// Tables may stand in cells of others so deep.
const DEEPEST: usize = 64;
/// The most that `rowspan` and `colspan` may say, by the standard.
const MOST_ROWS: usize = 65_534;
const MOST_CELLS: usize = 1000;

/// A table that is open.
#[derive(Default)]
struct Open {
    place: usize,
    /// Rows that have begun.
    number: u64,
    row: Option<Vec<(CellKind, String)>>,
    is_hidden: bool,
    /// Whether its rows stand in the file without it.
    is_implied: bool,
    /// Whether a row held anything.
    has_rows: bool,
    /// Cells of the row that go on in rows below.
    merged: Vec<Merged>,
    cell: Option<Cell>,
    /// In how many more rows the cell above fills each column.
    filled: Vec<usize>,
}

#[derive(Default)]
struct Cell {
    text: String,
    columns: usize,
    rows: usize,
    /// The number behind what is shown, as spreadsheet programs write it.
    number: Option<String>,
}

/// Walks through the rows of all tables. Those of a table in a cell are a table of their own.
///
/// # Errors
/// The file cannot be read, a row is larger than one may be, or the error of `take`.
pub(super) fn each(
    file: &Readable,
    take: &mut dyn FnMut(Met<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let allowance = Allowance::default();
    let input = Bounded::new(BufReader::with_capacity(1 << 18, decoded::open(file)?), &allowance);
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let (mut open, mut tables, mut silent, mut is_whole): (Vec<Open>, usize, usize, bool) = (Vec::new(), 0, 0, false);
    for token in Tokenizer::new_with_emitter(IoReader::new(input), emitter) {
        let token = token.map_err(|e| ImportError::read(&file.name, io_reason(&e)))?;
        allowance.renew();
        match token {
            Token::StartTag(tag) => {
                let name = tag.name.as_slice();
                match name {
                    b"script" | b"style" | b"title" => silent += usize::from(!tag.self_closing),
                    b"table" if open.len() == DEEPEST => {
                        let reason = format!("tables stand in tables, {DEEPEST} deep");
                        return Err(ImportError::read_with(&file.name, reason, SAVE_AS));
                    }
                    b"table" => {
                        open.push(Open { place: tables, ..Open::default() });
                        tables += 1;
                    }
                    // A table whose beginning was forgotten.
                    b"tr" if open.is_empty() => {
                        open.push(Open { place: tables, is_implied: true, ..Open::default() });
                        tables += 1;
                    }
                    _ => {}
                }
                let Some(table) = open.last_mut() else { continue };
                match name {
                    b"tr" => {
                        table.end_row(file, take)?;
                        table.number += 1;
                        table.row = Some(Vec::new());
                        table.is_hidden = is_hidden(&tag);
                    }
                    b"td" | b"th" => {
                        table.end_cell();
                        if table.row.is_none() {
                            table.number += 1;
                            table.row = Some(Vec::new());
                        }
                        table.cell = Some(Cell {
                            text: String::new(),
                            columns: span(&tag, b"colspan", MOST_CELLS),
                            rows: span(&tag, b"rowspan", MOST_ROWS),
                            number: number_of(&tag),
                        });
                    }
                    b"br" | b"p" | b"div" | b"li" => table.line(),
                    _ => {}
                }
            }
            Token::EndTag(tag) => match tag.name.as_slice() {
                b"script" | b"style" | b"title" => silent = silent.saturating_sub(1),
                b"table" => {
                    let Some(mut table) = open.pop() else { continue };
                    table.end_row(file, take)?;
                    let around = open.last().filter(|around| table.has_rows && around.cell.is_some());
                    around.map_or(Ok(()), |around| around.tell(What::Nested(around.number), take))?;
                }
                b"body" | b"html" => is_whole = true,
                b"tr" => {
                    if let Some(table) = open.last_mut() {
                        table.end_row(file, take)?;
                    }
                }
                b"td" | b"th" => open.last_mut().into_iter().for_each(Open::end_cell),
                b"p" | b"div" | b"li" => open.last_mut().into_iter().for_each(Open::line),
                _ => {}
            },
            Token::String(text) if silent == 0 => {
                if let Some(cell) = open.last_mut().and_then(|table| table.cell.as_mut()) {
                    cell.add(&String::from_utf8_lossy(&text));
                    if cell.text.len() as u64 > MOST {
                        return Err(ImportError::read(
                            &file.name,
                            format!("a cell holds more than {} MiB", MOST >> 20),
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    // What is cut off ends with the file.
    while let Some(mut table) = open.pop() {
        table.end_row(file, take)?;
        if !is_whole && !table.is_implied {
            table.tell(What::CutOff, take)?;
        }
    }
    Ok(())
}

fn attribute<'a>(tag: &'a StartTag<()>, name: &[u8]) -> Option<&'a [u8]> {
    tag.attributes.iter().find(|(known, _)| known.as_slice() == name).map(|(_, value)| value.as_slice())
}

fn span(tag: &StartTag<()>, name: &[u8], most: usize) -> usize {
    let said = attribute(tag, name).and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok());
    said.unwrap_or(1).clamp(1, most)
}

/// The number that Excel or LibreOffice writes beside what a cell shows.
fn number_of(tag: &StartTag<()>) -> Option<String> {
    let said = attribute(tag, b"x:num").or_else(|| attribute(tag, b"sdval"))?;
    let number = std::str::from_utf8(said).ok()?.trim();
    number.parse::<f64>().is_ok_and(f64::is_finite).then(|| number.to_owned())
}

fn is_hidden(tag: &StartTag<()>) -> bool {
    let style = attribute(tag, b"style").map(|style| String::from_utf8_lossy(style).to_ascii_lowercase());
    style.is_some_and(|style| style.split(';').any(|one| one.split_whitespace().collect::<String>() == "display:none"))
}

impl Cell {
    /// What the cell is: the number behind it where it shows that number and may have rounded it, else what it shows.
    fn value(&self) -> (CellKind, String) {
        let shown = self.text.trim();
        match self.number.as_deref().and_then(|number| shown::number_behind(shown, number)) {
            Some((symbol, number)) => (CellKind::Number(symbol), number),
            None => (CellKind::Text, shown.to_owned()),
        }
    }

    /// Adds text as a browser shows it: runs of white space are one space.
    fn add(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                ' ' | '\t' | '\n' | '\r' | '\u{c}' => {
                    if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                        self.text.push(' ');
                    }
                }
                c => self.text.push(c),
            }
        }
    }
}

impl Open {
    /// A line ends here.
    fn line(&mut self) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| !cell.text.is_empty() && !cell.text.ends_with('\n')) {
            cell.text.truncate(cell.text.trim_end_matches(' ').len());
            cell.text.push('\n');
        }
    }

    fn end_cell(&mut self) {
        let (Some(cell), Some(row)) = (self.cell.take(), self.row.as_mut()) else { return };
        pass_filled(&mut self.filled, row);
        // A row that is wider than any may be is refused when it is laid out.
        let columns = cell.columns.min(MAX_COLUMNS + 1 - row.len().min(MAX_COLUMNS));
        // A row has far fewer cells, and a sheet far fewer rows, than u32 holds.
        let (first, above) = (row.len() as u32, u32::try_from(self.number.saturating_sub(1)).unwrap_or(u32::MAX));
        if cell.rows > 1 && !cell.text.trim().is_empty() {
            let rows = (above, above.saturating_add(cell.rows as u32 - 1));
            self.merged.push(Merged { rows, columns: (first, first + columns.max(1) as u32 - 1) });
        }
        for place in 0..columns {
            let column = row.len();
            row.push(if place == 0 { cell.value() } else { Default::default() });
            if cell.rows > 1 {
                self.filled.resize(self.filled.len().max(column + 1), 0);
                self.filled[column] = cell.rows;
            }
        }
    }

    fn end_row(
        &mut self,
        file: &Readable,
        take: &mut dyn FnMut(Met<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        self.end_cell();
        let Some(mut cells) = self.row.take() else { return Ok(()) };
        pass_filled(&mut self.filled, &mut cells);
        self.filled.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
        let bytes: usize = cells.iter().map(|(_, text)| text.len()).sum();
        if bytes as u64 > MOST || cells.len() > MAX_COLUMNS {
            let reason = format!("row {} of table {} is larger than a row may be", self.number, self.place + 1);
            return Err(ImportError::read_with(&file.name, reason, SAVE_AS));
        }
        let mut row = Row::with_capacity(self.number, bytes, cells.len());
        cells.iter().for_each(|(kind, text)| row.push_as(*kind, text));
        self.has_rows |= !row.is_blank();
        let merged = std::mem::take(&mut self.merged);
        self.tell(What::Row { row: &row, is_hidden: self.is_hidden, merged: &merged }, take)
    }

    fn tell(
        &self,
        what: What<'_>,
        take: &mut dyn FnMut(Met<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        take(Met { table: self.place, name: &(self.place + 1).to_string(), what })
    }
}

/// Leaves the columns blank that a cell of a row above fills.
fn pass_filled(filled: &mut [usize], row: &mut Vec<(CellKind, String)>) {
    while filled.get(row.len()).is_some_and(|rows| *rows > 0) {
        row.push(Default::default());
    }
}
