//! Text that is not UTF-8: what it is, and a copy that is.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::budget::Lines;
pub use super::charsets::TextEncoding;
use super::charsets::guess::Sample;
use super::limits::io_reason;
use super::profile::each_chunk;
use super::readable::Readable;
use crate::error::Again;
use crate::import::ImportError;

/// What stands for an encoding and is the name of none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{label}` is not an encoding; use a name such as utf-8, windows-1252, utf-16le, macintosh or cp850")]
pub struct UnknownEncoding {
    label: String,
    /// The one that was probably meant.
    pub near: Option<&'static str>,
}

/// The encoding with this name: `windows-1252`, `utf-16le`, `shift_jis`, `macintosh`, `cp850`.
///
/// # Errors
/// It is the name of none.
pub fn named(label: &str) -> Result<TextEncoding, UnknownEncoding> {
    TextEncoding::named(label).ok_or_else(|| UnknownEncoding { label: label.to_owned(), near: near(label) })
}

/// Names that are looked through for one that was meant.
const USUAL: [&str; 24] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "macintosh",
    "cp437",
    "cp850",
    "cp852",
    "shift_jis",
    "euc-jp",
    "gb18030",
    "big5",
    "koi8-r",
];

/// The usual name that has the digits of a label, or is written much like it.
fn near(label: &str) -> Option<&'static str> {
    let label = label.trim().to_lowercase();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let starts = USUAL.into_iter().filter(|name| {
        let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        plain(&label).starts_with(&plain(name))
    });
    let of_digits = || USUAL.into_iter().find(|name| digits(&label).len() > 2 && digits(name) == digits(&label));
    let alike = || {
        let scored = USUAL.into_iter().map(|name| (strsim::normalized_damerau_levenshtein(name, &label), name));
        scored.filter(|(score, _)| *score > 0.6).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
    };
    starts.max_by_key(|name| name.len()).or_else(of_digits).or_else(alike)
}

/// The encoding that a byte order mark declares, other than UTF-8; without one, that in which ASCII has every other byte zero.
pub(super) fn declared(head: &[u8]) -> Option<TextEncoding> {
    match head {
        [0xFF, 0xFE, ..] => Some(TextEncoding::Standard(UTF_16LE)),
        [0xFE, 0xFF, ..] => Some(TextEncoding::Standard(UTF_16BE)),
        [a, 0, b, 0, c, 0, d, 0, ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii() && **byte != 0) => {
            Some(TextEncoding::Standard(UTF_16LE))
        }
        [0, a, 0, b, 0, c, 0, d, ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii() && **byte != 0) => {
            Some(TextEncoding::Standard(UTF_16BE))
        }
        _ => None,
    }
}

/// The legacy encoding of a text that is not UTF-8, with a sentence about it if it is an unusual one. `None` when most of what is not ASCII in it is good UTF-8: then
/// the text is damaged, and reading it as anything else would garble its good part.
///
/// # Errors
/// The file cannot be read.
pub(super) fn detected(text: &Readable) -> Result<Option<(TextEncoding, Option<String>)>, ImportError> {
    let (found, notice, is_damaged) = guessed(text)?;
    Ok((!is_damaged).then_some((found, notice)))
}

/// The same of any text, and whether most of it is UTF-8.
fn guessed(text: &Readable) -> Result<(TextEncoding, Option<String>, bool), ImportError> {
    let mut sample = Sample::default();
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (mut good, mut bad) = (0u64, 0u64);
    each_chunk(text, |chunk| {
        detector.feed(chunk, false);
        sample.feed(chunk);
        for part in chunk.utf8_chunks() {
            good += part.valid().bytes().filter(|byte| *byte >= 0xC2).count() as u64;
            bad += u64::from(!part.invalid().is_empty());
        }
        Ok::<(), ImportError>(())
    })?;
    detector.feed(&[], true);
    let (found, notice) = sample.best(detector.guess(None, Utf8Detection::Deny));
    Ok((found, notice, bad <= good))
}

/// An encoding other than this one in which a text can be read throughout, the likeliest first. Windows-1252 has a character for
/// every byte.
fn another(text: &Readable, wrong: TextEncoding) -> Result<TextEncoding, ImportError> {
    let utf8 = TextEncoding::Standard(UTF_8);
    let likely = [Some(utf8), declared(&text.head()?), Some(guessed(text)?.0)];
    for encoding in likely.into_iter().flatten().filter(|encoding| *encoding != wrong) {
        if decode(text, encoding, &mut |_| Ok(()), &mut |_| Ok(()))? {
            return Ok(encoding);
        }
    }
    Ok(TextEncoding::Standard(WINDOWS_1252))
}

