//! Text that is not UTF-8: what it is, and a copy that is.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::io_reason;
use super::profile::each_chunk;
use super::readable::Readable;
use crate::import::ImportError;

/// The encoding with this name, by the WHATWG Encoding Standard: `windows-1252`, `utf-16le`, `shift_jis`.
///
/// # Errors
/// A sentence that names it.
pub fn named(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label_no_replacement(label.trim().as_bytes())
        .ok_or_else(|| format!("`{label}` is not an encoding; use a name such as utf-8, windows-1252 or utf-16le"))
}

/// The encoding that a byte order mark declares, other than UTF-8.
pub(super) fn declared(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// The legacy encoding of a text that is not UTF-8. `None` when most of what is not ASCII in it is good UTF-8: then
/// the text is damaged, and reading it as anything else would garble its good part.
///
/// # Errors
/// The file cannot be read.
pub(super) fn detected(text: &Readable) -> Result<Option<&'static Encoding>, ImportError> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (mut good, mut bad) = (0u64, 0u64);
    each_chunk(text, |chunk| {
        detector.feed(chunk, false);
        for part in chunk.utf8_chunks() {
            good += part.valid().bytes().filter(|byte| *byte >= 0xC2).count() as u64;
            bad += u64::from(!part.invalid().is_empty());
        }
        Ok::<(), ImportError>(())
    })?;
    detector.feed(&[], true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    Ok((bad > good).then_some(guess))
}

/// A copy of a text in UTF-8.
///
/// # Errors
/// The text is not of that encoding, or the disk has no room.
pub(super) fn in_utf8(text: &Readable, encoding: &'static Encoding) -> Result<Readable, ImportError> {
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
        let mut decoder = encoding.new_decoder_with_bom_removal();
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
        each_chunk::<ImportError>(text, |chunk| decode(chunk, false))?;
        decode(&[], true)
    })
}

/// What an encoding is called in the notice on stderr.
pub(super) fn shown(encoding: &'static Encoding) -> &'static str {
    match encoding == UTF_8 {
        true => "UTF-8",
        false => encoding.name(),
    }
}
