//! One record with its parts.

use serde::Serialize;

use super::escape::Safe;
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
            Format::Json => json::pretty(record)?.and("\n"),
            Format::Ndjson => json::line(record)?.and("\n"),
            Format::Csv => {
                let header = csv::line(columns.iter().map(|column| &*column.key));
                let cells: Vec<String> = columns.iter().map(|column| text(column, Kind::Text)).collect();
                header.and(csv::line(cells.iter().map(String::as_str)))
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
        self.print(&out)
    }

    /// Prints a JSON document, whatever the form of other answers.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn document<T: Serialize>(&self, document: &T) -> Result<(), UiError> {
        self.print(&json::pretty(document)?.and("\n"))
    }

    /// Prints a text of several lines under a title; the machine-readable forms have it inside the record.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn paragraph(&self, title: &str, text: &str) -> Result<(), UiError> {
        let mut lines = Safe::default();
        text.lines().for_each(|line| lines.push(Safe::cell(line).and("\n")));
        match self.format {
            Format::Markdown => self.print(&markdown_heading(title).and("```\n").and(lines).and("```\n")),
            Format::Table => self.print(&self.heading(title).and(lines)),
            Format::Json | Format::Ndjson | Format::Csv => Ok(()),
        }
    }

    /// Shows records on stderr, before a question about them.
    ///
    /// # Errors
    /// A record cannot be read.
    pub fn preview<T: Serialize>(&self, rows: &[T], columns: &[Column]) -> Result<(), UiError> {
        let cells = self.cells(rows, columns)?;
        if !self.quiet {
            self.say(&table::render(columns, &cells, false).trim_end());
        }
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
        self.print(&match self.format {
            Format::Markdown => {
                let titles: Vec<&str> = columns.iter().map(|column| &*column.title).collect();
                markdown_heading(title).and(table::render_markdown(&titles, &cells))
            }
            _ => self.heading(title).and(table::render(columns, &cells, self.color_stdout)),
        })
    }

    fn heading(&self, title: &str) -> Safe {
        let title = Safe::cell(title).styled(&console::Style::new().bold(), self.color_stdout);
        Safe::from("\n").and(title).and("\n")
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

fn markdown_heading(title: &str) -> Safe {
    Safe::from("\n### ").and(Safe::cell(title)).and("\n\n")
}
