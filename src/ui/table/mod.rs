//! Tables for people: plain columns, numbers to the right. On a terminal texts are set on several lines, and columns for which
//! there is no room are left out by their rank; in a pipe neither happens.

mod cell;
mod column;
mod layout;

use std::io::{self, IsTerminal};

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Row, Table, presets};

use super::escape::Safe;
pub use cell::cell_of;
pub use column::{Column, Kind, Rank};
use layout::{GAP, Wish, fit};

/// A table as it is printed.
#[derive(Debug, Default)]
pub struct Drawn {
    pub text: Safe,
    /// How many lines its header has; none where each record is a table of its own.
    pub header: usize,
    /// The columns that had no room.
    pub left_out: Vec<Column>,
}

/// A table of records. Columns in which every row is empty are left out unless they are asked for, so that the others have their room. Where the
/// terminal has none even for the keys, each record is a table of its own.
pub fn draw(columns: &[Column], rows: &[Vec<String>], color: bool, width: Option<usize>) -> Drawn {
    let rows: Vec<Vec<Safe>> = rows.iter().map(|row| row.iter().map(|cell| Safe::cell(cell)).collect()).collect();
    let filled: Vec<(usize, &Column)> = columns
        .iter()
        .enumerate()
        .filter(|(index, column)| {
            column.rank == Rank::Asked || rows.iter().any(|row| row.get(*index).is_some_and(|cell| !cell.is_empty()))
        })
        .collect();
    let has_key = filled.iter().any(|(_, column)| column.rank >= Rank::Key);
    let wishes: Vec<Wish> = filled
        .iter()
        .enumerate()
        .map(|(place, (index, column))| {
            let rank = if !has_key && place == 0 { Rank::Key } else { column.rank };
            wish(column, rank, rows.iter().filter_map(|row| row.get(*index)), width.is_some())
        })
        .collect();
    let Some(widths) = fit(&wishes, width) else {
        return Drawn { text: apart(&filled, &rows, color, width), ..Drawn::default() };
    };
    let shown: Vec<(usize, &Column, usize)> =
        filled.iter().zip(&widths).filter_map(|((index, column), width)| Some((*index, *column, (*width)?))).collect();
    let left_out = filled.iter().zip(&widths).filter(|(_, width)| width.is_none());
    let left_out = left_out.map(|((_, column), _)| (*column).clone()).collect();
    let placed = |(_, column, width): &(usize, &Column, usize), text: &Safe| Placed {
        lines: text.wrapped(*width),
        side: if column.kind.is_number() { CellAlignment::Right } else { CellAlignment::Left },
        is_bold: false,
    };
    let titles: Vec<Placed> = shown.iter().map(|column| placed(column, &Safe::cell(&column.1.title))).collect();
    let header = titles.iter().map(|title| title.lines.len()).max().unwrap_or_default();
    let nothing = Safe::default();
    let cells = rows
        .iter()
        .map(|row| shown.iter().map(|column| placed(column, row.get(column.0).unwrap_or(&nothing))).collect());
    Drawn { text: set(std::iter::once(titles).chain(cells), color, header), header, left_out }
}

/// What a column asks for with these cells.
fn wish<'a>(column: &Column, rank: Rank, cells: impl Iterator<Item = &'a Safe> + Clone, may_wrap: bool) -> Wish {
    let title = Safe::cell(&column.title);
    let widest = cells.clone().map(Safe::width).max().unwrap_or_default();
    let natural = widest.max(title.width());
    let is_wrapped = column.kind.is_wrapped();
    // Titles of numbers are set on several lines, too.
    let longest = match (may_wrap, is_wrapped) {
        (false, _) => natural,
        (true, true) => cells.map(Safe::longest_word).max().unwrap_or_default().max(title.longest_word()),
        (true, false) => widest.max(title.longest_word()),
    };
    Wish { natural, longest, is_wrapped, rank }
}

/// A cell in its column.
struct Placed {
    lines: Vec<Safe>,
    side: CellAlignment,
    is_bold: bool,
}

/// Sets rows of cells below each other, the first lines as a header; no line ends with spaces.
fn set(rows: impl Iterator<Item = Vec<Placed>>, color: bool, header: usize) -> Safe {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for cells in rows {
        table.add_row(Row::from(cells.into_iter().map(|placed| {
            let lines: Vec<&str> = placed.lines.iter().map(Safe::as_str).collect();
            let cell = Cell::new(lines.join("\n")).set_alignment(placed.side);
            if placed.is_bold { cell.add_attribute(Attribute::Bold) } else { cell }
        })));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
    }
    match color {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    let bold = console::Style::new().bold().force_styling(color);
    let lines = table.lines().enumerate().map(|(place, line)| match line.trim_end() {
        line if color && place < header => format!("{}\n", bold.apply_to(line)),
        line => format!("{line}\n"),
    });
    Safe::rendered(lines.collect())
}

/// Each record as a table of its own.
fn apart(shown: &[(usize, &Column)], rows: &[Vec<Safe>], color: bool, width: Option<usize>) -> Safe {
    let mut text = Safe::default();
    for (place, row) in rows.iter().enumerate() {
        let cells = shown.iter().filter_map(|(index, column)| Some((*column, row.get(*index)?.clone())));
        let told = cells.filter(|(column, cell)| column.rank == Rank::Asked || !cell.is_empty());
        let told: Vec<_> = told.map(|(column, cell)| (&*column.title, cell)).collect();
        text.push(if place > 0 { "\n" } else { "" });
        text.push(pairs_within(&told, color, width));
    }
    text
}

/// A table of one record: a line for each key.
pub fn draw_pairs(pairs: &[(String, String)], color: bool, width: Option<usize>) -> Safe {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), Safe::cell(value))).collect();
    pairs_within(&pairs, color, width)
}

