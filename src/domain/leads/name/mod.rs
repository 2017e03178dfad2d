//! Names of persons: a full name in its parts, with the titles before it and the degrees behind it, and a full name beside
//! columns of its parts.

mod words;

use crate::domain::text::fold_key;
pub use words::is_form_of_address;
use words::{DEGREES, DEGREES_OR_NAMES, is_company, is_one_of, is_particle, is_special, is_title, key_of};

/// A full name in its parts. Each may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    pub first: String,
    /// With the degrees and the like that stood behind the name.
    pub last: String,
    /// The titles before the name, which are in neither part.
    pub titles: String,
}

/// Splits a full name: `Lovelace, Ada` at the comma, `Ada King Lovelace` before the last word. A single word is a first
/// name, but with a title or a degree a last name. Degrees and the like stay with the last name: `Ada Lovelace, PhD` is Ada and
/// `Lovelace, PhD`. The name of a company is kept whole, as a first name.
pub fn split(full: &str) -> Name {
    plain(full).unwrap_or_else(|| split_any(full))
}

/// The parts of a name of two words that are nothing but names, as most are.
fn plain(full: &str) -> Option<Name> {
    let (first, last) = full.trim().split_once(' ')?;
    let is_plain = |word: &str| !word.is_empty() && word.chars().all(char::is_alphabetic) && !is_special(word);
    (is_plain(first) && is_plain(last)).then(|| Name {
        first: first.to_owned(),
        last: last.to_owned(),
        titles: String::new(),
    })
}

fn split_any(full: &str) -> Name {
    if is_company(full) {
        return Name { first: full.trim().to_owned(), ..Name::default() };
    }
    let style = Style { is_shouted: !full.contains(char::is_lowercase) };
    let (before, after) = full.split_once(',').map_or((full, None), |(before, after)| (before, Some(after)));
    let mut last: Vec<&str> = before.split_whitespace().collect();
    // `Ann Roe, PhD, MBA`, `Roe, Ann, PhD`, `Roe, Jr., Ann`. Behind one word `M.A.` are initials.
    let mut suffixes = String::new();
    let mut others = Vec::new();
    for part in after.iter().flat_map(|after| after.split(',')).map(str::trim).filter(|part| !part.is_empty()) {
        let is_suffix = |word: &str| style.is_suffix(word) && (last.len() > 1 || !style.may_be_initials(word));
        match part.split_whitespace().all(is_suffix) {
            true => suffixes = suffixes + ", " + part,
            false => others.push(part),
        }
    }
    let others = others.join(", ");
    let mut first: Vec<&str> = others.split_whitespace().collect();
    let is_swapped = !first.is_empty();
    let mut titles = take_titles(&mut last, 1);
    titles.extend(take_titles(&mut first, 0));
    let mut behind = style.take_suffixes(&mut last);
    behind.extend(style.take_suffixes(&mut first));
    if !is_swapped {
        let names = last.len();
        let is_bare = titles.is_empty() && behind.is_empty() && suffixes.is_empty();
        // `Jean de la Fontaine`.
        let particle = (1..names.saturating_sub(1)).find(|&at| last.get(at).is_some_and(|word| is_particle(word)));
        let of_last = match particle {
            Some(at) => names - at,
            None if names == 1 && is_bare => 0,
            None => names.min(1),
        };
        first = last.drain(..names - of_last).collect();
    }
    last.extend(behind);
    let last = last.join(" ") + &suffixes;
    Name { first: first.join(" "), last: last.trim_start_matches([',', ' ']).to_owned(), titles: titles.join(" ") }
}

/// What a full name adds to the first and the last name of its row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addition {
    pub first: Option<String>,
    pub last: Option<String>,
    /// Whether it says something that is in neither.
    pub says_more: bool,
}

