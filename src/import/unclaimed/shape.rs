//! What a cell looks like: phones, email addresses, currencies.

use std::str::FromStr;

use iso_currency::Currency;

use crate::domain::country;
use crate::domain::email::Email;
use crate::domain::money::currency;
use crate::domain::phone::{self, PhoneCheck, PhoneProblem, Region};
use crate::domain::text::cell_text;
use crate::domain::time::datetime;

/// What a cell looks like, by its characters alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Other,
    /// Digits with a plus, with separators, with the 0 that begins national numbers, or with words such as `ext`.
    Written,
    /// Nothing but digits: a number of somebody, or of an order.
    Bare,
    /// It has the @ of an email address.
    Address,
    /// A currency's code, symbol or name would fit.
    Letters,
}

/// The longest cell that may hold addresses, in bytes; what is longer is prose.
const LONGEST_ADDRESSES: usize = 300;

/// The longest cell that may hold phones, in bytes.
const LONGEST_PHONES: usize = 80;

pub(super) fn shape(text: &str) -> Shape {
    if text.contains('@') {
        return Shape::Address;
    }
    if text.len() > LONGEST_PHONES {
        return Shape::Other;
    }
    // Most cells have too few digits.
    if text.is_ascii() && (1..7).contains(&text.bytes().filter(u8::is_ascii_digit).count()) {
        return Shape::Other;
    }
    let (mut digits, mut separators, mut plus, mut several, mut words) = (0, 0, false, false, false);
    for c in text.chars() {
        match c {
            '0'..='9' | '０'..='９' => digits += 1,
            '+' | '＋' => plus = true,
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2010}'..='\u{2013}' => {
                separators += 1
            }
            ';' | ',' | '|' | '\n' => several = true,
            ':' | '#' => words = true,
            c if c.is_alphabetic() => words = true,
            _ => return if digits == 0 && text.chars().count() <= 4 { Shape::Letters } else { Shape::Other },
        }
    }
    if digits == 0 {
        return if text.len() <= 12 && !text.contains(' ') { Shape::Letters } else { Shape::Other };
    }
    if words && !has_only_phone_words(text) {
        return Shape::Other;
    }
    let single = (7..=15).contains(&digits);
    match (single, plus, separators) {
        (true, true, _) => Shape::Written,
        // One point or dash is as likely a decimal number, or a number of some document.
        (true, false, 2..) => Shape::Written,
        (true, false, 1) if text.contains([' ', '/']) || text.starts_with('0') => Shape::Written,
        (true, false, 0) if text.starts_with('0') || words => Shape::Written,
        (true, false, 0) if !several => Shape::Bare,
        _ if (words || several) && digits > 7 && (plus || separators > 1) => Shape::Written,
        _ => Shape::Other,
    }
}

/// Whether the letters of a text are those that people write beside a phone number.
fn has_only_phone_words(text: &str) -> bool {
    const WORDS: [&str; 18] = [
        "x",
        "ext",
        "extn",
        "extension",
        "tel",
        "telefon",
        "phone",
        "ph",
        "mobile",
        "mob",
        "cell",
        "p",
        "m",
        "t",
        "h",
        "w",
        "home",
        "work",
    ];
    let mut words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.all(|word| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

pub(super) fn is_phone(text: &str, region: Option<Region>) -> bool {
    if datetime::is_date(text) || text.parse::<std::net::Ipv4Addr>().is_ok() {
        return false;
    }
    let text = text.split_once(':').map_or(text, |(_, number)| number);
    phone::parse_each(text, region, PhoneCheck::Valid).iter().any(|(_, read)| match read {
        Ok(_) => true,
        // Of a national number nobody has said the country.
        Err(PhoneProblem::RegionMissing) => text.starts_with('('),
        Err(PhoneProblem::NeedsPlus(_) | PhoneProblem::SecondNumber) => true,
        // A number with a note: `+1 212 555 0142 (mobile)`.
        Err(PhoneProblem::Letters) => phone::parse(before_note(text), region, PhoneCheck::Valid).is_ok(),
        Err(_) => false,
    })
}

/// Whether a text is read as a phone number but for its region.
pub(super) fn lacks_region(text: &str) -> bool {
    let is_other = datetime::is_date(text) || text.parse::<std::net::Ipv4Addr>().is_ok();
    let mut read = phone::parse_each(text, None, PhoneCheck::Valid).into_iter();
    !is_other && read.any(|(_, read)| matches!(read, Err(PhoneProblem::RegionMissing)))
}

/// A text up to the first letter behind a digit.
fn before_note(text: &str) -> &str {
    let digit = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (label, rest) = text.split_at(digit);
    let end = rest.find(char::is_alphabetic).map_or(text.len(), |at| label.len() + at);
    text.get(..end).unwrap_or(text)
}

pub(super) fn is_address(text: &str) -> bool {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let mut parts = text.split([',', ';', ' ']).filter(|part| !part.is_empty());
    text.len() <= LONGEST_ADDRESSES && parts.all(|part| Email::parse(part).is_ok())
}

pub(super) fn is_currency(text: &str) -> bool {
    let is_name =
        ["euro", "euros", "dollar", "dollars", "pound", "pounds"].iter().any(|name| text.eq_ignore_ascii_case(name));
    let is_symbol = !text.is_ascii() || text == "$";
    is_name || currency::parse(text).is_ok() || (is_symbol && currency::of_symbol(text, Currency::USD).is_ok())
}

pub(super) fn region_of_country(cell: &str) -> Option<Region> {
    Region::from_str(&country::parse(cell_text(cell))?).ok()
}
