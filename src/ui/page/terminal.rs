//! A page in the terminal: bars of block characters, scaled to its width, and tables.

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
/// A longer label is set on several lines, where it would take the bars' room.
const LONGEST_LABEL: usize = 32;
/// With less room than that labels stand above their figures.
const SHORTEST_LABEL: usize = 12;

/// How wide the output is shown.
#[derive(Debug, Clone, Copy)]
pub(in crate::ui) struct Width {
    columns: usize,
    /// Nothing may be wider: it is a terminal.
    is_limit: bool,
}

/// How wide the output is shown: the terminal, else what COLUMNS says.
pub(in crate::ui) fn width() -> Width {
    let said = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    match table::terminal_width() {
        Some(columns) => Width { columns, is_limit: true },
        None => Width { columns: said().unwrap_or(USUAL_WIDTH), is_limit: false },
    }
}

impl Width {
    pub(in crate::ui) fn columns(self) -> usize {
        self.columns
    }

    fn wrap(self, text: &Safe) -> Safe {
        match self.is_limit {
            true => text.wrapped(self.columns).into_iter().fold(Safe::default(), |out, line| out.and(line).and("\n")),
            false => text.clone().and("\n"),
        }
    }

    fn limit(self) -> Option<usize> {
        self.is_limit.then_some(self.columns)
    }
}

/// The columns that a table had no room for, with its title.
type LeftOut = (String, Vec<Column>);

pub(super) fn render(page: &Page, width: Width, color: bool) -> (Safe, Vec<LeftOut>) {
    let mut out = bold(&width.wrap(&Safe::cell(&page.title)).trim_end(), color).and("\n");
    if !page.subtitle.is_empty() {
        out.push(width.wrap(&Safe::cell(&page.subtitle)));
    }
    let mut left_out = Vec::new();
    for part in &page.parts {
        out.push("\n");
        match part {
            Part::Bars(bars) => out.push(bars_of(bars, width, color)),
            Part::Sheet(sheet) => {
                let drawn = draw(sheet, width, color);
                out.push(heading(&sheet.title, width, color).and(drawn.text));
                if !drawn.left_out.is_empty() {
                    left_out.push((sheet.title.clone(), drawn.left_out));
                }
            }
        }
    }
    (out.and(notes(page, width.columns)), left_out)
}

fn heading(title: &str, width: Width, color: bool) -> Safe {
    match title.is_empty() {
        true => Safe::default(),
        false => bold(&width.wrap(&Safe::cell(title)).trim_end(), color).and("\n"),
    }
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

fn bars_of(bars: &Bars, width: Width, color: bool) -> Safe {
    let safe = |texts: &[String]| texts.iter().map(|text| Safe::cell(text)).collect::<Vec<Safe>>();
    let labels = safe(&bars.bars.iter().map(|bar| bar.label.clone()).collect::<Vec<_>>());
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
    let of_figures = widths.iter().map(|width| width + 2).sum::<usize>();
    let (label_width, above) = label_width(&labels, of_figures, width);
    let room = width.columns.saturating_sub(label_width + of_figures + 2);
    let room = if width.is_limit && room < SHORTEST_BAR { 0 } else { room.clamp(SHORTEST_BAR, LONGEST_BAR) };
    let mut out = heading(&bars.title, width, color);
    let columns = |cells: &[Safe]| {
        let padded = |(cell, width): (&Safe, &usize)| Safe::from("  ").and(cell.padded(*width, Alignment::Right));
        cells.iter().zip(&widths).map(padded).fold(Safe::default(), Safe::and)
    };
    let header = Safe::default().padded(label_width, Alignment::Left).and(columns(&titles));
    out.push(bold(&header, color).and("\n"));
    for ((bar, figures), label) in bars.bars.iter().zip(&figures).zip(labels) {
        let behind = columns(figures).and("  ").and(Safe::cell(&blocks(bar.part(), room)));
        if above {
            out.push(width.wrap(&label));
            out.push(Safe::default().padded(label_width, Alignment::Left).and(behind).trim_end().and("\n"));
            continue;
        }
        let mut lines = label.wrapped(label_width).into_iter();
        let first = lines.next().unwrap_or_default().padded(label_width, Alignment::Left);
        out.push(first.and(behind).trim_end().and("\n"));
        lines.for_each(|line| out.push(line.and("\n")));
    }
    out
}

/// The width of labels beside their figures, and whether they stand above them instead.
fn label_width(labels: &[Safe], of_figures: usize, width: Width) -> (usize, bool) {
    let natural = labels.iter().map(Safe::width).max().unwrap_or(0);
    let Some(limit) = width.limit() else { return (natural, false) };
    let beside_bars = limit.saturating_sub(of_figures + 2 + SHORTEST_BAR);
    let beside = limit.saturating_sub(of_figures);
    let least = natural.min(SHORTEST_LABEL);
    if beside_bars >= least {
        (natural.min(beside_bars.min(LONGEST_LABEL)), false)
    } else if beside >= least {
        (natural.min(beside), false)
    } else {
        (0, true)
    }
}

/// A bar in eighths of a character; what is more than nothing shows.
fn blocks(part: f64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (part * room as f64 * 8.0).round() as usize;
    let eighths = if part > 0.0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn draw(sheet: &Sheet, width: Width, color: bool) -> table::Drawn {
    let column = |column: &super::SheetColumn| Column {
        key: column.title.clone().into(),
        title: column.title.clone().into(),
        kind: if column.is_number { Kind::Count } else { Kind::Text },
        in_tables: true,
        rank: column.rank,
    };
    table::draw(&sheet.columns.iter().map(column).collect::<Vec<_>>(), &sheet.rows, color, width.limit())
}

fn notes(page: &Page, width: usize) -> Safe {
    let mut out = Safe::default();
    for (place, note) in page.notes.iter().enumerate() {
        if place == 0 {
            out.push("\n");
        }
        let lines = Safe::from("note: ").and(Safe::cell(note)).wrapped_with(width.saturating_sub(1).max(1), "  ");
        lines.iter().for_each(|line| out.push(line.trim_end().and("\n")));
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
