//! Erasing a person: the keyed hashes by which a later import of one can be told, and taking what a person is called out of
//! free texts.

use std::collections::HashSet;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::search::words;

/// What an erased person was known by, as HMAC-SHA-256 under a key of the organization.
pub type KeyHash = [u8; 32];

/// What stands where something was erased from a text.
pub const ERASED: &str = "[erased]";

/// The hash of a phone number in E.164.
pub fn hash_of_phone(key: &KeyHash, number: &str) -> KeyHash {
    keyed(key, "phone", number)
}

/// The hash of an email in normal form.
pub fn hash_of_email(key: &KeyHash, email: &str) -> KeyHash {
    keyed(key, "email", email)
}

fn keyed(key: &KeyHash, kind: &str, value: &str) -> KeyHash {
    // A key of any length will do for HMAC, so there is no error to meet.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(kind.as_bytes());
    mac.update(b":");
    mac.update(value.as_bytes());
    mac.finalize().into_bytes().into()
}

/// What a person is called, to be taken out of texts.
#[derive(Debug, Default)]
pub struct Redaction {
    /// Words of names, as they are compared.
    names: HashSet<String>,
    emails: HashSet<String>,
    /// The digits of phone numbers, with country code.
    phones: HashSet<String>,
}

/// The fewest digits that are taken for a phone number.
const FEWEST_DIGITS: usize = 7;

impl Redaction {
    /// Adds a name; single letters say nothing of anybody.
    pub fn add_name(&mut self, name: &str) {
        self.names.extend(words(name).into_iter().filter(|word| word.chars().count() > 1));
    }

    pub fn add_email(&mut self, email: &str) {
        self.emails.insert(email.to_lowercase());
    }

    /// Adds a number in E.164.
    pub fn add_phone(&mut self, number: &str) {
        self.phones.insert(number.trim_start_matches('+').to_owned());
    }

    /// The same, but for the numbers: where the law wants them kept.
    pub fn without_phones(&self) -> Redaction {
        Redaction { names: self.names.clone(), emails: self.emails.clone(), phones: HashSet::new() }
    }

    /// The same, but for the names: for texts about other things, in which a name is mostly somebody else's, or a month.
    pub fn without_names(&self) -> Redaction {
        Redaction { names: HashSet::new(), emails: self.emails.clone(), phones: self.phones.clone() }
    }

    /// The text without what the person is called; nothing when it holds none of it.
    pub fn redact(&self, text: &str) -> Option<String> {
        let mut spans = Vec::new();
        for (start, token) in tokens(text, |c| c.is_alphanumeric() || "@._%+-'".contains(c)) {
            let email = token.trim_matches(|c: char| ".-'".contains(c)).to_lowercase();
            if email.contains('@') && self.emails.contains(&email) {
                spans.push(start..start + token.len());
            }
        }
        for (start, token) in tokens(text, |c| c.is_ascii_digit() || " +().-/".contains(c)) {
            let digits: String = token.chars().filter(char::is_ascii_digit).collect();
            let number = digits.trim_start_matches('0');
            let is_theirs = |phone: &String| phone.ends_with(number) || number.ends_with(phone.as_str());
            if number.len() >= FEWEST_DIGITS && self.phones.iter().any(is_theirs) {
                let inner = token.trim();
                let start = start + (token.len() - token.trim_start().len());
                spans.push(start..start + inner.len());
            }
        }
        for (start, token) in tokens(text, char::is_alphanumeric) {
            if words(token).iter().any(|word| self.names.contains(word)) {
                spans.push(start..start + token.len());
            }
        }
        without(text, spans)
    }

    /// The same in every text of a JSON value; false when it holds none of it.
    pub fn redact_json(&self, value: &mut serde_json::Value) -> bool {
        self.redact_fields(value, &[])
    }

    /// The same in the texts under these keys of a JSON value, at any depth; in all texts when no key is given.
    pub fn redact_fields(&self, value: &mut serde_json::Value, keys: &[&str]) -> bool {
        self.redact_below(value, keys, keys.is_empty())
    }

