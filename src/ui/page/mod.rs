//! A report as a page: what is shown, whatever shows it. One renderer a form: the terminal, a picture, a web page.

mod html;
mod svg;
mod terminal;

pub(super) use terminal::width;

use super::escape::Safe;
use super::{Column, Format, Rank, Ui, UiError, json, table};

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
    /// Which columns a narrow terminal keeps; the first one always.
    pub rank: Rank,
}

impl SheetColumn {
    pub fn text(title: impl Into<String>) -> SheetColumn {
        SheetColumn { title: title.into(), is_number: false, rank: Rank::Usual }
    }

    pub fn number(title: impl Into<String>) -> SheetColumn {
        SheetColumn { is_number: true, ..SheetColumn::text(title) }
    }

    /// The column as one that no terminal leaves out.
    #[must_use]
    pub fn kept(self) -> SheetColumn {
        SheetColumn { rank: Rank::Key, ..self }
    }

    /// The column as one that a narrow terminal leaves out first.
    #[must_use]
    pub fn optional(self) -> SheetColumn {
        SheetColumn { rank: Rank::Optional, ..self }
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
    /// Prints a report: the page for people, the data for programs. CSV has a line for each of the records, and a call that asks
    /// for columns gets the records in every form.
    ///
    /// # Errors
    /// stdout cannot be written, or a column that is asked for is none of the records'.
    pub fn report<T: serde::Serialize, R: serde::Serialize>(
        &self,
        page: &Page,
        data: &T,
        records: &[R],
        columns: &[Column],
    ) -> Result<(), UiError> {
        match self.format {
            _ if self.wants_records() => self.records(records, columns),
            Format::Csv | Format::Ids => self.records(records, columns),
            Format::Json => self.print(json::pretty(data)?.and("\n")),
            Format::Ndjson => self.print(json::line(data)?.and("\n")),
            Format::Markdown => self.print(terminal::render_markdown(page)),
            Format::Table => {
                let (text, left_out) = terminal::render(page, terminal::width(), self.color_stdout);
                self.print(text)?;
                left_out.into_iter().try_for_each(|(title, left_out)| {
                    self.show(table::Drawn { left_out, ..table::Drawn::default() }, &title, REMEDY)
                })
            }
        }
    }

    fn records<R: serde::Serialize>(&self, records: &[R], columns: &[Column]) -> Result<(), UiError> {
        // The figures are those of programs, and are called so: cents are no amounts.
        let columns: Vec<Column> =
            columns.iter().map(|column| Column { title: column.key.clone(), ..column.clone() }).collect();
        let mut list = self.list(&columns);
        records.iter().try_for_each(|record| list.push(record))?;
        list.finish("nothing to report")
    }
}

/// How columns of a report come back that have no room.
const REMEDY: &str = "--columns chooses of its records, --format csv has all";

/// A text in HTML or SVG: unsafe characters are shown as escapes, and maud escapes what markup is made of.
struct Shown<'a>(&'a str);

impl maud::Render for Shown<'_> {
    fn render_to(&self, buffer: &mut String) {
        Safe::cell(self.0).as_str().render_to(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that says the same text wherever it can.
    fn page_of(text: &str) -> Page {
        let text = || text.to_owned();
        let bars = Bars {
            title: text(),
            columns: vec![text()],
            bars: vec![Bar { label: text(), figures: vec![text()], length: 0.5 }],
        };
        let sheet = Sheet {
            title: text(),
            columns: vec![SheetColumn::text(text()), SheetColumn::number(text())],
            rows: vec![vec![text(), text()]],
        };
        let parts = vec![Part::Bars(bars), Part::Sheet(sheet)];
        Page { title: text(), subtitle: text(), parts, notes: vec![text()] }
    }

    /// The texts between the tags of a document, as a reader of XML understands them.
    fn texts(document: &str) -> Vec<String> {
        use quick_xml::events::Event;
        let (mut reader, mut found, mut text) = (quick_xml::Reader::from_str(document), Vec::new(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => return found,
                Event::Text(part) => text.push_str(&part),
                Event::GeneralRef(name) => {
                    text.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap());
                }
                Event::End(_) if !text.trim().is_empty() => found.push(std::mem::take(&mut text).trim().to_owned()),
                _ => text.clear(),
            }
        }
    }

    #[test]
    fn every_text_of_a_page_stands_for_itself() {
        let hostile = "</td><b>&amp;\"'\u{202e}\u{1b}[31m";
        let shown = "</td><b>&amp;\"'\\u{202e}\\u{1b}[31m";
        let svg = page_of(hostile).to_svg();
        // Title, heading, subtitle, title of the bars, column, label, figure, note; the style is a text of its own.
        assert_eq!(texts(&svg).iter().filter(|text| *text == shown).count(), 8, "{svg}");
        let html = page_of(hostile).to_html();
        // Elements without an end are no XML.
        let body = html.split_once("<body>").unwrap().1;
        let body = format!("<body>{}", body.split_once("</body>").unwrap().0.to_owned() + "</body>");
        assert_eq!(texts(&body).iter().filter(|text| *text == shown).count(), 12, "{html}");
        for document in [svg, html] {
            assert!(!document.chars().any(|c| super::super::escape::is_unsafe(c) && c != '\n'), "{document}");
        }
    }
}
