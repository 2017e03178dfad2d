//! Currencies by ISO 4217 code.

/// Reads an ISO 4217 code, in any case.
///
/// # Errors
/// A sentence that names the code.
pub fn parse(text: &str) -> Result<String, String> {
    let upper = text.trim().to_uppercase();
    iso_currency::Currency::from_code(&upper)
        .map(|_| upper)
        .ok_or_else(|| format!("`{text}` is not a currency; use an ISO 4217 code such as USD or EUR"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes() {
        assert_eq!(super::parse("eur").unwrap(), "EUR");
        assert!(super::parse("DOLLAR").is_err());
    }
}
