//! Text that came from a file is never trusted by the terminal: whatever is shown is [`Safe`].

use std::borrow::Cow;
use std::fmt;

use textwrap::WordSeparator::AsciiSpace;
use textwrap::WordSplitter::NoHyphenation;

/// Whether a character could steer the terminal, turn the reading direction, break a line or hide text:
///
/// - controls (C0, DEL, C1);
/// - every explicit formatting character of the bidirectional algorithm: embeddings, overrides, isolates and the marks
///   U+061C, U+200E and U+200F (UAX #9, table 1), and its other paragraph separators U+2028 and U+2029;
/// - the deprecated format characters U+206A to U+206F, which turn brackets and shapes of letters, and the marks of
///   interlinear annotations U+FFF9 to U+FFFB, whose text is not shown in its place (both are restricted in UTS #39,
///   `Identifier_Type` Deprecated and Not_XID; the Unicode Standard, 23.3 and 23.8);
/// - tag characters, which repeat all of ASCII invisibly (UTS #39, `Identifier_Type` Default_Ignorable).
///
/// U+200C and U+200D spell Persian, Indic names and emoji; U+200B parts words of Khmer and Thai, U+180E those of
/// Mongolian, variation selectors tell forms of Han names apart. They only take no room, so they are shown as they are.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{206f}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0001}'
                | '\u{e0020}'..='\u{e007f}'
        )
}

/// Text that a terminal may be shown: made of constants and of what the escaper has passed. Whatever writes to a stream,
/// asks a question or fills a table takes this type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Safe(Cow<'static, str>);

impl Safe {
    /// Text on one line: line breaks and tabs are shown as escapes, too.
    pub fn cell(text: &str) -> Safe {
        Safe(Cow::Owned(cell(text).into_owned()))
    }

    /// JSON as a library printed it.
    pub fn json(printed: String) -> Safe {
        match json(&printed) {
            Cow::Owned(text) => Safe(Cow::Owned(text)),
            Cow::Borrowed(_) => Safe(Cow::Owned(printed)),
        }
    }

    /// What a library made of safe text: a table, a picture, a line of CSV. `tests/layout` lists who may say so.
    pub(super) fn rendered(text: String) -> Safe {
        Safe(Cow::Owned(text))
    }

    /// The text with more behind it.
    #[must_use]
    pub fn and(mut self, more: impl Into<Safe>) -> Safe {
        self.push(more);
        self
    }

    /// Puts more behind the text.
    pub fn push(&mut self, more: impl Into<Safe>) {
        self.0.to_mut().push_str(&more.into().0);
    }

    /// The text with each of a character replaced.
    #[must_use]
    pub fn replace(&self, from: char, to: &'static str) -> Safe {
        Safe(Cow::Owned(self.0.replace(from, to)))
    }

    /// The text without spaces at its end.
    #[must_use]
    pub fn trim_end(&self) -> Safe {
        Safe(Cow::Owned(self.0.trim_end().to_owned()))
    }

    /// The text in a style of the terminal, if there is color.
    #[must_use]
    pub fn styled(&self, style: &console::Style, color: bool) -> Safe {
        Safe(Cow::Owned(style.clone().force_styling(color).apply_to(&self.0).to_string()))
    }

    /// The text, filled with spaces to so many columns.
    #[must_use]
    pub fn padded(&self, columns: usize, side: console::Alignment) -> Safe {
        Safe(Cow::Owned(console::pad_str(&self.0, columns, side, None).into_owned()))
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        width_of(&self.0)
    }

    /// How many columns its longest word takes.
    pub fn longest_word(&self) -> usize {
        self.0.split(' ').map(width_of).max().unwrap_or_default()
    }

    /// The text on lines of so many columns, broken between words, and in words that are longer.
    #[must_use]
    pub fn wrapped(&self, columns: usize) -> Vec<Safe> {
        self.wrapped_with(columns, "")
    }

