//! Yes/no cells.

/// Reads a yes or no in the usual spellings of exports.
pub fn parse(text: &str) -> Option<bool> {
    match super::text::fold_key(text).as_str() {
        "yes" | "y" | "true" | "t" | "1" | "x" | "on" | "checked" | "ja" | "si" | "sí" | "oui" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "off" | "unchecked" | "nein" | "non" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn spellings() {
        assert_eq!(parse(" YES "), Some(true));
        assert_eq!(parse("X"), Some(true));
        assert_eq!(parse("0"), Some(false));
        assert_eq!(parse("maybe"), None);
    }
}
