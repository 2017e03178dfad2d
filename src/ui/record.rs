//! One record with its parts.

use std::io::Write;

use serde::Serialize;

use super::{Column, Format, Kind, Ui, UiError, csv, json, table};

impl Ui {
    /// Prints one record: an object in JSON, a line for each column in a table.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn record<T: Serialize>(&self, record: &T, columns: &[Column]) -> Result<(), UiError> {
        let value = serde_json::to_value(record).map_err(UiError::Json)?;
        let text = |column: &Column, kind| table::cell_of(&value, column, kind, self.zone());
        let out = match self.format {
            Format::Json => json::pretty(record)? + "\n",
            Format::Ndjson => json::line(record)? + "\n",
            Format::Csv => {
                let header = csv::line(columns.iter().map(|column| &*column.key));
                let cells: Vec<String> = columns.iter().map(|column| text(column, Kind::Text)).collect();
                let line = csv::line(cells.iter().map(String::as_str));
                String::from_utf8_lossy(&[header, line].concat()).into_owned()
            }
            Format::Table | Format::Markdown => {
                let pairs: Vec<(String, String)> = columns
                    .iter()
                    .filter(|column| column.in_tables)
                    .map(|column| (column.title.clone().into_owned(), text(column, column.kind)))
                    .filter(|(_, value)| !value.is_empty())
                    .collect();
                match self.format {
                    Format::Markdown => {
                        let rows: Vec<Vec<String>> = pairs.into_iter().map(|(key, value)| vec![key, value]).collect();
                        table::render_markdown(&["field", "value"], &rows)
                    }
                    _ => table::render_pairs(&pairs, self.color_stdout),
                }
            }
        };
        self.raw(out.as_bytes())
    }

    /// Prints a JSON document, whatever the form of other answers.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn document<T: Serialize>(&self, document: &T) -> Result<(), UiError> {
        self.raw((json::pretty(document)? + "\n").as_bytes())
    }

    /// Prints a text of several lines under a title; the machine-readable forms have it inside the record.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn paragraph(&self, title: &str, text: &str) -> Result<(), UiError> {
        let lines: String = text.lines().map(|line| format!("{}\n", super::escape::cell(line))).collect();
        match self.format {
            Format::Markdown => self.raw(format!("\n### {title}\n\n```\n{lines}```\n").as_bytes()),
            Format::Table => {
                let heading = console::style(title).bold().force_styling(self.color_stdout);
                self.raw(format!("\n{heading}\n{lines}").as_bytes())
            }
            Format::Json | Format::Ndjson | Format::Csv => Ok(()),
        }
    }

    /// Shows records on stderr, before a question about them.
    ///
    /// # Errors
    /// A record cannot be read.
    pub fn preview<T: Serialize>(&self, rows: &[T], columns: &[Column]) -> Result<(), UiError> {
        let cells = self.cells(rows, columns)?;
        self.note(table::render(columns, &cells, false).trim_end());
        Ok(())
    }

    /// Prints a part of a record as a titled table; the machine-readable forms have it inside the record.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn part<T: Serialize>(&self, title: &str, rows: &[T], columns: &[Column]) -> Result<(), UiError> {
        if rows.is_empty() || !matches!(self.format, Format::Table | Format::Markdown) {
            return Ok(());
        }
        let cells = self.cells(rows, columns)?;
        let mut out = self.out();
        match self.format {
            Format::Markdown => {
                let titles: Vec<&str> = columns.iter().map(|column| &*column.title).collect();
                write!(out, "\n### {title}\n\n{}", table::render_markdown(&titles, &cells))?;
            }
            _ => {
                let heading = console::style(title).bold().force_styling(self.color_stdout);
                write!(out, "\n{heading}\n{}", table::render(columns, &cells, self.color_stdout))?;
            }
        }
        Ok(out.flush()?)
    }

    fn cells<T: Serialize>(&self, rows: &[T], columns: &[Column]) -> Result<Vec<Vec<String>>, UiError> {
        rows.iter()
            .map(|row| {
                let value = serde_json::to_value(row).map_err(UiError::Json)?;
                Ok(columns.iter().map(|column| table::cell_of(&value, column, column.kind, self.zone())).collect())
            })
            .collect()
    }
}
