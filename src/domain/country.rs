//! Countries, by ISO 3166-1 code or English name.

/// Whether a text says that the country is not known.
pub fn is_unknown(text: &str) -> bool {
    matches!(
        super::text::fold_key(text).as_str(),
        "unknown" | "not known" | "unspecified" | "not specified" | "not set" | "other" | "xx" | "zz"
    )
}

/// Reads a country's code (two or three letters) or name into its two-letter code.
pub fn parse(text: &str) -> Option<String> {
    let key = super::text::fold_key(text);
    let common = match key.as_str() {
        "uk" | "great britain" | "england" | "scotland" | "wales" | "united kingdom" => "GB",
        "u s" | "u s a" | "united states" | "america" | "united states of america" => "US",
        "holland" | "the netherlands" | "netherlands" => "NL",
        "czech republic" => "CZ",
        "russia" => "RU",
        "south korea" | "korea" => "KR",
        "vietnam" => "VN",
        "turkey" => "TR",
        "deutschland" => "DE",
        "schweiz" => "CH",
        "österreich" => "AT",
        "españa" => "ES",
        "méxico" => "MX",
        "brasil" => "BR",
        _ => "",
    };
    if !common.is_empty() {
        return Some(common.to_owned());
    }
    let upper = text.trim().to_uppercase();
    let code = match upper.len() {
        2 => rust_iso3166::from_alpha2(&upper),
        3 => rust_iso3166::from_alpha3(&upper),
        _ => None,
    };
    code.map(|c| c.alpha2.to_owned()).or_else(|| {
        let short = |name: &str| super::text::fold_key(name.split('(').next().unwrap_or(name));
        let at = rust_iso3166::ALL_NAME.iter().position(|name| short(name) == key)?;
        rust_iso3166::ALL_ALPHA2.get(at).map(|code| (*code).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{is_unknown, parse};

    #[test]
    fn codes_and_names() {
        for (text, code) in [
            ("us", "US"),
            ("USA", "US"),
            ("U.S.A.", "US"),
            ("Germany", "DE"),
            ("DEU", "DE"),
            ("uk", "GB"),
            ("Netherlands", "NL"),
            ("france", "FR"),
            ("Iran", "IR"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(parse("Atlantis"), None);
        assert!(is_unknown("Unknown") && is_unknown("(not set)") && !is_unknown("Atlantis"));
        // What says nothing is no country.
        for text in ["unknown", "other", "XX", "ZZ"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
