//! Telephone numbers in E.164 (ITU-T Recommendation E.164), parsed by a port of libphonenumber.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber};

use super::time::datetime;
use super::{invisible, number_format};

pub mod equivalents;
pub mod plan;

/// A telephone region: the ISO 3166-1 code of a country, as libphonenumber uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region(rlibphonenumber::Region);

impl FromStr for Region {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let code = text.trim().to_ascii_uppercase();
        rlibphonenumber::Region::from_code(&code)
            .ok()
            .filter(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(*region).is_some())
            .map(Region)
            .ok_or_else(|| {
                format!("`{text}` is not a region with telephone numbers; use an ISO 3166 code such as US, GB or DE")
            })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A telephone number in E.164: country calling code and national number, 7 to 15 digits.
///
/// Stored in eight bytes, because an import holds millions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct E164(u64);

impl E164 {
    /// Reads a number that already is in E.164 (`+` and digits), without asking the phone library.
    pub fn from_e164(text: &str) -> Option<E164> {
        let digits = text.strip_prefix('+')?;
        let well_formed =
            (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        well_formed.then(|| digits.parse().ok().map(E164)).flatten()
    }

    /// The digits after the plus as one integer, which is the key of number sets.
    pub fn digits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

vocabulary! {
    /// How strictly a number is checked.
    #[derive(Default)]
    PhoneCheck {
        /// The number must lie in a range that is in use.
        #[default]
        Valid = "valid",
        /// The number must only have a possible length.
        Possible = "possible",
    }
}

/// A number as read from one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedPhone {
    pub number: E164,
    /// Digits to dial after the call is answered; empty when there is none.
    pub extension: String,
    /// Whether a spreadsheet's damage to the cell was undone.
    pub repaired: bool,
    /// What the text is when it has lost a plus, if that is another valid number: `4915123456789` was read by the rules of
    /// a region.
    pub with_plus: Option<E164>,
}

/// Why a text is not a telephone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneProblem {
    #[error("is a national number and no region is known")]
    RegionMissing,
    #[error("has lost digits to the spreadsheet's number format")]
    LostDigits,
    #[error("is a spreadsheet error, not a phone number")]
    SpreadsheetError,
    #[error("is a date: a spreadsheet may have made it of a phone number")]
    Date,
    #[error("is too short to be a phone number")]
    TooShort,
    #[error("is too long to be a phone number")]
    TooLong,
    #[error("begins with a country calling code that does not exist")]
    CallingCode,
    #[error("is not a phone number")]
    NotANumber,
    #[error("is not a possible phone number{}", in_region(.0))]
    NotPossible(Option<String>),
    #[error("is not a valid phone number{}", in_region(.0))]
    NotValid(Option<String>),
    #[error("is not a phone number{}, but would be one with a plus", in_region(.0))]
    NeedsPlus(Option<String>),
    #[error("has letters that are no part of a phone number")]
    Letters,
    #[error("may hold two phone numbers where one is wanted")]
    SecondNumber,
}

impl PhoneProblem {
    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            PhoneProblem::RegionMissing => {
                "give the region, for example --region US, or write the number with + and country code"
            }
            PhoneProblem::LostDigits | PhoneProblem::Date => {
                "format the column as text in the spreadsheet and export it again"
            }
            PhoneProblem::SpreadsheetError => "correct the formula, or empty the cell",
            PhoneProblem::NotValid(_) => {
                "correct the number, or accept numbers of possible length with --phone-check possible"
            }
            PhoneProblem::NeedsPlus(_) => "write it with + before the country code, or correct the number",
            PhoneProblem::Letters => "write the letters into another cell, or dial them as digits",
            PhoneProblem::SecondNumber => "write one number, or an extension as `ext. 12`",
            PhoneProblem::TooShort
            | PhoneProblem::TooLong
            | PhoneProblem::CallingCode
            | PhoneProblem::NotANumber
            | PhoneProblem::NotPossible(_) => "correct the number, or empty the cell",
        }
    }
}

fn in_region(region: &Option<String>) -> String {
    region.as_ref().map(|r| format!(" in {r}")).unwrap_or_default()
}