/// The error of a text that is not of an encoding, with the call that reads it in another one. Of a text that is mostly UTF-8
/// another encoding garbles the good part.
pub(super) fn with_another(
    error: ImportError,
    text: &Readable,
    wrong: TextEncoding,
    is_mostly_utf8: bool,
) -> ImportError {
    let ImportError::Read { file, reason, .. } = error else { return error };
    let name = match another(text, wrong) {
        Ok(encoding) => encoding.name(),
        Err(error) => return error,
    };
    let remedy = match is_mostly_utf8 {
        true => format!("most of it is UTF-8, so correct that place; if all of it is {name}, say so"),
        false => format!("read it as {name}, or name another encoding"),
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let again = Again { without: words(&["--encoding"]), with: words(&["--encoding", name]), or: Vec::new() };
    ImportError::read_again(&file, reason, remedy, again)
}

/// A copy of a text in UTF-8.
///
/// # Errors
/// The text is not of that encoding, or the disk has no room.
pub(super) fn in_utf8(text: &Readable, encoding: TextEncoding) -> Result<Readable, ImportError> {
    let mut lines = Lines::default();
    copied(text, encoding, &mut |chunk| lines.look(&text.name, chunk))
}

/// The same of a file whose rows are no lines.
///
/// # Errors
/// The text is not of that encoding, or the disk has no room.
pub(super) fn of_any_lines(text: &Readable, encoding: TextEncoding) -> Result<Readable, ImportError> {
    copied(text, encoding, &mut |_| Ok(()))
}

fn copied(
    text: &Readable,
    encoding: TextEncoding,
    look: &mut dyn FnMut(&[u8]) -> Result<(), ImportError>,
) -> Result<Readable, ImportError> {
    let mut is_whole = true;
    let copy = Readable::copied(&text.name, |out| {
        let full = |e: std::io::Error| {
            ImportError::read_with(&text.name, io_reason(&e), "make room for its copy, or set TMPDIR")
        };
        is_whole = decode(text, encoding, look, &mut |part| out.write_all(part).map_err(full))?;
        Ok(())
    })?;
    match is_whole {
        true => Ok(copy),
        false => {
            let reason = format!("it is not {} text throughout", encoding.name());
            Err(with_another(ImportError::read(&text.name, reason), text, encoding, false))
        }
    }
}

/// Decodes a text into UTF-8, and says whether it could be read throughout.
fn decode(
    text: &Readable,
    encoding: TextEncoding,
    look: &mut dyn FnMut(&[u8]) -> Result<(), ImportError>,
    out: &mut dyn FnMut(&[u8]) -> Result<(), ImportError>,
) -> Result<bool, ImportError> {
    let mut is_whole = true;
    let standard = match encoding {
        TextEncoding::Standard(standard) => standard,
        TextEncoding::Dos(page) => {
            let upper = page.upper_half();
            each_chunk::<ImportError>(text, |chunk| {
                look(chunk)?;
                let high = |byte: &u8| upper.get(usize::from(byte.checked_sub(0x80)?)).copied().flatten();
                let char_of = |byte| if u8::is_ascii(byte) { Some(char::from(*byte)) } else { high(byte) };
                let decoded: Option<String> = chunk.iter().map(char_of).collect();
                is_whole &= decoded.is_some();
                decoded.map_or(Ok(()), |decoded| out(decoded.as_bytes()))
            })?;
            return Ok(is_whole);
        }
    };
    let mut decoder = standard.new_decoder_with_bom_removal();
    let mut decoded = vec![0u8; 1 << 18];
    let mut take = |mut bytes: &[u8], last: bool| -> Result<(), ImportError> {
        loop {
            let (result, read, written, bad) = decoder.decode_to_utf8(bytes, &mut decoded, last);
            is_whole &= !bad;
            out(decoded.get(..written).unwrap_or_default())?;
            bytes = bytes.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                return Ok(());
            }
        }
    };
    each_chunk::<ImportError>(text, |chunk| {
        look(chunk)?;
        take(chunk, false)
    })?;
    take(&[], true)?;
    Ok(is_whole)
}

/// What an encoding is called in the notice on stderr.
pub(super) fn shown(encoding: TextEncoding) -> &'static str {
    match encoding == TextEncoding::Standard(UTF_8) {
        true => "UTF-8",
        false => encoding.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_none_lead_to_one() {
        for (label, near) in [
            ("utf-8-sig", Some("utf-8")),
            ("utf8mb4", Some("utf-8")),
            ("UTF-8 (BOM)", Some("utf-8")),
            ("win-1252", Some("windows-1252")),
            ("window1251", Some("windows-1251")),
            ("ms-ansi-1250", Some("windows-1250")),
            ("macintosch", Some("macintosh")),
            ("excel", None),
            ("", None),
        ] {
            assert_eq!(named(label).unwrap_err().near, near, "{label}");
        }
        assert!(USUAL.into_iter().all(|name| TextEncoding::named(name).is_some()));
    }
}
