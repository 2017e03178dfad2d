//! One number of a text.

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber};

use super::old_spelling;
use super::shape::{Label, Shape};
use super::{E164, PhoneProblem, Region, nanp, plan};
use crate::domain::time::datetime;
use crate::domain::{invisible, number_format};

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
    /// Another valid number that the text means if it has lost a plus, or has the 00 or 011 of another region:
    /// `4915123456789` was read by the rules of a region.
    pub with_plus: Option<E164>,
}

impl ParsedPhone {
    /// A number without an extension that was written as it is.
    pub fn plain(number: E164) -> ParsedPhone {
        ParsedPhone { number, extension: String::new(), repaired: false, with_plus: None }
    }
}

/// Reads E.164 that the phone library is known to read as itself.
pub(super) fn as_it_is(text: &str, check: PhoneCheck) -> Option<E164> {
    let number = E164::from_e164(text)?;
    (check == PhoneCheck::Possible && nanp(text).is_some() || plan::reads_as_itself(number)).then_some(number)
}

/// Parses one telephone number, undoing what spreadsheets do to numbers.
///
/// # Errors
/// The problem, without the value: the caller knows where it stands.
pub fn parse(text: &str, region: Option<Region>, check: PhoneCheck) -> Result<ParsedPhone, PhoneProblem> {
    let bare = invisible::removed(text);
    let spaced = invisible::plain_spaces(&bare);
    let trimmed = spaced.trim().trim_start_matches(['\'', '’', '‘', '`']).trim_start();
    // What nobody sees is left out as safely as a space, and told.
    let was_cleaned = bare.len() < text.len();
    if let Some(number) = as_it_is(trimmed, check) {
        return Ok(ParsedPhone { repaired: was_cleaned, ..ParsedPhone::plain(number) });
    }
    if trimmed.starts_with('#') {
        return Err(PhoneProblem::SpreadsheetError);
    }
    if is_date(trimmed) {
        return Err(PhoneProblem::Date);
    }
    match number_format::phone(trimmed).map_err(|_| PhoneProblem::LostDigits)? {
        Some(digits) => {
            let plus = if trimmed.starts_with('+') { "+" } else { "" };
            let read = read(&format!("{plus}{digits}"), region, check)?;
            Ok(ParsedPhone { repaired: true, ..read })
        }
        None => of_old_spelling(read(trimmed, region, check), trimmed, check)
            .map(|read| ParsedPhone { repaired: was_cleaned, ..read }),
    }
}

/// Whoever asks not to be contacted may do so by a number as it was written before its plan changed.
fn of_old_spelling(
    read: Result<ParsedPhone, PhoneProblem>,
    text: &str,
    check: PhoneCheck,
) -> Result<ParsedPhone, PhoneProblem> {
    match read {
        Err(problem) if check == PhoneCheck::Possible => {
            old_spelling::read(text).map(ParsedPhone::plain).ok_or(problem)
        }
        read => read,
    }
}

/// Reads a text that no spreadsheet has damaged.
fn read(text: &str, region: Option<Region>, check: PhoneCheck) -> Result<ParsedPhone, PhoneProblem> {
    let shape = Shape::of(text)?;
    let with_plus = if shape.has_letters { None } else { from_digits(shape.number) };
    use PhoneProblem::{Letters, NeedsPlus, RegionMissing, SecondNumber};
    match by_library(text, &shape, region, check) {
        Ok(phone) => Ok(ParsedPhone { with_plus: with_plus.filter(|other| *other != phone.number), ..phone }),
        Err(problem @ (RegionMissing | SecondNumber | Letters)) => Err(problem),
        Err(problem) if with_plus.is_none() => Err(problem),
        Err(_) => Err(NeedsPlus(region.map(|region| region.to_string()))),
    }
}

