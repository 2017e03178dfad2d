//! Searching for people by fragments: words in a folded form, the trigrams that lead to them, and how well they match.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Three neighbouring characters of a word, the first of them none at its beginning: a number that both engines store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Trigram(pub i64);

impl Trigram {
    /// No word has it: the postings of all live leads stand under it.
    pub const LIVE: Trigram = Trigram(0);

    fn of(characters: [u32; 3]) -> Trigram {
        // No character takes more than 21 bits, so the number is below 2^63.
        Trigram(characters.iter().fold(0, |key, character| (key << 21) | i64::from(*character)))
    }
}

/// The longest word that is looked for, in characters: a person types less, and pastes anything.
const LONGEST: usize = 64;

/// The words of a text in the form in which they are compared: letters and digits only, without case and accents, so
/// that `muller` finds `Müller`.
pub fn words(text: &str) -> Vec<String> {
    let folded: String = match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        // Through upper case, so that `ß` is `ss`.
        false => text
            .nfkd()
            .filter(|c| !is_combining_mark(*c))
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase)
            .filter(|c| !is_combining_mark(*c))
            .collect(),
    };
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What a person looks for: all of these must be found. A text of nothing but digits and what stands between the digits of
/// a phone number is one term, without the zeros that a national form begins with.
pub fn terms(query: &str) -> Vec<String> {
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    let is_phone = query.chars().all(|c| c.is_ascii_digit() || " +-().,/\u{a0}".contains(c));
    match digits.trim_start_matches('0') {
        number if is_phone && !number.is_empty() => vec![number.to_owned()],
        _ => words(query).into_iter().map(|word| word.chars().take(LONGEST).collect()).collect(),
    }
}

/// The trigrams of a word, and of its beginning.
pub fn trigrams(word: &str) -> impl Iterator<Item = Trigram> {
    let mut last = [0, 0, 0];
    word.chars().map(move |c| {
        last = [last[1], last[2], u32::from(c)];
        Trigram::of(last)
    })
}

/// The trigrams that every word has which contains this term. A term of one or two characters is looked for at the
/// beginning of words only.
pub fn trigrams_of_term(term: &str) -> Vec<Trigram> {
    let all: Vec<Trigram> = trigrams(term).collect();
    match all.len() {
        0..=2 => all.last().copied().into_iter().collect(),
        _ => all.get(2..).unwrap_or_default().to_vec(),
    }
}

vocabulary! {
    /// Where in a lead a word stands, the places first that say who it is.
    Place {
        Name = "name",
        Company = "company",
        Email = "email",
        Phone = "phone",
        JobTitle = "job_title",
        Tag = "tag",
        Note = "note",
    }
}

impl Place {
    /// What a match counts more there: any word of what a lead is called is before any word that is said about it.
    fn weight(self) -> u32 {
        match self {
            Place::Name | Place::Company | Place::Email | Place::Phone => 3,
            Place::JobTitle | Place::Tag | Place::Note => 0,
        }
    }
}

/// A word of a lead, and where it stands.
pub type Word = (Place, String);

/// How well a lead matches what is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// For each term 3 when it is a word, 2 when one begins with it, 1 when one contains it, and the weight of its place.
    pub likeness: u32,
    /// Where the best match of each term stands, each place once.
    pub places: Vec<Place>,
}

impl Match {
    /// Whether it is found in nothing but what is said about the lead.
    pub fn is_aside(&self) -> bool {
        self.places.iter().all(|place| place.weight() == 0)
    }
}

