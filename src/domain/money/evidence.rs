//! What an amount tells about how its column writes numbers.

use iso_currency::Currency;

use super::{Amount, DecimalSeparator, currency, digits_of};
use crate::domain::time::datetime;

/// What one amount tells about how its column writes numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    pub separator: Option<SeparatorEvidence>,
    pub grouping: Grouping,
    /// Whether it shows that three decimals or more are at home here: it has them, or is in thousands (`1.505M`).
    pub thousandths: bool,
    /// Whether its currency has no decimals, so that it can be read in one way only, however others are written.
    pub is_whole: bool,
    /// How many digits stand behind what must be its decimal separator.
    pub decimals: usize,
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
    // A date with points is a number to the eye of this module alone.
    let Some(amount) = Amount::of(text).filter(|_| datetime::evidence(text).is_none()) else {
        return Evidence::default();
    };
    let found = of_amount(&amount, likely);
    // `192.168.001.001`, `1.23.456`: what is no amount in the way that it would prove proves nothing.
    let can_be = |separator| digits_of(amount.number, separator).is_ok();
    match found.separator {
        Some(SeparatorEvidence::Proves(separator)) if !can_be(separator) => Evidence::default(),
        _ => found,
    }
}

/// The decimal separator of an amount in a currency without decimals whose digits are grouped: that which does not group them.
pub fn separator_of_whole(text: &str, currency: Currency) -> Option<DecimalSeparator> {
    match evidence(text, || Some(currency)) {
        Evidence { separator: Some(SeparatorEvidence::Proves(separator)), is_whole: true, .. } => Some(separator),
        _ => None,
    }
}

fn of_amount(amount: &Amount<'_>, likely: impl FnOnce() -> Option<Currency>) -> Evidence {
    let number = amount.number;
    let places: Vec<(usize, char)> = number.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let grouping_of = |whole: &str| match whole.bytes().all(|b| b.is_ascii_digit()) {
        false => Grouping::Grouped,
        true if whole.len() > 3 => Grouping::Ungrouped,
        true => Grouping::Unknown,
    };
    let whole = |end: usize| number.get(..end).unwrap_or_default();
    // `1.500,-` has no decimals, so that what separates its digits groups them.
    match (places.as_slice(), amount.dashed) {
        ([], Some(',')) => {
            return Evidence { separator: proves(','), grouping: grouping_of(number), ..Evidence::default() };
        }
        ([(_, separator), rest @ ..], Some(_)) if rest.iter().all(|(_, other)| other == separator) => {
            return groups(*separator);
        }
        _ => {}
    }
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
                    decimals,
                    ..Evidence::default()
                };
            }
            match (places_of(amount.currency, likely()), separator) {
                // A yen has no thousandths, but a million of them has.
                (Some(0), _) if amount.thousands == 0 => Evidence { is_whole: true, ..groups(*separator) },
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
            n if n == places.len() => {
                let is_whole = amount.thousands == 0 && places_of(amount.currency, likely()) == Some(0);
                Evidence { is_whole, ..groups(*separator) }
            }
            1 => Evidence {
                separator: proves(*separator),
                grouping: Grouping::Grouped,
                thousandths: has_thousandths(number, *at),
                decimals: number.len() - at - 1,
                ..Evidence::default()
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
        ..Evidence::default()
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

    /// Addresses, versions, dates and slips are no amounts in any way, as Babel's `parse_decimal(strict=True)` says of each but
    /// the padded addresses, which it reads as German.
    #[test]
    fn what_is_no_amount_proves_nothing() {
        for text in [
            "192.168.001.001",
            "10.0.0.1",
            "172.016.254.1",
            "1.23.456",
            "1,23,45",
            "12.34.567,8",
            "17.03.2026",
            "3.4.26",
            "31.12.1999",
            "1.2.3",
        ] {
            assert_eq!(evidence(text, || None), Evidence::default(), "{text}");
        }
        // Groups of two are Indian, and in groups of three a millennium is a number.
        assert_eq!(evidence("12,34,567", || None).separator, proves('.'));
        assert_eq!(evidence("1.234.567", || None).separator, proves(','));
    }

    #[test]
    fn an_amount_that_ends_in_a_dash_has_no_decimals() {
        for (text, separator, grouping) in [
            ("1.500,-", proves(','), Grouping::Grouped),
            ("€ 2.000,–", proves(','), Grouping::Grouped),
            ("CHF 1,500.-", proves('.'), Grouping::Grouped),
            ("1.500.-", proves(','), Grouping::Grouped),
            ("1500,-", proves(','), Grouping::Ungrouped),
            ("50,--", proves(','), Grouping::Unknown),
            ("1'500.-", None, Grouping::Grouped),
            ("50.-", None, Grouping::Unknown),
            ("1.50,-", None, Grouping::Unknown),
        ] {
            let found = evidence(text, || None);
            assert_eq!((found.separator, found.grouping), (separator, grouping), "{text}");
        }
        for (text, separator, cents) in [
            ("1.500,-", Comma, Ok("150000 USD")),
            ("1.500,-", Point, Err(MoneyProblem::BadGroups)),
            ("1,500.-", Point, Ok("150000 USD")),
            ("1.500.-", Comma, Ok("150000 USD")),
            ("1'500.-", Point, Ok("150000 USD")),
        ] {
            assert_eq!(read(text, separator), cents.map(str::to_owned), "{text}");
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
