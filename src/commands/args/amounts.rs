//! Amounts of money as arguments.

use iso_currency::Currency;

use crate::commands::context::Session;
use crate::domain::money::{self, Money, MoneyProblem, currency};
use crate::error::{CommandError, Result};

/// Reads an amount: `1250`, `1250.00`, `1,250.00`, `1.250,00 EUR`. It is in the currency that it names, else in the one
/// that was said, else in `base`.
///
/// # Errors
/// It is none, names another currency than was said, or can be read in two ways.
pub fn money(text: &str, said: Option<Currency>, base: Currency) -> Result<Money, CommandError> {
    match money::parse_alone(text, said, base) {
        Ok(money) => Ok(money),
        Err(MoneyProblem::OtherCurrency(named, said)) => {
            Err(CommandError::usage(format!("`{text}` is in {named}, and {said} is asked for"))
                .hint("leave one of the currencies out"))
        }
        Err(problem @ MoneyProblem::TwoReadings(_)) => {
            Err(CommandError::usage(format!("`{text}` {problem}")).hint(problem.remedy()))
        }
        Err(problem) => Err(CommandError::usage(format!("`{text}` {problem}")).hint("write it as 1250 or 1250.00")),
    }
}

/// The organization's currency.
pub fn base_currency(session: &Session) -> Result<Currency, CommandError> {
    currency::parse(&session.org.base_currency).map_err(CommandError::failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_where_there_is_one_way() {
        let read = |text: &str| money(text, Some(Currency::EUR), Currency::USD).ok().map(|money| money.cents);
        for (text, cents) in [
            ("1250", 125_000),
            ("1250.00", 125_000),
            ("1250,5", 125_050),
            ("1,250.00", 125_000),
            ("1.250,00 EUR", 125_000),
            ("€ 3", 300),
            ("-3", -300),
            ("1.250.000", 125_000_000),
        ] {
            assert_eq!(read(text), Some(cents), "{text}");
        }
        for text in ["1.250", "1,250", "1.255,555", "much", "", "$3", "3 USD", "12.345.6"] {
            assert_eq!(read(text), None, "{text}");
        }
        // Dinars have three decimals.
        let dinars = |text: &str| money(text, Some(Currency::KWD), Currency::USD).ok().map(|money| money.cents);
        assert_eq!((dinars("1.505"), dinars("KWD 1.505"), dinars("1.505 KWD")), (Some(1505), Some(1505), Some(1505)));
        assert_eq!((dinars("1,505"), dinars("KWD 1,505"), dinars("1,505 KWD")), (None, None, None));
        assert_eq!(
            (dinars("1,250.500"), dinars("1.250,500"), dinars("1505")),
            (Some(1_250_500), Some(1_250_500), Some(1_505_000))
        );
        assert_eq!(money("KWD 1.505", None, Currency::USD).ok().map(|money| money.cents), Some(1505));
        for text in ["USD 1.505", "1.505 $", "1,505 €"] {
            assert!(money(text, None, Currency::KWD).is_err(), "{text}");
        }
        let free = |text: &str| money(text, None, Currency::USD).ok().map(|money| money.currency.code());
        assert_eq!(
            (free("3"), free("$3"), free("€3"), free("3 CHF")),
            (Some("USD"), Some("USD"), Some("EUR"), Some("CHF"))
        );
    }
}
