//! Headers of columns with currencies.

use std::sync::LazyLock;

use super::sections::Sections;
use super::words;

static WORDS: LazyLock<(Vec<String>, Vec<String>)> = LazyLock::new(|| {
    let sections = Sections::of(include_str!("words/currency.txt"));
    (sections.words("nouns"), sections.words("beside"))
});

/// Whether a header names the currency of a row's amounts: `Currency`, `Billing currency`, `Ccy`, `spend_currency`.
pub fn is_currency_column(header: &str) -> bool {
    let (nouns, beside) = &*WORDS;
    let words = words(header);
    words.iter().any(|word| nouns.contains(word))
        && words.iter().all(|word| nouns.contains(word) || beside.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_currencies() {
        for header in [
            "Currency",
            "spend_currency",
            "Billing currency",
            "Ccy",
            "Moeda",
            "Währung",
            "Currency code",
            "CurrencyIsoCode",
            "Account Currency",
            "Devise",
            "Код валюты",
            "通貨",
        ] {
            assert!(is_currency_column(header), "{header}");
        }
        for header in ["Currency rate", "Amount", "Current", "Converted currency amount USD", ""] {
            assert!(!is_currency_column(header), "{header}");
        }
    }
}
