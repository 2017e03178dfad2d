//! Lists of records, written as they come.

use std::io::{BufWriter, Write};

use serde::Serialize;
use serde_json::Value;

use super::answer::Answer;
use super::choice::{Choice, Chosen, ID, picked};
use super::escape::Safe;
use super::{Column, Format, Kind, Ui, UiError, csv, json, table};

/// How columns come back that a list has no room for.
const REMEDY: &str = "--columns chooses, --format csv has all";

/// Writes a list of records in the form that was asked for. Machine-readable forms are streamed.
pub struct ListWriter {
    ui: Ui,
    chosen: Chosen,
    /// Why nothing can be written.
    problem: Option<UiError>,
    out: BufWriter<Answer>,
    written: u64,
    /// Whether records are written as the columns stand; known with the first one.
    in_order: Option<bool>,
    /// Rows of a table, which must be known before their widths are.
    rows: Vec<Vec<String>>,
}

impl Ui {
    /// Begins a list of records; those of its columns are printed that the call asks for.
    pub fn list(&self, columns: &[Column]) -> ListWriter {
        match self.chosen(columns) {
            Ok(chosen) => ListWriter::new(*self, chosen, None),
            Err(problem) => {
                ListWriter::new(*self, Chosen { columns: columns.to_vec(), is_asked: false }, Some(problem))
            }
        }
    }

    /// Begins a list whose columns are those that the call asks for already.
    pub fn list_of_chosen(&self, columns: &[Column]) -> ListWriter {
        let adds = self.choice.is_some_and(Choice::adds);
        let column = |column: &Column| if adds { column.clone() } else { column.clone().asked() };
        ListWriter::new(*self, Chosen { columns: columns.iter().map(column).collect(), is_asked: true }, None)
    }
}

impl ListWriter {
    fn new(ui: Ui, chosen: Chosen, problem: Option<UiError>) -> ListWriter {
        ListWriter { ui, chosen, problem, out: BufWriter::new(ui.out()), written: 0, in_order: None, rows: Vec::new() }
    }

    /// Adds one record.
    ///
    /// # Errors
    /// stdout cannot be written, or a column that is asked for is none of the list's.
    pub fn push<T: Serialize>(&mut self, record: &T) -> Result<(), UiError> {
        self.check()?;
        match self.ui.format {
            Format::Json => {
                let begin = if self.written == 0 { "[\n" } else { ",\n" };
                let line = self.json(record)?;
                self.write(Safe::from(begin).and(line))?;
            }
            Format::Ndjson => {
                let line = self.json(record)?;
                self.write(line.and("\n"))?;
            }
            Format::Csv => {
                if self.written == 0 {
                    self.csv_header()?;
                }
                let cells = self.cells(record, &self.chosen.columns)?;
                self.write(csv::line(cells.iter().map(String::as_str)))?;
            }
            Format::Ids => {
                let id = id_of(&serde_json::to_value(record).map_err(UiError::Json)?)?;
                self.write(id.and("\n"))?;
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
    /// stdout cannot be written, or a column that is asked for is none of the list's.
    pub fn finish(mut self, when_empty: &str) -> Result<(), UiError> {
        self.check()?;
        match self.ui.format {
            Format::Json if self.written == 0 => self.write("[]\n")?,
            Format::Json => self.write("\n]\n")?,
            Format::Csv if self.written == 0 => self.csv_header()?,
            Format::Table if self.rows.is_empty() => self.ui.note(when_empty),
            Format::Table => {
                let width = table::terminal_width();
                let drawn = table::draw(&self.titled_columns(), &self.rows, self.ui.color_stdout, width);
                self.ui.show(drawn, "", REMEDY)?;
            }
            Format::Markdown => {
                let columns = self.titled_columns();
                let titles: Vec<&str> = columns.iter().map(|column| &*column.title).collect();
                self.write(table::render_markdown(&titles, &self.rows))?;
            }
            Format::Ndjson | Format::Csv | Format::Ids => {}
        }
        Ok(self.out.flush()?)
    }

    fn check(&mut self) -> Result<(), UiError> {
        self.problem.take().map_or(Ok(()), Err)
    }

    fn write(&mut self, text: impl Into<Safe>) -> Result<(), UiError> {
        Ok(self.out.write_all(text.into().as_str().as_bytes())?)
    }

    /// A record as JSON on one line, with the keys of a CSV file in their order.
    fn json<T: Serialize>(&mut self, record: &T) -> Result<Safe, UiError> {
        if self.chosen.is_asked {
            return json::line(&picked(&serde_json::to_value(record).map_err(UiError::Json)?, &self.chosen));
        }
        let columns = &self.chosen.columns;
        let in_order = match self.in_order {
            Some(known) => known,
            None => *self.in_order.insert(json::is_in_order(record, columns)?),
        };
        if in_order { json::line(record) } else { json::line_in_order(record, columns) }
    }

    fn table_columns(&self) -> Vec<Column> {
        self.chosen.columns.iter().filter(|column| column.in_tables).cloned().collect()
    }

    /// The columns of a table with their titles, one of which names the zone of times.
    fn titled_columns(&self) -> Vec<Column> {
        let mut columns = self.table_columns();
        self.ui.clock().name_in(&mut columns);
        columns
    }

    fn csv_header(&mut self) -> Result<(), UiError> {
        self.write(csv::line(self.chosen.columns.iter().map(|column| &*column.key)))
    }

    fn cells<T: Serialize>(&self, record: &T, columns: &[Column]) -> Result<Vec<String>, UiError> {
        let value = serde_json::to_value(record).map_err(UiError::Json)?;
        let for_people = matches!(self.ui.format, Format::Table | Format::Markdown);
        Ok(columns
            .iter()
            .map(|column| {
                let kind = if for_people { column.kind } else { Kind::Text };
                table::cell_of(&value, column, kind, self.ui.clock())
            })
            .collect())
    }
}

/// The id of a record.
pub(super) fn id_of(record: &Value) -> Result<Safe, UiError> {
    match record.get(ID) {
        Some(Value::String(id)) => Ok(Safe::cell(id)),
        Some(Value::Number(id)) => Ok(Safe::cell(&id.to_string())),
        _ => Err(UiError::NoIds),
    }
}
