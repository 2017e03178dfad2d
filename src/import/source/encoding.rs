//! Text that is not UTF-8: what it is, and a copy that is.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::budget::Lines;
pub use super::charsets::TextEncoding;
use super::charsets::guess::Sample;
use super::limits::io_reason;
use super::profile::each_chunk;
use super::readable::Readable;
use crate::import::ImportError;

/// The encoding with this name: `windows-1252`, `utf-16le`, `shift_jis`, `macintosh`, `cp850`.
///
/// # Errors
/// A sentence that names it.
pub fn named(label: &str) -> Result<TextEncoding, String> {
    TextEncoding::named(label).ok_or_else(|| {
        format!("`{label}` is not an encoding; use a name such as utf-8, windows-1252, utf-16le, macintosh or cp850")
    })
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
    let guess = detector.guess(None, Utf8Detection::Deny);
    Ok((bad > good).then(|| sample.best(guess)))
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
    let garbled = || {
        ImportError::read_with(
            &text.name,
            format!("it is not {} text throughout", encoding.name()),
            "name its encoding, for example --encoding windows-1252",
        )
    };
    Readable::copied(&text.name, |out| {
        let full = |e: std::io::Error| {
            ImportError::read_with(&text.name, io_reason(&e), "make room for its copy, or set TMPDIR")
        };
        let standard = match encoding {
            TextEncoding::Standard(standard) => standard,
            TextEncoding::Dos(page) => {
                let upper = page.upper_half();
                return each_chunk::<ImportError>(text, |chunk| {
                    look(chunk)?;
                    let high = |byte: &u8| upper.get(usize::from(byte.checked_sub(0x80)?)).copied().flatten();
                    let char_of = |byte| if u8::is_ascii(byte) { Some(char::from(*byte)) } else { high(byte) };
                    let decoded: Option<String> = chunk.iter().map(char_of).collect();
                    out.write_all(decoded.ok_or_else(garbled)?.as_bytes()).map_err(full)
                });
            }
        };
        let mut decoder = standard.new_decoder_with_bom_removal();
        let mut decoded = vec![0u8; 1 << 18];
        let mut decode = |mut bytes: &[u8], last: bool| -> Result<(), ImportError> {
            loop {
                let (result, read, written, bad) = decoder.decode_to_utf8(bytes, &mut decoded, last);
                if bad {
                    return Err(garbled());
                }
                out.write_all(decoded.get(..written).unwrap_or_default()).map_err(full)?;
                bytes = bytes.get(read..).unwrap_or_default();
                if result == CoderResult::InputEmpty {
                    return Ok(());
                }
            }
        };
        each_chunk::<ImportError>(text, |chunk| {
            look(chunk)?;
            decode(chunk, false)
        })?;
        decode(&[], true)
    })
}

/// What an encoding is called in the notice on stderr.
pub(super) fn shown(encoding: TextEncoding) -> &'static str {
    match encoding == TextEncoding::Standard(UTF_8) {
        true => "UTF-8",
        false => encoding.name(),
    }
}
