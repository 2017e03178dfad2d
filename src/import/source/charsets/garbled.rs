//! Signs that a text was garbled before it came here, or is read in the wrong encoding.

use std::sync::LazyLock;

use super::{DosPage, TextEncoding};
use encoding_rs::{MACINTOSH, WINDOWS_1252};
use memchr::memmem;
use rustc_hash::FxHashMap;

/// How many places of a text are looked at for UTF-8 read as another encoding: `é` before a no-break space looks like one.
const MOST_SUSPECTS: usize = 500;
/// How far around a place its cell is looked for, in bytes.
const AROUND: usize = 200;

/// What is garbled, with the first place that shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// A control character from U+0080 to U+009F.
    control: Option<Place>,
    /// The character U+FFFD, which stands for one that was lost.
    lost: Option<Place>,
    /// UTF-8 that was read as another encoding.
    doubled: Option<(Place, String, &'static str)>,
    /// The places that were looked at for it.
    suspects: usize,
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
        let left = MOST_SUSPECTS.saturating_sub(self.suspects);
        if self.doubled.is_none() && left > 0 {
            let looked = &mut self.suspects;
            self.doubled = suspects(part).take(left).find_map(|at| {
                *looked += 1;
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
    UPPER_HALVES.iter().find_map(|(encoding, upper)| {
        let bytes = encode(word, upper)?;
        let text = String::from_utf8(bytes).ok()?;
        let fine = |c: char| {
            c.is_ascii()
                || matches!(c, '\u{A0}'..='\u{17F}' | '\u{370}'..='\u{4FF}' | '\u{2000}'..='\u{20FF}')
                || c >= '\u{3000}'
        };
        (text != word && text.chars().all(fine)).then(|| (text, encoding.name()))
    })
}

/// The bytes from 0x80 on by their characters.
type UpperHalf = FxHashMap<char, u8>;

/// Of the encodings as which UTF-8 is read by mistake.
static UPPER_HALVES: LazyLock<[(TextEncoding, UpperHalf); 4]> = LazyLock::new(|| {
    [
        TextEncoding::Standard(WINDOWS_1252),
        TextEncoding::Standard(MACINTOSH),
        TextEncoding::Dos(DosPage::Cp850),
        TextEncoding::Dos(DosPage::Cp437),
    ]
    .map(|encoding| {
        let char_of = |byte: u8| Some((encoding.decode(&[byte]).chars().next()?, byte));
        (encoding, (0x80..=0xFF).filter_map(char_of).collect())
    })
});

/// A word as bytes of an encoding of one byte a character.
fn encode(word: &str, upper: &UpperHalf) -> Option<Vec<u8>> {
    let byte = |c: char| if c.is_ascii() { u8::try_from(c).ok() } else { upper.get(&c).copied() };
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
    let (first, last) = (at.saturating_sub(AROUND), part.len().min(at + AROUND));
    let before = part.get(first..at).unwrap_or_default();
    let start = before.iter().rposition(&ends).map_or(first, |found| first + found + 1);
    let behind = part.get(at..last).unwrap_or_default();
    let end = behind.iter().position(&ends).map_or(last, |found| at + found);
    let text = part.get(start..end).unwrap_or_default();
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
    fn what_only_looks_garbled_hides_nothing_near_the_beginning() {
        for fine in ["Andr\u{e9}\u{a0}!,", "ferm\u{e9}\u{2019},", "\u{201c}caf\u{e9}\u{2026},", "Ren\u{e9}\u{201d}\n"] {
            assert_eq!(notices(&fine.repeat(2 * MOST_SUSPECTS)), [""; 0], "{fine}");
            let found = notices(&(fine.repeat(MOST_SUSPECTS - 1) + "M\u{c3}\u{bc}ller"));
            assert!(found.len() == 1 && found[0].contains("looks like `M\u{fc}ller`"), "{fine}: {found:?}");
        }
        // The limit is one of the text, however it is cut.
        let mut signs = Signs::default();
        (0..2 * MOST_SUSPECTS).for_each(|line| signs.look(line as u64, "Ren\u{e9}\u{a0}!\n".as_bytes()));
        assert_eq!(signs.suspects, MOST_SUSPECTS);
    }

    #[test]
    fn long_cells_are_shown_in_part() {
        for (before, behind) in [(500, 0), (0, 500), (500, 500)] {
            let text = format!("{}\u{fffd}{}", "x".repeat(before), "y".repeat(behind));
            let whole = word_at(text.as_bytes(), before);
            assert_eq!(whole.chars().filter(|c| *c == 'x').count(), before.min(AROUND));
            assert_eq!(whole.chars().filter(|c| *c == 'y').count(), behind.min(AROUND - 3));
        }
        assert_eq!(cell_at("a,b c\u{fffd} d;e".as_bytes(), 5), "b c\u{fffd} d");
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
