//! Rows of totals in sheets of costs, known by the name that stands where a source, a campaign or a month is due.

use crate::domain::text::fold_key;

/// What a name says of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// The row adds up others.
    Total,
    /// The row adds up those of this name, if the sheet has it: spreadsheets write `Google Total` below a group.
    TotalOf(String),
    /// The row is one of its own.
    Own,
}

/// The words for a total, folded by [`fold_key`].
const WORDS: &[&str] = &[
    "total",
    "totals",
    "grand total",
    "grand totals",
    "overall total",
    "report total",
    "account total",
    "total cost",
    "total costs",
    "total spend",
    "total spent",
    "total amount",
    "subtotal",
    "subtotals",
    "sub total",
    "sub totals",
    "sum",
    "summe",
    "summen",
    "gesamt",
    "gesamtsumme",
    "gesamtergebnis",
    "gesamtkosten",
    "gesamtbetrag",
    "summe gesamt",
    "zwischensumme",
    "teilergebnis",
    "total general",
    "suma",
    "suma total",
    "total geral",
    "soma",
    "totale",
    "totale generale",
    "totale complessivo",
    "subtotale",
    "somma",
    "total général",
    "sous total",
    "somme",
    "totaal",
    "eindtotaal",
    "subtotaal",
    "razem",
    "łącznie",
    "suma częściowa",
    "итого",
    "всего",
    "合計",
    "総計",
    "小計",
    "合计",
    "总计",
    "小计",
];

/// What follows a word for a total before the name of what it adds up: `Total for March`.
const OF: &[&str] = &["for", "of", "für", "von", "de", "del", "di", "pour", "por", "за"];

/// What platforms for ads begin the last row with, before a number: `Results from 2 campaigns`.
const RESULTS: &[&str] = &["results from", "ergebnisse aus", "resultados de", "résultats de", "risultati di"];

/// The words that spreadsheets put behind the name of a group.
const BEHIND: &[&str] = &["total", "ergebnis", "summe", "totale", "totaal", "итог", "итого", "集計"];

/// What the text in the place of a name says of its row.
pub fn naming(text: &str) -> Naming {
    let text = text.trim();
    if is_dashes(text) {
        return Naming::Total;
    }
    // No word of these stands at either end of most names.
    if text.is_ascii() && !has_word(text) {
        return Naming::Own;
    }
    let key = fold_key(text);
    let rest_of_results = RESULTS.iter().find_map(|words| key.strip_prefix(words)?.strip_prefix(' '));
    let is_total = WORDS.contains(&key.as_str())
        || begins_as_total(text)
        || rest_of_results.is_some_and(|rest| rest.starts_with(|c: char| c.is_numeric()));
    if is_total {
        return Naming::Total;
    }
    let group = BEHIND.iter().find_map(|word| key.strip_suffix(word)?.strip_suffix(' '));
    group.map_or(Naming::Own, |group| Naming::TotalOf(group.to_owned()))
}

/// The two or more dashes that platforms for ads write where a row of totals has no name. One dash is a blank cell.
fn is_dashes(text: &str) -> bool {
    text.chars().count() > 1 && text.chars().all(|c| matches!(c, '-' | '–' | '—'))
}

/// Whether the text begins or ends with letters that the ASCII words have in common.
fn has_word(text: &str) -> bool {
    let begins = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let ends = |word: &str| {
        let start = text.len().checked_sub(word.len());
        start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    let is_marked = |c: char| !c.is_ascii_alphanumeric();
    ["tot", "grand", "overall", "report", "account", "sub", "su", "so", "ges", "zwi", "teil", "res", "erg", "ris"]
        .into_iter()
        .any(begins)
        || ["total", "ergebnis", "summe", "totale", "totaal"].into_iter().any(ends)
        || text.starts_with(is_marked)
        || ["eindtotaal", "razem"].into_iter().any(begins)
}

/// Whether the text is a word for a total and then what it is of: `Total: Search`, `Total (3)`, `Total - Search`,
/// `Total 2026`, `Total for March`. Of a source such as `Total Wine Ads` it is the first part of a name.
fn begins_as_total(text: &str) -> bool {
    let ends = |at: usize, mark: &str| text.get(..at).is_some_and(|word| is_word(word)) && !mark.is_empty();
    let marked = [":", "：", "(", "（", "[", " - ", " – ", " — ", " | "];
    if marked.iter().any(|mark| text.find(mark).is_some_and(|at| ends(at, mark))) {
        return true;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..words.len()).any(|at| {
        let (Some(before), Some(behind)) = (words.get(..at), words.get(at..)) else { return false };
        let is_number = |word: &&str| word.chars().all(|c| !c.is_alphabetic());
        let is_of = behind.len() > 1 && behind.first().is_some_and(|word| OF.contains(&fold_key(word).as_str()));
        is_word(&before.join(" ")) && (is_of || behind.iter().all(is_number))
    })
}

fn is_word(text: &str) -> bool {
    WORDS.contains(&fold_key(text).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_folded_and_a_total() {
        for word in WORDS {
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
        ] {
            assert_eq!(naming(text), Naming::Total, "{text}");
        }
    }

    #[test]
    fn sources_that_only_begin_like_a_total() {
        for text in [
            "Total Wine Ads",
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
