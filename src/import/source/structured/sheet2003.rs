//! Spreadsheets of Excel 2003 in XML (SpreadsheetML).

use std::io::BufReader;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::budget::{MAX_COLUMNS, MAX_ROWS};
use super::super::readable::Readable;
use super::bounded::{Allowance, Bounded, MOST};
use super::decoded;
use super::form::SAVE_AS;
use super::tables::Met;
use crate::import::ImportError;
use crate::import::row::{CellKind, Row};

/// Where the walk is.
#[derive(Default)]
struct State {
    sheet: usize,
    name: String,
    number: u64,
    is_hidden: bool,
    row: Option<Row>,
    cell: Option<Cell>,
    /// Data of a comment are none of the cell.
    is_comment: bool,
    is_data: bool,
}

#[derive(Default)]
struct Cell {
    kind: String,
    text: String,
    has_formula: bool,
    /// Further columns that it fills.
    across: usize,
}

/// Walks through the rows of all worksheets.
///
/// # Errors
/// The file is damaged or cut off, a row is larger than one may be, or the error of `take`.
pub(super) fn each(
    file: &Readable,
    take: &mut dyn FnMut(Met<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let allowance = Allowance::default();
    let input = BufReader::with_capacity(1 << 16, Bounded::new(decoded::open(file)?, &allowance));
    let mut reader = Reader::from_reader(input);
    let mut state = State::default();
    let mut buffer = Vec::new();
    let damaged = |reason: String| {
        ImportError::read_with(
            &file.name,
            format!("it is damaged or cut off ({reason})"),
            "get the file again, or save it anew",
        )
    };
    let mut depth = 0usize;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|e| damaged(e.to_string()))?;
        allowance.renew();
        match event {
            Event::Eof if depth > 0 => return Err(damaged("it ends in the middle".to_owned())),
            Event::Eof => return Ok(()),
            Event::Start(tag) => {
                depth += 1;
                state.begin(&tag).map_err(&damaged)?;
            }
            Event::Empty(tag) => {
                state.begin(&tag).map_err(&damaged)?;
                state.end(tag.local_name().as_ref(), file, take)?;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                state.end(tag.local_name().as_ref(), file, take)?;
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                state.add(&text).map_err(&damaged)?;
            }
            Event::CData(text) => {
                let text = text.xml10_content();
                state.add(&text).map_err(&damaged)?;
            }
            Event::GeneralRef(name) => {
                let text = match name.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => quick_xml::escape::resolve_predefined_entity(&name)
                        .ok_or_else(|| damaged(format!("`&{};` is no entity of XML", &*name)))?
                        .to_owned(),
                };
                state.add(&text).map_err(&damaged)?;
            }
            _ => {}
        }
    }
}

/// An attribute by its name without its prefix.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u64> {
    attribute(tag, name)?.trim().parse().ok()
}

impl State {
    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        match tag.local_name().as_ref() {
            "Worksheet" => {
                self.sheet += 1;
                self.name = attribute(tag, "Name").unwrap_or_else(|| self.sheet.to_string());
                self.number = 0;
            }
            "Row" => {
                let next = self.number + 1;
                self.number = number(tag, "Index").unwrap_or(next);
                if self.number < next || self.number > MAX_ROWS {
                    return Err(format!("row {} stands behind row {}", self.number, next - 1));
                }
                self.is_hidden = attribute(tag, "Hidden").is_some_and(|hidden| hidden == "1");
                self.row = Some(Row::new(self.number));
            }
            "Cell" => {
                let Some(row) = &mut self.row else { return Ok(()) };
                let at = number(tag, "Index").unwrap_or(row.len() as u64 + 1);
                if at <= row.len() as u64 || at > MAX_COLUMNS as u64 {
                    return Err(format!("a cell of row {} stands in column {at}", self.number));
                }
                while (row.len() as u64) < at - 1 {
                    row.push("");
                }
                self.cell = Some(Cell {
                    has_formula: attribute(tag, "Formula").is_some(),
                    across: number(tag, "MergeAcross").map_or(0, |cells| cells.min(MAX_COLUMNS as u64) as usize),
                    ..Cell::default()
                });
            }
            "Comment" => self.is_comment = true,
            "Data" if !self.is_comment => {
                self.is_data = true;
                if let Some(cell) = &mut self.cell {
                    cell.kind = attribute(tag, "Type").unwrap_or_default();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        if let Some(cell) = self.cell.as_mut().filter(|_| self.is_data) {
            cell.text.push_str(text);
            if cell.text.len() as u64 > MOST {
                return Err(format!("a cell of row {} holds more than {} MiB", self.number, MOST >> 20));
            }
        }
        Ok(())
    }

    fn end(
        &mut self,
        name: &str,
        file: &Readable,
        take: &mut dyn FnMut(Met<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        match name {
            "Data" => self.is_data = false,
            "Comment" => self.is_comment = false,
            "Cell" => {
                if let (Some(cell), Some(row)) = (self.cell.take(), self.row.as_mut()) {
                    cell.push_to(row);
                }
            }
            "Row" => {
                let Some(row) = self.row.take() else { return Ok(()) };
                if row.text_len() as u64 > MOST || row.len() > MAX_COLUMNS {
                    let reason = format!("row {} of `{}` is larger than a row may be", self.number, self.name);
                    return Err(ImportError::read_with(&file.name, reason, SAVE_AS));
                }
                take(Met {
                    table: self.sheet.saturating_sub(1),
                    name: &self.name,
                    row: &row,
                    is_hidden: self.is_hidden,
                })?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl Cell {
    fn push_to(self, row: &mut Row) {
        let text = self.text.as_str();
        match (self.kind.as_str(), text.is_empty()) {
            (_, true) if self.has_formula => row.push_as(CellKind::Formula, ""),
            (_, true) => row.push(""),
            ("Number", _) => row.push_as(CellKind::Number(None), &plain(text)),
            ("DateTime", _) => row.push_as(CellKind::Date, &day(text)),
            ("Boolean", _) => row.push_as(CellKind::Boolean, if text.trim() == "1" { "TRUE" } else { "FALSE" }),
            _ => row.push(text),
        }
        for _ in 0..self.across.min(MAX_COLUMNS.saturating_sub(row.len())) {
            row.push("");
        }
    }
}

/// A number without an exponent, where it is a whole one that a float holds.
fn plain(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(float) if text.contains(['e', 'E']) && float.fract() == 0.0 && float.abs() < 9.0e15 => format!("{float:.0}"),
        _ => text.to_owned(),
    }
}

/// A day without its midnight, a time without its thousandths.
fn day(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_suffix(".000").unwrap_or(text);
    text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()
}
