//! One record with its parts.

use serde::Serialize;
use serde_json::Value;

use super::choice::picked;
use super::escape::Safe;
use super::list::id_of;
use super::{Column, Format, Kind, Ui, UiError, csv, json, table};

/// How columns of a part come back that it has no room for.
const REMEDY_OF_PARTS: &str = "a wider terminal has room, --format json has all";
/// How columns of a list come back that stands on stderr.
const REMEDY_OF_PREVIEWS: &str = "a wider terminal has room";

impl Ui {
    /// Prints what a file became of which the columns were chosen: of this record they are none.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn summary<T: Serialize>(&self, record: &T, columns: &[Column]) -> Result<(), UiError> {
        Ui { choice: None, ..*self }.record(record, columns)
    }

    /// Prints one record: an object in JSON, a line for each column in a table. Of what it holds, the columns can be chosen, and
    /// all that its JSON has.
    ///
    /// # Errors
    /// stdout cannot be written, or a column that is asked for is none of the record's.
    pub fn record<T: Serialize>(&self, record: &T, columns: &[Column]) -> Result<(), UiError> {
        let value = serde_json::to_value(record).map_err(UiError::Json)?;
        let chosen = self.chosen(&with_keys_of(&value, columns))?;
        let shown = if chosen.is_asked { &chosen.columns } else { columns };
        let text = |column: &Column, kind| table::cell_of(&value, column, kind, self.clock());
        match self.format {
            Format::Json if chosen.is_asked => self.print(json::pretty(&picked(&value, &chosen))?.and("\n")),
            Format::Ndjson if chosen.is_asked => self.print(json::line(&picked(&value, &chosen))?.and("\n")),
            Format::Json => self.print(json::pretty(record)?.and("\n")),
            Format::Ndjson => self.print(json::line(record)?.and("\n")),
            Format::Csv => {
                let header = csv::line(shown.iter().map(|column| &*column.key));
                let cells: Vec<String> = shown.iter().map(|column| text(column, Kind::Text)).collect();
                self.print(header.and(csv::line(cells.iter().map(String::as_str))))
            }
            Format::Ids => self.print(id_of(&value)?.and("\n")),
            Format::Table | Format::Markdown => {
                let mut told: Vec<(Column, String)> = shown
                    .iter()
                    .filter(|column| column.in_tables)
                    .map(|column| (column.clone(), text(column, column.kind)))
                    .filter(|(_, value)| !value.is_empty())
                    .collect();
                self.clock().name_in(told.iter_mut().map(|(column, _)| column));
                let pairs: Vec<(String, String)> =
                    told.into_iter().map(|(column, value)| (column.title.into_owned(), value)).collect();
                match self.format {
                    Format::Markdown => {
                        let rows: Vec<Vec<String>> = pairs.into_iter().map(|(key, value)| vec![key, value]).collect();
                        self.print(table::render_markdown(&["field", "value"], &rows))
                    }
                    _ => self.print(table::draw_pairs(&pairs, self.color_stdout, table::terminal_width())),
                }
            }
        }
    }

    /// Prints a JSON document, whatever the form of other answers.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn document<T: Serialize>(&self, document: &T) -> Result<(), UiError> {
        self.print(json::pretty(document)?.and("\n"))
    }

    /// Prints a text of several lines under a title; the machine-readable forms have it inside the record.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn paragraph(&self, title: &str, text: &str) -> Result<(), UiError> {
        let mut lines = Safe::default();
        let width = table::terminal_width().filter(|_| self.format == Format::Table).unwrap_or(usize::MAX);
        let wrapped = text.lines().flat_map(|line| Safe::cell(line).wrapped(width));
        wrapped.for_each(|line| lines.push(line.and("\n")));
        match self.format {
            _ if self.wants_records() => Ok(()),
            Format::Markdown => self.print(markdown_heading(title).and("```\n").and(lines).and("```\n")),
            Format::Table => self.print(self.heading(title).and(lines)),
            Format::Json | Format::Ndjson | Format::Csv | Format::Ids => Ok(()),
        }
    }

    /// Shows records on stderr, before a question about them.
    ///
    /// # Errors
    /// A record cannot be read.
    pub fn preview<T: Serialize>(&self, rows: &[T], columns: &[Column]) -> Result<(), UiError> {
        let cells = self.cells(rows, columns)?;
        if !self.quiet {
            let mut columns = columns.to_vec();
            self.clock().name_in(&mut columns);
            let drawn = table::draw(&columns, &cells, false, table::terminal_width());
            self.say(&drawn.text.trim_end());
            self.tell_left_out(&drawn.left_out, REMEDY_OF_PREVIEWS);
        }
        Ok(())
    }

    /// Prints a part of a record as a titled table; the machine-readable forms have it inside the record, and a call that asks
    /// for columns gets it by its name there.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn part<T: Serialize>(&self, title: &str, rows: &[T], columns: &[Column]) -> Result<(), UiError> {
        if rows.is_empty() || self.wants_records() || !matches!(self.format, Format::Table | Format::Markdown) {
            return Ok(());
        }
        let cells = self.cells(rows, columns)?;
        if self.format == Format::Markdown {
            let titles: Vec<&str> = columns.iter().map(|column| &*column.title).collect();
            return self.print(markdown_heading(title).and(table::render_markdown(&titles, &cells)));
        }
        let drawn = table::draw(columns, &cells, self.color_stdout, table::terminal_width());
        self.print(self.heading(title))?;
        self.show(drawn, title, REMEDY_OF_PARTS)
    }

    fn heading(&self, title: &str) -> Safe {
        let title = Safe::cell(title).styled(&console::Style::new().bold(), self.color_stdout);
        Safe::from("\n").and(title).and("\n")
    }

    pub(super) fn cells<T: Serialize>(&self, rows: &[T], columns: &[Column]) -> Result<Vec<Vec<String>>, UiError> {
        rows.iter()
            .map(|row| {
                let value = serde_json::to_value(row).map_err(UiError::Json)?;
                Ok(columns.iter().map(|column| table::cell_of(&value, column, column.kind, self.clock())).collect())
            })
            .collect()
    }
}

/// The columns, and behind them what only the JSON of the record has.
fn with_keys_of(record: &Value, columns: &[Column]) -> Vec<Column> {
    let keys = record.as_object().into_iter().flat_map(|fields| fields.keys());
    let others = keys.filter(|key| !columns.iter().any(|column| column.key == **key));
    columns.iter().cloned().chain(others.map(|key| Column { key: key.clone().into(), ..Column::hidden("") })).collect()
}

fn markdown_heading(title: &str) -> Safe {
    Safe::from("\n### ").and(Safe::cell(title)).and("\n\n")
}
