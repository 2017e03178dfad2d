//! Amounts with more decimals than their currency has, such as `1250.499999` of a program that divides.

use iso_currency::Currency;

use super::{DecimalSeparator, Money, MoneyProblem, parse_named};

/// What becomes of decimals that a currency does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// The amount is refused.
    Exact,
    /// It is rounded half to even.
    Rounded,
}

/// Reads an amount. `row` is the currency that the row names, `base` the organization's.
///
/// # Errors
/// The problem, without the value.
pub fn parse_to(
    places: Places,
    text: &str,
    separator: DecimalSeparator,
    row: Option<Currency>,
    base: Currency,
) -> Result<Money, MoneyProblem> {
    parse_named(places, text, separator, None, row, base)
}

/// Whether digits become one more when these that follow them are cut off: from the half up, and at the half to the even digit.
pub(super) fn goes_up(kept: &str, cut: &str) -> bool {
    let is_odd = kept.bytes().next_back().is_some_and(|digit| digit % 2 == 1);
    match cut.bytes().next() {
        Some(b'5') => is_odd || cut.bytes().skip(1).any(|digit| digit != b'0'),
        Some(digit) => digit > b'5',
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::rounding::half_even;

    fn rounded(text: &str, currency: Currency) -> Result<i64, MoneyProblem> {
        parse_to(Places::Rounded, text, DecimalSeparator::Point, None, currency).map(|money| money.cents)
    }

    /// The figures are those of Python's `Decimal(text).quantize(unit, ROUND_HALF_EVEN)`.
    #[test]
    fn halves_go_to_the_even_unit() {
        use Currency::{BHD, JPY, USD};
        for (text, currency, cents) in [
            ("1250.499999", USD, 125_050),
            ("19.999", USD, 2_000),
            ("0.125", USD, 12),
            ("0.135", USD, 14),
            ("0.1250000001", USD, 13),
            ("-0.125", USD, -12),
            ("-0.135", USD, -14),
            ("(2.675)", USD, -268),
            ("0.004", USD, 0),
            (".005", USD, 0),
            (".015", USD, 2),
            ("99.995", USD, 10_000),
            ("19.99", USD, 1_999),
            ("2.5", JPY, 2),
            ("3.5", JPY, 4),
            (".5", JPY, 0),
            ("1.2345", BHD, 1_234),
            ("1.1234567K", USD, 112_346),
            ("92233720368547758.074", USD, i64::MAX),
        ] {
            assert_eq!(rounded(text, currency), Ok(cents), "{text}");
        }
        assert_eq!(rounded("92233720368547758.075", Currency::USD), Err(MoneyProblem::TooLarge));
    }

    proptest! {
        #[test]
        fn it_is_the_quotient_of_a_division(micros in -10_000_000_000i64..10_000_000_000) {
            let sign = if micros < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:06}", micros.abs() / 1_000_000, micros.abs() % 1_000_000);
            let cents = half_even(micros.into(), 10_000).and_then(|cents| i64::try_from(cents).ok());
            prop_assert_eq!(rounded(&text, Currency::USD).ok(), cents);
        }
    }
}