/// Reads a full name beside the first and the last name of its row, so that nothing is lost: of `Ann` and `Ann Roe` the rest
/// is the last name, and what does not repeat the one part is the other one.
pub fn beside(full: &str, first: Option<&str>, last: Option<&str>) -> Addition {
    let whole = split(full);
    let says_more = !whole.titles.is_empty();
    let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    match (first, last) {
        (None, None) => Addition { first: part(&whole.first), last: part(&whole.last), says_more },
        (Some(first), Some(last)) => Addition { says_more: !repeats(full, first, last), ..Addition::default() },
        (Some(first), None) if fold_key(&whole.first) == fold_key(first) => {
            Addition { last: part(&whole.last), says_more, ..Addition::default() }
        }
        (Some(first), None) => Addition { last: part(&without(full, first)), ..Addition::default() },
        (None, Some(last)) if fold_key(&whole.last) == fold_key(last) => {
            Addition { first: part(&whole.first), says_more, ..Addition::default() }
        }
        // With a degree that the column of last names does not have.
        (None, Some(last)) if !whole.first.is_empty() && begins_with(&whole.last, last) => {
            Addition { first: part(&whole.first), says_more: true, ..Addition::default() }
        }
        (None, Some(last)) => Addition { first: part(&without(full, last)), ..Addition::default() },
    }
}

/// Whether every word of a full name is one of its parts.
fn repeats(full: &str, first: &str, last: &str) -> bool {
    let said = fold_key(&format!("{first} {last}"));
    let full = fold_key(full);
    full == said || full.split(' ').all(|word| said.split(' ').any(|part| part == word))
}

fn begins_with(text: &str, beginning: &str) -> bool {
    let (text, beginning) = (fold_key(text), fold_key(beginning));
    text.strip_prefix(&beginning).is_some_and(|rest| rest.starts_with(' '))
}

/// A full name without the part that it begins or ends with; as a whole when it does neither.
fn without(full: &str, part: &str) -> String {
    let words: Vec<&str> = full.split_whitespace().collect();
    let part = fold_key(part);
    let is_part = |words: &[&str]| fold_key(&words.join(" ")) == part;
    let rest = (1..=words.len()).find_map(|cut| {
        let (head, tail) = words.split_at_checked(cut)?;
        is_part(head).then_some(tail)
    });
    let rest = rest.or_else(|| {
        (1..=words.len()).rev().find_map(|cut| {
            let (head, tail) = words.split_at_checked(cut)?;
            is_part(tail).then_some(head)
        })
    });
    rest.map_or(full.to_owned(), |rest| rest.join(" ")).trim_matches([',', ' ']).to_owned()
}

/// How a name is written as a whole, which tells `MA` from the surname Ma.
struct Style {
    /// In capitals throughout.
    is_shouted: bool,
}

impl Style {
    /// Whether a word behind a name is a degree or the like. What is a name, too, counts only in capitals among small letters,
    /// or with points in it.
    fn is_suffix(&self, word: &str) -> bool {
        // `J.R.` are initials.
        let is_dotted = word.trim_end_matches('.').contains('.');
        match is_one_of(word, &DEGREES) {
            true => !(is_dotted && is_one_of(word, &["jr", "sr", "ii", "iv"])),
            false => {
                is_one_of(word, &DEGREES_OR_NAMES)
                    && (is_dotted || !self.is_shouted && !word.contains(char::is_lowercase))
            }
        }
    }

    /// Whether a suffix may be the initials of first names.
    fn may_be_initials(&self, word: &str) -> bool {
        key_of(word).len() == 2 && !is_one_of(word, &["jr", "sr", "ii", "iv", "md"])
    }

    fn take_suffixes<'a>(&self, words: &mut Vec<&'a str>) -> Vec<&'a str> {
        let suffixes = words.iter().skip(1).rev().take_while(|word| self.is_suffix(word)).count();
        words.split_off(words.len() - suffixes)
    }
}

