//! A line of a registry's file: one number, written as the operators of registries write them.

use crate::domain::phone::{E164, PhoneCheck, Region, nanp, parse, plan};

/// Whose numbers a file holds.
#[derive(Debug, Clone, Copy)]
pub struct Country {
    region: Region,
    pub(super) calling_code: i32,
    /// Area codes of other countries that share the calling code, a bit for each, since every line asks.
    others: [u64; AREA_CODES / 64],
}

/// Three digits make an area code; the rest is air.
const AREA_CODES: usize = 1024;

impl Country {
    pub fn new(region: Region, calling_code: i32) -> Country {
        let (name, mut others) = (region.to_string(), [0; AREA_CODES / 64]);
        let foreign = (200..1000u16).filter(|code| calling_code == 1 && !nanp::may_be_of(*code, &name));
        for code in foreign {
            if let Some(word) = others.get_mut(usize::from(code / 64)) {
                *word |= 1 << (code % 64);
            }
        }
        Country { region, calling_code, others }
    }

    /// A number of the North American Numbering Plan by its ten digits, if it may be this country's.
    fn north_american(&self, national: u64) -> Result<u64, LineProblem> {
        let code = (national / 10_000_000) as usize;
        match self.others.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1) {
            true => Err(LineProblem::OtherCountry),
            false => Ok(10_000_000_000 + national),
        }
    }
}

/// Why a line is no number of the registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    #[error("is no phone number")]
    NoNumber,
    #[error("holds more than a phone number")]
    More,
    #[error("is a number of another country than the registry's")]
    OtherCountry,
    #[error("has no area code before it")]
    NoAreaCode,
    #[error("is a formula whose result is not stored in the file")]
    Formula,
}

/// The longest line that may be a number, in bytes: blanks and separators among its digits.
const LONGEST: usize = 64;

/// Reads `AAA,NNNNNNN`, ten digits, numbers with their trunk prefix, in E.164, or as people write them.
///
/// # Errors
/// It is none, or one of another country.
pub fn number(line: &[u8], country: Country) -> Result<u64, LineProblem> {
    if country.calling_code == 1
        && let Some(national) = ten_digits(line)
    {
        return country.north_american(national);
    }
    let text = std::str::from_utf8(line).map_err(|_| LineProblem::NoNumber)?.trim().trim_matches('"').trim();
    if text.len() > LONGEST {
        return Err(LineProblem::More);
    }
    let digits = digits(text)?;
    match country.calling_code {
        1 => north_american(text, &digits, country),
        44 => british(text, &digits, country),
        _ => any(text, country),
    }
}

/// `AAA,NNNNNNN` or `AAANNNNNNN`: almost every line of the large lists.
fn ten_digits(line: &[u8]) -> Option<u64> {
    let value = |digits: &[u8]| {
        digits.iter().try_fold(0u64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
    };
    let national = match line {
        [a, b, c, b',', rest @ ..] if rest.len() == 7 => value(&[*a, *b, *c])? * 10_000_000 + value(rest)?,
        _ if line.len() == 10 => value(line)?,
        _ => return None,
    };
    (national >= 2_000_000_000).then_some(national)
}

/// The digits of a text that has nothing else but what people write among them.
fn digits(text: &str) -> Result<String, LineProblem> {
    let rest = text.strip_prefix('+').unwrap_or(text);
    if rest.matches(',').count() > 1 {
        return Err(LineProblem::More);
    }
    let mut digits = String::with_capacity(16);
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' | ',' | '\u{a0}' => {}
            _ => return Err(LineProblem::NoNumber),
        }
    }
    match digits.len() {
        0..=4 => Err(LineProblem::NoNumber),
        5..=16 => Ok(digits),
        _ => Err(LineProblem::More),
    }
}

fn north_american(text: &str, digits: &str, country: Country) -> Result<u64, LineProblem> {
    let has_comma_elsewhere = text.find(',').is_some_and(|at| at != 3 || digits.len() != 10);
    if has_comma_elsewhere {
        return Err(LineProblem::NoNumber);
    }
    let national = match (text.starts_with('+'), digits.len()) {
        (_, 11) => digits.strip_prefix('1').ok_or(LineProblem::OtherCountry)?,
        (true, _) => return Err(LineProblem::OtherCountry),
        (false, 10) => digits,
        (false, _) => return Err(LineProblem::NoNumber),
    };
    let national: u64 = national.parse().map_err(|_| LineProblem::NoNumber)?;
    match national >= 2_000_000_000 {
        true => country.north_american(national),
        false => Err(LineProblem::NoNumber),
    }
}

