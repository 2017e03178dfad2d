//! Taking a person out of texts: their emails, their numbers however they are written, and their names.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use unicode_normalization::char::is_combining_mark;

use super::cut::Cut;
use crate::domain::leads::search::words;

/// What stands where something was taken out of a text.
pub const ERASED: &str = "[erased]";

/// The fewest digits that are taken for a phone number.
const FEWEST_DIGITS: usize = 7;

/// A country code has so many digits at the most (ITU-T E.164): a number without it is still one subscriber's.
const LONGEST_COUNTRY_CODE: usize = 3;

/// So many groups of digits are taken for one number at the most.
const MOST_GROUPS: usize = 8;

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
    /// Whether what may mean something else is found, too: local numbers, and names that are not written like names.
    is_lenient: bool,
}

/// A name as it is compared: its words, without initials, which say nothing of anybody. Only scripts with upper and lower case
/// have initials; a Chinese name is often of one character.
pub fn name_words(name: &str) -> Vec<String> {
    let is_initial = |word: &String| {
        let mut characters = word.chars();
        characters.next().is_none_or(|c| c.is_lowercase() || c.is_numeric()) && characters.next().is_none()
    };
    words(name).into_iter().filter(|word| !is_initial(word)).collect()
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
            names: names.into_iter().filter(|name| !name.is_empty() && !name.iter().any(String::is_empty)).collect(),
            finder: None,
            is_lenient: false,
        };
        let signs: BTreeSet<&str> =
            redaction.names.iter().flatten().chain(&redaction.emails).map(String::as_str).collect();
        redaction.finder = AhoCorasick::builder().ascii_case_insensitive(true).build(signs).ok();
        redaction
    }

    /// The same, which finds what may mean something else, too.
    pub fn lenient(self) -> Redaction {
        Redaction { is_lenient: true, ..self }
    }

    /// Whether a text holds anything that is looked for.
    pub fn speaks(&self, text: &str) -> bool {
        self.may_speak(text) && !self.spans(text).is_empty()
    }

    /// The text without what is looked for; `None` when it holds none of it.
    pub fn redact(&self, text: &str) -> Option<String> {
        self.cut(text)?.apply(text)
    }

    /// What is to be cut out of the text; `None` when it holds nothing that is looked for.
    pub fn cut(&self, text: &str) -> Option<Cut> {
        match self.may_speak(text) {
            true => Cut::of(text, self.spans(text)),
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

    /// Finds numbers within what may be one and more numbers, dates and the like side by side.
    fn find_phones(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        for (at, token) in tokens(text, |c| c.is_ascii_digit() || " +().-/".contains(c)) {
            let groups: Vec<(usize, &str)> = tokens(token, |c| c.is_ascii_digit()).collect();
            let mut first = 0;
            while first < groups.len() {
                let last = (first..groups.len().min(first + MOST_GROUPS)).rev().find(|last| {
                    let groups = groups.get(first..=*last).unwrap_or_default();
                    // The zero of `+49 (0)30` is not dialled.
                    let digits: String = groups.iter().map(|(_, group)| *group).filter(|group| *group != "0").collect();
                    let number = digits.trim_start_matches('0');
                    let is_theirs = |phone: &String| {
                        let longest = if self.is_lenient && first == 0 { phone.len() } else { LONGEST_COUNTRY_CODE };
                        let is_national = phone.ends_with(number) && phone.len() - number.len() <= longest;
                        // Behind what is dialled to get abroad, too.
                        is_national || (number.ends_with(phone.as_str()) && number.len() <= phone.len() + 3)
                    };
                    number.len() >= FEWEST_DIGITS && self.phones.iter().any(is_theirs)
                });
                let found = last.and_then(|last| Some((groups.get(first)?.0, groups.get(last)?)));
                if let Some((begin, (end, group))) = found {
                    let before = token.get(..begin).unwrap_or_default();
                    let begin = before.trim_end_matches(['+', '(']).len();
                    spans.push(at + begin..at + end + group.len());
                }
                first = last.unwrap_or(first) + 1;
            }
        }
    }

    fn find_names(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        let mut found: Vec<(Range<usize>, String)> = Vec::new();
        // A letter and its accent are one.
        for (start, token) in tokens(text, |c| c.is_alphanumeric() || is_combining_mark(c)) {
            found.extend(name_words(token).into_iter().map(|word| (start..start + token.len(), word)));
        }
        for name in &self.names {
            if let [word] = name.as_slice()
                && word.chars().all(is_written_without_blanks)
            {
                spans.extend(text.match_indices(word.as_str()).map(|(start, word)| start..start + word.len()));
            }
            for place in found.windows(name.len()) {
                let is_name = place.iter().map(|(_, word)| word).eq(name);
                let gaps = || place.windows(2).filter_map(|two| Some(two.first()?.0.end..two.last()?.0.start));
                let hangs_together = gaps().all(|gap| gap.len() <= WIDEST_GAP);
                let (true, true, Some((first, _)), Some((last, _))) =
                    (is_name, hangs_together, place.first(), place.last())
                else {
                    continue;
                };
                let words = place.iter().filter_map(|(span, _)| text.get(span.clone()));
                let gaps = gaps().filter_map(|gap| text.get(gap));
                if self.is_lenient || is_written_like_a_name(words, gaps) {
                    spans.push(first.start..last.end);
                }
            }
        }
    }
}

/// Whether words are written as one writes a name: with capitals, or as in the name of a file; and in one sentence. `May Read`
/// is a person, `in May, read` is none.
fn is_written_like_a_name<'a>(
    mut words: impl Iterator<Item = &'a str>,
    gaps: impl Iterator<Item = &'a str> + Clone,
) -> bool {
    let is_capital = |word: &str| !word.starts_with(char::is_lowercase);
    let is_file = || gaps.clone().all(|gap| !gap.contains(char::is_whitespace));
    // A full stop belongs to an initial where there is one.
    let ends_sentence = |gap: &str| !gap.contains(char::is_alphabetic) && gap.contains(['.', ':', ';', '?', '!']);
    let one_sentence = gaps.clone().all(|gap| !ends_sentence(gap) || !gap.contains(char::is_whitespace));
    one_sentence && (words.all(is_capital) || is_file())
}

