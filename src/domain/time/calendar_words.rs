//! Names of months and weekdays in cells: English, German, French, Spanish, Portuguese, Italian and Dutch, without regard to
//! case and accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "jaenner", "janner", "janvier", "enero", "janeiro", "gennaio", "januari"],
    &["february", "februar", "fevrier", "febrero", "fevereiro", "febbraio", "februari"],
    &["march", "marz", "maerz", "mrz", "mars", "marzo", "marco", "maart", "mrt"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maio", "maggio", "mei"],
    &["june", "juni", "juin", "junio", "junho", "giugno"],
    &["july", "juli", "juillet", "julio", "julho", "luglio"],
    &["august", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setiembre", "setembro", "settembre"],
    &["october", "oktober", "octobre", "octubre", "outubro", "ottobre"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "decembre", "diciembre", "dezembro", "dicembre"],
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Those of the other languages, which are known whole: `mar` is a Tuesday and a March.
const OTHER_WEEKDAYS: [&str; 41] = [
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miercoles",
    "jueves",
    "viernes",
    "sabado",
    "domingo",
    "segunda",
    "terca",
    "quarta",
    "quinta",
    "sexta",
    "lunedi",
    "martedi",
    "mercoledi",
    "giovedi",
    "venerdi",
    "sabato",
    "domenica",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
];

/// The month that a word names, whole or shortened to at least three letters that begin no other month's name.
pub(super) fn month_named(word: &str) -> Option<i8> {
    let word = plain(word);
    if word.len() < 3 {
        return None;
    }
    let mut named = MONTHS.iter().zip(1i8..).filter(|(names, _)| names.iter().any(|name| name.starts_with(&word)));
    let (_, month) = named.next()?;
    named.next().is_none().then_some(month)
}

/// Whether a word is the name of a weekday.
pub(super) fn is_weekday(word: &str) -> bool {
    let word = plain(word);
    word.len() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(&word)) || OTHER_WEEKDAYS.contains(&word.as_str())
}

/// Lower case without accents.
fn plain(word: &str) -> String {
    word.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::datetime::{TimeProblem, parse, zone};

    #[test]
    fn each_name_is_of_one_month() {
        for (names, month) in MONTHS.iter().zip(1..) {
            for name in *names {
                assert_eq!(month_named(name), Some(month), "{name}");
                assert!(!is_weekday(name), "{name}");
            }
        }
    }

    #[test]
    fn names_are_known_in_any_case_and_shortened() {
        for (word, month) in [
            ("MÄRZ", 3),
            ("Mrz", 3),
            ("Fév", 2),
            ("déc", 12),
            ("Dez", 12),
            ("août", 8),
            ("aou", 8),
            ("Ene", 1),
            ("set", 9),
            ("Out", 10),
            ("juin", 6),
            ("juil", 7),
            ("Mai", 5),
            ("Sept", 9),
            ("Okt", 10),
            ("gen", 1),
            ("lug", 7),
            ("Jän", 1),
        ] {
            assert_eq!(month_named(word), Some(month), "{word}");
        }
        for word in ["jui", "ma", "", "soon", "marsh", "mardi"] {
            assert_eq!(month_named(word), None, "{word}");
        }
        assert!(is_weekday("Mittwoch") && is_weekday("miércoles") && is_weekday("Thurs") && !is_weekday("mar"));
    }

    fn read(text: &str) -> Result<String, TimeProblem> {
        parse(text, &zone("America/New_York").unwrap(), None).map(|time| time.to_string())
    }

    #[test]
    fn months_of_other_languages() {
        for text in [
            "4. März 2026",
            "4. Mrz 26",
            "Mittwoch, 4. März 2026 um 12:00 am",
            "4 mars 2026",
            "mercredi 4 mars 2026",
            "4 de marzo de 2026",
            "miércoles, 4 de marzo de 2026",
            "4 de março de 2026",
            "quarta-feira, 4 de março de 2026",
            "vrijdag 4 maart 2026",
            "04-MAR-2026",
            "4 marzo 2026, 00:00",
            "4 mrt 2026",
            "4 mars 2026 à 00:00",
        ] {
            assert_eq!(read(text), Ok("2026-03-04T05:00:00Z".into()), "{text}");
        }
        assert_eq!(read("1er août 2025"), Ok("2025-08-01T04:00:00Z".into()));
        assert_eq!(read("31. Dez. 2025 17:30 Uhr"), Ok("2025-12-31T22:30:00Z".into()));
        assert_eq!(read("1º de fevereiro de 2026"), Ok("2026-02-01T05:00:00Z".into()));
        for text in ["4 jui 2026", "4 Foo 2026", "de 4 marzo 2026"] {
            assert_eq!(read(text), Err(TimeProblem::NotATime), "{text}");
        }
    }
}
