//! The numbers of a cell that may hold several.

use super::read::as_it_is;
use super::shape::Shape;
use super::{ParsedPhone, PhoneCheck, PhoneProblem, Region, parse, plan};

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
    use PhoneProblem::{Date, LostDigits, NotValid, SecondNumber, SpreadsheetError};
    // The form of almost every cell.
    if let Some(number) = as_it_is(text, check) {
        return vec![(text, Ok(ParsedPhone::plain(number)))];
    }
    let whole = parse(text, region, check);
    // The comma of `1,21E+10` separates no numbers.
    if matches!(whole, Ok(_) | Err(LostDigits | SpreadsheetError | Date)) {
        return vec![(text, whole)];
    }
    let parts = parts(text, whole == Err(SecondNumber));
    if parts.len() < 2 {
        return vec![(text, whole)];
    }
    let mut read: Vec<(&str, Result<ParsedPhone, PhoneProblem>)> = Vec::new();
    for (place, part) in parts.into_iter().enumerate() {
        // Behind an international number a national one is of the same country: of no other that the sheet is from.
        let first = read.first().and_then(|(text, phone)| Some((text, phone.as_ref().ok()?)));
        let region = match first.filter(|(text, _)| text.trim_start().starts_with(['+', '＋'])) {
            Some((_, phone)) => Region::of(phone.number),
            None => region,
        };
        let phone = parse(part, region, check);
        // A later number may lack the area code of the first one: then it must not be taken for another.
        let phone = match phone {
            Ok(phone) if place > 0 && !plan::is_valid(phone.number) => {
                Err(NotValid(region.map(|region| region.to_string())))
            }
            phone => phone,
        };
        read.push((part, phone));
    }
    read
}

/// The parts of a cell, and of what has a number for an extension both.
fn parts(text: &str, has_second: bool) -> Vec<&str> {
    let parts: Vec<&str> = text
        .split([';', ',', '|', '/', '\n'])
        .flat_map(|part| part.split(":::"))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if !has_second {
        return parts;
    }
    parts.into_iter().flat_map(|part| extension_apart(part).unwrap_or_else(|| vec![part])).collect()
}

fn extension_apart(part: &str) -> Option<Vec<&str>> {
    let shape = Shape::of(part).ok()?;
    (shape.extension.chars().count() >= 7).then(|| vec![shape.number, shape.extension])
}