/// Whether a letter is of Chinese, Japanese or Korean, which write names and what follows them in one (from the radicals on).
fn is_written_without_blanks(c: char) -> bool {
    c >= '\u{2E80}'
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
        assert_eq!(redact("ADA Muller wrote"), "[erased] wrote");
        assert_eq!(redact("Müller, Ada: twice"), "[erased]: twice");
        assert_eq!(redact("ada_m_müller.csv"), "[erased].csv");
        assert_eq!(redact("mail Ada@Example.com."), "mail [erased]");
        assert_eq!(redact("row 3: (212) 555-0101, twice"), "row 3: [erased], twice");
        assert_eq!(redact("tel 0012125550101"), "tel [erased]");
        assert_eq!(redact("called 212-555-0101 3/4"), "called [erased] 3/4");
        assert_eq!(redact("2026-03-04 (212) 555-0101 / 212-555-0177"), "2026-03-04 [erased] / 212-555-0177");
        assert_eq!(redact("2. 212.555.0101, +1 (212) 555 01 01"), "2. [erased], [erased]");
        // An accent in a character of its own, as macOS writes names of files.
        assert_eq!(redact("Ada Mu\u{308}ller.csv"), "[erased].csv");
        for kept in [
            "Ada wrote",
            "a Müller",
            "Ada and many others, also Müller",
            "Adam Müllers",
            "bada@example.com",
            "5550102",
            "(646) 555-0101, EUR 5550101.00",
            "ada muller",
            "is it Ada? Müller said so",
            "101",
            "",
        ] {
            assert_eq!(redact(kept), kept);
        }
    }

    #[test]
    fn numbers_and_names_of_other_countries() {
        let of = |phone: &str, names: [Vec<String>; 1]| Redaction::of([], &[phone.to_owned()], names);
        let wang = of("+49301234567", [vec!["王小明".to_owned()]]);
        assert_eq!(wang.redact("Tel. +49 (0)30 1234567").unwrap(), "Tel. [erased]");
        assert_eq!(wang.redact("030/1234567; 王小明来电, 王小").unwrap(), "[erased]; [erased]来电, 王小");
        assert_eq!(name_words("王 明 X. 3"), ["王", "明"]);
        assert!(!Redaction::of([], [], [vec![String::new()], vec![]]).speaks("anything"));
    }

    #[test]
    fn what_may_mean_something_else_is_found_where_it_is_asked_for() {
        let ada = ada().lenient();
        for found in ["ada muller", "call 555-0101", "Ada. Müller"] {
            assert!(ada.speaks(found), "{found}");
        }
        for not in ["(646) 555-0101", "555-0102", "Ada"] {
            assert!(!ada.speaks(not), "{not}");
        }
    }

    #[test]
    fn a_text_as_long_as_may_be_does_not_grow() {
        let bo = Redaction::of([], [], [vec!["bo".to_owned(), "li".to_owned()]]);
        let text = format!("Bo Li {}", "x".repeat(394));
        assert_eq!(bo.redact(&text).unwrap(), format!("***** {}", "x".repeat(394)));
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
            let said = ["ADA Müller", "Muller Ada", "ADA@example.com", "+1 (212) 555-0101"][which];
            let text = format!("{before} {said} {after}");
            let ada = ada();
            proptest::prop_assert_eq!(ada.speaks(&text), !ada.spans(&text).is_empty());
            proptest::prop_assert!(!ada.speaks(&ada.redact(&text).unwrap_or(text)));
        }
    }
}