/// Reads a number for the do-not-call list: what cannot be told from a number in use is good enough there.
///
/// A number of the North American Numbering Plan in E.164 is taken as it is, without the phone library, whose first use
/// takes milliseconds; a region needs it, too, and is asked for only then. In other plans the library may change what looks like E.164: it drops the 0 of `+44020`.
///
/// # Errors
/// The problem, without the value.
pub fn parse_for_list(text: &str, region: impl FnOnce() -> Option<Region>) -> Result<E164, PhoneProblem> {
    match nanp(text.trim()) {
        Some(number) => Ok(number),
        None => parse(text, region(), PhoneCheck::Possible).map(|phone| phone.number),
    }
}

/// Reads `+1` and ten digits of which the first and the fourth are 2 to 9, as the North American Numbering Plan has it.
pub fn nanp(text: &str) -> Option<E164> {
    let digits = text.strip_prefix("+1")?.as_bytes();
    let starts = |at: usize| digits.get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    (digits.len() == 10 && starts(0) && starts(3)).then(|| E164::from_e164(text)).flatten()
}

/// Parses one telephone number, undoing what spreadsheets do to numbers.
///
/// # Errors
/// The problem, without the value: the caller knows where it stands.
pub fn parse(text: &str, region: Option<Region>, check: PhoneCheck) -> Result<ParsedPhone, PhoneProblem> {
    let bare = invisible::removed(text);
    let spaced = invisible::plain_spaces(&bare);
    let trimmed = spaced.trim().trim_start_matches(['\'', '’', '‘', '`']).trim_start();
    if trimmed.starts_with('#') {
        return Err(PhoneProblem::SpreadsheetError);
    }
    if is_date(trimmed) {
        return Err(PhoneProblem::Date);
    }
    let (candidate, repaired) = match number_format::phone(trimmed).map_err(|_| PhoneProblem::LostDigits)? {
        Some(digits) => (digits, true),
        // What nobody sees is left out as safely as a space, and told.
        None => (trimmed.to_owned(), bare.len() < text.len()),
    };
    let parsed = PHONE_NUMBER_UTIL.parse(&candidate, region.map(|r| r.0)).map_err(|e| problem_of(&e, &candidate))?;
    accept(&parsed, region, check)?;
    let digits = format!("{}{}", parsed.country_code, national_digits(&parsed));
    let number = E164::from_e164(&format!("+{digits}")).ok_or(PhoneProblem::TooLong)?;
    Ok(ParsedPhone { number, extension: parsed.extension.unwrap_or_default(), repaired, with_plus: None })
}

/// Reads the digits of a text without plus as if they followed one, if that is a valid number.
pub fn reading_with_plus(text: &str) -> Option<E164> {
    let digits = PHONE_NUMBER_UTIL.normalize_digits_only(text);
    E164::from_e164(&format!("+{digits}")).filter(|number| plan::is_valid(*number))
}

/// Parses a cell that may hold several numbers, separated by `;` `,` `|` `/`, a line break or `:::`.
///
/// # Errors
/// The problem of the first number that cannot be read.
pub fn parse_several(text: &str, region: Option<Region>, check: PhoneCheck) -> Result<Vec<ParsedPhone>, PhoneProblem> {
    parse_each(text, region, check).into_iter().map(|(_, read)| read).collect()
}

/// Parses a cell like [`parse_several`], and tells of each part whether it is a number.
pub fn parse_each(
    text: &str,
    region: Option<Region>,
    check: PhoneCheck,
) -> Vec<(&str, Result<ParsedPhone, PhoneProblem>)> {
    use PhoneProblem::{Date, LostDigits, SpreadsheetError};
    // The form of almost every cell; whether a number is in use only the library knows.
    if check == PhoneCheck::Possible
        && let Some(number) = nanp(text)
    {
        return vec![(text, Ok(ParsedPhone { number, extension: String::new(), repaired: false, with_plus: None }))];
    }
    let whole = parse(text, region, check);
    // The comma of `1,21E+10` separates no numbers.
    if matches!(whole, Ok(_) | Err(LostDigits | SpreadsheetError | Date)) {
        return vec![(text, whole)];
    }
    let parts: Vec<&str> = text
        .split([';', ',', '|', '/', '\n'])
        .flat_map(|part| part.split(":::"))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    match parts.len() {
        0 | 1 => vec![(text, whole)],
        _ => parts.into_iter().map(|part| (part, parse(part, region, check))).collect(),
    }
}

