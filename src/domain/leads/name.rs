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

/// Whether a text is nothing but a form of address: `Ms.`, `Herr Dr.`
pub fn is_form_of_address(text: &str) -> bool {
    const FORMS: &str =
        "mr mrs ms miss mx dr prof sir madam herr frau m mme mlle sr sra srta sig dhr mevr pan pani rev hon don";
    let is_form = |word: &str| FORMS.split(' ').any(|form| form == word.to_lowercase());
    let mut words = text.split([' ', '.', ',']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(is_form)
}

#[cfg(test)]
mod tests {
    use super::{is_form_of_address, split};

    #[test]
    fn forms_of_address_are_no_titles_of_jobs() {
        for form in ["Ms.", "MR", "Herr Dr.", "Sra.", "Mme"] {
            assert!(is_form_of_address(form), "{form}");
        }
        for title in ["Director", "Dr. of Sales", "", "M&A Lead", "."] {
            assert!(!is_form_of_address(title), "{title}");
        }
    }

    #[test]
    fn both_orders() {
        assert_eq!(split("Ada King  Lovelace"), ("Ada King".into(), "Lovelace".into()));
        assert_eq!(split("Lovelace, Ada"), ("Ada".into(), "Lovelace".into()));
        assert_eq!(split("Ada"), ("Ada".into(), String::new()));
        assert_eq!(split(""), (String::new(), String::new()));
    }
}
