//! What a text holds beside the digits of a number: a label before it, letters in it, an extension after it.

use std::sync::LazyLock;

use regex::Regex;

use super::{E164, PhoneProblem};

/// How an extension is told from the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// `ext. 9`, `x9`, `#9`, `доб. 9`.
    Named,
    /// `,9`, `,,9` and `;9`, which may also stand between two numbers.
    Separator,
    /// `-9#`.
    Hash,
}

/// The parts of a text, found as the phone library finds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape<'a> {
    /// From the first digit or plus to the extension.
    pub number: &'a str,
    /// What tells an extension from it, if there is one.
    pub label: Option<Label>,
    /// The digits of the extension.
    pub extension: &'a str,
    /// Whether the number is written with letters of a keypad.
    pub has_letters: bool,
}

/// The extensions that the phone library knows, at the end of a text (its `create_extn_pattern`).
static EXTENSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let named = r"[ \x{a0}\t,]*(?:e?xt(?:ensi(?:o\x{301}?|\x{f3}))?n?|ｅ?ｘｔｎ?|доб|anexo)[:.．]?[ \x{a0}\t,-]*(\p{Nd}{1,20})#?";
    let short = r"[ \x{a0}\t,]*(?:[xｘ#＃~～]|int|ｉｎｔ)[:.．]?[ \x{a0}\t,-]*(\p{Nd}{1,9})#?";
    let dialled = r"[ \x{a0}\t]*(?:,{2}|;)[:.．]?[ \x{a0}\t,-]*(\p{Nd}{1,15})#?";
    let comma = r"[ \x{a0}\t]*,+[:.．]?[ \x{a0}\t,-]*(\p{Nd}{1,9})#?";
    let hash = r"[- ]+(\p{Nd}{1,6})#";
    Regex::new(&format!(r"(?i)(?:;ext=(\p{{Nd}}{{1,20}})|{named}|{short}|{hash}|{dialled}|{comma})$")).ok()
});
const LABELS: [Label; 6] = [Label::Named, Label::Named, Label::Named, Label::Hash, Label::Separator, Label::Separator];