fn accept(parsed: &PhoneNumber, region: Option<Region>, check: PhoneCheck) -> Result<(), PhoneProblem> {
    let name = region.map(|r| r.to_string());
    match check {
        PhoneCheck::Valid if parsed.is_valid() => Ok(()),
        PhoneCheck::Valid => Err(PhoneProblem::NotValid(name)),
        PhoneCheck::Possible => match parsed.is_possible_with_reason() {
            Ok(NumberLengthType::IsPossible) => Ok(()),
            _ => Err(PhoneProblem::NotPossible(name)),
        },
    }
}

fn national_digits(parsed: &PhoneNumber) -> String {
    rlibphonenumber::get_national_significant_number_owned(parsed)
}

fn problem_of(error: &ParseError, candidate: &str) -> PhoneProblem {
    let has_digits = candidate.chars().filter(|c| c.is_numeric()).count() >= 3;
    match error {
        ParseError::InvalidCountryCode if candidate.trim_start().starts_with('+') => PhoneProblem::CallingCode,
        ParseError::InvalidCountryCode if has_digits => PhoneProblem::RegionMissing,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => PhoneProblem::TooShort,
        ParseError::TooLongNsn => PhoneProblem::TooLong,
        _ => PhoneProblem::NotANumber,
    }
}

