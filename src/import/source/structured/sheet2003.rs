//! Spreadsheets of Excel 2003 in XML (SpreadsheetML).

use std::collections::HashMap;
use std::io::BufReader;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::budget::{MAX_COLUMNS, MAX_ROWS};
use super::super::readable::Readable;
use super::super::typed::Merged;
use super::super::typed::format::Shape;
use super::bounded::{Allowance, Bounded, MOST};
use super::decoded;
use super::form::SAVE_AS;
use super::shown::plain;
use super::tables::{Met, What};
use crate::domain::money::symbol::Symbol;
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
    /// Inside the element that says whether the sheet is hidden.
    is_visibility: bool,
    styles: Styles,
    merged: Vec<Merged>,
    /// Blank rows that stand for the same as the one at hand.
    further_rows: u64,
}

/// What number formats say of cells.
#[derive(Default)]
struct Styles {
    shapes: HashMap<String, Shape>,
    /// The style whose definition is open.
    open: Option<String>,
    /// Columns with a style, counted from 1, the last ones included.
    columns: Vec<(u64, u64, String)>,
    row: Option<String>,
}

#[derive(Default)]
struct Cell {
    kind: String,
    text: String,
    has_formula: bool,
    shape: Option<Shape>,
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
                if state.is_visibility && text.trim() != "SheetVisible" {
                    take(Met { table: state.sheet.saturating_sub(1), name: &state.name, what: What::Hidden })?;
                }
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

/// The most styles, and columns with one: far more than Excel allows.
const MOST_STYLES: usize = 1 << 16;

impl Styles {
    fn begin(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().as_ref() {
            "Style" => {
                self.open = attribute(tag, "ID").filter(|_| self.shapes.len() < MOST_STYLES);
                let parent = attribute(tag, "Parent").and_then(|parent| self.shapes.get(&parent)).cloned();
                if let Some((id, shape)) = self.open.clone().zip(parent) {
                    self.shapes.insert(id, shape);
                }
            }
            "NumberFormat" => {
                if let Some((id, format)) = self.open.clone().zip(attribute(tag, "Format")) {
                    self.shapes.insert(id, shape_of(&format));
                }
            }
            _ if self.columns.len() < MOST_STYLES => {
                let first =
                    number(tag, "Index").unwrap_or_else(|| self.columns.last().map_or(1, |(_, last, _)| last + 1));
                let last = first.saturating_add(number(tag, "Span").unwrap_or(0)).min(MAX_COLUMNS as u64);
                self.columns.push((first, last, attribute(tag, "StyleID").unwrap_or_default()));
            }
            _ => {}
        }
    }

    /// The shape of a cell in a column, counted from 1: by its own style, its row's or its column's.
    fn of_cell(&self, tag: &BytesStart<'_>, column: u64) -> Option<&Shape> {
        if self.shapes.is_empty() {
            return None;
        }
        let of_column = || self.columns.iter().find(|(first, last, _)| (*first..=*last).contains(&column));
        let own = attribute(tag, "StyleID").or_else(|| self.row.clone());
        self.shapes.get(&own.or_else(|| of_column().map(|(_, _, style)| style.clone()))?)
    }
}

/// The shape of a number format, which may be one with a name.
fn shape_of(format: &str) -> Shape {
    match format {
        "Euro Currency" => Symbol::of("€").map_or(Shape::General, Shape::Money),
        "Long Time" | "Medium Time" | "Short Time" => Shape::Clock,
        // Those with a name show the currency and the digits of whoever opens the file.
        named if named.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '/')) && named.len() > 4 => {
            Shape::General
        }
        code => Shape::of(code, None),
    }
}

