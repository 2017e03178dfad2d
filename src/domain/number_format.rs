//! What spreadsheets make of phones and ids that they take for numbers, and how it is undone where every digit is there.

use std::borrow::Cow;

/// A spreadsheet's number format has replaced digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostDigits;

/// What is wrong with such an id, to be read after it, and what a person can do.
pub const ID_PROBLEM: &str = "has lost digits to the spreadsheet's number format, and could be a stranger's id";
pub const ID_REMEDY: &str = "export the ids again, into a column that is formatted as text";

/// The most digits that a number cell of a spreadsheet keeps.
const KEPT: usize = 15;

/// Reads an id of another system: `123457.0`, `1,234,567` and `1.23457E+5` are the number 123457. Returns whether something
/// was undone. What no number format writes, such as `12E5` or `4.10`, is taken as it is.
///
/// # Errors
/// Digits are lost, or may be: of a number in scientific notation with less than all of its digits, or more of them than a
/// number cell keeps; and of plain digits when all that a number cell would not keep are zeros.
pub fn id(text: &str) -> Result<(Cow<'_, str>, bool), LostDigits> {
    if is_rounded(text) {
        return Err(LostDigits);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok((text.into(), false));
    }
    let digits = match scientific(text) {
        Some((mantissa, exponent)) => {
            let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
            if fraction.len() != exponent {
                return Err(LostDigits);
            }
            format!("{whole}{fraction}")
        }
        None => match as_decimal(text).or_else(|| grouped(text)) {
            Some(digits) => digits,
            None => return Ok((text.into(), false)),
        },
    };
    match digits.len() {
        ..=KEPT => Ok((digits.into(), true)),
        _ => Err(LostDigits),
    }
}

/// Whether plain digits look like those of a number cell that lost the last ones: `123456789012345000`. A single zero is too
/// often a digit of its own.
fn is_rounded(text: &str) -> bool {
    let beyond = text.get(KEPT..).filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    beyond.is_some_and(|beyond| beyond.len() > 1 && beyond.bytes().all(|byte| byte == b'0'))
}

/// Whether an id has more digits than a number cell of a spreadsheet keeps: coming from one, it may be another's.
pub fn exceeds_number_cell(text: &str) -> bool {
    text.len() > KEPT && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The mantissa and the exponent of a number as spreadsheets and programs write floats: with a sign in the exponent, or with
/// decimals. `12E5` is an id.
fn scientific(text: &str) -> Option<(&str, usize)> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let unsigned = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_written_so = !fraction.is_empty() || exponent.starts_with('+');
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (is_written_so && !whole.is_empty() && numeric(whole) && numeric(fraction) && (1..=3).contains(&unsigned.len()))
        .then(|| unsigned.parse().ok())
        .flatten()
        .map(|exponent| (mantissa, exponent))
}

/// The digits of `123457.0`, `123457.00` and `123457,0`.
fn as_decimal(text: &str) -> Option<String> {
    let (digits, decimals) = text.split_once(['.', ','])?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (plain(digits) && matches!(decimals, "0" | "00")).then(|| digits.to_owned())
}

/// The digits of `1,234,567`; one comma alone may stand between two ids.
fn grouped(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(',').collect();
    let [first, rest @ ..] = groups.as_slice() else { return None };
    let numeric = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = rest.len() > 1
        && (1..=3).contains(&first.len())
        && rest.iter().all(|group| group.len() == 3)
        && groups.iter().all(numeric);
    is_grouped.then(|| groups.concat())
}

