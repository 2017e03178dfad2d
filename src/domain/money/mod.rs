//! Amounts of money in cells: currency symbols, group separators, `K` and `M`, into minor units.

mod alone;
pub mod amount;
pub mod cost;
pub mod currency;
mod evidence;
pub mod ledger;
pub mod rate;
mod rounded;
pub mod symbol;
mod total_words;
pub mod totals;

pub use alone::{Readings, parse_alone};
pub use evidence::{Evidence, Grouping, SeparatorEvidence, evidence, separator_of_whole};
pub use rounded::{Places, parse_to};

use std::borrow::Cow;

use iso_currency::Currency;

vocabulary! {
    /// The character between the whole part of a number and its fraction.
    DecimalSeparator {
        Point = "point",
        Comma = "comma",
    }
}

impl DecimalSeparator {
    fn character(self) -> char {
        match self {
            DecimalSeparator::Point => '.',
            DecimalSeparator::Comma => ',',
        }
    }

    /// The other of the two, which can only group digits.
    fn group(self) -> char {
        match self {
            DecimalSeparator::Point => ',',
            DecimalSeparator::Comma => '.',
        }
    }
}

/// An amount as read from one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// In minor units of the currency.
    pub cents: i64,
    pub currency: Currency,
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.currency.code();
        write!(f, "{} {code}", amount::plain(self.cents, code))
    }
}

/// Why a text is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyProblem {
    #[error("is not an amount of money")]
    NotAnAmount,
    #[error("does not group its digits as the column's decimal separator asks")]
    BadGroups,
    #[error("has more decimals than {0} has")]
    TooPrecise(&'static str),
    #[error("is too large an amount")]
    TooLarge,
    #[error("is in {0}, but the row's currency is {1}")]
    OtherCurrency(&'static str, &'static str),
    #[error("is in a currency that several countries write so")]
    AmbiguousSymbol,
    #[error("can be read in two ways: {0}")]
    TwoReadings(Box<Readings>),
}

impl MoneyProblem {
    /// What a person can do about it.
    pub fn remedy(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            MoneyProblem::TwoReadings(readings) => return readings.remedy().into(),
            MoneyProblem::TooPrecise(_) => "round it",
            MoneyProblem::BadGroups => "correct it, or say how numbers are written with --decimal-separator",
            MoneyProblem::AmbiguousSymbol => "write the ISO 4217 code, such as SEK or NOK",
            MoneyProblem::OtherCurrency(..) => "correct one of them",
            MoneyProblem::NotAnAmount | MoneyProblem::TooLarge => "write it as 1117.10 or EUR 1117.10",
        })
    }
}

/// Whether an amount says what currency it is in.
pub fn names_currency(text: &str) -> bool {
    Amount::of(text).is_some_and(|amount| !amount.currency.is_empty())
}

/// Reads an amount. `row` is the currency that the row names, `base` the organization's.
///
/// # Errors
/// The problem, without the value.
pub fn parse(
    text: &str,
    separator: DecimalSeparator,
    row: Option<Currency>,
    base: Currency,
) -> Result<Money, MoneyProblem> {
    parse_to(Places::Exact, text, separator, row, base)
}

/// The same with the currency that stands beside the text.
fn parse_named(
    places: Places,
    text: &str,
    separator: DecimalSeparator,
    beside: Option<Currency>,
    row: Option<Currency>,
    base: Currency,
) -> Result<Money, MoneyProblem> {
    let amount = Amount::of(text).ok_or(MoneyProblem::NotAnAmount)?;
    let named = match amount.currency {
        "" => beside,
        symbol => Some(currency::of_symbol(symbol, row.unwrap_or(base))?),
    };
    let currency = match (named, row) {
        (Some(named), Some(row)) if named != row => {
            return Err(MoneyProblem::OtherCurrency(named.code(), row.code()));
        }
        (named, row) => named.or(row).unwrap_or(base),
    };
    let (digits, decimals) = digits_of(amount.number, separator)?;
    if decimals > 0 && amount.dashed.is_some() {
        return Err(MoneyProblem::BadGroups);
    }
    // ISO 4217 gives no minor unit to a few, such as gold; they are counted whole.
    let minor = u32::from(currency.exponent().unwrap_or(0));
    let cents = scale(&digits, decimals, amount.thousands, minor, (currency, places))?;
    Ok(Money { cents: if amount.negative { -cents } else { cents }, currency })
}