/// Takes the titles from the beginning, but leaves so many words.
fn take_titles<'a>(words: &mut Vec<&'a str>, left: usize) -> Vec<&'a str> {
    let mut titles = 0;
    while titles + left < words.len() && words.get(titles).is_some_and(|word| is_title(word, titles > 0)) {
        titles += 1;
    }
    words.drain(..titles).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(full: &str) -> (String, String) {
        let name = split(full);
        (name.first, name.last)
    }

    fn check(cases: &[(&str, &str, &str)]) {
        for (full, first, last) in cases {
            assert_eq!(parts(full), ((*first).to_owned(), (*last).to_owned()), "{full}");
        }
    }

    #[test]
    fn both_orders() {
        check(&[
            ("Ada King  Lovelace", "Ada King", "Lovelace"),
            ("Lovelace, Ada", "Ada", "Lovelace"),
            ("King Lovelace, Ada", "Ada", "King Lovelace"),
            ("Roe, Ann, Accounting", "Ann, Accounting", "Roe"),
            ("Ada", "Ada", ""),
            ("Roe,", "Roe", ""),
            ("", "", ""),
        ]);
    }

    #[test]
    fn degrees_are_no_first_names() {
        check(&[
            ("Ann Roe, PhD", "Ann", "Roe, PhD"),
            ("Ann Roe, Ph.D., MBA", "Ann", "Roe, Ph.D., MBA"),
            ("Ann Roe, M.A.", "Ann", "Roe, M.A."),
            ("Ann Roe, MA", "Ann", "Roe, MA"),
            ("Ann Roe PhD", "Ann", "Roe PhD"),
            ("Ann Roe MD", "Ann", "Roe MD"),
            ("ANN ROE, ESQ.", "ANN", "ROE, ESQ."),
            ("Cy Dey Jr.", "Cy", "Dey Jr."),
            ("Cy Dey, Sr.", "Cy", "Dey, Sr."),
            ("Cy Dey III", "Cy", "Dey III"),
            ("Roe, Ann, PhD", "Ann", "Roe, PhD"),
            ("Roe Jr., Ann", "Ann", "Roe Jr."),
            ("Roe, Jr., Ann", "Ann", "Roe, Jr."),
            ("Roe, Ann Jr.", "Ann", "Roe Jr."),
            ("Roe, PhD", "", "Roe, PhD"),
            ("Roe Jr.", "", "Roe Jr."),
        ]);
    }

    #[test]
    fn names_that_look_like_degrees() {
        check(&[
            ("Jack Ma", "Jack", "Ma"),
            ("JACK MA", "JACK", "MA"),
            ("MA, JACK", "JACK", "MA"),
            ("Kim Do", "Kim", "Do"),
            ("Roe, J.R.", "J.R.", "Roe"),
            ("Roe, M.A.", "M.A.", "Roe"),
            ("Md. Karim Roe", "Md. Karim", "Roe"),
            ("Maria Sa", "Maria", "Sa"),
            ("MARIA SA", "MARIA", "SA"),
        ]);
    }

    #[test]
    fn titles_are_no_first_names() {
        check(&[
            ("Dr. Ann Roe", "Ann", "Roe"),
            ("Dr. Roe", "", "Roe"),
            ("Ms. Ann Roe", "Ann", "Roe"),
            ("Prof. Dr. med. Ann King Roe", "Ann King", "Roe"),
            ("Dipl.-Ing. Ann Roe", "Ann", "Roe"),
            ("Roe, Dr. Ann", "Ann", "Roe"),
            ("Dr. Roe, Ann", "Ann", "Roe"),
            ("Frau Roe", "", "Roe"),
            ("Dr", "Dr", ""),
        ]);
        assert_eq!(split("Prof. Dr. med. Ann Roe").titles, "Prof. Dr. med.");
    }

    #[test]
    fn particles_begin_the_last_name() {
        check(&[
            ("Jean de la Fontaine", "Jean", "de la Fontaine"),
            ("Anna Maria van der Roe", "Anna Maria", "van der Roe"),
            ("Otto von Roe Jr.", "Otto", "von Roe Jr."),
            ("Ann Roe, RN, BSN", "Ann", "Roe, RN, BSN"),
            ("De Roe", "De", "Roe"),
        ]);
    }

    #[test]
    fn companies_are_no_persons() {
        for company in [
            "Acme, Inc.",
            "Acme Inc",
            "Roe & Sons, Ltd.",
            "Roe Trading LLC",
            "Muster GmbH",
            "Muster GmbH & Co. KG",
            "Acme, S.A.",
            "Acme S.A.",
            "Muster AG",
            "Roe & Co.",
            "Roe and Partners",
            "Acme, L.L.C.",
            "Acme Sp. z o.o.",
            "ACME, INC.",
        ] {
            check(&[(company, company, "")]);
        }
    }

    #[test]
    fn beside_columns_of_its_parts_nothing_is_lost() {
        let add = |full: &str, first: &str, last: &str| {
            let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
            let added = beside(full, some(first), some(last));
            (added.first.unwrap_or(first.into()), added.last.unwrap_or(last.into()), added.says_more)
        };
        for (full, first, last, (new_first, new_last, says_more)) in [
            ("Röe", "Änn", "", ("Änn", "Röe", false)),
            ("von der Röe", "Änn", "", ("Änn", "von der Röe", false)),
            ("Ann Roe", "Ann", "", ("Ann", "Roe", false)),
            ("Roe, Ann", "Ann", "", ("Ann", "Roe", false)),
            ("Roe Ann", "ANN", "", ("ANN", "Roe", false)),
            ("Ann King Roe", "Ann", "", ("Ann", "King Roe", false)),
            ("Ann", "Ann", "", ("Ann", "", false)),
            ("Dr. Ann Roe", "Ann", "", ("Ann", "Roe", true)),
            ("Ann Roe, PhD", "Ann", "", ("Ann", "Roe, PhD", false)),
            ("Ann", "", "Roe", ("Ann", "Roe", false)),
            ("Ann Roe", "", "Roe", ("Ann", "Roe", false)),
            ("Roe, Ann", "", "Roe", ("Ann", "Roe", false)),
            ("Ann Roe, PhD", "", "Roe", ("Ann", "Roe", true)),
            ("Ann van Roe", "", "van Roe", ("Ann", "van Roe", false)),
            ("Ann Roe", "Ann", "Roe", ("Ann", "Roe", false)),
            ("Roe, Ann", "Ann", "Roe", ("Ann", "Roe", false)),
            ("Dr. Ann Roe", "Ann", "Roe", ("Ann", "Roe", true)),
            ("Bea Dey", "Ann", "Roe", ("Ann", "Roe", true)),
        ] {
            let expected = (new_first.to_owned(), new_last.to_owned(), says_more);
            assert_eq!(add(full, first, last), expected, "{full} beside {first} {last}");
        }
    }

    proptest! {
        /// Every letter of a name is in one of its parts.
        #[test]
        fn nothing_is_lost(full in "((Dr\\.|Ann|Roe|Jr\\.|PhD|M\\.A\\.|Inc\\.|SA|&|Co\\.|d'Arc)(, ?| )){0,6}") {
            let sorted = |text: &str| {
                let mut letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
                letters.sort_unstable();
                letters
            };
            let name = split(&full);
            prop_assert_eq!(sorted(&format!("{}{}{}", name.first, name.last, name.titles)), sorted(&full));
        }

        /// The short way comes to the same.
        #[test]
        fn plain_names_are_no_exception(
            full in "[ \t]?(Ann|roe|Ma|SA|Dr|Herr|Inc|PhD|und|et|Söhne|Sons|Änn|RÖE|O'Dey|Jr|ab|[A-Za-zà-ÿ]{1,3})( |  |\t|\u{a0})(Roe|Ma|SA|AG|Dr|Inc|LLC|GmbH|Jr|MD|Söhne|SÖHNE|Cie|Partners|de|Öz|[A-Za-zà-ÿ]{1,3})[ ,.]?"
        ) {
            prop_assert_eq!(split(&full), split_any(&full));
        }

        #[test]
        fn beside_a_part_nothing_is_lost(full in "(Ann|Roe|Dey|von|Dr\\.|PhD)( (Ann|Roe|Dey|von|PhD)){0,3}", part in "Ann|Roe|Ann Roe|Cy") {
            for (first, last) in [(Some(part.as_str()), None), (None, Some(part.as_str()))] {
                let added = beside(&full, first, last);
                let said = fold_key(&[first, last, added.first.as_deref(), added.last.as_deref()].map(Option::unwrap_or_default).join(" "));
                let is_kept = fold_key(&full).split(' ').all(|word| said.split(' ').any(|known| known == word));
                prop_assert!(is_kept || added.says_more, "{} beside {}: {:?}", full, part, added);
            }
        }
    }

    #[test]
    fn forms_of_address_are_no_titles_of_jobs() {
        for form in ["Ms.", "MR", "Herr Dr.", "Sra.", "Mme", "MADAM", "Dr.,Prof."] {
            assert!(is_form_of_address(form), "{form}");
        }
        for title in ["Director", "Dr. of Sales", "", "M&A Lead", ".", "Ms. Manager", "Madams", "Dön"] {
            assert!(!is_form_of_address(title), "{title}");
        }
    }
}
