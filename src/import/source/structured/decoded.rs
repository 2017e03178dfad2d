//! The text of a file in UTF-8, by its byte order mark, by what it says of itself, or by what it shows.

use std::fs::File;
use std::io::{Read, Seek};
use std::sync::LazyLock;

use encoding_rs::{Encoding, UTF_8};
use regex::bytes::Regex;

use super::super::charsets::TextEncoding;
use super::super::encoding;
use super::super::limits::io_reason;
use super::super::profile::each_chunk;
use super::super::readable::Readable;
use super::form::Form;
use crate::import::ImportError;

/// So much of a file tells what it is, in bytes.
const HEAD: u64 = 64 << 10;
/// What a file says of its encoding, it says within so many bytes.
const SAYS: usize = 4096;

static SAID: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)"#).ok());

fn head(file: &Readable) -> Result<Vec<u8>, ImportError> {
    let mut head = Vec::new();
    let failed = |e: std::io::Error| ImportError::read(&file.name, io_reason(&e));
    file.open()?.take(HEAD).read_to_end(&mut head).map_err(failed)?;
    Ok(head)
}

/// Opens a text behind its byte order mark.
///
/// # Errors
/// The file cannot be read.
pub(super) fn open(file: &Readable) -> Result<File, ImportError> {
    let failed = |e: std::io::Error| ImportError::read(&file.name, io_reason(&e));
    let (mut text, mut mark) = (file.open()?, Vec::new());
    text.by_ref().take(3).read_to_end(&mut mark).map_err(failed)?;
    if mark != [0xEF, 0xBB, 0xBF] {
        text.rewind().map_err(failed)?;
    }
    Ok(text)
}

/// How the file begins, well enough to tell its form.
pub(super) fn beginning(file: &Readable) -> Result<(Vec<u8>, String), ImportError> {
    let head = head(file)?;
    let (text, _) = encoding::declared(&head).and_then(standard).unwrap_or(UTF_8).decode_with_bom_removal(&head);
    let text = text.into_owned();
    Ok((head, text))
}

fn standard(encoding: TextEncoding) -> Option<&'static Encoding> {
    match encoding {
        TextEncoding::Standard(standard) => Some(standard),
        TextEncoding::Dos(_) => None,
    }
}

/// The file in UTF-8, with a sentence where that was not plain.
pub(super) fn in_utf8(
    file: &Readable,
    form: Form,
    asked: Option<TextEncoding>,
) -> Result<(Readable, Option<String>), ImportError> {
    let head = head(file)?;
    let by_name = || {
        let said = SAID.as_ref()?.captures(head.get(..SAYS).unwrap_or(&head))?.get(1)?;
        // What can be read so is not UTF-16, whatever it says.
        let encoding = Encoding::for_label(said.as_bytes()).filter(|encoding| encoding.is_ascii_compatible());
        encoding.map(TextEncoding::Standard)
    };
    let said = match form {
        Form::Html | Form::Sheet2003 => by_name(),
        Form::Json | Form::VCard => None,
    };
    let said = asked.or(encoding::declared(&head)).or(said);
    if let Some(said) = said.filter(|said| *said != TextEncoding::Standard(UTF_8)) {
        return Ok((encoding::of_any_lines(file, said)?, Some(format!("its text is {}", encoding::shown(said)))));
    }
    // Of a vCard each property says what it is in.
    if form == Form::VCard || is_utf8(file)? {
        return Ok((file.clone(), None));
    }
    match encoding::detected(file)? {
        Some((found, notice)) => {
            let told = notice.unwrap_or_else(|| format!("its text is read as {}", encoding::shown(found)));
            Ok((encoding::of_any_lines(file, found)?, Some(told)))
        }
        None => {
            let error = ImportError::read(&file.name, "it is not UTF-8 text throughout");
            Err(encoding::with_another(error, file, TextEncoding::Standard(UTF_8), true))
        }
    }
}

fn is_utf8(file: &Readable) -> Result<bool, ImportError> {
    let (mut rest, mut is_good) = (Vec::new(), true);
    each_chunk(file, |chunk| {
        rest.extend_from_slice(chunk);
        let cut = match std::str::from_utf8(&rest) {
            Ok(text) => text.len(),
            Err(e) => {
                is_good &= e.error_len().is_none();
                e.valid_up_to()
            }
        };
        rest.drain(..if is_good { cut } else { rest.len() });
        Ok::<(), ImportError>(())
    })?;
    Ok(is_good && rest.is_empty())
}
