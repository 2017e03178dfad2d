//! Signs that a text was garbled before it came here, or is read in the wrong encoding.

use super::{DosPage, TextEncoding};
use encoding_rs::{MACINTOSH, WINDOWS_1252};
use memchr::memmem;

/// What is garbled, with the first place that shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// A control character from U+0080 to U+009F.
    control: Option<Place>,
    /// The character U+FFFD, which stands for one that was lost.
    lost: Option<Place>,
    /// UTF-8 that was read as another encoding.
    doubled: Option<(Place, String, &'static str)>,
}

/// Where a sign was found: the line, and the cell or word.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    line: u64,
    value: String,
}

impl Signs {
    /// Looks at the next part of a UTF-8 text, before which so many lines have ended.
    pub fn look(&mut self, lines_before: u64, part: &[u8]) {
        if part.is_ascii() {
            return;
        }
        let place = |at: usize| Place {
            line: lines_before + 1 + memchr::memchr_iter(b'\n', part.get(..at).unwrap_or_default()).count() as u64,
            value: cell_at(part, at),
        };
        if self.lost.is_none() {
            self.lost = memmem::find(part, "\u{FFFD}".as_bytes()).map(place);
        }
        if self.control.is_none() {
            let is_control = |at: &usize| matches!(part.get(at + 1), Some(0x80..=0x9F));
            self.control = memchr::memchr_iter(0xC2, part).find(is_control).map(place);
        }
        if self.doubled.is_none() {
            self.doubled = suspects(part).find_map(|at| {
                let word = word_at(part, at);
                let (meant, encoding) = meant(&word)?;
                Some((Place { value: word, ..place(at) }, meant, encoding))
            });
        }
    }

    /// The signs as sentences for a person.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if let Some((Place { line, value }, meant, encoding)) = &self.doubled {
            notices.push(format!(
                "line {line}: `{value}` looks like `{meant}`, UTF-8 that was read as {encoding} before it was saved; it is kept as it stands"
            ));
        }
        if let Some(Place { line, value }) = &self.lost {
            notices.push(format!(
                "line {line}: `{value}` holds U+FFFD, which stands for a character that was lost before; it is kept as it stands"
            ));
        }
        if let Some(Place { line, value }) = &self.control {
            let shown: String = value.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
            notices.push(format!(
                "line {line}: `{shown}` holds a control character (U+0080 to U+009F), as text read in a wrong encoding does; --encoding names another"
            ));
        }
        notices
    }
}

/// Places where a character that begins UTF-8 read as another encoding stands before one that could follow.
fn suspects(part: &[u8]) -> impl Iterator<Item = usize> {
    // Of Windows-1252 the letters from Â to ô, before a sign of U+0080 to U+00BF or one of those that it has at 0x80.
    let latin = memchr::memchr_iter(0xC3, part).filter(|at| {
        let next = part.get(at + 1..at + 3).unwrap_or_default();
        matches!(next, [0x82..=0xB4, 0xC2 | 0xC5 | 0xC6 | 0xCB | 0xE2])
    });
    // Of MacRoman √ and ¬, of DOS ├ and ┬, before anything but ASCII.
    let others = ["\u{221A}", "\u{251C}", "\u{252C}"].into_iter().flat_map(move |lead| {
        let width = lead.len();
        memmem::find_iter(part, lead).filter(move |at| part.get(at + width).is_some_and(|byte| !byte.is_ascii()))
    });
    latin.chain(others)
}

/// What a word was when it is UTF-8 read as another encoding.
fn meant(word: &str) -> Option<(String, &'static str)> {
    let pages = [TextEncoding::Standard(WINDOWS_1252), TextEncoding::Standard(MACINTOSH)];
    pages.into_iter().chain([DosPage::Cp850, DosPage::Cp437].map(TextEncoding::Dos)).find_map(|encoding| {
        let bytes = encode(word, encoding)?;
        let text = String::from_utf8(bytes).ok()?;
        let fine = |c: char| {
            c.is_ascii()
                || matches!(c, '\u{A0}'..='\u{17F}' | '\u{370}'..='\u{4FF}' | '\u{2000}'..='\u{20FF}')
                || c >= '\u{3000}'
        };
        (text != word && text.chars().all(fine)).then(|| (text, encoding.name()))
    })
}