/// Undoes what a spreadsheet writes when it took a phone for a number: `12125551234.0`, `12,125,551,234`,
/// `1.2125551234E+10`. Returns the digits, or `None` when the text is not of that kind.
///
/// # Errors
/// Not all digits are there.
pub fn phone(text: &str) -> Result<Option<String>, LostDigits> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let Some(first) = unsigned.bytes().next() else { return Ok(None) };
    if !first.is_ascii_digit() {
        return Ok(None);
    }
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if let Some((digits, decimals)) = unsigned.split_once(['.', ','])
        && (1..=4).contains(&decimals.len())
        && decimals.bytes().all(|b| b == b'0')
        && digits.len() > 4
        && numeric(digits)
    {
        return Ok(Some(digits.to_owned()));
    }
    if let Some(digits) = grouped(unsigned) {
        return Ok(Some(digits));
    }
    let Some((mantissa, exponent)) = unsigned.split_once(['e', 'E']) else { return Ok(None) };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let (Ok(exponent), Some((whole, fraction))) =
        (exponent.parse::<usize>(), mantissa.split_once(['.', ',']).or(Some((mantissa, ""))))
    else {
        return Ok(None);
    };
    if !numeric(whole) || !numeric(fraction) || exponent > 20 {
        return Ok(None);
    }
    if fraction.len() != exponent {
        return Err(LostDigits);
    }
    Ok(Some(format!("{whole}{fraction}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<(String, bool), LostDigits> {
        id(text).map(|(id, repaired)| (id.into_owned(), repaired))
    }

    #[test]
    fn lost_digits_are_named() {
        for text in [
            "1.23457E+17",
            "1,23457E+17",
            "1.23457e+17",
            "1.23456789012346E+17",
            "1.2345678901234568e+16",
            "1E+17",
            "1.2E+5",
            "1.23457E17",
            "123E+15",
            "1.234567E+5",
            "123456789012345678.0",
            // As a spreadsheet writes them into a CSV file.
            "123456789012345000",
            "12345678901234500",
            "1202123456789010000",
            "10000000000000000",
            "123456789012345000.0",
        ] {
            assert_eq!(read(text), Err(LostDigits), "{text}");
        }
    }

    #[test]
    fn whole_digits_are_repaired() {
        for (text, id) in [
            ("1.23457E+5", "123457"),
            ("1,23457E+05", "123457"),
            ("1.2345678901234e+13", "12345678901234"),
            ("123457.0", "123457"),
            ("123457,0", "123457"),
            ("7.00", "7"),
            ("1,234,567", "1234567"),
        ] {
            assert_eq!(read(text), Ok((id.to_owned(), true)), "{text}");
        }
    }

    #[test]
    fn ids_stay_as_they_are() {
        for text in [
            "120212345678901234",
            "1234567890123450",
            "1234567890123456",
            "123456789012345001",
            "120212345678901200x",
            "123456789012000",
            "00123",
            "12E5",
            "1E10",
            "4e12ab",
            "a1",
            "003E000001",
            "4.10",
            "1.5",
            "1,234",
            "10,000",
            "2026-03-04",
            "1.2.3",
            "9f1c2e+x",
            "1E+",
            "",
        ] {
            assert_eq!(read(text), Ok((text.to_owned(), false)), "{text}");
        }
    }

    #[test]
    fn ids_beyond_number_cells() {
        for text in ["120212345678901000", "1234567890123450", "1234567890123456", "0120212345678901000"] {
            assert!(exceeds_number_cell(text), "{text}");
        }
        for text in ["123456789012345", "a20212345678901000", ""] {
            assert!(!exceeds_number_cell(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_id_becomes_another(number in 10u64..10_000_000_000_000_000_000) {
            let plain = number.to_string();
            let whole = if is_rounded(&plain) { Err(LostDigits) } else { Ok((plain.clone(), false)) };
            prop_assert_eq!(read(&plain), whole);
            // What is left in a CSV file of a number cell with more digits.
            let kept = format!("{:0<width$}", &plain[..plain.len().min(KEPT)], width = plain.len());
            prop_assert_eq!(read(&kept).is_err(), plain.len() > KEPT + 1, "{}", kept);
            // As spreadsheets and programs show the float, with ever more digits.
            for digits in 0..17 {
                let text = format!("{:.digits$e}", number as f64).replace('e', "E+");
                if let Ok((id, _)) = read(&text) {
                    prop_assert_eq!(id, plain.clone(), "{}", text);
                }
            }
        }
    }
}
