//! What an amount tells about how its column writes numbers.

use iso_currency::Currency;

use super::{Amount, DecimalSeparator, currency};

/// What one amount tells about how its column writes numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    pub separator: Option<SeparatorEvidence>,
    pub grouping: Grouping,
    /// Whether it shows that three decimals or more are at home here: it has them, or is in thousands (`1.505M`).
    pub thousandths: bool,
}

/// Whether an amount shows that its column groups digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Too short to show anything, or in doubt.
    #[default]
    Unknown,
    Grouped,
    /// Four or more digits in a row.
    Ungrouped,
}

/// What an amount tells of the decimal separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeparatorEvidence {
    /// It can be read with this decimal separator only.
    Proves(DecimalSeparator),
    /// It has a point before as many digits as its currency has decimals, three: a decimal point, where nothing else shows
    /// that points group digits.
    SuggestsPoint,
    /// Its only separator stands before three digits: a decimal point, or a group.
    Ambiguous(char),
}

/// What an amount tells about how its column writes numbers. `likely` is the currency of an amount that names none.
pub fn evidence(text: &str, likely: impl FnOnce() -> Option<Currency>) -> Evidence {
    let Some(amount) = Amount::of(text) else { return Evidence::default() };
    let number = amount.number;
    let places: Vec<(usize, char)> = number.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let grouping_of = |whole: &str| match whole.bytes().all(|b| b.is_ascii_digit()) {
        false => Grouping::Grouped,
        true if whole.len() > 3 => Grouping::Ungrouped,
        true => Grouping::Unknown,
    };
    let whole = |end: usize| number.get(..end).unwrap_or_default();
    match places.as_slice() {
        [] => Evidence { grouping: grouping_of(number), ..Evidence::default() },
        [(at, separator)] => {
            let (integer, decimals) = (whole(*at), number.len() - at - 1);
            let may_group = decimals == 3
                && (1..=3).contains(&integer.len())
                && integer != "0"
                && grouping_of(integer) == Grouping::Unknown;
            if !may_group {
                return Evidence {
                    separator: proves(*separator),
                    grouping: grouping_of(integer),
                    thousandths: has_thousandths(number, *at),
                };
            }
            match (places_of(amount.currency, likely()), separator) {
                // A yen has no thousandths, but a million of them has.
                (Some(0), _) if amount.thousands == 0 => groups(*separator),
                (Some(3), '.') => Evidence { separator: Some(SeparatorEvidence::SuggestsPoint), ..Evidence::default() },
                _ => Evidence {
                    separator: Some(SeparatorEvidence::Ambiguous(*separator)),
                    thousandths: amount.thousands > 0,
                    ..Evidence::default()
                },
            }
        }
        [.., (at, separator)] => match places.iter().filter(|(_, c)| c == separator).count() {
            // `1.234.567`: what occurs more than once groups.
            n if n == places.len() => groups(*separator),
            1 => Evidence {
                separator: proves(*separator),
                grouping: Grouping::Grouped,
                thousandths: has_thousandths(number, *at),
            },
            _ => Evidence::default(),
        },
    }
}

/// Whether there is more than hundredths behind the separator at this place: `0,500` is what a spreadsheet shows of 500, too.
fn has_thousandths(number: &str, at: usize) -> bool {
    number.get(at + 3..).is_some_and(|rest| rest.bytes().any(|digit| digit != b'0'))
}

/// The decimal places of an amount's currency: three of the dinars and rials of the Gulf, none of the yen.
fn places_of(symbol: &str, likely: Option<Currency>) -> Option<u16> {
    let currency = match symbol {
        "" => likely,
        symbol => currency::of_symbol(symbol, likely.unwrap_or(Currency::USD)).ok(),
    };
    currency.and_then(|currency| currency.exponent())
}

/// What an amount tells whose only kind of separator groups digits.
fn groups(separator: char) -> Evidence {
    Evidence {
        separator: proves(if separator == '.' { ',' } else { '.' }),
        grouping: Grouping::Grouped,
        thousandths: false,
    }
}

