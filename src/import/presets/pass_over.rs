//! Rows of a file that are none: totals, and what stands below the last row.

use serde::{Deserialize, Serialize};

use super::glob::{fits, names};
use crate::import::row::Row;

/// By which cell a row is known that is none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PassOver {
    /// The column of the cell; the first one that holds something where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What it holds; `*` stands for anything.
    pub text: String,
    /// Whether it must be a row of a single cell, in which neither an address nor a number stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
}

impl PassOver {
    /// Whether a row of a file with these headers is none.
    pub fn concerns(&self, headers: &[String], row: &Row) -> bool {
        if self.alone && !is_alone(row) {
            return false;
        }
        match &self.column {
            None => row.cells().find(|cell| !cell.trim().is_empty()).is_some_and(|cell| fits(&self.text, cell)),
            Some(name) => {
                let column = headers.iter().position(|header| names(name, header));
                column.is_some_and(|column| fits(&self.text, row.cell(column)))
            }
        }
    }
}

/// Whether a row has a single cell, by which nobody is reached.
fn is_alone(row: &Row) -> bool {
    let mut cells = row.cells().filter(|cell| !cell.trim().is_empty());
    let digits = |cell: &str| cell.chars().filter(char::is_ascii_digit).count();
    cells.next().is_some_and(|cell| !cell.contains('@') && digits(cell) < FEWEST_DIGITS) && cells.next().is_none()
}

/// So many digits may be a phone.
const FEWEST_DIGITS: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_known_by_a_cell() {
        let row = |cells: &[&str]| {
            let mut row = Row::new(2);
            cells.iter().for_each(|cell| row.push(cell));
            row
        };
        let headers = ["Day".to_owned(), "Campaign".to_owned()];
        let first = PassOver { column: None, text: "Total: *".to_owned(), alone: false };
        assert!(first.concerns(&headers, &row(&["", "Total: Account"])));
        assert!(!first.concerns(&headers, &row(&["2026-01-01", "Total: Account"])));
        let blank = PassOver { column: Some("campaign".to_owned()), text: String::new(), alone: false };
        assert!(blank.concerns(&headers, &row(&["2026-01-01"])) && !blank.concerns(&headers, &row(&["", "A"])));
        let elsewhere = PassOver { column: Some("Ad".to_owned()), text: String::new(), alone: false };
        assert!(!elsewhere.concerns(&headers, &row(&["2026-01-01"])));
        let alone = PassOver { column: None, text: "*".to_owned(), alone: true };
        assert!(alone.concerns(&headers, &row(&["", "Leads 2026"])));
        for cells in [["Leads", "A"], ["ada@example.com", ""], ["+1 212 555 0142", ""], ["", ""]] {
            assert!(!alone.concerns(&headers, &row(&cells)), "{cells:?}");
        }
    }
}
