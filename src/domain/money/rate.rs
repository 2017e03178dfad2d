//! Exchange rates, and amounts converted by them.

use std::fmt;

use iso_currency::Currency;

use crate::domain::rounding::half_even;
use crate::domain::text::plain_decimal;

/// Digits of a rate before its point and behind it, at most.
const WHOLE: usize = 9;
const PART: usize = 12;

/// What one unit of a currency is worth in another: a positive decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    digits: i128,
    /// So many of them stand behind the point; the last is no zero.
    decimals: u32,
}

impl Rate {
    /// Converts an amount in minor units of `from` into minor units of `to`, rounded half to even. `None` when it is
    /// too large.
    pub fn convert(self, cents: i64, from: Currency, to: Currency) -> Option<i64> {
        // ISO 4217 gives no minor unit to a few, such as gold; they are counted whole.
        let minor = |currency: Currency| u32::from(currency.exponent().unwrap_or(0));
        let product = i128::from(cents).checked_mul(self.digits)?.checked_mul(10i128.pow(minor(to)))?;
        half_even(product, 10i128.pow(self.decimals + minor(from))).and_then(|cents| i64::try_from(cents).ok())
    }
}

impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Rate, String> {
        let problem = || {
            format!(
                "`{text}` is no rate; write it as 1.0843, with at most {WHOLE} digits before the point and {PART} after"
            )
        };
        let (whole, part) = plain_decimal(text.trim(), WHOLE, PART).ok_or_else(problem)?;
        let part = part.trim_end_matches('0');
        let digits = format!("{whole}{part}").parse().map_err(|_| problem())?;
        let decimals = u32::try_from(part.len()).map_err(|_| problem())?;
        match digits > 0 && !text.trim().starts_with('-') {
            true => Ok(Rate { digits, decimals }),
            false => Err(format!("`{text}` is no rate; a rate is greater than nothing")),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10i128.pow(self.decimals);
        let width = self.decimals as usize;
        match width {
            0 => write!(f, "{}", self.digits),
            _ => write!(f, "{}.{:0width$}", self.digits / unit, self.digits % unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn rates_are_kept_as_they_are_said() {
        for (text, kept) in [
            ("1.0843", "1.0843"),
            (" 1.20 ", "1.2"),
            ("0.006620", "0.00662"),
            ("150", "150"),
            ("007.50", "7.5"),
            ("999999999.999999999999", "999999999.999999999999"),
        ] {
            assert_eq!(rate(text).to_string(), kept);
        }
        for text in ["", "0", "0.000", "-1.2", "1,2", "1.", ".5", "1e3", "1234567890", "0.1234567890123", "one"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_converted_to_the_even_cent() {
        use Currency::{EUR, JPY, KWD, USD};
        assert_eq!(rate("1.0843").convert(125_000, EUR, USD), Some(135_538), "1355.375 is as near to .38 as to .37");
        assert_eq!(rate("1.25").convert(10, EUR, USD), Some(12), "12.5");
        assert_eq!(rate("1.25").convert(14, EUR, USD), Some(18), "17.5");
        assert_eq!(rate("0.00662").convert(10_000, JPY, USD), Some(6620), "yen have no minor unit");
        assert_eq!(rate("150.5").convert(100, USD, JPY), Some(150), "150.5");
        assert_eq!(rate("3.25").convert(1_500, KWD, USD), Some(488), "a dinar has 1000 fils; 4.875");
        assert_eq!(rate("2").convert(-10, EUR, USD), Some(-20));
        assert_eq!(rate("2").convert(i64::MAX, EUR, USD), None);
        assert_eq!(rate("999999999.999999999999").convert(i64::MAX, JPY, KWD), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(digits in 1i64..1_000_000_000_000, decimals in 0u32..=12) {
            let unit = 10i64.pow(decimals);
            let width = decimals as usize;
            let text = match decimals {
                0 => format!("{}", digits % 1_000_000_000 + 1),
                _ => format!("{}.{:0width$}", digits / unit % 1_000_000_000, digits % unit),
            };
            let read = text.parse::<Rate>();
            prop_assume!(read.is_ok());
            let read = read.unwrap();
            prop_assert_eq!(read.to_string().parse::<Rate>(), Ok(read));
            prop_assert_eq!(read.to_string().parse::<f64>().unwrap(), text.parse::<f64>().unwrap());
        }

        #[test]
        fn one_is_one(cents in any::<i64>()) {
            prop_assert_eq!(rate("1").convert(cents, Currency::EUR, Currency::USD), Some(cents));
        }
    }
}
