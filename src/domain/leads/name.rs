//! Names of persons.

/// Splits a full name into first and last name: `Lovelace, Ada` at the comma, `Ada King Lovelace` before the
/// last word. A single word is a first name.
pub fn split(full: &str) -> (String, String) {
    if let Some((last, first)) = full.split_once(',') {
        return (first.trim().to_owned(), last.trim().to_owned());
    }
    let words: Vec<&str> = full.split_whitespace().collect();
    match words.split_last() {
        Some((last, first)) if !first.is_empty() => (first.join(" "), (*last).to_owned()),
        _ => (words.concat(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn both_orders() {
        assert_eq!(split("Ada King  Lovelace"), ("Ada King".into(), "Lovelace".into()));
        assert_eq!(split("Lovelace, Ada"), ("Ada".into(), "Lovelace".into()));
        assert_eq!(split("Ada"), ("Ada".into(), String::new()));
        assert_eq!(split(""), (String::new(), String::new()));
    }
}