/// Reads a number without currency, and writes it with a point before its decimals: `1.250,5` is `1250.5`.
///
/// # Errors
/// The problem, without the value.
pub fn decimal(text: &str, separator: DecimalSeparator) -> Result<String, MoneyProblem> {
    let amount = Amount::of(text).filter(|amount| amount.currency.is_empty() && amount.thousands == 0);
    let amount = amount.ok_or(MoneyProblem::NotAnAmount)?;
    let (digits, decimals) = digits_of(amount.number, separator)?;
    let sign = if amount.negative { "-" } else { "" };
    let whole = digits.len() - decimals as usize;
    Ok(match decimals {
        0 => format!("{sign}{digits}"),
        _ => format!("{sign}{:0>1}.{}", &digits[..whole], &digits[whole..]),
    })
}

/// The parts of a cell with an amount.
struct Amount<'a> {
    negative: bool,
    /// Symbol or code; empty when there is none.
    currency: &'a str,
    /// Digits with their separators.
    number: &'a str,
    /// What stands before the dash of an amount that ends in one for "no decimals": `50.-`, `50,-`.
    dashed: Option<char>,
    /// 0 for units, 1 for thousands, 2 for millions, 3 for thousands of millions.
    thousands: u32,
}

impl<'a> Amount<'a> {
    fn of(text: &'a str) -> Option<Amount<'a>> {
        let text = text.trim();
        // Accountants write a loss in parentheses.
        let (text, parentheses) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inside) => (inside.trim(), true),
            None => (text, false),
        };
        let first = text.find(|c: char| c.is_ascii_digit())?;
        let first = match text.get(..first)?.chars().next_back() {
            Some('.' | ',') => first - 1,
            _ => first,
        };
        let last = text.rfind(|c: char| c.is_ascii_digit())? + 1;
        let (before, number, after) = (text.get(..first)?, text.get(first..last)?, text.get(last..)?);
        let (before, minus) = take_sign(before);
        let (after, minus_after) = match after.trim().strip_suffix('-') {
            Some(rest) => (rest.trim(), true),
            None => (after.trim(), false),
        };
        // Swiss and Dutch amounts end in a dash for "no cents": `50.–`, `50,-`.
        let dashes = ['-', '–', '—'];
        let (after, minus_after, dashed) = match after.strip_prefix(['.', ',']) {
            Some(rest) => {
                let has_dash = minus_after || rest.starts_with(dashes);
                (rest.trim_start_matches(dashes).trim(), false, after.chars().next().filter(|_| has_dash))
            }
            None => (after, minus_after, None),
        };
        let (thousands, after) = multiplier(after);
        let currency = match (before, after) {
            ("", after) => after,
            (before, "") => before,
            _ => return None,
        };
        let plain = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',') || is_blank_group(c));
        let is_amount = plain && currency.chars().count() <= 4 && !(currency.is_empty() && is_address(number));
        is_amount.then_some(Amount { negative: parentheses ^ minus ^ minus_after, currency, number, dashed, thousands })
    }
}

/// Whether a number is an address of the internet with its zeros, such as `192.168.001.001`: hundreds of thousands of millions
/// to the unit are none.
fn is_address(number: &str) -> bool {
    let parts: Vec<&str> = number.split('.').collect();
    let is_byte = |part: &&str| part.len() == 3 && part.parse::<u8>().is_ok();
    parts.len() == 4 && parts.iter().all(is_byte) && parts.last() != Some(&"000")
}

