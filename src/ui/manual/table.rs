//! A table of a page of the manual, in its width: what has no room goes on in the cell's next line.

use comfy_table::{ContentArrangement, Table, presets};

use crate::ui::escape::{self, Safe};

/// Rows of cells, of which the first is the header.
pub fn render(rows: &[Vec<String>], width: usize) -> Safe {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX)).force_no_tty();
    let cells = |row: &[String]| row.iter().map(|cell| escape::cell(cell).into_owned()).collect::<Vec<_>>();
    if let Some((header, rows)) = rows.split_first() {
        table.set_header(cells(header));
        table.add_rows(rows.iter().map(|row| cells(row)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    Safe::rendered(table.lines().map(|line| format!("{}\n", line.trim_end())).collect())
}
