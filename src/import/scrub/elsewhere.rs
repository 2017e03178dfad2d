//! Numbers in cells that nobody takes for phones, however they are written.

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use regex::Regex;

use super::row::{Number, between_words};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{PhoneCheck, PhoneProblem, Region, parse_each, plan};
use crate::domain::text::cell_value;
use crate::domain::time::datetime;
use crate::import::unclaimed::{has_phone_words, is_national};

/// So many digits numbers have, with those of prefixes and of a second one.
const FEWEST_DIGITS: usize = 7;
const MOST_DIGITS: usize = 40;

/// What may be numbers in a cell that nobody takes for phones; `each` hears of each whether it is a valid number that is not written as
/// something else is, such as a date. Digits alone among words may be of anything, and are told as no valid number.
pub fn elsewhere(cell: &str, region: Option<Region>, mut each: impl FnMut(Number, bool)) {
    let text = cell_value(cell);
    // Most cells have too few digits.
    if text.len() < FEWEST_DIGITS || !has_digits(text) {
        return;
    }
    let text = &*plain(text);
    let mut read = |text: &str, is_other: bool| {
        let mut is_read = false;
        for (part, read) in parse_each(text, region, PhoneCheck::Possible) {
            match read.map(Reading::from) {
                Ok(reading) => {
                    is_read = true;
                    each(Ok(reading), !is_other && reading.all().any(plan::is_valid));
                }
                // Nobody has said of which country it is.
                Err(PhoneProblem::RegionMissing) if !is_other && is_national(part).is_some() => {
                    is_read = true;
                    each(Err(PhoneProblem::RegionMissing), true);
                }
                Err(_) => {}
            }
        }
        is_read
    };
    if may_be_number(text) {
        let is_other = is_written_otherwise(text);
        // `00` goes before a calling code in most countries, and in those of `011` before nothing.
        match text.strip_prefix("00").filter(|_| !is_other) {
            Some(rest) => _ = read(&format!("+{rest}"), is_other) || read(text, is_other),
            None => _ = read(text, is_other),
        }
    } else if has_phone_words(text) {
        between_words(text).filter(|part| may_be_number(part)).for_each(|part| _ = read(part, false));
    } else {
        let Some(numbers) = &*AMONG_WORDS else { return };
        for found in numbers.find_iter(text).map(|found| found.as_str()).filter(|found| may_be_number(found)) {
            let is_bare = |text: &str| text.chars().all(char::is_numeric);
            if is_bare(found) || !read(found, is_written_otherwise(found)) {
                let words = found.split_whitespace().filter(|word| may_be_number(word));
                words.for_each(|word| _ = read(word, is_bare(word) || is_written_otherwise(word)));
            }
        }
    }
}

/// Digits with what stands within numbers, and no letter or digit beside them.
static AMONG_WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[+＋]?\(?\b{start-half}\p{Nd}[\p{Nd}\s().\-–]*\p{Nd}\b{end-half}").ok());

/// Whether a text has enough digits for a number, of whatever script.
fn has_digits(text: &str) -> bool {
    match text.is_ascii() {
        true => text.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS,
        false => text.chars().filter(|c| c.is_numeric()).count() >= FEWEST_DIGITS,
    }
}

/// A text without what programs put around numbers: `#2125550142`, `212_555_0142`, `2.125550142E9`.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(['e', 'E'])
        && let Ok(number) = text.parse::<f64>()
        && number.fract() == 0.0
        && number.abs() < 1e15
    {
        return Cow::Owned(format!("{number:.0}"));
    }
    match text.starts_with('#') || text.contains('_') {
        true => Cow::Owned(text.trim_start_matches('#').replace('_', " ")),
        false => Cow::Borrowed(text),
    }
}

/// Whether a text is written as dates, addresses of the Internet, or decimal numbers are.
fn is_written_otherwise(text: &str) -> bool {
    datetime::is_date(text)
        || text.parse::<Ipv4Addr>().is_ok()
        || (text.contains('.') && text.parse::<f64>().is_ok_and(|number| number.fract() != 0.0))
}

/// Whether a text has the digits of a number and no letters, before the phone library is asked.
fn may_be_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits) && !text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn elsewhere_in(region: Option<Region>, cell: &str) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        elsewhere(cell, region, |number, is_valid| {
            found.push((number.as_ref().map_or("?".to_owned(), |it| it.number.to_string()), is_valid));
        });
        found
    }

    #[test]
    fn elsewhere_only_what_reads_as_a_number_counts() {
        let region = Region::from_str("US").ok();
        let found = |cell: &str| elsewhere_in(region, cell);
        let valid = |number: &str| vec![(number.to_owned(), true)];
        for cell in [
            "2125550142",
            "(212) 555-0142",
            "Tel: (212) 555-0142",
            "212-555-0142 (mobile)",
            "(212) 555-0142 x34",
            "2125550142.0",
            "'+1 212 555 0142",
        ] {
            assert_eq!(found(cell), valid("+12125550142"), "{cell}");
        }
        let both = [("+12125550142".to_owned(), true), ("+12125550143".to_owned(), true)];
        for cell in ["2125550142; 2125550143", "home: 212-555-0142, work: 212-555-0143"] {
            assert_eq!(found(cell), both, "{cell}");
        }
        for cell in ["Ann", "12", "2026-03-04", "123456", "call at 2026-03-04", "$1,234,567.00"] {
            assert_eq!(found(cell), [], "{cell}");
        }
        // However it is written, and with words beside it.
        for cell in [
            "２１２５５５０１４２",
            "٢١٢٥٥٥٠١٤٢",
            "#2125550142",
            "0012125550142",
            "212_555_0142",
            "1-212-555-0142;ext=9",
            "2.125550142E9",
            "(212)555-0142 Ann",
            "Bob 212-555-0142",
            "we spoke, 12 minutes, on 212.555.0142 yesterday",
        ] {
            assert_eq!(found(cell), valid("+12125550142"), "{cell}");
        }
        assert_eq!(found("212-555-0142 or 212-555-0143"), both);
        // Of digits alone among words the own list is asked, for they may be of anything.
        for cell in [
            "A-2125550142",
            "20 Main St 2125550142",
            "2125550142@vtext.com",
            "https://wa.me/12125550142",
            "room 12 2125550142",
        ] {
            assert_eq!(found(cell), [("+12125550142".to_owned(), false)], "{cell}");
        }
        // What is no valid number is none, and the own list is asked all the same.
        assert_eq!(found("1000000001"), [("+11000000001".to_owned(), false)]);
        assert_eq!(elsewhere_in(None, "2125550142"), [("?".to_owned(), true)]);
        assert_eq!(elsewhere_in(None, "12345678"), []);
    }
}
