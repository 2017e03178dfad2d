//! Tables for people: plain columns, numbers to the right, shortened to the terminal's width and never in a pipe.

use std::io::{self, IsTerminal};

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Row, Table, presets};
use serde_json::Value;

use super::{Column, Kind, escape, grouped};

/// The text of a value in a table.
pub fn text_of(value: &Value, kind: Kind) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => match (kind, number.as_i64()) {
            (Kind::Count, Some(count)) => grouped(count),
            _ => number.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(|value| text_of(value, kind)).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.is_empty() => String::new(),
        Value::Object(_) => value.to_string(),
    }
}

/// A table of records.
pub fn render(columns: &[Column], rows: &[Vec<String>], color: bool) -> String {
    let mut table = base();
    let header = columns.iter().map(|column| {
        let cell = Cell::new(column.title);
        if color { cell.add_attribute(Attribute::Bold) } else { cell }
    });
    table.set_header(header);
    for cells in rows {
        let mut row = Row::new();
        for cell in cells {
            row.add_cell(Cell::new(escape::cell(cell)));
        }
        row.max_height(1);
        table.add_row(row);
    }
    for (index, column) in columns.iter().enumerate() {
        if column.kind != Kind::Text
            && let Some(column) = table.column_mut(index)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    trimmed(&table, color)
}

/// A table of one record: a line for each key.
pub fn render_pairs(pairs: &[(String, String)], color: bool) -> String {
    let mut table = base();
    for (key, value) in pairs {
        let key = Cell::new(key);
        let key = if color { key.add_attribute(Attribute::Bold) } else { key };
        table.add_row(vec![key, Cell::new(escape::cell(value))]);
    }
    trimmed(&table, color)
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

/// The lines without the padding around them.
fn trimmed(table: &Table, color: bool) -> String {
    let mut table = table.clone();
    match color {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    table.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(&line).trim_end())).collect()
}
