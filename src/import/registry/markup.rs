//! Registry files of tags: `<ac val='416'><ph val='5550142'/></ac>`, as the United States and Canada write them. Canada's are not
//! well-formed, so tags are read one by one.

use std::io::BufRead;

use super::line::{Country, LineProblem, number};
use super::{Reading, RegistryFileError};

/// The longest tag with the text before it, in bytes.
const LONGEST: usize = 1 << 16;

/// Reads every tag of a member.
pub(super) fn read(
    mut input: impl BufRead,
    country: Country,
    reading: &mut Reading<'_>,
) -> Result<(), RegistryFileError> {
    let mut tags = Tags { line: 1, area_code: None, is_in_list: false };
    let mut piece = Vec::new();
    loop {
        piece.clear();
        let read = read_piece(&mut input, &mut piece).map_err(|e| reading.unreadable(&e))?;
        if read == 0 {
            return match tags.area_code.is_some() || tags.is_in_list {
                true => Err(reading.refused("it ends in the middle of a list", "get the file again")),
                false => Ok(()),
            };
        }
        if piece.len() > LONGEST {
            return Err(reading.refused("a tag is longer than any of a list", "check which file it is"));
        }
        reading.advance(read as u64)?;
        tags.take(&piece, country, reading)?;
    }
}

/// Reads up to the end of a tag.
fn read_piece(input: &mut impl BufRead, piece: &mut Vec<u8>) -> std::io::Result<usize> {
    let mut total = 0;
    loop {
        let buffer = input.fill_buf()?;
        let found = memchr::memchr(b'>', buffer);
        let len = found.map_or(buffer.len(), |at| at + 1);
        piece.extend_from_slice(buffer.get(..len).unwrap_or_default());
        input.consume(len);
        total += len;
        if found.is_some() || len == 0 || piece.len() > LONGEST {
            return Ok(total);
        }
    }
}

struct Tags {
    line: u64,
    /// Of the element that numbers are in.
    area_code: Option<[u8; 3]>,
    /// Whether a list was begun that is to be ended.
    is_in_list: bool,
}

impl Tags {
    /// Takes a text and the tag behind it.
    fn take(&mut self, piece: &[u8], country: Country, reading: &mut Reading<'_>) -> Result<(), RegistryFileError> {
        let (text, tag) = match memchr::memchr(b'<', piece) {
            Some(at) => (piece.get(..at).unwrap_or_default(), piece.get(at + 1..).unwrap_or_default()),
            None => (piece, &b""[..]),
        };
        let blank = text.trim_ascii();
        if !blank.is_empty() && blank != b"\xEF\xBB\xBF" {
            self.number(blank, country, reading);
        }
        self.line += memchr::memchr_iter(b'\n', piece).count() as u64;
        let tag = tag.strip_suffix(b">").unwrap_or(tag);
        match tag.first() {
            None | Some(b'!' | b'?') => Ok(()),
            Some(b'/') => {
                let name = tag.get(1..).unwrap_or_default();
                self.area_code = self.area_code.filter(|_| !is_named(name, b"ac"));
                self.is_in_list = self.is_in_list && !is_named(name, b"list");
                Ok(())
            }
            Some(_) => self.element(tag, country, reading),
        }
    }

    fn element(&mut self, tag: &[u8], country: Country, reading: &mut Reading<'_>) -> Result<(), RegistryFileError> {
        let (is_list, is_number, is_area) = (is_named(tag, b"list"), is_named(tag, b"ph"), is_named(tag, b"ac"));
        if is_area {
            self.area_code = None;
        }
        if is_list {
            self.is_in_list = !tag.ends_with(b"/");
        }
        let mut has_number = false;
        for (name, value) in attributes(tag) {
            let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
            match value {
                _ if is_list && name.eq_ignore_ascii_case(b"type") && !value.eq_ignore_ascii_case(b"full") => {
                    let what = format!("it is a list of type `{}`, not a full one", String::from_utf8_lossy(value));
                    return Err(reading.refused(
                        &what,
                        "load the full list; or write its additions and its removals into files of their own, one number a line, and load them by --mode add and --mode remove",
                    ));
                }
                _ if is_area && name.eq_ignore_ascii_case(b"val") => {
                    self.area_code = value.trim_ascii().try_into().ok()
                }
                _ if is_number && name.eq_ignore_ascii_case(b"val") || digits >= 7 && is_phone(tag, name) => {
                    has_number = true;
                    self.number(value, country, reading);
                }
                _ => {}
            }
        }
        if is_number && !has_number {
            reading.reject(self.line, tag, LineProblem::NoNumber);
        }
        Ok(())
    }

    fn number(&self, text: &[u8], country: Country, reading: &mut Reading<'_>) {
        let read = match (text.len(), self.area_code) {
            (7, Some(area_code)) => number(&[&area_code[..], text].concat(), country),
            (7, None) if country.calling_code == 1 => Err(LineProblem::NoAreaCode),
            _ => number(text, country),
        };
        match read {
            Ok(number) => reading.number(number),
            Err(problem) => reading.reject(self.line, text, problem),
        }
    }
}

/// Whether an element has this name.
fn is_named(tag: &[u8], name: &[u8]) -> bool {
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(tag.len());
    tag.get(..end).is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// Whether an attribute of digits is called a phone number, or its element is.
fn is_phone(tag: &[u8], attribute: &[u8]) -> bool {
    let text =
        [tag.split(u8::is_ascii_whitespace).next().unwrap_or_default(), b" ", attribute].concat().to_ascii_lowercase();
    [&b"phone"[..], b"num", b"tel", b"msisdn"].iter().any(|word| memchr::memmem::find(&text, word).is_some())
}

/// The attributes of an element: name and value.
fn attributes(tag: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', rest)?;
        let name = rest.get(..equals)?.trim_ascii_end();
        let name = name.rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or(name);
        let value = rest.get(equals + 1..)?.trim_ascii_start();
        let (value, end) = match value.first() {
            Some(quote @ (b'\'' | b'"')) => (value.get(1..)?, memchr::memchr(*quote, value.get(1..)?)?),
            // Without quotes it ends at a blank.
            _ => (
                value,
                value.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(value.len()),
            ),
        };
        rest = value.get(end..)?.get(1..).unwrap_or_default();
        Some((name, value.get(..end)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tag: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        attributes(tag.as_bytes()).map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn attributes_are_read_with_quotes_and_without() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(of("ac val='212'"), [pair("val", "212")]);
        assert_eq!(of("ph val=\"5550142\" n = 'x' /"), [pair("val", "5550142"), pair("n", "x")]);
        assert_eq!(of("list type=change val=212"), [pair("type", "change"), pair("val", "212")]);
        assert_eq!(of("ph val=5550142/"), [pair("val", "5550142")]);
        assert_eq!(of("ph"), []);
    }

    #[test]
    fn elements_have_names_of_any_case() {
        assert!(is_named(b"PH val='1'", b"ph") && is_named(b"ph/", b"ph") && !is_named(b"phone", b"ph"));
    }
}
