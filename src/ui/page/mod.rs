//! A report as a page: what is shown, whatever shows it. One renderer a form: the terminal, a picture, a web page.

mod html;
mod svg;
mod terminal;

use super::{Column, Format, Ui, UiError, csv, json, table};

/// A report for people.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub title: String,
    pub subtitle: String,
    pub parts: Vec<Part>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// A part of a page.
#[derive(Debug, Clone)]
pub enum Part {
    Bars(Bars),
    Sheet(Sheet),
}

/// Horizontal bars, one below the other.
#[derive(Debug, Clone)]
pub struct Bars {
    pub title: String,
    /// What the figures beside each bar are.
    pub columns: Vec<String>,
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    pub label: String,
    /// The figures beside it.
    pub figures: Vec<String>,
    /// Its length, as a part of the longest that there can be: 0 to 1.
    pub length: f64,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub title: String,
    pub columns: Vec<SheetColumn>,
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct SheetColumn {
    pub title: String,
    pub is_number: bool,
}

impl SheetColumn {
    pub fn text(title: impl Into<String>) -> SheetColumn {
        SheetColumn { title: title.into(), is_number: false }
    }

    pub fn number(title: impl Into<String>) -> SheetColumn {
        SheetColumn { title: title.into(), is_number: true }
    }
}

impl Bar {
    /// The length as a part of the whole, whatever was computed.
    fn part(&self) -> f64 {
        if self.length.is_finite() { self.length.clamp(0.0, 1.0) } else { 0.0 }
    }
}

impl Page {
    /// The page as a picture that needs nothing else.
    pub fn to_svg(&self) -> String {
        svg::render(self)
    }

    /// The page as a web page that needs nothing else.
    pub fn to_html(&self) -> String {
        html::render(self)
    }
}

impl Ui {
    /// Prints a report: the page for people, the data for programs. CSV has a line for each of the records.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn report<T: serde::Serialize, R: serde::Serialize>(
        &self,
        page: &Page,
        data: &T,
        records: &[R],
        columns: &[Column],
    ) -> Result<(), UiError> {
        let out = match self.format {
            Format::Json => json::pretty(data)? + "\n",
            Format::Ndjson => json::line(data)? + "\n",
            Format::Csv => {
                let mut out = csv::line(columns.iter().map(|column| &*column.key));
                for record in records {
                    let value = serde_json::to_value(record).map_err(UiError::Json)?;
                    let cells: Vec<String> =
                        columns.iter().map(|column| table::cell_of(&value, column, super::Kind::Text)).collect();
                    out.extend(csv::line(cells.iter().map(String::as_str)));
                }
                return self.raw(&out);
            }
            Format::Table => terminal::render(page, terminal::width(), self.color_stdout),
            Format::Markdown => terminal::render_markdown(page),
        };
        self.raw(out.as_bytes())
    }
}

/// Text for HTML and SVG: unsafe characters are shown as escapes, and what markup is made of stands for itself.
fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::escape::cell(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