/// A word as bytes of an encoding of one byte a character.
fn encode(word: &str, encoding: TextEncoding) -> Option<Vec<u8>> {
    let upper: Vec<String> = (0x80..=0xFFu8).map(|byte| encoding.decode(&[byte])).collect();
    let byte = |c: char| {
        if c.is_ascii() {
            return u8::try_from(c).ok();
        }
        let mut buffer = [0; 4];
        let text: &str = c.encode_utf8(&mut buffer);
        upper.iter().position(|other| other == text).and_then(|at| u8::try_from(at + 0x80).ok())
    };
    word.chars().map(byte).collect()
}

/// The cell around a place, at most some words of it.
fn cell_at(part: &[u8], at: usize) -> String {
    let ends = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r' | b'"');
    around(part, at, ends).chars().take(40).collect()
}

fn word_at(part: &[u8], at: usize) -> String {
    let ends = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r' | b'"' | b' ');
    around(part, at, ends)
}

fn around(part: &[u8], at: usize, ends: impl Fn(&u8) -> bool) -> String {
    let start = part.get(..at).unwrap_or_default().iter().rposition(&ends).map_or(0, |found| found + 1);
    let start = start.max(at.saturating_sub(200));
    let end = part.get(at..).unwrap_or_default().iter().position(&ends).map_or(part.len(), |found| at + found);
    let text = part.get(start..end.min(at + 200)).unwrap_or_default();
    String::from_utf8_lossy(text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notices(text: &str) -> Vec<String> {
        let mut signs = Signs::default();
        signs.look(0, text.as_bytes());
        signs.notices()
    }

    #[test]
    fn utf8_that_was_read_as_something_else() {
        for (text, told) in [
            ("a,b\nMÃ¼ller,1\n", "line 2: `MÃ¼ller` looks like `Müller`, UTF-8 that was read as windows-1252"),
            ("Peter StrauÃŸ\n", "`StrauÃŸ` looks like `Strauß`"),
            ("itâ€™s\n", "`itâ€™s` looks like `it’s`"),
            ("Ð˜Ð²Ð°Ð½\n", "`Ð˜Ð²Ð°Ð½` looks like `Иван`"),
            ("ÅukaszÅ‚\nPaweÅ‚\n", "`PaweÅ‚` looks like `Paweł`"),
            ("M√ºller\n", "looks like `Müller`, UTF-8 that was read as macintosh"),
            ("M├╝ller\n", "looks like `Müller`, UTF-8 that was read as cp850"),
        ] {
            let found = notices(text);
            assert!(found.len() == 1 && found[0].contains(told), "{text}: {found:?}");
        }
        for fine in ["Müller, «CAFÉ», NESCAFÉ™, SÃO PAULO, ESPAÑA", "voilà»; â la carte; Ñandú; Å—ngström", "√ 9 ├ x"]
        {
            assert_eq!(notices(fine), [""; 0], "{fine}");
        }
    }

    #[test]
    fn characters_that_were_lost_or_control() {
        let lost = notices("a\nb\nCaf\u{FFFD} Roma,x\n");
        assert_eq!(
            lost,
            [
                "line 3: `Caf\u{FFFD} Roma` holds U+FFFD, which stands for a character that was lost before; it is kept as it stands"
            ]
        );
        let control = notices("x,J\u{9F}rgen\n");
        assert!(
            control.len() == 1 && control[0].starts_with("line 1: `J\u{FFFD}rgen` holds a control character"),
            "{control:?}"
        );
    }
}