    fn redact_below(&self, value: &mut serde_json::Value, keys: &[&str], is_below: bool) -> bool {
        use serde_json::Value;
        match value {
            Value::String(_) if !is_below => false,
            Value::String(text) => match self.redact(text) {
                Some(redacted) => {
                    *text = redacted;
                    true
                }
                None => false,
            },
            Value::Array(items) => {
                items.iter_mut().fold(false, |changed, item| self.redact_below(item, keys, is_below) | changed)
            }
            Value::Object(fields) => fields.iter_mut().fold(false, |changed, (key, item)| {
                let is_below = is_below || keys.contains(&key.as_str());
                self.redact_below(item, keys, is_below) | changed
            }),
            // Numbers are counts and sizes.
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// The runs of characters of a kind, with the places where they begin.
fn tokens(text: &str, is_part: impl Fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text.get(rest..)?.find(&is_part)?;
        let tail = text.get(start..)?;
        let end = start + tail.find(|c| !is_part(c)).unwrap_or(tail.len());
        rest = end;
        Some((start, text.get(start..end)?))
    })
}

/// The text with a mark where these spans were.
fn without(text: &str, mut spans: Vec<std::ops::Range<usize>>) -> Option<String> {
    if spans.is_empty() {
        return None;
    }
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let (mut redacted, mut done) = (String::with_capacity(text.len()), 0);
    for span in spans {
        if span.start >= done {
            redacted.push_str(text.get(done..span.start)?);
            redacted.push_str(ERASED);
        }
        done = done.max(span.end);
    }
    redacted.push_str(text.get(done..)?);
    Some(redacted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Redaction {
        let mut ada = Redaction::default();
        ada.add_name("Ada M. Müller");
        ada.add_email("ada@example.com");
        ada.add_phone("+12125550101");
        ada
    }

    #[test]
    fn what_a_person_is_called_leaves_a_text() {
        let redact = |text: &str| ada().redact(text).unwrap_or_else(|| text.to_owned());
        assert_eq!(redact("ADA muller wrote"), "[erased] [erased] wrote");
        assert_eq!(redact("mail Ada@Example.com."), "mail [erased]");
        assert_eq!(redact("row 3: (212) 555-0101, twice"), "row 3: [erased], twice");
        assert_eq!(redact("tel 0012125550101"), "tel [erased]");
        for kept in ["Adam and mullers", "m", "bada@example.com", "5550102", "101", ""] {
            assert_eq!(redact(kept), kept);
        }
        assert_eq!(ada().without_phones().redact("+12125550101"), None);
    }

    #[test]
    fn and_a_json_value() {
        let mut value =
            serde_json::json!({ "problems": [{ "example_value": "Ada" }, "x +12125550101", 7], "kind": "x" });
        assert!(ada().redact_json(&mut value));
        assert_eq!(
            value,
            serde_json::json!({ "problems": [{ "example_value": ERASED }, "x [erased]", 7], "kind": "x" })
        );
        assert!(!ada().redact_json(&mut value));
        let mut value = serde_json::json!({ "kind": "ada", "tags": ["Ada", "vip"], "deep": { "value": "x ada" } });
        assert!(ada().redact_fields(&mut value, &["tags", "value"]));
        assert_eq!(
            value,
            serde_json::json!({ "kind": "ada", "tags": [ERASED, "vip"], "deep": { "value": "x [erased]" } })
        );
    }

    #[test]
    fn a_hash_depends_on_key_kind_and_value() {
        let hashes = [
            hash_of_phone(&[1; 32], "+12125550101"),
            hash_of_phone(&[2; 32], "+12125550101"),
            hash_of_email(&[1; 32], "+12125550101"),
            hash_of_phone(&[1; 32], "+12125550102"),
        ];
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), 4);
        assert_eq!(hash_of_phone(&[1; 32], "+12125550101"), hashes[0]);
    }
}
