//! Explaining single rows: their cells, what each becomes, and what the import does with them.

use serde::Serialize;

use super::RowOutcome;
use crate::import::row::Row;

/// Keeps the rows that are asked for.
pub struct Explainer {
    asked: Vec<u64>,
    /// So many first rows instead of those that are asked for.
    first: Option<usize>,
    rows: Vec<(Vec<String>, RowOutcome)>,
    /// The first and the last row that were read.
    read: Option<(u64, u64)>,
}

/// A cell of a row with what becomes of it.
#[derive(Debug, Serialize)]
pub struct ExplainedCell {
    pub column: String,
    pub value: String,
    /// A field, `custom.KEY`, or `left out`.
    pub becomes: String,
}

/// A row with what becomes of it.
#[derive(Debug, Serialize)]
pub struct ExplainedRow {
    #[serde(flatten)]
    pub outcome: RowOutcome,
    pub cells: Vec<ExplainedCell>,
}

impl Explainer {
    /// For these rows, by their numbers as messages have them.
    pub fn of(rows: &[u64]) -> Explainer {
        Explainer { asked: rows.to_vec(), first: None, rows: Vec::new(), read: None }
    }

    /// For so many first rows; the import ends with them.
    pub fn first(rows: usize) -> Explainer {
        Explainer { asked: Vec::new(), first: Some(rows), rows: Vec::new(), read: None }
    }

    /// Whether it has all the rows that it is for.
    pub fn is_full(&self) -> bool {
        self.first.is_some_and(|first| self.rows.len() >= first)
    }

    pub(super) fn row(&mut self, outcome: RowOutcome, row: &Row) {
        let (first, _) = self.read.unwrap_or((row.number, row.number));
        self.read = Some((first, row.number));
        if self.first.is_some() || self.asked.contains(&row.number) {
            self.rows.push((row.cells().map(str::to_owned).collect(), outcome));
        }
    }

    /// The rows that were asked for, given the columns of the file with what each becomes; and those that the file has not.
    pub fn explained(self, columns: &[(String, String)]) -> (Vec<ExplainedRow>, Vec<u64>) {
        let missing = self.asked.iter().filter(|row| !self.rows.iter().any(|(_, it)| it.row == **row));
        let missing = missing.copied().collect();
        let rows = self.rows.into_iter().map(|(cells, outcome)| {
            let cells = cells.into_iter().enumerate().filter(|(_, value)| !value.trim().is_empty());
            let cells = cells.map(|(at, value)| {
                let named = columns.get(at).cloned();
                let (column, becomes) = named.unwrap_or_else(|| (format!("#{}", at + 1), "no column".into()));
                ExplainedCell { column, value, becomes }
            });
            ExplainedRow { outcome, cells: cells.collect() }
        });
        (rows.collect(), missing)
    }

    /// The first and the last row that the file has.
    pub fn read(&self) -> Option<(u64, u64)> {
        self.read
    }
}
