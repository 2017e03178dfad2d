//! The values of conditions.

use crate::domain::text::plain_decimal;

pub use crate::domain::time::age::Age;
pub use crate::domain::time::when::When;

/// A value as a condition holds it: in the normal form of its field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, a word of a vocabulary, a code, an email, an E.164 number, a tag.
    Text(String),
    Number(i64),
    /// In ten-thousandths: of a currency's unit, or of certainty.
    Money(i64),
    /// A number as it was written, for custom fields.
    Decimal(String),
    Flag(bool),
    Time(When),
    Age(Age),
}

/// So many ten-thousandths make one unit of money.
pub const MONEY_SCALE: i64 = 10_000;

/// An amount as a filter writes it: without needless zeros.
pub fn money_text(amount: i64) -> String {
    let (units, rest) = (amount.unsigned_abs() / 10_000, amount.unsigned_abs() % 10_000);
    let sign = if amount < 0 { "-" } else { "" };
    match rest {
        0 => format!("{sign}{units}"),
        rest => format!("{sign}{units}.{}", format!("{rest:04}").trim_end_matches('0')),
    }
}

/// Reads an amount: at most 13 digits before the point and 4 behind it.
pub fn money(text: &str) -> Option<i64> {
    let (units, fraction) = plain_decimal(text, 13, 4)?;
    let amount: i64 = format!("{units}{fraction:0<4}").parse().ok()?;
    Some(if text.starts_with('-') { -amount } else { amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read() {
        for (text, amount) in
            [("12.5", 125_000), ("-7", -70_000), ("0.0001", 1), ("9999999999999", 99_999_999_999_990_000)]
        {
            assert_eq!(money(text), Some(amount), "{text}");
        }
        for bad in ["", "-", "1.", ".5", "1e3", "1.23456", "12345678901234", "+1", "1 000", "١"] {
            assert_eq!(money(bad), None, "{bad}");
        }
    }

    #[test]
    fn amounts_are_written_without_needless_zeros() {
        for (amount, text) in [(12_500_000, "1250"), (995_000, "99.5"), (-1, "-0.0001"), (0, "0")] {
            assert_eq!(money_text(amount), text);
        }
    }
}
