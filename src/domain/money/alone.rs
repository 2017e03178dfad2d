//! Amounts that stand alone, where no column shows how its numbers are written.

use std::fmt;

use iso_currency::Currency;

use super::amount::plain;
use super::{Amount, DecimalSeparator, Money, MoneyProblem, SeparatorEvidence, evidence, parse};

/// The two ways in which an amount can be read, and how each is written beyond doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readings {
    /// With its separator before decimals, and grouping digits.
    as_decimals: String,
    as_groups: String,
    code: &'static str,
    /// The places of the currency, where the first reading has more.
    too_precise: Option<u16>,
}

impl fmt::Display for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "as {} {code} or as {} {code}", self.as_decimals, self.as_groups, code = self.code)
    }
}

impl Readings {
    /// What a person can do about it.
    pub fn remedy(&self) -> String {
        match self.too_precise {
            None => format!("write it as {} or {}", self.as_decimals, self.as_groups),
            Some(0) => format!("write it as {}, or without decimals", self.as_groups),
            Some(places) => format!("write it as {}, or with {places} decimals", self.as_groups),
        }
    }
}

/// Reads an amount by itself: `1250`, `1,250.00`, `1.250,00 EUR`. `row` is the currency that is said beside it, `base` the
/// organization's.
///
/// # Errors
/// It is none, or can be read in two ways.
pub fn parse_alone(text: &str, row: Option<Currency>, base: Currency) -> Result<Money, MoneyProblem> {
    let separator = match evidence(text, || Some(row.unwrap_or(base))).separator {
        Some(SeparatorEvidence::Proves(separator)) => separator,
        None | Some(SeparatorEvidence::SuggestsPoint) => DecimalSeparator::Point,
        Some(SeparatorEvidence::Ambiguous(c)) => return Err(two_readings(text, c, row, base)),
    };
    parse(text, separator, row, base)
}

/// Both readings of an amount with one separator, or what is wrong with either.
fn two_readings(text: &str, separator: char, row: Option<Currency>, base: Currency) -> MoneyProblem {
    let (decimal, other) = match separator {
        '.' => (DecimalSeparator::Point, DecimalSeparator::Comma),
        _ => (DecimalSeparator::Comma, DecimalSeparator::Point),
    };
    let grouped = match parse(text, other, row, base) {
        Ok(money) => money,
        Err(problem) => return problem,
    };
    let code = grouped.currency.code();
    let (as_decimals, too_precise) = match parse(text, decimal, row, base) {
        Ok(money) => (plain(money.cents, code), None),
        Err(MoneyProblem::TooPrecise(_)) => {
            let number = Amount::of(text).map(|amount| amount.number.replace(separator, ".")).unwrap_or_default();
            let sign = if grouped.cents < 0 { "-" } else { "" };
            (format!("{sign}{number}"), Some(grouped.currency.exponent().unwrap_or(0)))
        }
        Err(problem) => return problem,
    };
    let as_groups = plain(grouped.cents, code);
    MoneyProblem::TwoReadings(Box::new(Readings { as_decimals, as_groups, code, too_precise }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, String> {
        parse_alone(text, None, Currency::USD)
            .map(|money| format!("{} {}", plain(money.cents, money.currency.code()), money.currency.code()))
            .map_err(|problem| format!("{problem}; {}", problem.remedy()))
    }

    #[test]
    fn both_readings_are_said_with_how_to_write_them() {
        for (text, readings, remedy) in [
            ("EUR 1.500", "as 1.50 EUR or as 1500.00 EUR", "write it as 1.50 or 1500.00"),
            ("USD 1,500", "as 1.50 USD or as 1500.00 USD", "write it as 1.50 or 1500.00"),
            ("-1.250", "as -1.25 USD or as -1250.00 USD", "write it as -1.25 or -1250.00"),
            ("1.505 €", "as 1.505 EUR or as 1505.00 EUR", "write it as 1505.00, or with 2 decimals"),
            ("KWD 1,505", "as 1.505 KWD or as 1505.000 KWD", "write it as 1.505 or 1505.000"),
            ("12,050 TND", "as 12.050 TND or as 12050.000 TND", "write it as 12.050 or 12050.000"),
            ("¥1.505M", "as 1505000 JPY or as 1505000000 JPY", "write it as 1505000 or 1505000000"),
            ("XAU 1.505", "as 1.505 XAU or as 1505 XAU", "write it as 1505, or without decimals"),
        ] {
            assert_eq!(read(text), Err(format!("can be read in two ways: {readings}; {remedy}")), "{text}");
        }
    }

    #[test]
    fn what_has_one_reading_is_read() {
        for (text, amount) in [
            ("EUR 1500", "1500.00 EUR"),
            ("EUR 1.50", "1.50 EUR"),
            ("1.250,50 €", "1250.50 EUR"),
            ("1,250.50", "1250.50 USD"),
            ("KWD 1.505", "1.505 KWD"),
            // No decimals, so that the separator groups.
            ("JPY 1,500", "1500 JPY"),
            ("¥1.500", "1500 JPY"),
            ("KRW 25,000", "25000 KRW"),
            ("₩ 1.000", "1000 KRW"),
            ("CLP 1.500", "1500 CLP"),
            ("150.000 ₫", "150000 VND"),
            ("-¥1,500", "-1500 JPY"),
        ] {
            assert_eq!(read(text), Ok(amount.to_owned()), "{text}");
        }
        let yen = |text: &str| parse_alone(text, Some(Currency::JPY), Currency::USD).map(|money| money.cents);
        assert_eq!((yen("1,500"), yen("1.500"), yen("¥ 1,500")), (Ok(1500), Ok(1500), Ok(1500)));
        assert_eq!(yen("$1,500"), Err(MoneyProblem::OtherCurrency("USD", "JPY")));
        assert_eq!(parse_alone("1,500 kr", None, Currency::USD), Err(MoneyProblem::AmbiguousSymbol));
        assert_eq!(parse_alone("much", None, Currency::USD), Err(MoneyProblem::NotAnAmount));
    }

    proptest! {
        /// What the remedy proposes has the reading that it stands for, and no other.
        #[test]
        fn a_remedy_is_beyond_doubt(
            whole in 1u16..1000, part in 0u16..1000, separator in "[.,]", suffix in "[KM]?",
            code in prop::sample::select(vec!["USD", "EUR", "KWD", "JPY", "KRW", "CLF", "XAU", "TND"]),
        ) {
            let text = format!("{code} {whole}{separator}{part:03}{suffix}");
            let parsed = parse_alone(&text, None, Currency::USD);
            if let Err(MoneyProblem::TwoReadings(readings)) = &parsed {
                let currency = Currency::from_code(code);
                let again = |number: &str| parse_alone(number, currency, Currency::USD).map(|money| plain(money.cents, code));
                prop_assert_eq!(again(&readings.as_groups), Ok(readings.as_groups.clone()));
                if readings.too_precise.is_none() {
                    prop_assert_eq!(again(&readings.as_decimals), Ok(readings.as_decimals.clone()));
                }
            } else {
                prop_assert!(parsed.is_ok(), "{} {:?}", text, parsed);
            }
        }
    }
}