impl<'a> Shape<'a> {
    /// Finds the parts of a text.
    ///
    /// # Errors
    /// Letters that are neither a label before the number, nor one of an extension, nor part of a vanity number; and a
    /// second extension, which the library leaves out.
    pub fn of(text: &'a str) -> Result<Shape<'a>, PhoneProblem> {
        let start = text.find(|c: char| c.is_numeric() || matches!(c, '+' | '＋')).unwrap_or(text.len());
        let (label, whole) = text.split_at(start);
        let is_end = |c: char| !(c.is_alphanumeric() || c == '#');
        let whole = whole.trim_end_matches(is_end);
        let plain = Shape { number: whole, label: None, extension: "", has_letters: false };
        if whole.bytes().all(|byte| byte.is_ascii_digit() || b"+-() .".contains(&byte)) && !is_index(label, whole) {
            return Ok(plain);
        }
        let is_rfc = whole.contains(";phone-context=") || whole.contains(";isub=");
        let after_slash = whole.split(['/', '\\']).skip(1);
        if after_slash.map(|rest| rest.trim_start_matches(' ')).any(|rest| rest.starts_with('x')) {
            return Err(PhoneProblem::SecondNumber);
        }
        let shape = match EXTENSION.as_ref().and_then(|pattern| pattern.captures(whole)) {
            _ if is_rfc => Shape { number: whole.split(';').next().unwrap_or_default(), ..plain },
            Some(found) => {
                let end = found.get(0).map_or(whole.len(), |all| all.start());
                let digits = LABELS.iter().enumerate().find_map(|(at, label)| Some((*label, found.get(at + 1)?)));
                let number = whole.get(..end).unwrap_or_default();
                match digits {
                    Some((label, digits)) if is_viable(number) => {
                        Shape { number, label: Some(label), extension: digits.as_str(), has_letters: false }
                    }
                    _ => plain,
                }
            }
            None => plain,
        };
        // The prolonged sound mark of Japanese stands for a dash.
        let has_letters = shape.number.chars().any(|c| c.is_alphabetic() && c != 'ー');
        if is_index(label, whole) || has_letters && vanity(shape.number).is_none() {
            return Err(PhoneProblem::Letters);
        }
        Ok(Shape { has_letters, ..shape })
    }

    /// Whether a number that is written with letters is the one that the phone library made of them.
    pub fn spells(&self, number: E164) -> bool {
        let digits = number.digits();
        match vanity(self.number) {
            Some(Vanity::TollFree) => (18_000_000_000..19_000_000_000).contains(&digits),
            Some(Vanity::Australian) => matches!(digits / 1_000_000, 611_300 | 611_800),
            None => false,
        }
    }
}

/// Whether a text begins like a number for the library: with three digits, or two alone.
fn is_viable(number: &str) -> bool {
    let digits = number.chars().filter(|c| c.is_numeric()).count();
    digits >= 3 || digits == 2 && number.chars().count() == 2
}

/// Whether the first digit of a text is part of its label: `Phone2 0221 123456`, and not `Tel0221 123456`.
fn is_index(label: &str, whole: &str) -> bool {
    let mut following = whole.chars();
    label.ends_with(char::is_alphabetic)
        && following.next().is_some_and(char::is_numeric)
        && following.next().is_some_and(|c| !c.is_numeric())
}

/// The forms in which letters count as digits.
enum Vanity {
    /// North American: a toll-free code and seven characters (1-800-FLOWERS).
    TollFree,
    /// Australian: 1300 or 1800 and six characters.
    Australian,
}

/// Which form a number with letters has. A space between digits and letters stands behind the code alone, as in
/// `1 800 FLOWERS`, and not in `800-5550 Bob`.
fn vanity(number: &str) -> Option<Vanity> {
    let mut written = String::new();
    let mut has_gap = false;
    let mut gap_at = None;
    for c in number.chars().skip_while(|c| *c == '+') {
        if c.is_ascii_alphanumeric() {
            let is_other = written.ends_with(|last: char| last.is_ascii_digit() != c.is_ascii_digit());
            if has_gap && is_other && gap_at.replace(written.len()).is_some() {
                return None;
            }
            written.push(c);
            has_gap = false;
        } else if matches!(c, ' ' | '-' | '.' | '(' | ')') {
            has_gap |= c == ' ';
        } else {
            return None;
        }
    }
    let is_spelled = |rest: &str, length: usize| {
        let letters = rest.bytes().filter(u8::is_ascii_alphabetic).count();
        let is_after_gap = gap_at.is_none_or(|at| at + rest.len() == written.len() && letters == length);
        rest.len() == length && letters >= 3 && is_after_gap
    };
    let national = written.strip_prefix('1').unwrap_or(&written);
    let codes = ["800", "833", "844", "855", "866", "877", "888"];
    if codes.iter().filter_map(|code| national.strip_prefix(code)).any(|rest| is_spelled(rest, 7)) {
        return Some(Vanity::TollFree);
    }
    let national = written.strip_prefix("61").unwrap_or(&written);
    let rest = national.strip_prefix("1300").or_else(|| national.strip_prefix("1800"));
    rest.is_some_and(|rest| is_spelled(rest, 6)).then_some(Vanity::Australian)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_found_as_the_library_finds_them() {
        for (text, number, label, extension) in [
            ("Tel. 0221 123456", "0221 123456", None, ""),
            ("212-555-0142 x9", "212-555-0142", Some(Label::Named), "9"),
            ("+1 212 555 0142, ext. 12", "+1 212 555 0142", Some(Label::Named), "12"),
            ("212-555-0142;ext=12", "212-555-0142", Some(Label::Named), "12"),
            ("495 123-45-67 доб. 9", "495 123-45-67", Some(Label::Named), "9"),
            ("20123456,30123456", "20123456", Some(Label::Separator), "30123456"),
            ("212-555-0142 9#", "212-555-0142", Some(Label::Hash), "9"),
        ] {
            let shape = Shape::of(text).unwrap();
            assert_eq!((shape.number, shape.label, shape.extension), (number, label, extension), "{text}");
        }
    }

    #[test]
    fn only_vanity_numbers_have_letters() {
        for text in [
            "1-800-FLOWERS",
            "1-800-GO FEDEX",
            "1 800 FLOWERS",
            "+1 (800) FLOWERS",
            "1-800-4-LESSEE",
            "+1 888-flowers",
            "(800)FLOWERS",
            "1300-GOOGLE",
        ] {
            assert!(Shape::of(text).unwrap().has_letters, "{text}");
        }
        for text in [
            "800-5550 Bob",
            "1-800 FLOWER5",
            "1 800 55 FLOWE",
            "1-800-MATTRESS",
            "212-FLOWERS",
            "0221 123456 work",
            "0221 123456 NK",
            "555-0142 Bob",
            "03 1234 5678 代",
            "0221 123456 أ",
            "01 Firma 5123456",
            "Phone2 212 555 0142",
            "212 555 0142 Bob x9",
        ] {
            assert_eq!(Shape::of(text), Err(PhoneProblem::Letters), "{text}");
        }
    }
}