    /// The same with something before each line but the first.
    #[must_use]
    pub fn wrapped_with(&self, columns: usize, indent: &'static str) -> Vec<Safe> {
        if self.width() <= columns {
            return vec![self.clone()];
        }
        let lines = |columns: usize| {
            let options = textwrap::Options::new(columns).word_separator(AsciiSpace).word_splitter(NoHyphenation);
            textwrap::wrap(&self.0, options.subsequent_indent(indent))
        };
        // Characters that are joined to one take another width than the sum of theirs, which is what lines are broken by.
        let narrower = (2..=columns).rev().map(lines).find(|lines| lines.iter().all(|line| width_of(line) <= columns));
        let lines = narrower.unwrap_or_else(|| lines(1));
        lines.into_iter().map(|line| Safe(Cow::Owned(line.into_owned()))).collect()
    }

    /// Puts spaces behind the text.
    pub fn push_spaces(&mut self, count: usize) {
        self.0.to_mut().extend(std::iter::repeat_n(' ', count));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The columns that a text takes.
fn width_of(text: &str) -> usize {
    // What is printable ASCII takes one each; styles begin with a control character.
    match text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        true => text.len(),
        false => console::measure_text_width(text),
    }
}

/// A constant is ours.
impl From<&'static str> for Safe {
    fn from(text: &'static str) -> Safe {
        Safe(Cow::Borrowed(text))
    }
}

impl From<&Safe> for Safe {
    fn from(text: &Safe) -> Safe {
        text.clone()
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Shows unsafe characters as escapes; line breaks and tabs too, for a cell is one line.
pub fn cell(text: &str) -> Cow<'_, str> {
    escape(text, is_unsafe)
}

/// Shows unsafe characters as escapes but for line breaks and tabs, which our own messages use.
pub fn controls(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_unsafe(c) && !matches!(c, '\n' | '\t'))
}

/// As [`controls`], but keeping line breaks of Windows, too: for cells of CSV, where quotes hold them. A return of its own
/// would write over the line.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    if !text.contains("\r\n") {
        return controls(text);
    }
    text.split("\r\n").map(controls).collect::<Vec<_>>().join("\r\n").into()
}

