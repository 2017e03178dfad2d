//! Currencies by ISO 4217 code.

use iso_currency::{Currency, IntoEnumIterator};

/// Reads an ISO 4217 code, in any case.
///
/// # Errors
/// A sentence that names the code.
pub fn parse(text: &str) -> Result<Currency, String> {
    Currency::from_code(&text.trim().to_uppercase())
        .ok_or_else(|| format!("`{text}` is not a currency; use an ISO 4217 code such as USD or EUR"))
}

/// Reads an ISO 4217 code, in any case, into its upper-case form.
///
/// # Errors
/// A sentence that names the code.
pub fn parse_code(text: &str) -> Result<String, String> {
    parse(text).map(|currency| currency.code().to_owned())
}

/// The codes of the currencies whose unit has so many decimal places; those without any minor unit count as 0.
pub fn codes_with_places(places: u16) -> impl Iterator<Item = &'static str> {
    Currency::iter().filter(move |currency| currency.exponent().unwrap_or(0) == places).map(|currency| currency.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(parse("eur"), Ok(Currency::EUR));
        assert!(parse("DOLLAR").is_err());
    }
}
