//! Rows of totals in sheets of costs, known by the name that stands where a source, a campaign or a month is due.

use super::total_words::{BESIDE_THINGS, KINDS, MAYBE, THINGS, WORDS};
use crate::domain::text::fold_key;

/// What a name says of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// The row adds up others.
    Total,
    /// The row adds up those of this name, if the sheet has it: spreadsheets write `Google Total` below a group.
    TotalOf(String),
    /// Like [`TotalOf`](Naming::TotalOf), of a name that may be a source's own: `Total Wine Ads`.
    MaybeTotalOf(String),
    /// The row adds up others if its amount is their sum: `All`, `Overall`, `Ensemble` are names, too.
    Maybe,
    /// The row is one of its own.
    Own,
}

/// What follows a word for a total before the name of what it adds up: `Total for March`.
const OF: &[&str] = &["for", "of", "für", "von", "de", "del", "di", "pour", "por", "за"];

/// What platforms for ads begin the last row with, before a number or `all`: `Results from 2 campaigns`.
const RESULTS: &[&str] = &[
    "results from",
    "result from",
    "ergebnisse aus",
    "ergebnis aus",
    "resultados de",
    "resultado de",
    "résultats de",
    "résultat de",
    "risultati di",
    "risultato di",
    "resultaten van",
    "resultaat van",
    "wyniki z",
];

/// The words that spreadsheets put behind the name of a group.
const BEHIND: &[&str] = &["total", "ergebnis", "summe", "totale", "totaal", "итог", "итого", "集計"];

/// What the text in the place of a name says of its row.
pub fn naming(text: &str) -> Naming {
    let text = text.trim();
    if is_dashes(text) || text == "∑" {
        return Naming::Total;
    }
    // No word of these stands at either end of most names.
    if text.is_ascii() && !has_word(text) {
        return Naming::Own;
    }
    let key = fold_key(text);
    let rest_of_results = RESULTS.iter().find_map(|words| key.strip_prefix(words)?.strip_prefix(' '));
    let is_total = WORDS.contains(key.as_str())
        || begins_as_total(text)
        || rest_of_results.is_some_and(|rest| rest.starts_with(|c: char| c.is_numeric()) || begins_with_all(rest));
    if is_total {
        return Naming::Total;
    }
    if let Some(group) = BEHIND.iter().find_map(|word| key.strip_suffix(word)?.strip_suffix(' ')) {
        return Naming::TotalOf(group.to_owned());
    }
    if is_all(&key) {
        return Naming::Maybe;
    }
    behind_a_total(text).map_or(Naming::Own, Naming::MaybeTotalOf)
}

/// `All`, `All campaigns`; of `All Star Media` it is a part of a name.
fn is_all(key: &str) -> bool {
    let is_kind = |word: &str| KINDS.contains(word) || THINGS.contains(word);
    MAYBE.contains(key) || (begins_with_all(key) && key.split(' ').skip(1).all(is_kind))
}

fn begins_with_all(key: &str) -> bool {
    const ALL: &[&str] = &[
        "all",
        "alle",
        "allen",
        "todas",
        "todos",
        "toutes",
        "tous",
        "tutte",
        "tutti",
        "wszystkie",
        "wszystkich",
        "все",
    ];
    key.split(' ').next().is_some_and(|word| ALL.contains(&word))
}

/// What stands behind the longest word for a total at the beginning.
fn behind_a_total(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..words.len()).rev().find_map(|at| {
        let (before, behind) = words.split_at_checked(at)?;
        is_word(&before.join(" ")).then(|| fold_key(&behind.join(" ")))
    })
}

/// The two or more dashes that platforms for ads write where a row of totals has no name. One dash is a blank cell.
fn is_dashes(text: &str) -> bool {
    text.chars().count() > 1 && text.chars().all(|c| matches!(c, '-' | '–' | '—'))
}

