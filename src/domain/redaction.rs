//! Taking a person out of texts: their emails, their numbers however they are written, and their names.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::search::words;

/// What stands where something was taken out of a text.
pub const ERASED: &str = "[erased]";

/// The fewest digits that are taken for a phone number.
const FEWEST_DIGITS: usize = 7;

/// So many bytes may stand between two words of a name: `Roe, Ann`, `Ann M. Roe`.
const WIDEST_GAP: usize = 6;

/// What is looked for in texts.
#[derive(Debug, Default)]
pub struct Redaction {
    /// In lower case.
    emails: HashSet<String>,
    /// The digits of phone numbers, with country code.
    phones: HashSet<String>,
    /// The words of names, as they are compared, in their order.
    names: HashSet<Vec<String>>,
    /// Finds texts of ASCII that may hold an email or a name. A text that it passes over holds neither.
    finder: Option<AhoCorasick>,
}

/// A name as it is compared: its words, without single letters, which say nothing of anybody.
pub fn name_words(name: &str) -> Vec<String> {
    words(name).into_iter().filter(|word| word.chars().nth(1).is_some()).collect()
}

impl Redaction {
    /// Looks for these emails, numbers in E.164 and names, each given by its words.
    pub fn of<'a>(
        emails: impl IntoIterator<Item = &'a String>,
        phones: impl IntoIterator<Item = &'a String>,
        names: impl IntoIterator<Item = Vec<String>>,
    ) -> Redaction {
        let mut redaction = Redaction {
            emails: emails.into_iter().map(|email| email.to_lowercase()).collect(),
            phones: phones.into_iter().map(|number| number.trim_start_matches('+').to_owned()).collect(),
            names: names.into_iter().filter(|name| !name.is_empty()).collect(),
            finder: None,
        };
        let signs: BTreeSet<&str> =
            redaction.names.iter().flatten().chain(&redaction.emails).map(String::as_str).collect();
        redaction.finder = AhoCorasick::builder().ascii_case_insensitive(true).build(signs).ok();
        redaction
    }

    /// Whether a text holds anything that is looked for.
    pub fn speaks(&self, text: &str) -> bool {
        self.may_speak(text) && !self.spans(text).is_empty()
    }

    /// The text without what is looked for; nothing when it holds none of it.
    pub fn redact(&self, text: &str) -> Option<String> {
        match self.may_speak(text) {
            true => without(text, self.spans(text)),
            false => None,
        }
    }

    /// The same in the texts of a JSON value, at any depth; false when it holds none of it. Keys and numbers stay.
    pub fn redact_json(&self, value: &mut serde_json::Value) -> bool {
        use serde_json::Value;
        match value {
            Value::String(text) => match self.redact(text) {
                Some(redacted) => {
                    *text = redacted;
                    true
                }
                None => false,
            },
            Value::Array(items) => items.iter_mut().fold(false, |changed, item| self.redact_json(item) | changed),
            Value::Object(fields) => fields.values_mut().fold(false, |changed, item| self.redact_json(item) | changed),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Tells cheaply that most texts hold nothing.
    fn may_speak(&self, text: &str) -> bool {
        if !text.is_ascii() {
            return true;
        }
        let digits = || text.bytes().filter(u8::is_ascii_digit).nth(FEWEST_DIGITS - 1).is_some();
        (!self.phones.is_empty() && digits()) || self.finder.as_ref().is_none_or(|finder| finder.is_match(text))
    }

    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        if !self.emails.is_empty() && text.contains('@') {
            self.find_emails(text, &mut spans);
        }
        if !self.phones.is_empty() {
            self.find_phones(text, &mut spans);
        }
        if !self.names.is_empty() {
            self.find_names(text, &mut spans);
        }
        spans
    }

    fn find_emails(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        for (start, token) in tokens(text, |c| c.is_alphanumeric() || "@._%+-'".contains(c)) {
            let email = token.trim_matches(|c: char| ".-'".contains(c)).to_lowercase();
            if email.contains('@') && self.emails.contains(&email) {
                spans.push(start..start + token.len());
            }
        }
    }

    fn find_phones(&self, text: &str, spans: &mut Vec<Range<usize>>) {
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
    }

    fn find_names(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        let mut found: Vec<(Range<usize>, String)> = Vec::new();
        for (start, token) in tokens(text, char::is_alphanumeric) {
            found.extend(name_words(token).into_iter().map(|word| (start..start + token.len(), word)));
        }
        for name in &self.names {
            for place in found.windows(name.len()) {
                let is_name = place.iter().map(|(_, word)| word).eq(name);
                let hangs_together = place.windows(2).all(|two| match two {
                    [(before, _), (after, _)] => after.start.saturating_sub(before.end) <= WIDEST_GAP,
                    _ => true,
                });
                if let (true, true, Some((first, _)), Some((last, _))) =
                    (is_name, hangs_together, place.first(), place.last())
                {
                    spans.push(first.start..last.end);
                }
            }
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
fn without(text: &str, mut spans: Vec<Range<usize>>) -> Option<String> {
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
        let of = |text: &str| text.to_owned();
        let names = [name_words("Ada M. Müller"), name_words("Müller Ada")];
        Redaction::of(&[of("ada@example.com")], &[of("+12125550101")], names)
    }

    #[test]
    fn a_person_leaves_a_text() {
        let redact = |text: &str| ada().redact(text).unwrap_or_else(|| text.to_owned());
        assert_eq!(redact("ADA muller wrote"), "[erased] wrote");
        assert_eq!(redact("Müller, Ada: twice"), "[erased]: twice");
        assert_eq!(redact("ada_m_müller.csv"), "[erased].csv");
        assert_eq!(redact("mail Ada@Example.com."), "mail [erased]");
        assert_eq!(redact("row 3: (212) 555-0101, twice"), "row 3: [erased], twice");
        assert_eq!(redact("tel 0012125550101"), "tel [erased]");
        for kept in [
            "Ada wrote",
            "a Müller",
            "Ada and many others, also Müller",
            "Adam Müllers",
            "bada@example.com",
            "5550102",
            "101",
            "",
        ] {
            assert_eq!(redact(kept), kept);
        }
    }

    #[test]
    fn and_a_json_value() {
        let mut value = serde_json::json!({ "a": [{ "b": "Ada Müller" }, "x +12125550101", 7], "Ada Müller": "x" });
        assert!(ada().redact_json(&mut value));
        assert_eq!(value, serde_json::json!({ "a": [{ "b": ERASED }, "x [erased]", 7], "Ada Müller": "x" }));
        assert!(!ada().redact_json(&mut value));
    }

    proptest::proptest! {
        /// The quick look passes over nothing.
        #[test]
        fn a_quick_look_finds_what_a_thorough_one_finds(before in "\\PC{0,12}", after in "[a-z ,ü]{0,12}", which in 0..4usize) {
            let said = ["ADA Müller", "muller ada", "ADA@example.com", "+1 (212) 555-0101"][which];
            let text = format!("{before} {said} {after}");
            let ada = ada();
            proptest::prop_assert_eq!(ada.speaks(&text), !ada.spans(&text).is_empty());
            proptest::prop_assert!(!ada.speaks(&ada.redact(&text).unwrap_or(text)));
        }
    }
}
