//! A page in the terminal: bars of block characters, scaled to its width, and tables.

use std::io::{self, IsTerminal};

use console::Alignment;

use super::{Bars, Page, Part, Sheet};
use crate::ui::escape::Safe;
use crate::ui::{Column, Kind, table};

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

pub(super) fn render(page: &Page, width: usize, color: bool) -> Safe {
    let mut out = bold(&Safe::cell(&page.title), color).and("\n");
    if !page.subtitle.is_empty() {
        out.push(Safe::cell(&page.subtitle).and("\n"));
    }
    for part in &page.parts {
        out.push("\n");
        out.push(match part {
            Part::Bars(bars) => bars_of(bars, width, color),
            Part::Sheet(sheet) => sheet_of(sheet, color),
        });
    }
    out.and(notes(page, width))
}

pub(super) fn render_markdown(page: &Page) -> Safe {
    let mut out = Safe::from("## ").and(Safe::cell(&page.title)).and("\n\n").and(Safe::cell(&page.subtitle)).and("\n");
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
            out.push(Safe::from("\n### ").and(Safe::cell(title)).and("\n"));
        }
        out.push(Safe::from("\n").and(table::render_markdown(&columns, &rows)));
    }
    for note in &page.notes {
        out.push(Safe::from("\n- ").and(Safe::cell(note)));
    }
    if !page.notes.is_empty() {
        out.push("\n");
    }
    out
}

fn bars_of(bars: &Bars, width: usize, color: bool) -> Safe {
    let safe = |texts: &[String]| texts.iter().map(|text| Safe::cell(text)).collect::<Vec<Safe>>();
    let labels: Vec<Safe> = bars.bars.iter().map(|bar| Safe::cell(&bar.label).shortened(LONGEST_LABEL)).collect();
    let label_width = labels.iter().map(Safe::width).max().unwrap_or(0);
    let titles = safe(&bars.columns);
    let figures: Vec<Vec<Safe>> = bars.bars.iter().map(|bar| safe(&bar.figures)).collect();
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(place, title)| {
            let cells = figures.iter().filter_map(|figures| figures.get(place));
            cells.chain([title]).map(Safe::width).max().unwrap_or(0)
        })
        .collect();
    let beside = label_width + widths.iter().map(|width| width + 2).sum::<usize>() + 2;
    let room = width.saturating_sub(beside).clamp(SHORTEST_BAR, LONGEST_BAR);
    let mut out = Safe::default();
    if !bars.title.is_empty() {
        out.push(bold(&Safe::cell(&bars.title), color).and("\n"));
    }
    let columns = |cells: &[Safe]| {
        let padded = |(cell, width): (&Safe, &usize)| Safe::from("  ").and(cell.padded(*width, Alignment::Right));
        cells.iter().zip(&widths).map(padded).fold(Safe::default(), Safe::and)
    };
    let header = Safe::default().padded(label_width, Alignment::Left).and(columns(&titles));
    out.push(bold(&header, color).and("\n"));
    for ((bar, figures), label) in bars.bars.iter().zip(&figures).zip(labels) {
        let line = label.padded(label_width, Alignment::Left).and(columns(figures));
        out.push(line.and("  ").and(Safe::cell(&blocks(bar.part(), room))).trim_end().and("\n"));
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

fn sheet_of(sheet: &Sheet, color: bool) -> Safe {
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
        true => Safe::default(),
        false => bold(&Safe::cell(&sheet.title), color).and("\n"),
    };
    title.and(table::render(&columns, &sheet.rows, color))
}

fn notes(page: &Page, width: usize) -> Safe {
    let mut out = Safe::default();
    for (place, note) in page.notes.iter().enumerate() {
        if place == 0 {
            out.push("\n");
        }
        let mut line = Safe::default();
        for word in Safe::from("note: ").and(Safe::cell(note)).words() {
            if line.width() + 1 + word.width() > width && !line.is_empty() {
                out.push(line.trim_end().and("\n"));
                line = "  ".into();
            }
            line.push(word.and(" "));
        }
        out.push(line.trim_end().and("\n"));
    }
    out
}

fn bold(text: &Safe, color: bool) -> Safe {
    text.styled(&console::Style::new().bold(), color)
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
