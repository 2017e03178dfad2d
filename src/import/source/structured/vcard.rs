//! vCards of the versions 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350), as phones and address books write them.

use std::io::{BufRead, BufReader};

use encoding_rs::{Encoding, WINDOWS_1252};

use super::super::limits::io_reason;
use super::super::readable::Readable;
use super::bounded::{Allowance, Bounded, MOST};
use super::decoded;
use super::records::{Take, Value};
use crate::import::ImportError;

/// What is no text: it is left out, which is said.
const BINARY: [&str; 4] = ["PHOTO", "LOGO", "SOUND", "KEY"];
/// What is told of the file, and not of a person.
const ABOUT_THE_FILE: [&str; 3] = ["VERSION", "PRODID", "PROFILE"];

/// Walks through the people of a file; a card in a card (an agent's) is no person of its own.
///
/// # Errors
/// A card has no end, a line is longer than one may be, or the error of `take`.
pub(super) fn each(file: &Readable, take: &mut Take<'_>) -> Result<Vec<String>, ImportError> {
    let allowance = Allowance::default();
    let mut lines = Lines {
        file,
        input: BufReader::with_capacity(1 << 16, Bounded::new(decoded::open(file)?, &allowance)),
        allowance,
        number: 0,
        ahead: None,
    };
    let (mut depth, mut card, mut begun, mut left_out) = (0usize, Card::default(), 0, 0u64);
    while let Some(line) = lines.next_property()? {
        let Some(property) = Property::read(&line) else { continue };
        let is_card = property.text().trim().eq_ignore_ascii_case("vcard");
        match property.name.as_str() {
            "BEGIN" if is_card => {
                depth += 1;
                if depth == 1 {
                    (card, begun) = (Card::default(), lines.number);
                }
            }
            "END" if is_card && depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    take(std::mem::take(&mut card).values())?;
                }
            }
            name if depth == 1 && BINARY.contains(&name) => left_out += 1,
            name if depth == 1 && !ABOUT_THE_FILE.contains(&name) => card.add(&property),
            _ => {}
        }
    }
    if depth > 0 {
        let reason = format!("the vCard that begins in line {begun} has no end");
        return Err(ImportError::read_with(&file.name, reason, "the file may be cut off; export it again"));
    }
    Ok(match left_out {
        0 => Vec::new(),
        1 => vec!["1 picture, sound or key is left out".to_owned()],
        left_out => vec![format!("{left_out} pictures, sounds and keys are left out")],
    })
}

/// The lines of a file, those that go on put together.
struct Lines<'a, R> {
    file: &'a Readable,
    input: R,
    allowance: Allowance,
    number: u64,
    ahead: Option<Vec<u8>>,
}

impl<R: BufRead> Lines<'_, R> {
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        let failed = |e: std::io::Error| ImportError::read(&self.file.name, io_reason(&e));
        if self.input.read_until(b'\n', &mut line).map_err(failed)? == 0 {
            return Ok(None);
        }
        self.allowance.renew();
        self.number += 1;
        while line.last().is_some_and(|end| b"\r\n".contains(end)) {
            line.pop();
        }
        Ok(Some(line))
    }

    /// A property with all its lines.
    fn next_property(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        let Some(mut whole) = self.next_line()? else { return Ok(None) };
        let begun = self.number;
        let is_soft = |line: &[u8]| {
            let params = line.split(|byte| *byte == b':').next().unwrap_or_default();
            params.to_ascii_uppercase().windows(16).any(|part| part == b"QUOTED-PRINTABLE")
        };
        loop {
            if whole.len() as u64 > MOST {
                let reason = format!("the property in line {begun} holds more than {} MiB", MOST >> 20);
                return Err(ImportError::read_with(&self.file.name, reason, "leave pictures out of the export"));
            }
            let goes_on = whole.ends_with(b"=") && is_soft(&whole);
            let Some(next) = self.next_line()? else { return Ok(Some(whole)) };
            match next.first() {
                _ if goes_on => {
                    whole.pop();
                    whole.extend(next);
                }
                Some(b' ' | b'\t') => whole.extend(&next[1..]),
                _ => {
                    self.ahead = Some(next);
                    return Ok(Some(whole));
                }
            }
        }
    }
}

