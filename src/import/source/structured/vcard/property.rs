//! A property of a vCard.

use encoding_rs::{Encoding, WINDOWS_1252};

/// A property: its name, its parameters in capitals, and its value as it stands.
pub(super) struct Property {
    pub name: String,
    /// Properties of one group belong together.
    pub group: Option<String>,
    params: Vec<(String, String)>,
    value: Vec<u8>,
}

impl Property {
    pub fn read(line: &[u8]) -> Option<Property> {
        let mut is_quoted = false;
        let colon = line.iter().position(|byte| {
            is_quoted ^= *byte == b'"';
            *byte == b':' && !is_quoted
        })?;
        let head = String::from_utf8_lossy(&line[..colon]);
        let mut parts = cut(&head, |c, is_quoted, _| c == ';' && !is_quoted);
        let name = parts.next()?.trim().trim_start_matches('\u{feff}').to_ascii_uppercase();
        // `item1.TEL` belongs together with `item1.X-ABLabel`.
        let (group, name) = match name.rsplit_once('.') {
            Some((group, name)) => (Some(group.to_owned()), name.to_owned()),
            None => (None, name),
        };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte)) {
            return None;
        }
        let params = parts.flat_map(|part| match part.split_once('=') {
            Some((key, values)) => {
                let key = key.trim().to_ascii_uppercase();
                let values = values.replace('"', "").to_ascii_uppercase();
                values.split(',').map(|value| (key.clone(), value.trim().to_owned())).collect()
            }
            // Of 2.1: `TEL;HOME`.
            None => vec![("TYPE".to_owned(), part.trim().to_ascii_uppercase())],
        });
        Some(Property { name, group, params: params.collect(), value: line[colon + 1..].to_vec() })
    }

    fn has(&self, value: &str) -> bool {
        self.params.iter().any(|(_, known)| known == value)
    }

    pub fn is(&self, kind: &str) -> bool {
        self.params.iter().any(|(key, known)| key == "TYPE" && known == kind)
    }

    /// What its types are.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.params.iter().filter(|(key, _)| key == "TYPE").map(|(_, value)| value.as_str())
    }

    /// How much it is preferred to others: 1 is the most.
    pub fn preference(&self) -> u8 {
        const LEAST: u8 = 101;
        let number = |(key, said): &(String, String)| (key == "PREF").then(|| said.parse().unwrap_or(1));
        if self.is("PREF") { 1 } else { self.params.iter().find_map(number).unwrap_or(LEAST) }
    }

    /// The value decoded, its escapes still in it.
    pub fn text(&self) -> String {
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
    pub fn parts(&self) -> Vec<String> {
        split(&self.text(), ';').map(|part| unescaped(part.trim())).collect()
    }
}

/// Splits at a character that is not escaped.
pub(super) fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    cut(text, move |c, _, is_escaped| c == at && !is_escaped)
}

/// Cuts a text at characters, of which `is_end` hears whether they are in quotes or escaped.
fn cut(text: &str, is_end: impl Fn(char, bool, bool) -> bool) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut is_escaped, mut is_quoted) = (false, false);
        let end = text.char_indices().find(|(_, c)| {
            let ends = is_end(*c, is_quoted, is_escaped);
            is_quoted ^= *c == '"';
            is_escaped = *c == '\\' && !is_escaped;
            ends
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

/// A text without its escapes.
pub(super) fn unescaped(text: &str) -> String {
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
