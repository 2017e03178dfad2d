//! A page in the terminal: bars of block characters, scaled to its width, and tables.

use std::io::{self, IsTerminal};

use super::{Bars, Page, Part, Sheet};
use crate::ui::{Column, Kind, escape, table};

/// The width of bars when nobody says how wide the output is shown.
const USUAL_WIDTH: usize = 80;
/// A longer bar tells no more.
const LONGEST_BAR: usize = 100;
/// A shorter bar tells nothing.
const SHORTEST_BAR: usize = 10;
const LONGEST_LABEL: usize = 32;

/// How wide the output is shown: the terminal, else what COLUMNS says.
pub(super) fn width() -> usize {
    let terminal = console::Term::stdout().size_checked().filter(|_| io::stdout().is_terminal());
    let said = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    terminal.map(|(_, width)| usize::from(width)).or_else(said).unwrap_or(USUAL_WIDTH)
}

pub(super) fn render(page: &Page, width: usize, color: bool) -> String {
    let mut out = format!("{}\n", bold(&escape::cell(&page.title), color));
    if !page.subtitle.is_empty() {
        out.push_str(&format!("{}\n", escape::cell(&page.subtitle)));
    }
    for part in &page.parts {
        out.push('\n');
        match part {
            Part::Bars(bars) => out.push_str(&bars_of(bars, width, color)),
            Part::Sheet(sheet) => out.push_str(&sheet_of(sheet, color)),
        }
    }
    out.push_str(&notes(page, "", width));
    out
}

pub(super) fn render_markdown(page: &Page) -> String {
    let mut out = format!("## {}\n\n{}\n", escape::cell(&page.title), escape::cell(&page.subtitle));
    for part in &page.parts {
        let (title, columns, rows): (&str, Vec<&str>, Vec<Vec<String>>) = match part {
            Part::Bars(bars) => {
                let columns = std::iter::once("").chain(bars.columns.iter().map(String::as_str)).collect();
                let row = |bar: &super::Bar| std::iter::once(&bar.label).chain(&bar.figures).cloned().collect();
                (&bars.title, columns, bars.bars.iter().map(row).collect())
            }
            Part::Sheet(sheet) => {
                (&sheet.title, sheet.columns.iter().map(|column| column.title.as_str()).collect(), sheet.rows.clone())
            }
        };
        if !title.is_empty() {
            out.push_str(&format!("\n### {}\n", escape::cell(title)));
        }
        out.push_str(&format!("\n{}", table::render_markdown(&columns, &rows)));
    }
    for note in &page.notes {
        out.push_str(&format!("\n- {}", escape::cell(note)));
    }
    if !page.notes.is_empty() {
        out.push('\n');
    }
    out
}

fn bars_of(bars: &Bars, width: usize, color: bool) -> String {
    let shown = |text: &str| console::truncate_str(&escape::cell(text), LONGEST_LABEL, "…").into_owned();
    let labels: Vec<String> = bars.bars.iter().map(|bar| shown(&bar.label)).collect();
    let wide = |text: &String| console::measure_text_width(text);
    let label_width = labels.iter().map(wide).max().unwrap_or(0);
    let widths: Vec<usize> = (0..bars.columns.len())
        .map(|place| {
            let cells = bars.bars.iter().filter_map(|bar| bar.figures.get(place));
            cells.chain([&bars.columns[place]]).map(wide).max().unwrap_or(0)
        })
        .collect();
    let beside = label_width + widths.iter().map(|width| width + 2).sum::<usize>() + 2;
    let room = width.saturating_sub(beside).clamp(SHORTEST_BAR, LONGEST_BAR);
    let mut out = String::new();
    if !bars.title.is_empty() {
        out.push_str(&format!("{}\n", bold(&escape::cell(&bars.title), color)));
    }
    let mut header = " ".repeat(label_width);
    for (title, width) in bars.columns.iter().zip(&widths) {
        header.push_str(&format!("  {title:>width$}"));
    }
    out.push_str(&format!("{}\n", bold(&header, color)));
    for (bar, label) in bars.bars.iter().zip(labels) {
        let mut line = console::pad_str(&label, label_width, console::Alignment::Left, None).into_owned();
        for (figure, width) in bar.figures.iter().zip(&widths) {
            line.push_str(&format!("  {figure:>width$}"));
        }
        line.push_str(&format!("  {}", blocks(bar.part(), room)));
        out.push_str(&format!("{}\n", line.trim_end()));
    }
    out
}

/// A bar in eighths of a character; what is more than nothing shows.
fn blocks(part: f64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (part * room as f64 * 8.0).round() as usize;
    let eighths = if part > 0.0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn sheet_of(sheet: &Sheet, color: bool) -> String {
    let columns: Vec<Column> = sheet
        .columns
        .iter()
        .map(|column| Column {
            key: column.title.clone().into(),
            title: column.title.clone().into(),
            kind: if column.is_number { Kind::Count } else { Kind::Text },
            in_tables: true,
        })
        .collect();
    let title = match sheet.title.is_empty() {
        true => String::new(),
        false => format!("{}\n", bold(&escape::cell(&sheet.title), color)),
    };
    format!("{title}{}", table::render(&columns, &sheet.rows, color))
}

fn notes(page: &Page, begin: &str, width: usize) -> String {
    let mut out = String::new();
    for (place, note) in page.notes.iter().enumerate() {
        if place == 0 {
            out.push('\n');
        }
        let mut line = String::from(begin);
        for word in format!("note: {}", escape::cell(note)).split(' ') {
            let is_full = console::measure_text_width(&line) + 1 + console::measure_text_width(word) > width;
            if is_full && !line.is_empty() {
                out.push_str(&format!("{}\n", line.trim_end()));
                line = "  ".to_owned();
            }
            line.push_str(word);
            line.push(' ');
        }
        out.push_str(&format!("{}\n", line.trim_end()));
    }
    out
}

fn bold(text: &str, color: bool) -> String {
    console::style(text).bold().force_styling(color).to_string()
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn a_bar_is_as_long_as_its_part() {
        assert_eq!(blocks(0.0, 10), "");
        assert_eq!(blocks(0.0001, 10), "▏");
        assert_eq!(blocks(0.5, 10), "█████");
        assert_eq!(blocks(0.55, 10), "█████▌");
        assert_eq!(blocks(1.0, 10), "██████████");
    }
}