fn take_sign(before: &str) -> (&str, bool) {
    let is_minus = |c: char| matches!(c, '-' | '−');
    let before = before.trim();
    let minus = before.contains(is_minus);
    (before.trim_matches(|c: char| is_minus(c) || c == '+' || c.is_whitespace()), minus)
}

/// Reads `K`, `M` and their like at the beginning of what follows a number.
fn multiplier(after: &str) -> (u32, &str) {
    let after = after.trim();
    let word: String = after.chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    let thousands = match word.as_str() {
        "k" | "tsd" => 1,
        "m" | "mm" | "mn" | "mio" | "mln" => 2,
        "b" | "bn" | "mrd" | "mld" => 3,
        _ => return (0, after),
    };
    let letters = after.char_indices().find(|(_, c)| !c.is_alphabetic()).map_or(after.len(), |(at, _)| at);
    (thousands, after.get(letters..).unwrap_or_default().trim_start_matches('.').trim())
}

/// Spaces and apostrophes between groups of digits: `1 234`, `1'234`.
fn is_blank_group(c: char) -> bool {
    matches!(c, '\'' | '’') || (c.is_whitespace() && !c.is_control())
}

/// The digits of a number without separators, and how many of them are decimals.
fn digits_of(number: &str, separator: DecimalSeparator) -> Result<(String, u32), MoneyProblem> {
    let (whole, fraction) = match number.rsplit_once(separator.character()) {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || whole.contains(separator.character()) {
        return Err(MoneyProblem::BadGroups);
    }
    let groups: Vec<&str> = whole.split(|c| c == separator.group() || is_blank_group(c)).collect();
    let well_grouped = match groups.as_slice() {
        [_] => true,
        // Groups of three; of two before the last one in India (`12,34,567`), where points separate decimals.
        [first, middle @ .., last] => {
            (1..=3).contains(&first.len())
                && last.len() == 3
                && (middle.iter().all(|group| group.len() == 3)
                    || (separator == DecimalSeparator::Point
                        && first.len() <= 2
                        && middle.iter().all(|group| group.len() == 2)))
        }
        [] => false,
    };
    match well_grouped && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit())) {
        true => Ok((groups.concat() + fraction, u32::try_from(fraction.len()).unwrap_or(u32::MAX))),
        false => Err(MoneyProblem::BadGroups),
    }
}

