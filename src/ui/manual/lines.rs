//! Text that is broken into lines at its words.

use console::Style;

use super::INDENT;
use crate::ui::escape::Safe;

/// A longer word may be broken at its blanks, as a whole command.
const LONGEST_WORD: usize = 40;

/// Lines of a page, as they are filled.
pub struct Lines {
    width: usize,
    color: bool,
    done: Safe,
    /// The words of the line that is being filled.
    line: Vec<Safe>,
    /// The word that is being put together.
    word: Safe,
    /// What the next line begins with, once; such as the mark of an item.
    mark: Option<String>,
    /// The numbers that the next items of the open lists have, if they have numbers.
    lists: Vec<Option<u64>>,
    heading: Option<Style>,
}

impl Lines {
    pub fn new(width: usize, color: bool) -> Lines {
        let (done, word) = (Safe::default(), Safe::default());
        Lines { width, color, done, line: Vec::new(), word, mark: None, lists: Vec::new(), heading: None }
    }

    /// Takes text, whose blanks are where it may be broken.
    pub fn text(&mut self, text: &str) {
        for (place, part) in text.split(' ').enumerate() {
            if place > 0 {
                self.end_word();
            }
            self.word.push(Safe::cell(part));
        }
    }

    /// Takes text that stays in one line where it can.
    pub fn word(&mut self, text: &str) {
        match text.chars().count() > LONGEST_WORD {
            true => self.text(text),
            false => self.word.push(Safe::cell(text)),
        }
    }

    /// Takes lines of code as they are: the terminal breaks what is too wide, and what is copied from it is whole.
    pub fn code(&mut self, text: &str) {
        for line in text.lines() {
            self.done.push(Safe::cell(&format!("{}{line}", " ".repeat(2 * INDENT))).trim_end().and("\n"));
        }
    }

    /// Takes lines that are laid out already.
    pub fn block(&mut self, text: &Safe) {
        for line in text.as_str().lines() {
            self.done.push(Safe::cell(&format!("{}{line}", " ".repeat(INDENT))).trim_end().and("\n"));
        }
    }

    /// A blank line, but at the beginning and behind another one.
    pub fn blank(&mut self) {
        self.end_line();
        let text = self.done.as_str();
        if !text.is_empty() && !text.ends_with("\n\n") {
            self.done.push("\n");
        }
    }

    pub fn begin_heading(&mut self, is_title: bool) {
        let style = Style::new().bold();
        self.heading = Some(if is_title { style.underlined() } else { style });
    }

    pub fn end_heading(&mut self) {
        self.end_line();
        self.heading = None;
    }

    pub fn begin_paragraph(&mut self) {
        // The first paragraph of an item stands behind its mark.
        if self.mark.is_none() {
            self.blank();
        }
    }

    pub fn begin_list(&mut self, first: Option<u64>) {
        match self.lists.is_empty() {
            true => self.blank(),
            false => self.end_line(),
        }
        self.lists.push(first);
    }

    pub fn end_list(&mut self) {
        self.end_line();
        self.lists.pop();
    }

    pub fn begin_item(&mut self) {
        self.end_line();
        self.mark = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        });
    }

    /// Ends the line that is being filled, if there is one.
    pub fn end_line(&mut self) {
        self.end_word();
        let words = std::mem::take(&mut self.line);
        if words.is_empty() {
            return;
        }
        let mark = self.mark.take();
        let depth = self.lists.len();
        // Items of lists stand behind the mark that they once had.
        let indent = if self.heading.is_some() { 0 } else { INDENT + 2 * depth };
        let hanging = mark.as_ref().map_or(0, |mark| mark.len().saturating_sub(2));
        let mut text = match &mark {
            Some(mark) => Safe::cell(&format!("{}{mark}", " ".repeat(indent.saturating_sub(2)))),
            None => Safe::cell(&" ".repeat(indent)),
        };
        let mut is_first = true;
        for word in words {
            if !is_first && text.width() + 1 + word.width() > self.width {
                self.put(text);
                text = Safe::cell(&" ".repeat(indent + hanging));
                is_first = true;
            }
            text = if is_first { text.and(word) } else { text.and(" ").and(word) };
            is_first = false;
        }
        self.put(text);
    }

    fn put(&mut self, line: Safe) {
        let line = match &self.heading {
            Some(style) => line.styled(style, self.color),
            None => line,
        };
        self.done.push(line.and("\n"));
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.line.push(std::mem::take(&mut self.word));
        }
    }

    pub fn finish(mut self) -> Safe {
        self.end_line();
        self.done
    }
}