fn pairs_within(pairs: &[(&str, Safe)], color: bool, width: Option<usize>) -> Safe {
    let keys: Vec<Safe> = pairs.iter().map(|(key, _)| Safe::cell(key)).collect();
    let widest = |texts: &mut dyn Iterator<Item = &Safe>| texts.map(Safe::width).max().unwrap_or_default();
    let (mut key_width, mut value_width) =
        (widest(&mut keys.iter()), widest(&mut pairs.iter().map(|(_, value)| value)));
    if let Some(room) = width.map(|width| width.saturating_sub(GAP)).filter(|room| key_width + value_width > *room) {
        key_width = key_width.min(room.saturating_sub(value_width).max(room / 2)).max(1);
        value_width = room.saturating_sub(key_width).max(1);
    }
    let cell = |text: &Safe, width, is_bold| Placed { lines: text.wrapped(width), side: CellAlignment::Left, is_bold };
    let rows = keys
        .iter()
        .zip(pairs)
        .map(|(key, (_, value))| vec![cell(key, key_width, color), cell(value, value_width, false)]);
    set(rows, color, 0)
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
pub fn terminal_width() -> Option<usize> {
    terminal_size().map(|(_, width)| width)
}

/// Rows and columns of the terminal; a pipe has none.
pub fn terminal_size() -> Option<(usize, usize)> {
    let size = console::Term::stdout().size_checked().filter(|_| io::stdout().is_terminal());
    size.map(|(rows, columns)| (rows.into(), columns.into()))
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

    fn drawn(columns: &[Column], rows: &[Vec<String>], width: Option<usize>) -> String {
        draw(columns, rows, false, width).text.as_str().to_owned()
    }

    #[test]
    fn what_has_no_room_is_left_out_and_told_and_keys_never() {
        for expires in ["", "2026-06-18 00:30 CEST"] {
            for width in [None, Some(30), Some(40), Some(60), Some(80), Some(100), Some(200)] {
                let Drawn { text, left_out, .. } = draw(ENTRIES, &rows(expires), false, width);
                let text = text.as_str();
                for id in 1..4 {
                    assert!(text.contains(&format!("+1212555010{id}")), "{width:?}\n{text}");
                }
                let is_told = |key: &str| left_out.iter().any(|column| column.key == key);
                let times = text.matches("2026-03-18 00:30 CET").count();
                assert_eq!(times, if is_told("added_at") { 0 } else { 3 }, "{width:?}\n{text}");
                assert!(is_told("reason") || text.contains("work"), "{width:?}\n{text}");
                let longest = text.lines().map(console::measure_text_width).max().unwrap();
                assert!(width.is_none_or(|width| longest <= width), "{width:?}\n{text}");
                assert!(!text.contains('…'), "{width:?}\n{text}");
            }
        }
    }

    #[test]
    fn texts_are_wrapped_beside_the_other_columns() {
        let columns =
            [Column::number("id", "id"), Column::text("name", "name of the lead"), Column::count("count", "rows read")];
        let row = |id: &str, name: &str, count: &str| [id, name, count].map(str::to_owned).to_vec();
        let rows = [row("7", "Ada King, Countess of Lovelace", "1,200"), row("12", "王小明", "3")];
        let wide = "id  name of the lead                rows read\n \
                    7  Ada King, Countess of Lovelace      1,200\n12  王小明                                  3\n";
        for width in [None, Some(45)] {
            assert_eq!(drawn(&columns, &rows, width), wide);
        }
        let narrow = "id  name of the lead     rows\n                         read\n \
                      7  Ada King, Countess  1,200\n    of Lovelace\n12  王小明                  3\n";
        assert_eq!(drawn(&columns, &rows, Some(31)), narrow);
        assert_eq!(draw(&columns, &rows, false, Some(31)).header, 2);
    }

    #[test]
    fn without_room_for_keys_each_record_is_a_table() {
        let columns = [Column::number("id", "id").kept(), Column::whole("email", "email").kept()];
        let rows = [["1", "ada.lovelace@example.com"], ["2", "grace.hopper@example.com"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let text = drawn(&columns, &rows, Some(20));
        assert_eq!(
            text,
            "id     1\nemail  ada.lovelace@\n       example.com\n\nid     2\nemail  grace.hopper@\n       example.com\n"
        );
    }
}
