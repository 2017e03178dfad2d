//! Tables for people: plain columns, numbers to the right, shortened to the terminal's width and never in a pipe.

use std::io::{self, IsTerminal};

use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, presets};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::escape::Safe;
use super::{Column, Kind, grouped, money};
use crate::domain::formula::json_cell;
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
        Value::Object(_) => json_cell(&value.to_string()).into_owned(),
    }
}

/// The width that a text is shortened to at most, with its title: narrower it says too little.
const SHORTEST: usize = 8;

/// A table of records. Columns in which every row is empty are left out, so that the others have their room. Where the
/// terminal has none, each record is a table of its own: what tells rows apart is never cut, nor wrapped in its middle.
pub fn render(columns: &[Column], rows: &[Vec<String>], color: bool) -> Safe {
    render_within(columns, rows, color, terminal_width())
}

fn render_within(columns: &[Column], rows: &[Vec<String>], color: bool, width: Option<u16>) -> Safe {
    let rows: Vec<Vec<Safe>> = rows.iter().map(|row| row.iter().map(|cell| Safe::cell(cell)).collect()).collect();
    let shown: Vec<(usize, &Column)> = columns
        .iter()
        .enumerate()
        .filter(|(index, _)| rows.iter().any(|row| row.get(*index).is_some_and(|cell| !cell.is_empty())))
        .collect();
    if width.is_some_and(|width| needed(&shown, &rows) > usize::from(width)) {
        let mut text = Safe::default();
        for (place, row) in rows.iter().enumerate() {
            let cells = shown.iter().filter_map(|(index, column)| Some((&*column.title, row.get(*index)?.clone())));
            let told: Vec<_> = cells.filter(|(_, cell)| !cell.is_empty()).collect();
            text.push(if place > 0 { "\n" } else { "" });
            text.push(pairs_within(&told, color, width));
        }
        return text;
    }
    let mut table = base(width);
    let mut header = Row::from(shown.iter().map(|(_, column)| heading(&column.title, color)));
    header.max_height(1);
    table.set_header(header);
    for row_of in &rows {
        let mut row = Row::new();
        for (index, _) in &shown {
            row.add_cell(row_of.get(*index).map_or_else(|| Cell::new(""), cell));
        }
        row.max_height(1);
        table.add_row(row);
    }
    for (place, (_, shown)) in shown.iter().enumerate() {
        let Some(column) = table.column_mut(place) else { continue };
        column.set_padding(PADDING);
        if shown.kind.is_number() {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if !shown.kind.is_shortened() {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    lines(&mut table, color)
}

/// The width that columns need with their padding.
fn needed(shown: &[(usize, &Column)], rows: &[Vec<Safe>]) -> usize {
    let width = |(index, column): &(usize, &Column)| {
        let cells = rows.iter().filter_map(|row| row.get(*index)).map(Safe::width);
        let content = cells.max().unwrap_or_default().max(console::measure_text_width(&column.title));
        let content = if column.kind.is_shortened() { content.min(SHORTEST) } else { content };
        content + usize::from(PADDING.0 + PADDING.1)
    };
    shown.iter().map(width).sum()
}

/// A table of one record: a line for each key.
pub fn render_pairs(pairs: &[(String, String)], color: bool) -> Safe {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), Safe::cell(value))).collect();
    pairs_within(&pairs, color, terminal_width())
}

fn pairs_within(pairs: &[(&str, Safe)], color: bool, width: Option<u16>) -> Safe {
    let mut table = base(width);
    for (key, value) in pairs {
        table.add_row(vec![heading(key, color), cell(value)]);
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
pub fn render_markdown(titles: &[&str], rows: &[Vec<String>]) -> Safe {
    let mut out = markdown_line(titles.iter().copied());
    out.push("|");
    titles.iter().for_each(|_| out.push("---|"));
    out.push("\n");
    for row in rows {
        out.push(markdown_line(row.iter().map(String::as_str)));
    }
    out
}

fn markdown_line<'a>(cells: impl Iterator<Item = &'a str>) -> Safe {
    let mut line = Safe::from("|");
    for text in cells {
        line.push(" ");
        line.push(Safe::cell(text).replace('|', "\\|"));
        line.push(" |");
    }
    line.and("\n")
}

/// The width of the terminal; a pipe has none.
fn terminal_width() -> Option<u16> {
    console::Term::stdout().size_checked().filter(|_| io::stdout().is_terminal()).map(|(_, width)| width)
}

fn base(width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_truncation_indicator("…");
    match width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table
}

fn cell(text: &Safe) -> Cell {
    Cell::new(text.as_str())
}

fn heading(title: &str, color: bool) -> Cell {
    let cell = cell(&Safe::cell(title));
    if color { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn lines(table: &mut Table, color: bool) -> Safe {
    match color {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    Safe::rendered(table.lines().map(|line| format!("{}\n", line.trim_end())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: &[Column] = &[
        Column::number("id", "id"),
        Column::whole("phone_number", "number"),
        Column::whole("scope", "scope"),
        Column::whole("source", "source"),
        Column::text("reason", "reason"),
        Column::time("added_at", "added"),
        Column::time("expires_at", "expires"),
    ];

    fn rows(expires: &str) -> Vec<Vec<String>> {
        let row = |id: usize| {
            let phone = format!("+1212555010{id}");
            let reason = "asked not to be called at work any more".to_owned();
            vec![
                id.to_string(),
                phone,
                "all".into(),
                "opt_out_text".into(),
                reason,
                "2026-03-18 00:30 CET".into(),
                expires.into(),
            ]
        };
        (1..4).map(row).collect()
    }

    #[test]
    fn rows_are_told_apart_at_any_width() {
        for expires in ["", "2026-06-18 00:30 CEST"] {
            for width in [None, Some(40), Some(60), Some(80), Some(100), Some(200)] {
                let text = render_within(ENTRIES, &rows(expires), false, width);
                let text = text.as_str();
                for id in 1..4 {
                    assert!(text.contains(&format!("+1212555010{id}")), "{width:?}\n{text}");
                }
                assert_eq!(text.matches("2026-03-18 00:30 CET").count(), 3, "{width:?}\n{text}");
                let longest = text.lines().map(console::measure_text_width).max().unwrap();
                assert!(width.is_none_or(|width| longest <= usize::from(width)), "{width:?}\n{text}");
            }
        }
    }

    #[test]
    fn a_narrow_terminal_has_a_table_for_each_record() {
        let text = render_within(ENTRIES, &rows("")[..2], false, Some(60));
        let first = "id      1\nnumber  +12125550101\nscope   all\nsource  opt_out_text\n\
                     reason  asked not to be called at work any more\nadded   2026-03-18 00:30 CET\n";
        assert_eq!(text.as_str(), format!("{first}\n{}", first.replace("  1\n", "  2\n").replace("0101", "0102")));
        let wide = render_within(ENTRIES, &rows(""), false, Some(80));
        let wide = wide.as_str();
        assert_eq!(wide.lines().count(), 4, "{wide}");
        assert!(wide.contains('…'), "{wide}");
    }
}
