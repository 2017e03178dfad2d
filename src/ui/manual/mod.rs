//! Pages of the manual in the terminal: the Markdown of docs/ with headings, lists and tables in the terminal's width, and
//! links without markup.

mod lines;
mod table;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::escape::Safe;
use super::{Ui, UiError};
use lines::Lines;

/// A page is not wider, however wide the terminal is: longer lines are hard to read.
const WIDEST: usize = 100;
/// Nor narrower: words would be broken in every line.
const NARROWEST: usize = 20;
/// How far text stands to the right of headings.
const INDENT: usize = 2;

/// How a page is called that a link leads to, by its address.
pub type CallOf<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Ui {
    /// Prints a page of the manual.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn manual(&self, markdown: &str, call_of: CallOf) -> Result<(), UiError> {
        let width = super::page::width().columns().clamp(NARROWEST, WIDEST);
        self.print(render(markdown, width, self.color_stdout, call_of))
    }
}

/// A page as lines of this width.
fn render(markdown: &str, width: usize, color: bool, call_of: CallOf) -> Safe {
    let mut page = Page { lines: Lines::new(width, color), call_of, links: Vec::new(), pictures: 0, is_code: false };
    let mut events = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Table(_)) => page.table(&mut events, width),
            event => page.take(event),
        }
    }
    page.lines.finish()
}

struct Page<'a> {
    lines: Lines,
    call_of: CallOf<'a>,
    /// Where the links lead that are open.
    links: Vec<String>,
    /// How many pictures are open: their texts are not shown.
    pictures: usize,
    is_code: bool,
}

impl Page<'_> {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            _ if self.pictures > 0 => {}
            Event::Text(text) if self.is_code => self.lines.code(&text),
            Event::Text(text) => self.lines.text(&text),
            Event::Code(code) => self.lines.word(&format!("`{code}`")),
            Event::SoftBreak => self.lines.text(" "),
            Event::HardBreak => self.lines.end_line(),
            _ => {}
        }
    }

    fn begin(&mut self, tag: Tag) {
        match tag {
            Tag::Heading { level, .. } => {
                self.lines.blank();
                self.lines.begin_heading(level == HeadingLevel::H1);
            }
            Tag::Paragraph => self.lines.begin_paragraph(),
            Tag::CodeBlock(_) => {
                self.lines.blank();
                self.is_code = true;
            }
            Tag::List(first) => self.lines.begin_list(first),
            Tag::Item => self.lines.begin_item(),
            Tag::Link { dest_url, .. } => self.links.push(dest_url.into_string()),
            Tag::Image { .. } => self.pictures += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.lines.end_heading(),
            TagEnd::Paragraph => self.lines.end_line(),
            TagEnd::CodeBlock => self.is_code = false,
            TagEnd::List(_) => self.lines.end_list(),
            TagEnd::Item => self.lines.end_line(),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.pictures -= 1,
            _ => {}
        }
    }

    /// Says behind the text of a link how to get there.
    fn end_link(&mut self) {
        let address = self.links.pop().unwrap_or_default();
        if let Some(call) = (self.call_of)(&address) {
            self.lines.text(&format!(" ({call})"));
        } else if address.starts_with("http") {
            self.lines.text(&format!(" ({address})"));
        }
    }

    fn table<'e>(&mut self, events: &mut impl Iterator<Item = Event<'e>>, width: usize) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for event in events {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
                Event::Start(Tag::TableCell) => rows.last_mut().into_iter().for_each(|row| row.push(String::new())),
                Event::End(TagEnd::Table) => break,
                Event::Text(text) => add(&mut rows, &text),
                Event::Code(code) => add(&mut rows, &format!("`{code}`")),
                _ => {}
            }
        }
        self.lines.blank();
        self.lines.block(&table::render(&rows, width - INDENT));
    }
}

/// Adds text to the last cell.
fn add(rows: &mut [Vec<String>], text: &str) {
    if let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) {
        cell.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str, width: usize) -> String {
        let call_of = |address: &str| (address == "dates.md").then(|| "crmctl help dates".to_owned());
        render(markdown, width, false, &call_of).as_str().to_owned()
    }

    #[test]
    fn a_page_is_text_of_the_terminals_width() {
        let page = "# Dates\n\nOne language *of* dates, in [its page](dates.md) and\n[elsewhere](x.md).\n\n## Rules\n\n\
                    - one `rule` of\n  two lines\n- another\n  1. first\n  2. second\n\n![a picture](x.png)\n\n\
                    ```sh\ncrmctl lead list   # all\n```\n";
        assert_eq!(
            shown(page, 30),
            "Dates\n\n  One language of dates, in\n  its page (crmctl help dates)\n  and elsewhere.\n\nRules\n\n  \
             - one `rule` of two lines\n  - another\n    1. first\n    2. second\n\n    crmctl lead list   # all\n"
        );
    }

    #[test]
    fn tables_wrap_and_lose_nothing() {
        let page =
            "| word | what it means for whoever reads it |\n|---|---|\n| `a\\|b` | a long text that has no room |\n";
        let text = shown(page, 30);
        assert!(text.lines().all(|line| console::measure_text_width(line) <= 30), "{text}");
        for word in ["`a|b`", "whoever", "room"] {
            assert!(text.contains(word), "{word}: {text}");
        }
    }

    #[test]
    fn a_long_line_of_code_stays_whole() {
        let text = shown("```\nabcdefghij klmnopqrst uvwxyz\n\nabc\n```\n", 20);
        assert_eq!(text.trim_start_matches('\n'), "    abcdefghij klmnopqrst uvwxyz\n\n    abc\n");
    }

    #[test]
    fn what_would_steer_a_terminal_is_text() {
        assert!(!shown("a \u{1b}[31m b\n\n| \u{1b}]0;x |\n|---|\n| \u{202e} |\n", 40).contains(['\u{1b}', '\u{202e}']));
    }
}
