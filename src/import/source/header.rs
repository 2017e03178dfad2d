//! Where the header stands: the first row that is not blank, unless a preamble stands above it.

use super::budget::MAX_COLUMNS;
use super::{Recognised, SourceOptions};
use crate::domain::text::fold_key;
use crate::import::ImportError;
use crate::import::row::Row;

/// How many rows that are not blank may stand above a header that is found without being named.
const DEEPEST: usize = 30;

/// So much of a cell above the header is kept, in characters.
const LONGEST_NOTE: usize = 200;

/// Collects rows from the beginning of a file until the header among them is certain.
pub(super) struct HeaderSearch<'a> {
    options: &'a SourceOptions,
    rows: Vec<Row>,
    /// Rows above the one that was named as the header.
    above: u64,
    /// The columns that hold something, of a file without a header.
    widest: usize,
}

/// The header and what stands above it.
pub(super) struct Header {
    pub row: Row,
    pub preamble: Preamble,
}

/// What stands above a header.
#[derive(Debug, Clone, Default)]
pub(super) struct Preamble {
    /// Rows that are not blank.
    pub rows: u64,
    /// Their cells, where the header was found without being named.
    pub cells: Vec<String>,
}

impl<'a> HeaderSearch<'a> {
    pub fn new(options: &'a SourceOptions) -> Self {
        HeaderSearch { options, rows: Vec::new(), above: 0, widest: 0 }
    }

    /// Takes the next row that is not blank; returns whether more rows are wanted.
    pub fn take(&mut self, row: Row) -> bool {
        if self.options.no_header {
            self.widest = self.widest.max(row.used(row.len()));
            return true;
        }
        if let Some(number) = self.options.header_row {
            // Of what may be a long file only this row is kept.
            let found = row.number >= number;
            self.above += u64::from(!found);
            self.rows.extend(Some(row).filter(|row| row.number == number));
            return !found;
        }
        let found = self.is_header(&row);
        self.rows.push(row);
        !found && self.rows.len() <= DEEPEST
    }

    /// The header, or `None` when there was no row at all.
    ///
    /// # Errors
    /// The row that was named as the header is blank or beyond the end.
    pub fn finish(mut self, file: &str) -> Result<Option<Header>, ImportError> {
        if self.options.no_header {
            return Ok((self.widest > 0).then(|| Header { row: by_place(self.widest), preamble: Preamble::default() }));
        }
        // The rows of a workbook may stand in the file in any order.
        self.rows.sort_by_key(|row| row.number);
        let at = match self.options.header_row {
            Some(number) => Some(self.rows.iter().position(|row| row.number == number).ok_or_else(|| {
                ImportError::read_with(
                    file,
                    format!("no row begins at {number}, which --header-row names"),
                    "count lines of a text, and rows of a sheet, from 1; blank ones count, too",
                )
            })?),
            // Without any row that reads like a header the first one is it, and the mapping will say what it lacks.
            None => self.rows.iter().position(|row| self.is_header(row)).or((!self.rows.is_empty()).then_some(0)),
        };
        Ok(at.map(|at| {
            let cells = self.rows.iter().take(at).flat_map(Row::cells).filter(|cell| !cell.is_empty());
            let short = |cell: &str| cell.chars().take(LONGEST_NOTE).collect::<String>();
            let preamble = Preamble { rows: at as u64 + self.above, cells: cells.map(short).collect() };
            Header { row: self.rows.swap_remove(at), preamble }
        }))
    }

    /// Whether a row names columns that say who a lead is. Below the first row one such name is not enough: a note
    /// may hold it.
    fn is_header(&self, row: &Row) -> bool {
        if row.len() > MAX_COLUMNS {
            return false;
        }
        let (mut fields, mut identities) = (0, 0);
        // A row may have far more empty cells than others.
        for cell in row.cells().filter(|cell| !cell.is_empty()) {
            let named = self.options.named.iter().any(|name| !name.is_empty() && fold_key(name) == fold_key(cell));
            match (self.options.recognise)(cell) {
                Recognised::Identity => identities += 1,
                Recognised::Field => fields += 1,
                Recognised::No if named => identities += 1,
                Recognised::No => {}
            }
        }
        let is_first = self.rows.is_empty() || self.rows.first().is_some_and(|first| first.number == row.number);
        identities > 0 && (is_first || identities + fields > 1)
    }
}

/// The header of a file without one: its columns are named by their places, above the first row.
fn by_place(width: usize) -> Row {
    let mut row = Row::new(0);
    (1..=width).for_each(|place| row.push(&format!("column {place}")));
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::kinds::leads::fields::recognise;

    fn rows(texts: &[(u64, &[&str])]) -> Vec<Row> {
        let row = |(number, cells): &(u64, &[&str])| {
            let mut row = Row::new(*number);
            cells.iter().for_each(|cell| row.push(cell));
            row
        };
        texts.iter().map(row).collect()
    }

    fn find(texts: &[(u64, &[&str])], options: &SourceOptions) -> Result<Option<(u64, u64)>, ImportError> {
        let mut search = HeaderSearch::new(options);
        for row in rows(texts) {
            if !search.take(row) {
                break;
            }
        }
        Ok(search.finish("f")?.map(|header| (header.row.number, header.preamble.rows)))
    }

    #[test]
    fn a_preamble_is_passed_over() {
        let options = SourceOptions { recognise, ..SourceOptions::default() };
        let notes: &[(u64, &[&str])] = &[
            (1, &["Notes:"]),
            (2, &["When exporting, email addresses may be missing."]),
            (4, &["First Name", "Last Name", "Email Address"]),
            (5, &["Ada", "Sample", "ada@example.com"]),
        ];
        assert_eq!(find(notes, &options).unwrap(), Some((4, 2)));
        assert_eq!(find(&[(3, &["Name", "Fone"]), (4, &["Ada", "1"])], &options).unwrap(), Some((3, 0)));
        assert_eq!(find(&[(1, &["Phone"]), (2, &["Email", "Name"])], &options).unwrap(), Some((1, 0)));
        assert_eq!(find(&[], &options).unwrap(), None);
    }

    #[test]
    fn without_a_header_columns_are_named_by_their_places() {
        let options = SourceOptions { no_header: true, recognise, ..SourceOptions::default() };
        let rows: &[(u64, &[&str])] = &[(1, &["Ann", "ann@example.com"]), (2, &["Bob", "", "x", " "])];
        assert_eq!(find(rows, &options).unwrap(), Some((0, 0)));
        assert_eq!(by_place(2).cells().collect::<Vec<_>>(), ["column 1", "column 2"]);
        assert_eq!(find(&[], &options).unwrap(), None);
    }

    #[test]
    fn a_named_row_or_column_decides() {
        let rows: &[(u64, &[&str])] = &[(1, &["Name", "Email"]), (3, &["Fone", "City"])];
        let by_number = SourceOptions { header_row: Some(3), recognise, ..SourceOptions::default() };
        assert_eq!(find(rows, &by_number).unwrap(), Some((3, 1)));
        let blank = SourceOptions { header_row: Some(2), recognise, ..SourceOptions::default() };
        assert!(find(rows, &blank).is_err());
        let by_name = SourceOptions { named: vec!["fone".into()], recognise, ..SourceOptions::default() };
        let notes: &[(u64, &[&str])] = &[(1, &["Fair 2026"]), (3, &["Fone", "City"])];
        assert_eq!(find(notes, &by_name).unwrap(), Some((3, 1)));
    }
}