/// A property: its name, its parameters in capitals, and its value as it stands.
struct Property {
    name: String,
    params: Vec<(String, String)>,
    value: Vec<u8>,
}

impl Property {
    fn read(line: &[u8]) -> Option<Property> {
        let mut is_quoted = false;
        let colon = line.iter().position(|byte| {
            is_quoted ^= *byte == b'"';
            *byte == b':' && !is_quoted
        })?;
        let head = String::from_utf8_lossy(&line[..colon]);
        let mut parts = split(&head, ';');
        let name = parts.next()?;
        // `item1.TEL` belongs together with `item1.X-ABLabel`.
        let name = name.trim().trim_start_matches('\u{feff}').rsplit('.').next()?.to_ascii_uppercase();
        let params = parts.flat_map(|part| match part.split_once('=') {
            Some((key, values)) => {
                let key = key.trim().to_ascii_uppercase();
                let values = values.replace('"', "").to_ascii_uppercase();
                values.split(',').map(|value| (key.clone(), value.trim().to_owned())).collect()
            }
            // Of 2.1: `TEL;HOME`.
            None => vec![("TYPE".to_owned(), part.trim().to_ascii_uppercase())],
        });
        Some(Property { name, params: params.collect(), value: line[colon + 1..].to_vec() })
    }

    fn has(&self, value: &str) -> bool {
        self.params.iter().any(|(_, known)| known == value)
    }

    fn is(&self, kind: &str) -> bool {
        self.params.iter().any(|(key, known)| key == "TYPE" && known == kind)
    }

    fn is_preferred(&self) -> bool {
        self.is("PREF") || self.params.iter().any(|(key, _)| key == "PREF")
    }

    /// The value decoded, its escapes still in it.
    fn text(&self) -> String {
        let bytes = match self.has("QUOTED-PRINTABLE") {
            true => quoted_printable::decode(&self.value, quoted_printable::ParseMode::Robust)
                .unwrap_or_else(|_| self.value.clone()),
            false => self.value.clone(),
        };
        let charset = self.params.iter().find(|(key, _)| key == "CHARSET");
        let charset = charset.and_then(|(_, name)| Encoding::for_label(name.as_bytes()));
        match (charset, String::from_utf8(bytes)) {
            (Some(charset), text) if charset != encoding_rs::UTF_8 => {
                let bytes = text.map_or_else(|e| e.into_bytes(), String::into_bytes);
                charset.decode_without_bom_handling(&bytes).0.into_owned()
            }
            (_, Ok(text)) => text,
            (_, Err(e)) => WINDOWS_1252.decode_without_bom_handling(e.as_bytes()).0.into_owned(),
        }
    }

    /// The parts between semicolons, without escapes.
    fn parts(&self) -> Vec<String> {
        split(&self.text(), ';').map(|part| unescaped(part.trim())).collect()
    }
}

/// Splits at a character that is neither escaped nor in quotes.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut is_escaped, mut is_quoted) = (false, false);
        let end = text.char_indices().find(|(_, c)| {
            let is_end = *c == at && !is_escaped && !(is_quoted && at == ';' && text.contains('='));
            is_quoted ^= *c == '"';
            is_escaped = *c == '\\' && !is_escaped;
            is_end
        });
        match end {
            Some((place, c)) => {
                rest = Some(&text[place + c.len_utf8()..]);
                Some(&text[..place])
            }
            None => {
                rest = None;
                Some(text)
            }
        }
    })
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            c => plain.push(c),
        }
    }
    plain
}

/// What is known of a person.
#[derive(Default)]
struct Card {
    /// Names of columns with their values, in the order in which they came.
    values: Vec<(String, Vec<String>)>,
    formatted: Option<String>,
    has_phone: bool,
    /// Whether its phone is the one that the person prefers.
    is_preferred: bool,
    has_email: bool,
}