fn by_library(
    text: &str,
    shape: &Shape<'_>,
    region: Option<Region>,
    check: PhoneCheck,
) -> Result<ParsedPhone, PhoneProblem> {
    let parsed = PHONE_NUMBER_UTIL.parse(text, region.map(|r| r.0)).map_err(|e| problem_of(&e, text))?;
    let accepted = accept(&parsed, region, check);
    let Some(number) = e164(&parsed) else {
        // The library knows valid numbers of four digits, such as 9601 in Iran. E.164 of less than seven reaches nobody.
        let unfit = if parsed.national_number < 1_000_000 { PhoneProblem::TooShort } else { PhoneProblem::TooLong };
        return Err(accepted.err().unwrap_or(unfit));
    };
    if shape.has_letters && !shape.spells(number) {
        return Err(PhoneProblem::Letters);
    }
    let extension = parsed.extension.as_deref().unwrap_or_default();
    if is_second(shape, &parsed, number, extension, region) {
        return Err(PhoneProblem::SecondNumber);
    }
    accepted?;
    Ok(ParsedPhone { extension: extension.to_owned(), ..ParsedPhone::plain(number) })
}

/// Whether what the library took for an extension, or for the end of a number, is a number of its own.
fn is_second(shape: &Shape<'_>, parsed: &PhoneNumber, number: E164, extension: &str, region: Option<Region>) -> bool {
    if let Some((before, _)) = shape.number.split_once('/')
        && let Ok(before) = PHONE_NUMBER_UTIL.parse(before, region.map(|r| r.0))
        && before.is_valid()
        && before.national_number != parsed.national_number
    {
        return true;
    }
    let Some(label) = shape.label else { return !extension.is_empty() };
    let alone = || E164::from_e164(&format!("+{}{extension}", parsed.country_code));
    let is_subscriber = extension.chars().count() >= 7 || alone().is_some_and(plan::is_valid);
    let is_more = match label {
        Label::Named => false,
        Label::Separator => is_possible_after(parsed.country_code, extension),
        // `212-555-0142 9#` has an extension; the # of `0221 12345 678#` may stand at the end of one number.
        Label::Hash => {
            let whole = format!("{}{extension}", number.digits());
            is_possible_after(parsed.country_code, whole.get(plan::calling_code_length(number)..).unwrap_or_default())
        }
    };
    is_subscriber || is_more
}

/// Whether digits have the length of a subscriber number of a calling code, be it one that only neighbours dial.
fn is_possible_after(country_code: i32, digits: &str) -> bool {
    let Ok(national_number) = digits.parse() else { return true };
    PhoneNumber { country_code, national_number, ..PhoneNumber::default() }.is_possible_with_reason().is_ok()
}

/// Reads a text without plus as if it had one, or as a number after 00 or 011, if that is a valid number.
///
/// The phone library reads such a text as a national number of a region. Its plus may have been lost in a spreadsheet.
pub fn reading_with_plus(text: &str) -> Option<E164> {
    let bare = invisible::removed(text);
    let spaced = invisible::plain_spaces(&bare);
    let trimmed = spaced.trim().trim_start_matches(['\'', '’', '‘', '`']).trim_start();
    let unsigned = match number_format::phone(trimmed).ok()? {
        Some(_) if trimmed.starts_with('+') => return None,
        Some(digits) => return from_digits(&digits),
        None => trimmed,
    };
    let shape = Shape::of(unsigned).ok()?;
    if shape.has_letters { None } else { from_digits(shape.number) }
}

/// Reads the digits of a number, without regard to what stands between them, as if they followed a plus.
fn from_digits(number: &str) -> Option<E164> {
    let digits = match number.is_ascii() {
        true => number.chars().filter(char::is_ascii_digit).collect(),
        false => PHONE_NUMBER_UTIL.normalize_digits_only(number),
    };
    let has_plus = number.starts_with(['+', '＋']);
    if has_plus && !digits.starts_with('0') {
        return None;
    }
    let international = |digits: &str| {
        let begins = !digits.starts_with('0') && digits.len() <= 15;
        let number = E164::of_digits(digits.parse().ok().filter(|_| begins)?)?;
        if plan::is_valid(number) {
            return Some(number);
        }
        // +44 (0)20 7946 0123
        let parse = || PHONE_NUMBER_UTIL.parse(number.to_string(), None).ok();
        let read = plan::may_hold_prefix(number).then(parse).flatten()?;
        e164(&read).filter(|number| plan::is_valid(*number))
    };
    ["", "00", "011"].into_iter().filter_map(|prefix| digits.strip_prefix(prefix)).find_map(international)
}

fn e164(parsed: &PhoneNumber) -> Option<E164> {
    let national = rlibphonenumber::get_national_significant_number_owned(parsed);
    E164::from_e164(&format!("+{}{national}", parsed.country_code))
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