/// Digits with so many decimals, times a thousand so often, in units of which `minor` digits make one whole.
fn scale(
    digits: &str,
    decimals: u32,
    thousands: u32,
    minor: u32,
    (currency, places): (Currency, Places),
) -> Result<i64, MoneyProblem> {
    let shift = i64::from(minor) + 3 * i64::from(thousands) - i64::from(decimals);
    let mut kept = digits.to_owned();
    let mut up = false;
    if shift >= 0 {
        kept.extend(std::iter::repeat_n('0', usize::try_from(shift).unwrap_or(0)));
    } else {
        let cut = kept.len().saturating_sub(usize::try_from(-shift).unwrap_or(usize::MAX));
        let rest = kept.split_off(cut);
        match places {
            Places::Rounded => up = rounded::goes_up(&kept, &rest),
            Places::Exact if rest.bytes().any(|b| b != b'0') => return Err(MoneyProblem::TooPrecise(currency.code())),
            Places::Exact => {}
        }
    }
    let whole: i64 = match kept.trim_start_matches('0') {
        "" => 0,
        significant => significant.parse().map_err(|_| MoneyProblem::TooLarge)?,
    };
    whole.checked_add(i64::from(up)).ok_or(MoneyProblem::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::DecimalSeparator::{Comma, Point};
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, separator: DecimalSeparator) -> Result<String, MoneyProblem> {
        parse(text, separator, None, Currency::USD).map(|m| format!("{} {}", m.cents, m.currency.code()))
    }

    #[test]
    fn amounts_as_people_write_them() {
        for (text, separator, expected) in [
            ("$1,117.10K", Point, "111710000 USD"),
            ("1117.1", Point, "111710 USD"),
            ("€ 1.250,50", Comma, "125050 EUR"),
            ("1.250,50 €", Comma, "125050 EUR"),
            ("CHF 1'250.50", Point, "125050 CHF"),
            ("1 250,50 zł", Comma, "125050 PLN"),
            ("1\u{a0}250", Comma, "125000 USD"),
            ("1\u{202f}250,50\u{a0}€", Comma, "125050 EUR"),
            ("1\u{2007}250", Comma, "125000 USD"),
            ("1\u{3000}250.5", Point, "125050 USD"),
            ("¥1,250", Point, "1250 JPY"),
            ("(12.50)", Point, "-1250 USD"),
            ("-$3", Point, "-300 USD"),
            ("12,50-", Comma, "-1250 USD"),
            ("50.-", Comma, "5000 USD"),
            ("1.5M", Point, "150000000 USD"),
            ("2 Mio. €", Comma, "200000000 EUR"),
            ("12,34,567", Point, "123456700 USD"),
            ("100.000.000.000", Comma, "10000000000000 USD"),
            ("192.168.300.001", Comma, "19216830000100 USD"),
            ("IDR 192.168.001.001", Comma, "19216800100100 IDR"),
            (".5", Point, "50 USD"),
            ("10.500", Point, "1050 USD"),
            ("0", Point, "0 USD"),
            ("A$ 5", Point, "500 AUD"),
            ("BHD 1.234", Point, "1234 BHD"),
        ] {
            assert_eq!(read(text, separator), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_told_apart() {
        for (text, separator, problem) in [
            ("a lot", Point, MoneyProblem::NotAnAmount),
            ("12 or 13", Point, MoneyProblem::NotAnAmount),
            ("2025-03-04", Point, MoneyProblem::NotAnAmount),
            ("1,25", Point, MoneyProblem::BadGroups),
            ("1.2.3", Point, MoneyProblem::BadGroups),
            ("1.23.456", Point, MoneyProblem::BadGroups),
            ("1.23.456", Comma, MoneyProblem::BadGroups),
            ("192.168.001.001", Comma, MoneyProblem::NotAnAmount),
            ("010.000.000.001", Point, MoneyProblem::NotAnAmount),
            ("172.016.254.001", Comma, MoneyProblem::NotAnAmount),
            ("1.005", Point, MoneyProblem::TooPrecise("USD")),
            ("99999999999999999999", Point, MoneyProblem::TooLarge),
            ("5 kr", Point, MoneyProblem::AmbiguousSymbol),
        ] {
            assert_eq!(read(text, separator), Err(problem), "{text}");
        }
        let euro = parse("$5", Point, Some(Currency::EUR), Currency::USD);
        assert_eq!(euro, Err(MoneyProblem::OtherCurrency("USD", "EUR")));
        let canada = parse("$5", Point, None, Currency::CAD).map(|m| m.currency);
        assert_eq!(canada, Ok(Currency::CAD));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}|[0-9.,' KM$€()-]{0,16}") {
            let _ = (evidence(&text, || None), read(&text, Point), read(&text, Comma));
        }

        #[test]
        fn reads_what_it_would_print(cents in -1_000_000_000_000i64..1_000_000_000_000) {
            let (whole, rest) = (cents.abs() / 100, cents.abs() % 100);
            let digits = whole.to_string();
            let mut grouped = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            let sign = if cents < 0 { "-" } else { "" };
            let text = format!("{sign}${grouped}.{rest:02}");
            prop_assert_eq!(read(&text, Point), Ok(format!("{cents} USD")));
            if cents.abs() >= 100_000 {
                prop_assert_eq!(evidence(&text, || None).separator, Some(SeparatorEvidence::Proves(Point)));
            }
        }
    }
}
