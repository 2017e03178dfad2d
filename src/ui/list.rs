//! Lists of records, written as they come.

use std::io::{BufWriter, Write};

use serde::Serialize;

use super::answer::Answer;
use super::escape::Safe;
use super::{Column, Format, Kind, Ui, UiError, csv, json, table};

/// Writes a list of records in the form that was asked for. Machine-readable forms are streamed.
pub struct ListWriter {
    ui: Ui,
    columns: Vec<Column>,
    out: BufWriter<Answer>,
    written: u64,
    /// Rows of a table, which must be known before their widths are.
    rows: Vec<Vec<String>>,
}

impl ListWriter {
    pub(super) fn new(ui: Ui, columns: Vec<Column>) -> ListWriter {
        ListWriter { ui, columns, out: BufWriter::new(ui.out()), written: 0, rows: Vec::new() }
    }

    /// Adds one record.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn push<T: Serialize>(&mut self, record: &T) -> Result<(), UiError> {
        match self.ui.format {
            Format::Json => {
                let begin = if self.written == 0 { "[\n" } else { ",\n" };
                self.write(Safe::from(begin).and(json::line(record)?))?;
            }
            Format::Ndjson => self.write(json::line(record)?.and("\n"))?,
            Format::Csv => {
                if self.written == 0 {
                    self.csv_header()?;
                }
                let cells = self.cells(record, &self.columns)?;
                self.write(csv::line(cells.iter().map(String::as_str)))?;
            }
            Format::Table | Format::Markdown => {
                let cells = self.cells(record, &self.table_columns())?;
                self.rows.push(cells);
            }
        }
        self.written += 1;
        Ok(())
    }

    /// Ends the list; a table is printed now.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn finish(mut self, when_empty: &str) -> Result<(), UiError> {
        match self.ui.format {
            Format::Json if self.written == 0 => self.write("[]\n")?,
            Format::Json => self.write("\n]\n")?,
            Format::Csv if self.written == 0 => self.csv_header()?,
            Format::Table if self.rows.is_empty() => self.ui.note(when_empty),
            Format::Table => {
                self.write(table::render(&self.table_columns(), &self.rows, self.ui.color_stdout))?;
            }
            Format::Markdown => {
                let columns = self.table_columns();
                let titles: Vec<&str> = columns.iter().map(|column| &*column.title).collect();
                self.write(table::render_markdown(&titles, &self.rows))?;
            }
            Format::Ndjson | Format::Csv => {}
        }
        Ok(self.out.flush()?)
    }

    fn write(&mut self, text: impl Into<Safe>) -> Result<(), UiError> {
        Ok(self.out.write_all(text.into().as_str().as_bytes())?)
    }

    fn table_columns(&self) -> Vec<Column> {
        self.columns.iter().filter(|column| column.in_tables).cloned().collect()
    }

    fn csv_header(&mut self) -> Result<(), UiError> {
        self.write(csv::line(self.columns.iter().map(|column| &*column.key)))
    }

    fn cells<T: Serialize>(&self, record: &T, columns: &[Column]) -> Result<Vec<String>, UiError> {
        let value = serde_json::to_value(record).map_err(UiError::Json)?;
        let for_people = matches!(self.ui.format, Format::Table | Format::Markdown);
        Ok(columns
            .iter()
            .map(|column| {
                let kind = if for_people { column.kind } else { Kind::Text };
                table::cell_of(&value, column, kind, self.ui.zone())
            })
            .collect())
    }
}
