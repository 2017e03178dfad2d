//! Tables for people: plain columns, numbers to the right, shortened to the terminal's width and never in a pipe.

use std::io::{self, IsTerminal};

use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, presets};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Column, Kind, escape, grouped, money};
use crate::domain::money::amount::with_currency;
use crate::domain::time::shown;

/// Spaces to the left and right of a cell.
const PADDING: (u16, u16) = (0, 2);

/// The text of a record's value under a column, as a column of this kind shows it to people in a time zone.
pub fn cell_of(record: &Value, column: &Column, kind: Kind, zone: &TimeZone) -> String {
    let value = record.get(&*column.key).unwrap_or(&Value::Null);
    match (kind, value) {
        (Kind::Money(currency) | Kind::MoneyIn(currency), Value::Number(cents)) => {
            let code = record.get(currency).and_then(Value::as_str).unwrap_or_default();
            let written = if matches!(kind, Kind::Money(_)) { money } else { with_currency };
            written(cents.as_i64().unwrap_or_default(), code)
        }
        (Kind::Amounts, Value::Object(amounts)) => {
            let each = amounts.iter().map(|(code, cents)| with_currency(cents.as_i64().unwrap_or_default(), code));
            each.collect::<Vec<_>>().join(", ")
        }
        (Kind::Logged(field), _) => {
            let is_time = record.get(field).and_then(Value::as_str).is_some_and(|field| field.ends_with("_at"));
            text_of(value, if is_time { Kind::Time } else { Kind::Text }, zone)
        }
        _ => text_of(value, kind, zone),
    }
}

/// The text of a value in a table.
fn text_of(value: &Value, kind: Kind, zone: &TimeZone) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => match (kind, number.as_i64()) {
            (Kind::Count, Some(count)) => grouped(count),
            _ => number.to_string(),
        },
        Value::String(text) => match (kind, text.parse::<jiff::Timestamp>()) {
            (Kind::Time, Ok(time)) => shown::minute(time, zone),
            (Kind::Date, Ok(time)) => shown::day(time, zone),
            _ => text.clone(),
        },
        Value::Array(values) if kind == Kind::Mark => if values.is_empty() { "" } else { "yes" }.to_owned(),
        Value::Array(values) => values.iter().map(|value| text_of(value, kind, zone)).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.is_empty() => String::new(),
        Value::Object(_) => value.to_string(),
    }
}

/// A table of records. Columns in which every row is empty are left out, so that the others have their room.
pub fn render(columns: &[Column], rows: &[Vec<String>], color: bool) -> String {
    let shown: Vec<usize> = (0..columns.len())
        .filter(|&index| rows.iter().any(|row| row.get(index).is_some_and(|cell| !cell.is_empty())))
        .collect();
    let mut table = base();
    let mut header = Row::from(shown.iter().map(|&index| heading(&columns[index].title, color)));
    header.max_height(1);
    table.set_header(header);
    for cells in rows {
        let mut row = Row::new();
        for &index in &shown {
            row.add_cell(Cell::new(escape::cell(&cells[index])));
        }
        row.max_height(1);
        table.add_row(row);
    }
    for (place, &index) in shown.iter().enumerate() {
        let Some(column) = table.column_mut(place) else { continue };
        column.set_padding(PADDING);
        if columns[index].kind.is_number() {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if !matches!(columns[index].kind, Kind::Text | Kind::Logged(_)) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    lines(&mut table, color)
}

/// A table of one record: a line for each key.
pub fn render_pairs(pairs: &[(String, String)], color: bool) -> String {
    let mut table = base();
    for (key, value) in pairs {
        table.add_row(vec![heading(key, color), Cell::new(escape::cell(value))]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    for column in table.column_iter_mut() {
        column.set_padding(PADDING);
    }
    lines(&mut table, color)
}

/// A Markdown table.
pub fn render_markdown(titles: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut out = line(&mut titles.iter().map(|title| (*title).to_owned()));
    out.push_str(&format!("|{}\n", "---|".repeat(titles.len())));
    for row in rows {
        out.push_str(&line(&mut row.iter().map(|cell| escape::cell(cell).replace('|', "\\|"))));
    }
    out
}

fn base() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_truncation_indicator("…");
    match console::Term::stdout().size_checked().filter(|_| io::stdout().is_terminal()) {
        Some((_, width)) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table
}

fn heading(title: &str, color: bool) -> Cell {
    let cell = Cell::new(title);
    if color { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn lines(table: &mut Table, color: bool) -> String {
    match color {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