/// Whether a text is a date as spreadsheets write them, ISO or with slashes. Its eight digits would be a phone number in
/// some countries.
fn is_date(text: &str) -> bool {
    let is_iso = matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|x| x.is_ascii_digit()));
    (is_iso || text.contains('/')) && datetime::is_date(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn us(text: &str) -> Result<ParsedPhone, PhoneProblem> {
        parse(text, Region::from_str("US").ok(), PhoneCheck::Valid)
    }

    #[test]
    fn one_number_in_many_spellings() {
        for text in [
            "(212) 555-0142",
            "+12125550142",
            "212.555.0142",
            "1 212 555 0142",
            " 2125550142 ",
            "12125550142.0",
            "1.2125550142E+10",
            "2.125550142E+09",
            "２１２５５５０１４２",
            "'2125550142",
            "+1.2125550142E+10",
            "12125550142.00",
            "12,125,550,142",
        ] {
            assert_eq!(us(text).map(|p| p.number.to_string()), Ok("+12125550142".to_owned()), "{text}");
        }
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        for (text, repaired) in [
            ("212\u{200b}5550142", true),
            ("+1 212\u{2060} 555\u{ad}-0142", true),
            ("(212)\u{202c} 555-0142", true),
            ("212\u{202f}555\u{202f}0142", false),
            ("+1\u{2009}212\u{2007}555\u{a0}0142", false),
            ("212\u{3000}555 0142", false),
            ("’+12125550142", false),
        ] {
            let read = us(text).map(|phone| (phone.number.to_string(), phone.repaired));
            assert_eq!(read, Ok(("+12125550142".to_owned(), repaired)), "{text:?}");
        }
    }

    #[test]
    fn damage_is_repaired_or_named() {
        assert_eq!(us("12125550142.0").map(|p| p.repaired), Ok(true));
        assert_eq!(us("2125550142").map(|p| p.repaired), Ok(false));
        assert_eq!(us("1.21E+10"), Err(PhoneProblem::LostDigits));
        assert_eq!(us("1,21E+10"), Err(PhoneProblem::LostDigits));
        assert_eq!(us("#N/A"), Err(PhoneProblem::SpreadsheetError));
        // In Denmark, which has numbers of eight digits, too.
        for text in ["2025-03-17", "2025-03-17T08:00:00.000", "17/03/2025", "3/17/2025 8:00"] {
            assert_eq!(parse(text, Region::from_str("DK").ok(), PhoneCheck::Valid), Err(PhoneProblem::Date), "{text}");
        }
        assert!(parse("20 25 03 17", Region::from_str("DK").ok(), PhoneCheck::Valid).is_ok());
    }

    #[test]
    fn what_is_not_a_number_is_told_apart() {
        assert_eq!(parse("2125550142", None, PhoneCheck::Valid), Err(PhoneProblem::RegionMissing));
        assert_eq!(us("call me"), Err(PhoneProblem::NotANumber));
        assert!(matches!(us("555-01"), Err(PhoneProblem::NotValid(_))));
        assert_eq!(us("+999 123 456"), Err(PhoneProblem::CallingCode));
    }

    #[test]
    fn extensions_and_several_numbers() {
        assert_eq!(us("212.555.0142 x9").map(|p| p.extension), Ok("9".to_owned()));
        let region = Region::from_str("US").ok();
        let both = parse_several("212-555-0142; 212-555-0143", region, PhoneCheck::Valid).unwrap();
        assert_eq!(both.iter().map(|p| p.number.digits()).collect::<Vec<_>>(), [12125550142, 12125550143]);
        assert_eq!(parse_several("1,21E+10", region, PhoneCheck::Valid), Err(PhoneProblem::LostDigits));
        assert!(parse_several("212-555-0142; nope", region, PhoneCheck::Valid).is_err());
    }

    #[test]
    fn italian_leading_zero_is_kept() {
        let rome = parse("06 698 12345", Region::from_str("IT").ok(), PhoneCheck::Possible).unwrap();
        assert_eq!(rome.number.to_string(), "+390669812345");
    }

    #[test]
    fn the_list_has_one_spelling_of_each_number() {
        let read = |text: &str| parse_for_list(text, || None).map(|number| number.to_string()).ok();
        assert_eq!(read("+4402079460123").as_deref(), Some("+442079460123"));
        assert_eq!(read("+44 (0)20 7946 0123").as_deref(), Some("+442079460123"));
        assert_eq!(read("+1212555014"), None);
        assert_eq!(read(" +12125550142 ").as_deref(), Some("+12125550142"));
    }

    #[test]
    fn e164_is_strict() {
        assert_eq!(E164::from_e164("+12125550142").map(E164::digits), Some(12125550142));
        for bad in ["12125550142", "+0125550142", "+1212", "+1212555014212345", "+1212555a142", ""] {
            assert_eq!(E164::from_e164(bad), None, "{bad}");
        }
        assert!(Region::from_str("XX").is_err());
        assert_eq!(Region::from_str("us").unwrap().to_string(), "US");
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_a_problem(text in "\\PC{0,24}|[0-9+().eE#, x-]{0,24}") {
            let region = Region::from_str("US").ok();
            if let Ok(phones) = parse_several(&text, region, PhoneCheck::Possible) {
                for phone in phones {
                    // What was read is E.164 and reads as itself.
                    let again = parse(&phone.number.to_string(), None, PhoneCheck::Possible);
                    prop_assert_eq!(again.map(|p| p.number), Ok(phone.number));
                }
            }
        }

        #[test]
        fn the_phone_library_leaves_north_american_e164_as_it_is(area in 200u32..1000, exchange in 200u32..1000, line in 0u32..10_000) {
            let text = format!("+1{area}{exchange}{line:04}");
            let quick = nanp(&text);
            prop_assert!(quick.is_some());
            for region in [None, Region::from_str("US").ok(), Region::from_str("DE").ok()] {
                prop_assert_eq!(parse(&text, region, PhoneCheck::Possible).ok().map(|phone| phone.number), quick);
            }
        }

        #[test]
        fn whole_damage_is_undone_and_lost_digits_are_named(line in 0u32..10_000, exchange in 200u32..1000, kept in 1usize..10) {
            let number = format!("1212{exchange}{line:04}");
            let read = |text: &str| parse(text, Region::from_str("US").ok(), PhoneCheck::Possible);
            let plain = read(&format!("+{number}")).map(|phone| phone.number);
            prop_assert_eq!(read(&format!("{number}.0")).map(|phone| phone.number), plain.clone());
            let all = format!("{}.{}E+10", &number[..1], &number[1..]);
            prop_assert_eq!(read(&all).map(|phone| phone.number), plain);
            let lost = format!("{}.{}E+10", &number[..1], &number[1..1 + kept]);
            if kept < 10 {
                prop_assert_eq!(read(&lost), Err(PhoneProblem::LostDigits));
            }
        }
    }
}