/// Whether the text begins or ends with letters that the ASCII words have in common.
fn has_word(text: &str) -> bool {
    let ends = |word: &str| {
        let start = text.len().checked_sub(word.len());
        start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    let is_marked = |c: char| !c.is_ascii_alphanumeric();
    let mut begin = [0; 3];
    begin.iter_mut().zip(text.bytes()).for_each(|(at, byte)| *at = byte.to_ascii_lowercase());
    BEGINNINGS.contains(&begin)
        || matches!(begin, [b's', b'u' | b'o', _])
        || ["total", "ergebnis", "summe", "totale", "totaal"].into_iter().any(ends)
        || text.starts_with(is_marked)
}

/// The first letters of the words in ASCII that do not begin with `su` or `so`.
const BEGINNINGS: &[[u8; 3]] = &[
    *b"tot", *b"gra", *b"ove", *b"rep", *b"acc", *b"ges", *b"zwi", *b"tei", *b"res", *b"erg", *b"ris", *b"ins",
    *b"alg", *b"ein", *b"raz", *b"i a", *b"cel", *b"uku", *b"sku", *b"top", *b"gen", *b"all", *b"ens", *b"com",
    *b"zus", *b"tod", *b"tou", *b"tut", *b"rie", *b"sam", *b"wsz", *b"pod", *b"wyn",
];

/// Whether the text is a word for a total and then what it is of: `Total: Search`, `Total (3)`, `Total - Search`,
/// `Total 2026`, `Total for March`. Of a source such as `Total Wine Ads` it is the first part of a name.
fn begins_as_total(text: &str) -> bool {
    let ends = |at: usize, mark: &str| text.get(..at).is_some_and(is_word) && !mark.is_empty();
    let marked = [":", "：", "(", "（", "[", " - ", " – ", " — ", " | "];
    if marked.iter().any(|mark| text.find(mark).is_some_and(|at| ends(at, mark))) {
        return true;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..words.len()).any(|at| {
        let (Some(before), Some(behind)) = (words.get(..at), words.get(at..)) else { return false };
        let is_number = |word: &&str| word.chars().all(|c| !c.is_alphabetic());
        let is_of = behind.len() > 1 && behind.first().is_some_and(|word| OF.contains(&fold_key(word).as_str()));
        is_word(&before.join(" ")) && (is_of || behind.iter().all(is_number) || are_things(behind))
    })
}

/// Whether words say what a total is of, and are no name.
fn are_things(words: &[&str]) -> bool {
    let words: Vec<String> = words.iter().map(|word| fold_key(word)).collect();
    let is_thing = |word: &String| THINGS.contains(word.as_str());
    let is_beside = |word: &String| BESIDE_THINGS.contains(word.as_str()) || word.chars().all(char::is_numeric);
    words.iter().any(is_thing) && words.iter().all(|word| is_thing(word) || is_beside(word))
}

fn is_word(text: &str) -> bool {
    WORDS.contains(fold_key(text).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_folded_and_a_total() {
        for word in WORDS.iter() {
            assert_eq!(fold_key(word), *word);
            assert_eq!(naming(word), Naming::Total, "{word}");
            assert_eq!(naming(&word.to_uppercase()), Naming::Total, "{word}");
            assert_eq!(naming(&format!(" {word}: Search campaigns")), Naming::Total, "{word}");
            assert_eq!(naming(&format!("{word} (3)")), Naming::Total, "{word}");
        }
        for word in BEHIND {
            assert_eq!(naming(&format!("Google {word}")), Naming::TotalOf("google".into()), "{word}");
        }
        for words in RESULTS {
            assert_eq!(naming(&format!("{words} 2 campaigns")), Naming::Total, "{words}");
        }
        for word in MAYBE.iter() {
            assert_eq!(naming(&word.to_uppercase()), Naming::Maybe, "{word}");
        }
        for word in THINGS.iter() {
            assert_eq!(naming(&format!("Total {}", word.to_uppercase())), Naming::Total, "{word}");
        }
        for word in [&THINGS, &KINDS, &BESIDE_THINGS].into_iter().flat_map(|words| words.iter()) {
            assert_eq!(fold_key(word), *word);
        }
    }

    #[test]
    fn totals_as_people_and_platforms_write_them() {
        for text in [
            "Grand-Total",
            "Sub-total",
            "** Total **",
            "Total:",
            "Total - Search",
            "Total 2026",
            "Total 03/2026",
            "Total for March",
            "Summe für März",
            "Results from 2 campaigns",
            "Résultats de 12 campagnes",
            "--",
            " -- ",
            "——",
            "Total amount spent",
            "Total campaigns",
            "Total budget",
            "Total ad spend (USD)",
            "Total March 2026",
            "Total Mar 2026",
            "Summe Kampagnen",
            "Insgesamt",
            "Totales",
            "Suma końcowa",
            "Ogółem",
            "Totaal generaal",
            "Σ",
            "∑",
            "Summa",
            "Celkem",
            "Yhteensä",
            "I alt",
            "Ukupno",
            "Result from 1 ad set",
            "Results from all campaigns",
            "Ergebnisse aus allen Kampagnen",
        ] {
            assert_eq!(naming(text), Naming::Total, "{text}");
        }
    }

    #[test]
    fn names_that_may_be_totals() {
        for text in [
            "All",
            "ALL CAMPAIGNS",
            "All sources",
            "All ad sets",
            "Alle Kampagnen",
            "Todas las campañas",
            "Overall",
            "Ensemble",
            "Summary",
            "Resumen",
        ] {
            assert_eq!(naming(text), Naming::Maybe, "{text}");
        }
        for (text, of) in [
            ("Total Google", "google"),
            ("Total Wine Ads", "wine ads"),
            ("Summe Google Ads", "google ads"),
            ("Grand total Bing", "bing"),
            ("Total Media", "media"),
            ("Total all", "all"),
        ] {
            assert_eq!(naming(text), Naming::MaybeTotalOf(of.into()), "{text}");
        }
    }

    #[test]
    fn sources_that_only_begin_like_a_total() {
        for text in [
            "All Star Media",
            "All-Star",
            "Allianz",
            "Allegro Ads",
            "Summary judgment",
            "Ensemble Theatre",
            "Overall Marketing",
            "Insgesamtverband",
            "Summit",
            "Sigma",
            "Totaljobs",
            "total_wine",
            "TotalEnergies",
            "Total-Energies",
            "Sumo",
            "Summer sale",
            "Gesamtverband",
            "Results",
            "Results from search",
            "Subtotaler",
            "Google",
            "-",
            "",
            "総合",
        ] {
            assert_eq!(naming(text), Naming::Own, "{text}");
        }
    }
}