impl Card {
    fn put(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if text.trim().is_empty() {
            return;
        }
        match self.values.iter_mut().find(|(known, _)| known == name) {
            Some((_, texts)) if texts.contains(&text) => {}
            Some((_, texts)) => texts.push(text),
            None => self.values.push((name.to_owned(), vec![text])),
        }
    }

    fn add(&mut self, property: &Property) {
        let plain = || unescaped(property.text().trim());
        match property.name.as_str() {
            "FN" => self.formatted = Some(plain()).filter(|text| !text.is_empty()).or(self.formatted.take()),
            "N" => {
                let parts = property.parts();
                let names = ["Last name", "First name", "Middle name", "Name prefix", "Name suffix"];
                names.iter().zip(parts).for_each(|(name, part)| self.put(name, part));
            }
            "TEL" => self.add_phone(property, &plain()),
            "EMAIL" => {
                let text = plain();
                let text = text.strip_prefix("mailto:").unwrap_or(&text);
                let name = if self.has_email { "Further email" } else { "Email" };
                self.has_email = true;
                self.put(name, text);
            }
            "ORG" => {
                let mut parts = property.parts().into_iter();
                self.put("Company", parts.next().unwrap_or_default());
                self.put("Department", parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "));
            }
            "TITLE" => self.put("Job title", plain()),
            "NOTE" => self.put("Note", plain()),
            "URL" => self.put("Website", plain()),
            "BDAY" => self.put("Birthday", plain()),
            "CATEGORIES" => {
                let text = property.text();
                split(&text, ',').for_each(|tag| self.put("Tags", unescaped(tag.trim())));
            }
            "ADR" if self.values.iter().any(|(name, _)| ADDRESS.contains(&name.as_str())) => {
                let parts: Vec<String> = property.parts().into_iter().filter(|part| !part.is_empty()).collect();
                self.put("Further address", parts.join(", "));
            }
            "ADR" => ADDRESS.iter().zip(property.parts()).for_each(|(name, part)| self.put(name, part)),
            other => self.put(&format!("vCard {other}"), plain()),
        }
    }

    fn add_phone(&mut self, property: &Property, text: &str) {
        let uri = text.strip_prefix("tel:").unwrap_or(text);
        let (number, rest) = uri.split_once(';').unwrap_or((uri, ""));
        let extension = rest.split(';').find_map(|part| part.strip_prefix("ext="));
        let number = extension.map_or_else(|| number.to_owned(), |extension| format!("{number} x{extension}"));
        let is_mobile = ["CELL", "IPHONE", "MOBILE"].iter().any(|kind| property.is(kind));
        let name = match () {
            () if property.is("FAX") => "Fax",
            // The first one is the lead's, and one that is preferred comes before it.
            () if !self.has_phone || (property.is_preferred() && !self.is_preferred) => "Phone",
            () if is_mobile => "Mobile phone",
            () if property.is("WORK") => "Work phone",
            () if property.is("HOME") => "Home phone",
            () => "Further phone",
        };
        self.has_phone |= name == "Phone";
        match self.values.iter_mut().find(|(known, _)| known == name && name == "Phone") {
            Some((_, texts)) => {
                let before = std::mem::replace(texts, vec![number]);
                before.into_iter().for_each(|text| self.put("Further phone", text));
            }
            None => self.put(name, number),
        }
        self.is_preferred |= property.is_preferred();
    }

    /// The values of the record.
    fn values(self) -> Vec<Value> {
        let has_name = self.values.iter().any(|(name, _)| name == "First name" || name == "Last name");
        let formatted = self.formatted.filter(|_| !has_name).map(|text| Value::text("Name", text));
        let told = self.values.into_iter().map(|(name, texts)| {
            let between = if name == "Note" { "\n" } else { ", " };
            Value::text(name, texts.join(between))
        });
        formatted.into_iter().chain(told).collect()
    }
}

/// The parts of an address, by their order.
const ADDRESS: [&str; 7] = ["PO box", "Address line 2", "Street", "City", "State", "Postal code", "Country"];