/// The lists of the United Kingdom have national numbers with their 0, in twelve columns.
fn british(text: &str, digits: &str, country: Country) -> Result<u64, LineProblem> {
    let is_plain = !text.starts_with('+') && !text.contains(',');
    let national = match (!is_plain, digits.strip_prefix('0')) {
        (false, Some(national)) if !national.starts_with('0') => national,
        _ => return any(text, country),
    };
    match (national.len(), national.parse::<u64>()) {
        (9 | 10, Ok(value)) => Ok(44 * 10u64.pow(national.len() as u32) + value),
        _ => any(text, country),
    }
}

/// What the phone library reads, if its length is possible.
fn any(text: &str, country: Country) -> Result<u64, LineProblem> {
    if text.contains(',') {
        return Err(LineProblem::NoNumber);
    }
    let number = match E164::from_e164(text) {
        Some(number) => number,
        None => parse(text, Some(country.region), PhoneCheck::Possible).map_err(|_| LineProblem::NoNumber)?.number,
    };
    match i32::from(plan::calling_code(number)) == country.calling_code {
        true => Ok(number.digits()),
        false => Err(LineProblem::OtherCountry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, region: &str) -> Result<u64, LineProblem> {
        let region: Region = region.parse().unwrap();
        number(line.as_bytes(), Country::new(region, region.calling_code().unwrap()))
    }

    #[test]
    fn north_american_lines() {
        for line in [
            "212,5550142",
            "2125550142",
            "212-555-0142",
            "(212) 555-0142",
            "12125550142",
            "+12125550142",
            " 2125550142 ",
            "\"2125550142\"",
            "\"212\",\"5550142\"",
        ] {
            // Quotes inside a line are more than a number: a CSV file is read by its column.
            let wanted = if line.contains("\",") { Err(LineProblem::NoNumber) } else { Ok(12_125_550_142) };
            assert_eq!(read(line, "US"), wanted, "{line}");
        }
        // Lists have numbers that no plan has.
        assert_eq!(read("416,1234567", "CA"), Ok(14_161_234_567));
        for (line, problem) in [
            ("212,555014", LineProblem::NoNumber),
            ("212,55501422", LineProblem::NoNumber),
            ("2125,550142", LineProblem::NoNumber),
            ("112,5550142", LineProblem::NoNumber),
            ("+442079460018", LineProblem::OtherCountry),
            ("22125550142", LineProblem::OtherCountry),
            ("212,5550142,2026-01-01", LineProblem::More),
            ("Phone", LineProblem::NoNumber),
            ("212555014a", LineProblem::NoNumber),
            ("212,5550142,A", LineProblem::More),
            ("12125550142125550142", LineProblem::More),
        ] {
            assert_eq!(read(line, "US"), Err(problem), "{line}");
        }
    }

    #[test]
    fn area_codes_of_other_countries_are_not_the_registrys() {
        for line in ["416,5550142", "4165550142", "(416) 555-0142", "+14165550142", "8765550142"] {
            assert_eq!(read(line, "US"), Err(LineProblem::OtherCountry), "{line}");
        }
        assert_eq!(read("2125550142", "CA"), Err(LineProblem::OtherCountry));
        assert_eq!(read("7875550142", "CA"), Err(LineProblem::OtherCountry));
        // Territories and what no country has alone.
        for line in ["7875550142", "8005550142", "9005550142"] {
            assert!(read(line, "US").is_ok(), "{line}");
        }
        assert!(read("8005550142", "CA").is_ok() && read("9995550142", "US").is_ok());
    }

    #[test]
    fn british_lines_of_twelve_columns() {
        for (line, wanted) in [
            ("0207 3787244", 442_073_787_244),
            ("02073787244 ", 442_073_787_244),
            ("01635 506160", 441_635_506_160),
            ("0191 5657153", 441_915_657_153),
            ("016977 2345 ", 44_169_772_345),
            ("+442073787244", 442_073_787_244),
            ("07860 338653", 447_860_338_653),
        ] {
            assert_eq!(read(line, "GB"), Ok(wanted), "{line}");
        }
        for line in ["0207 37", "0207,3787244", "+12125550142", "x"] {
            assert!(read(line, "GB").is_err(), "{line}");
        }
    }

    #[test]
    fn lines_of_other_countries() {
        assert_eq!(read("030 901820", "DE"), Ok(4_930_901_820));
        assert_eq!(read("+4930901820", "DE"), Ok(4_930_901_820));
        assert_eq!(read("+33142685300", "DE"), Err(LineProblem::OtherCountry));
    }
}
