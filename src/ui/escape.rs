//! Text that came from a file is never trusted by the terminal.

use std::borrow::Cow;

/// Whether a character could steer the terminal or turn the reading direction: controls (C0, DEL, C1) and the
/// bidirectional overrides and isolates of Unicode (UAX #9).
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Shows unsafe characters as escapes; line breaks and tabs too, for a cell is one line.
pub fn cell(text: &str) -> Cow<'_, str> {
    escape(text, is_unsafe)
}

/// Shows unsafe characters as escapes but for line breaks and tabs, which our own messages use.
pub fn controls(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_unsafe(c) && !matches!(c, '\n' | '\t'))
}

/// As [`controls`], but keeping `\r`, too: for cells of CSV, where quotes hold line breaks.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_unsafe(c) && !matches!(c, '\n' | '\t' | '\r'))
}

/// Escapes what JSON leaves raw; such characters stand only inside JSON strings.
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_unsafe(c) && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_unsafe(c) && c != '\n' {
            true => out.push_str(&format!("\\u{:04x}", u32::from(c))),
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
