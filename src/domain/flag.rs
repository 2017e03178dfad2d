//! Yes/no cells.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words for yes and for no, folded and without accents: English, then those of the other languages whose headers are
/// known, and what their spreadsheets write for TRUE and FALSE. No word may be in both.
const YES: &[&str] = &[
    "yes",
    "y",
    "true",
    "t",
    "1",
    "x",
    "on",
    "checked",
    "ja",
    "wahr",
    "oui",
    "vrai",
    "si",
    "verdadero",
    "sim",
    "verdadeiro",
    "vero",
    "waar",
    "tak",
    "prawda",
    "да",
    "истина",
    "はい",
];
const NO: &[&str] = &[
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "unchecked",
    "nein",
    "falsch",
    "non",
    "faux",
    "falso",
    "nao",
    "nee",
    "onwaar",
    "nie",
    "fałsz",
    "falsz",
    "нет",
    "ложь",
    "いいえ",
];

/// Reads a yes or no in the usual spellings of exports.
pub fn parse(text: &str) -> Option<bool> {
    match text.trim().trim_end_matches(['\u{fe0e}', '\u{fe0f}']) {
        "1.0" | "1.00" | "1,0" | "1,00" | "✓" | "✔" | "☑" | "✅" => return Some(true),
        "0.0" | "0.00" | "0,0" | "0,00" | "✗" | "☐" => return Some(false),
        _ => {}
    }
    let mut key = super::text::fold_key(text);
    if !key.is_ascii() {
        key = key.nfd().filter(|&c| !is_combining_mark(c)).nfc().collect();
    }
    match (YES.contains(&key.as_str()), NO.contains(&key.as_str())) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        assert_eq!(parse(" YES "), Some(true));
        assert_eq!(parse("X"), Some(true));
        assert_eq!(parse("0"), Some(false));
        assert_eq!(parse("maybe"), None);
    }

    #[test]
    fn every_word_means_one() {
        for (words, meaning) in [(YES, true), (NO, false)] {
            for word in words {
                assert_eq!(parse(word), Some(meaning), "{word}");
                assert_eq!(parse(&format!(" {}. ", word.to_uppercase())), Some(meaning), "{word}");
            }
        }
        assert!(YES.iter().all(|word| !NO.contains(word)));
    }

    #[test]
    fn languages_signs_and_numbers() {
        let pairs = [
            ("Sí", "No"),
            ("Sì", "no"),
            ("Sim", "Não"),
            ("sim", "Na\u{303}o"),
            ("Oui", "NON"),
            ("Ja", "Nein"),
            ("JA", "Nee"),
            ("Tak", "Nie"),
            ("Да", "НЕТ"),
            ("はい", "いいえ"),
            ("WAHR", "FALSCH"),
            ("VRAI", "FAUX"),
            ("VERDADERO", "FALSO"),
            ("VERO", "falso"),
            ("WAAR", "ONWAAR"),
            ("PRAWDA", "FAŁSZ"),
            ("ИСТИНА", "ЛОЖЬ"),
            ("✓", "✗"),
            ("✔\u{fe0f}", "☐"),
            ("☑", "☐ "),
            ("1.0", "0.0"),
            ("1,00", "0,00"),
        ];
        for (yes, no) in pairs {
            assert_eq!((parse(yes), parse(no)), (Some(true), Some(false)), "{yes} {no}");
        }
        for text in ["", "1 0", "10", "0.1", "2.0", "☒", "ni", "none", "sin", "jain"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