fn proves(separator: char) -> Option<SeparatorEvidence> {
    Some(SeparatorEvidence::Proves(if separator == '.' { DecimalSeparator::Point } else { DecimalSeparator::Comma }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::DecimalSeparator::{Comma, Point};
    use crate::domain::money::{MoneyProblem, parse};

    fn read(text: &str, separator: DecimalSeparator) -> Result<String, MoneyProblem> {
        parse(text, separator, None, Currency::USD).map(|m| format!("{} {}", m.cents, m.currency.code()))
    }

    #[test]
    fn evidence_of_the_decimal_separator() {
        use Grouping::{Grouped, Ungrouped, Unknown};
        use SeparatorEvidence::{Ambiguous, Proves};
        for (text, separator, grouping) in [
            ("1,117.10", Some(Proves(Point)), Grouped),
            ("1.117,10", Some(Proves(Comma)), Grouped),
            ("146536,25", Some(Proves(Comma)), Ungrouped),
            ("12,5", Some(Proves(Comma)), Unknown),
            ("1.234.567", Some(Proves(Comma)), Grouped),
            ("0.125", Some(Proves(Point)), Unknown),
            ("1 234.567", Some(Proves(Point)), Grouped),
            ("50.000", Some(Ambiguous('.')), Unknown),
            ("50,000 €", Some(Ambiguous(',')), Unknown),
            ("1250", None, Ungrouped),
            ("125", None, Unknown),
            ("soon", None, Unknown),
        ] {
            let found = evidence(text, || None);
            assert_eq!((found.separator, found.grouping), (separator, grouping), "{text}");
            assert_eq!(found.thousandths, ["0.125", "1 234.567"].contains(&text), "{text}");
        }
    }

    #[test]
    fn a_separator_before_three_digits_groups_where_there_are_no_decimals() {
        use SeparatorEvidence::{Ambiguous, Proves};
        let of = |text: &str, likely| evidence(text, || likely);
        for text in ["JPY 1,500", "¥1,500", "KRW 25,000", "₩1,000", "(1,500 JPY)", "VND 150,000"] {
            let found = of(text, None);
            assert_eq!((found.separator, found.grouping), (Some(Proves(Point)), Grouping::Grouped), "{text}");
        }
        for text in ["JPY 1.505", "CLP 1.500", "150.000 ₫", "-ISK 9.900"] {
            assert_eq!(of(text, None).separator, Some(Proves(Comma)), "{text}");
        }
        assert_eq!(of("1,500", Some(Currency::JPY)).separator, Some(Proves(Point)));
        assert_eq!(of("$1.500", Some(Currency::CLP)).separator, Some(Proves(Comma)));
        // What the amount names counts, and the yuan has decimals.
        assert_eq!(of("USD 1,500", Some(Currency::JPY)).separator, Some(Ambiguous(',')));
        assert_eq!(of("¥1,500", Some(Currency::CNY)).separator, Some(Ambiguous(',')));
        assert_eq!(of("JPY 1.505M", None).separator, Some(Ambiguous('.')));
        assert_eq!(of("XAU 1.505", None).separator, Some(Ambiguous('.')));
    }

    #[test]
    fn a_point_before_three_digits_of_a_dinar_is_a_decimal_point() {
        use SeparatorEvidence::{Ambiguous, Proves, SuggestsPoint};
        let of = |text: &str, likely| evidence(text, || likely).separator;
        for code in ["KWD", "BHD", "OMR", "TND", "JOD", "IQD", "LYD"] {
            let currency = currency::parse(code).ok();
            for text in [format!("{code} 1.505"), format!("1.505 {code}"), format!("-{code} 12.050")] {
                assert_eq!(of(&text, None), Some(SuggestsPoint), "{text}");
                assert!(read(&text, Point).is_ok_and(|read| read.ends_with(code)), "{text}");
            }
            assert_eq!(of("1.505", currency), Some(SuggestsPoint), "{code}");
            assert_eq!(read(&format!("{code} 1.505"), Point), Ok(format!("1505 {code}")));
            // A comma may group digits, or be the decimal one of the Maghreb.
            assert_eq!(of(&format!("{code} 1,505"), currency), Some(Ambiguous(',')));
            assert_eq!(of(&format!("{code} 1.505,250"), None), Some(Proves(Comma)));
            assert_eq!(of(&format!("{code} 1.505K"), None), Some(SuggestsPoint));
        }
        for text in ["USD 1.505", "1.505 €", "1.505"] {
            assert_eq!(of(text, None), Some(Ambiguous('.')), "{text}");
            assert_eq!(of(text, Some(Currency::EUR)), Some(Ambiguous('.')), "{text}");
        }
        // What the amount names counts, not what is likely.
        assert_eq!(of("$1.505", Some(Currency::KWD)), Some(Ambiguous('.')));
        assert_eq!(read("JPY 1.505", Point), Err(MoneyProblem::TooPrecise("JPY")));
        assert_eq!(read("JPY 1.505", Comma), Ok("1505 JPY".to_owned()));
        assert_eq!(read("USD 1.505", Point), Err(MoneyProblem::TooPrecise("USD")));
        assert_eq!(read("KWD 1.505", Comma), Ok("1505000 KWD".to_owned()));
    }
}