impl State {
    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        match tag.local_name().as_ref() {
            "Worksheet" => {
                self.sheet += 1;
                self.name = attribute(tag, "Name").unwrap_or_else(|| self.sheet.to_string());
                self.number = 0;
                self.styles.columns.clear();
            }
            "Visible" => self.is_visibility = true,
            "Style" | "NumberFormat" | "Column" => self.styles.begin(tag),
            "Row" => {
                let next = self.number + 1;
                self.number = number(tag, "Index").unwrap_or(next);
                if self.number < next || self.number > MAX_ROWS {
                    return Err(format!("row {} stands behind row {}", self.number, next - 1));
                }
                self.is_hidden = attribute(tag, "Hidden").is_some_and(|hidden| hidden == "1");
                self.row = Some(Row::new(self.number));
                self.further_rows = number(tag, "Span").map_or(0, |rows| rows.min(MAX_ROWS));
                self.styles.row = attribute(tag, "StyleID");
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
                let across = number(tag, "MergeAcross").map_or(0, |cells| cells.min(MAX_COLUMNS as u64));
                let down = number(tag, "MergeDown").map_or(0, |rows| rows.min(MAX_ROWS));
                if down > 0 {
                    // A sheet has far fewer rows and columns than u32 holds.
                    let rows = (self.number as u32 - 1, (self.number - 1 + down) as u32);
                    self.merged.push(Merged { rows, columns: (at as u32 - 1, (at - 1 + across) as u32) });
                }
                self.cell = Some(Cell {
                    has_formula: attribute(tag, "Formula").is_some(),
                    across: across as usize,
                    shape: self.styles.of_cell(tag, at).cloned(),
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
            "Visible" => self.is_visibility = false,
            "Style" => self.styles.open = None,
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
                let merged = std::mem::take(&mut self.merged);
                let what = What::Row { row: &row, is_hidden: self.is_hidden, merged: &merged };
                take(Met { table: self.sheet.saturating_sub(1), name: &self.name, what })?;
                self.number += self.further_rows;
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
            ("Number", _) => {
                let fixed = self.shape.as_ref().and_then(|shape| shape.shown(text.trim().parse().ok()?));
                let symbol = self.shape.as_ref().and_then(Shape::currency);
                row.push_as(CellKind::Number(symbol), &fixed.unwrap_or_else(|| plain(text)));
            }
            ("DateTime", _) => row.push_as(CellKind::Date, day(text, self.shape.as_ref())),
            ("Boolean", _) => row.push_as(CellKind::Boolean, if text.trim() == "1" { "TRUE" } else { "FALSE" }),
            _ => row.push(text),
        }
        for _ in 0..self.across.min(MAX_COLUMNS.saturating_sub(row.len())) {
            row.push("");
        }
    }
}

/// A day without its midnight, a time without its thousandths; a time of day is one of the day before all others.
fn day<'a>(text: &'a str, shape: Option<&Shape>) -> &'a str {
    let text = text.trim();
    let text = text.strip_suffix(".000").unwrap_or(text);
    let clock = text.strip_prefix("1899-12-31T").filter(|_| shape == Some(&Shape::Clock));
    clock.unwrap_or_else(|| text.strip_suffix("T00:00:00").unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_with_a_name_are_no_codes() {
        for name in ["General Date", "Currency", "Standard", "Yes/No", "Scientific", "General"] {
            assert_eq!(shape_of(name), Shape::General, "{name}");
        }
        assert_eq!(shape_of("Euro Currency").currency(), Symbol::of("€"));
        assert_eq!(shape_of("Short Time"), Shape::Clock);
        assert_eq!(shape_of("00000").shown(2035.0).as_deref(), Some("02035"));
        assert_eq!(shape_of("dd/mm/yyyy"), Shape::General);
    }

    #[test]
    fn days_and_times_are_those_of_iso() {
        assert_eq!(day("2026-02-03T00:00:00.000", None), "2026-02-03");
        assert_eq!(day("2026-02-03T08:30:00.000", Some(&Shape::Clock)), "2026-02-03T08:30:00");
        assert_eq!(day("1899-12-31T08:30:00.000", Some(&Shape::Clock)), "08:30:00");
        assert_eq!(day("1899-12-31T08:30:00.000", None), "1899-12-31T08:30:00");
    }
}