/// Escapes what JSON leaves raw; such characters stand only inside JSON strings.
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_unsafe(c) && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_unsafe(c) && c != '\n' {
            // JSON has UTF-16 in its escapes.
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn escape(text: &str, unsafe_char: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&unsafe_char) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !unsafe_char(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(out)
}

/// Shows control characters in what is written as escapes, but for the ends of lines. Writes hold whole characters
/// only by chance, so an incomplete one waits for the next write.
pub struct Escaping<W> {
    out: W,
    waiting: Vec<u8>,
}

impl<W: std::io::Write> Escaping<W> {
    pub fn new(out: W) -> Escaping<W> {
        Escaping { out, waiting: Vec::new() }
    }
}

impl<W: std::io::Write> std::io::Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.waiting) {
            Ok(_) => self.waiting.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(_) => self.waiting.len(),
        };
        // Half of a line break of Windows.
        let whole = if self.waiting[..whole].ends_with(b"\r") { whole - 1 } else { whole };
        let text: Vec<u8> = self.waiting.drain(..whole).collect();
        self.out.write_all(csv_cell(&String::from_utf8_lossy(&text)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_are_shown() {
        assert_eq!(cell("a\x1b[31mb\u{9b}2J\n"), "a\\u{1b}[31mb\\u{9b}2J\\n");
        assert_eq!(cell("Zoë 王 \u{202e}x"), "Zoë 王 \\u{202e}x");
        assert_eq!(json("\"a\u{9b}\""), "\"a\\u009b\"");
    }

    #[test]
    fn what_turns_or_hides_text_is_shown_and_spelling_is_kept() {
        for (text, shown) in [
            ("a\u{61c}b", "a\\u{61c}b"),
            ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
            ("a\u{206a}b\u{206f}", "a\\u{206a}b\\u{206f}"),
            ("\u{fff9}a\u{fffa}b\u{fffb}", "\\u{fff9}a\\u{fffa}b\\u{fffb}"),
            ("a\u{e0001}\u{e0041}\u{e007f}", "a\\u{e0001}\\u{e0041}\\u{e007f}"),
        ] {
            assert_eq!(cell(text), shown);
            assert_eq!(controls(text), shown);
        }
        // Persian, Bengali, emoji, Khmer, Mongolian, a form of a Han character.
        let spelled =
            ["علی\u{200c}رضا", "ক্\u{200d}ষ", "👩\u{200d}💻", "ភ\u{200b}ស", "ᠠ\u{180e}ᠠ", "葛\u{e0100}", "❤\u{fe0f}"];
        spelled.iter().for_each(|text| assert_eq!(cell(text), *text));
        assert_eq!(json("\"\u{e0041}\""), "\"\\udb40\\udc41\"");
    }

    #[test]
    fn safe_text_is_put_together_of_safe_text() {
        let name = Safe::cell("\u{1b}[31mred");
        let said = Safe::from("lead ").and(&name).and(" | ").and(Safe::cell("a\nb\u{7}"));
        assert_eq!(said.as_str(), "lead \\u{1b}[31mred | a\\nb\\u{7}");
        assert_eq!(said.replace('|', "\\|").as_str(), "lead \\u{1b}[31mred \\| a\\nb\\u{7}");
        assert_eq!(name.styled(&console::Style::new().bold(), true).as_str(), "\u{1b}[1m\\u{1b}[31mred\u{1b}[0m");
        assert_eq!(name.styled(&console::Style::new().bold(), false), name);
        assert_eq!(name.width(), 13);
        assert_eq!(format!("{:>5}|", Safe::cell("ab")), "   ab|");
    }

    #[test]
    fn lines_are_broken_between_words_and_nothing_is_lost() {
        let lines = |text: &str, columns| {
            Safe::cell(text).wrapped(columns).iter().map(|line| line.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(lines("as it was asked for", 9), ["as it was", "asked for"]);
        assert_eq!(lines("since 2026-03-04, by Anne-Marie", 14), ["since", "2026-03-04, by", "Anne-Marie"]);
        assert_eq!(lines("Donaudampfschiff x", 7), ["Donauda", "mpfschi", "ff x"]);
        // Two columns each, and marks that take none stay with their letter.
        assert_eq!(lines("王小明先生", 5), ["王小", "明先", "生"]);
        assert_eq!(lines("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(lines("محمد بن عبد الله", 8), ["محمد بن", "عبد الله"]);
        for columns in 1..12 {
            for line in Safe::cell("❤\u{fe0f}❤\u{fe0f} 👩\u{200d}💻👩\u{200d}💻 x").wrapped(columns) {
                assert!(line.width() <= columns.max(2), "{columns}: {line}");
            }
        }
    }

    #[test]
    fn a_return_does_not_write_over_a_line_of_csv() {
        for (text, shown) in [("a\rb", "a\\rb"), ("a\r\nb\n\tc", "a\r\nb\n\tc"), ("a\r\r\nb\r", "a\\r\r\nb\\r")] {
            assert_eq!(csv_cell(text), shown);
        }
    }

    #[test]
    fn a_character_in_two_writes_is_one() {
        use std::io::Write;
        let mut out = Vec::new();
        let text = "Zoë \x1b[31m 王\n".as_bytes();
        let mut escaping = Escaping::new(&mut out);
        text.iter().for_each(|byte| escaping.write_all(&[*byte]).unwrap());
        assert_eq!(String::from_utf8(out).unwrap(), "Zoë \\u{1b}[31m 王\n");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in "(\\PC|\\pC){0,40}") {
            prop_assert!(!cell(&text).chars().any(is_unsafe));
            let printed = serde_json::to_string(&text).unwrap();
            let safe = json(&printed);
            prop_assert!(!safe.chars().any(is_unsafe));
            prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }
    }
}