/// How well words match what is looked for; `None` when a term is missing.
pub fn matching(words: &[Word], terms: &[String]) -> Option<Match> {
    let mut matching = Match { likeness: 0, places: Vec::new() };
    for term in terms {
        let (likeness, place) = words
            .iter()
            .filter_map(|(place, word)| {
                let likeness = match word.find(term.as_str()) {
                    Some(0) if word.len() == term.len() => 3,
                    Some(0) => 2,
                    Some(_) if term.chars().count() > 2 => 1,
                    _ => return None,
                };
                Some((likeness + place.weight(), *place))
            })
            .max_by_key(|(likeness, place)| (*likeness, std::cmp::Reverse(*place)))?;
        matching.likeness += likeness;
        matching.places.push(place);
    }
    matching.places.sort_unstable();
    matching.places.dedup();
    Some(matching)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn placed(place: Place, text: &str) -> Vec<Word> {
        words(text).into_iter().map(|word| (place, word)).collect()
    }

    #[test]
    fn what_a_lead_is_called_is_before_what_is_said_about_it() {
        let of = |words: &[Word], query: &str| matching(words, &terms(query));
        let lead = [placed(Place::Note, "asked for Acme prices"), placed(Place::Company, "Acmeville")].concat();
        assert_eq!(of(&lead, "acme"), Some(Match { likeness: 5, places: vec![Place::Company] }));
        assert_eq!(of(&lead, "acme price"), Some(Match { likeness: 7, places: vec![Place::Company, Place::Note] }));
        // The worst match of a name is before the best one of a note.
        let (name, note) = (placed(Place::Name, "Mc Priceless"), placed(Place::Note, "iceless"));
        assert!(of(&name, "iceless").unwrap().likeness > of(&note, "iceless").unwrap().likeness);
    }

    #[test]
    fn a_text_without_blanks_is_found_to_its_end() {
        let note = placed(Place::Note, &("价格".repeat(100) + "太高"));
        assert!(matching(&note, &terms("太高")).is_none(), "two characters stand at the beginning of words");
        assert!(matching(&note, &terms("格太高")).is_some());
        assert!(matching(&note, &terms(&"价格".repeat(100))).is_some());
    }

    #[test]
    fn words_have_no_case_and_no_accents() {
        assert_eq!(words("Müller-Lüdenscheidt, A."), ["muller", "ludenscheidt", "a"]);
        assert_eq!(words("Ada.Lovelace@Example.COM"), ["ada", "lovelace", "example", "com"]);
        assert_eq!(words("Straße İstanbul 王伟"), ["strasse", "istanbul", "王伟"]);
        assert!(words(" -- ").is_empty());
    }

    #[test]
    fn a_phone_is_one_term() {
        assert_eq!(terms("(212) 555-0142"), ["2125550142"]);
        assert_eq!(terms("+1 212 555"), ["1212555"]);
        assert_eq!(terms("0049 171"), ["49171"]);
        assert_eq!(terms("smith 212"), ["smith", "212"]);
        assert_eq!(terms("000"), ["000"]);
        assert!(terms("?!").is_empty());
    }

    #[test]
    fn whole_words_before_beginnings_before_fragments() {
        let of = |name: &str, query: &str| {
            matching(&placed(Place::Note, name), &terms(query)).map(|matching| matching.likeness)
        };
        assert_eq!(of("Ada Lovelace", "lovelace"), Some(3));
        assert_eq!(of("Ada Lovelace", "love"), Some(2));
        assert_eq!(of("Ada Lovelace", "velac"), Some(1));
        assert_eq!(of("Ada Lovelace", "ada love"), Some(5));
        assert_eq!(of("Ada Lovelace", "ada smith"), None);
        // Short terms stand at the beginning of words.
        assert_eq!((of("Ada Lovelace", "l"), of("Ada Lovelace", "ov")), (Some(2), None));
    }

    proptest! {
        #[test]
        fn whoever_matches_has_the_trigrams(name in "\\PC{0,20}", from in 0usize..20, length in 1usize..8) {
            let words = words(&name);
            let placed = placed(Place::Name, &name);
            let all: std::collections::HashSet<Trigram> = words.iter().flat_map(|word| trigrams(word)).collect();
            prop_assert!(!all.contains(&Trigram::LIVE));
            for word in &words {
                let term: String = word.chars().skip(from).take(length).collect();
                if !term.is_empty() && matching(&placed, std::slice::from_ref(&term)).is_some() {
                    prop_assert!(trigrams_of_term(&term).iter().all(|trigram| all.contains(trigram)), "{term:?} in {word:?}");
                }
            }
        }
    }
}
