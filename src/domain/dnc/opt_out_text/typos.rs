//! Keywords that were mistyped: a letter left out, put in, changed, or two that changed places.

use rustc_hash::FxHashSet;

/// How sure it is that a word is a mistyped keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sureness {
    /// Letters changed places or were doubled (`stpo`, `stopp`), or the word is long.
    Sure,
    /// A word of a phrase has a wrong letter (`remvoe me`): a person looks at it.
    Probable,
    /// Another word is as near (`stip`), or the keyword is short and foreign (`altoo`).
    Doubtful,
}

/// What may be mistyped, and which words are none though they are near.
#[derive(Default)]
pub(super) struct Near {
    targets: Vec<Target>,
    real: FxHashSet<String>,
}

struct Target {
    word: String,
    letters: u64,
    chars: usize,
    kind: Kind,
}

/// What a word is that may be mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A keyword of the rule.
    Certain,
    /// A word that phrases have: `wrong`, `number`.
    OfPhrases,
    /// Another keyword.
    Custom,
}

/// Keywords of custom that are shorter have too many neighbours that are words: of those only letters that changed places, were
/// doubled or, from [`SHORTEST_WITHOUT`] on, left out are looked at.
const SHORTEST_CUSTOM: usize = 8;
const SHORTEST: usize = 4;
const SHORTEST_WITHOUT: usize = 6;
const SHORTEST_WITHOUT_OF_PHRASES: usize = 5;
/// From here on one wrong letter is beyond doubt, and from [`LONGEST_ONE`] on two may be wrong.
const SHORTEST_SURE: usize = 6;
const LONGEST_ONE: usize = 10;

impl Near {
    pub fn add(&mut self, word: &str, kind: Kind) {
        let chars = word.chars().count();
        let spaced = word.chars().all(|c| c.is_alphabetic() && !super::tokens::is_unspaced_char(c));
        if spaced && (kind == Kind::Certain || chars >= SHORTEST) {
            self.targets.push(Target { word: word.to_owned(), letters: letters(word), chars, kind });
        }
    }

    /// Takes the words that are none of them.
    pub fn finish<'a>(&mut self, real: impl Iterator<Item = &'a str>) {
        self.real = real.map(super::tokens::fold).collect();
        self.targets.sort_by_key(|target| target.kind);
    }

    /// The keyword that a word most likely was to be.
    pub fn keyword(&self, word: &str) -> Option<(&str, Sureness)> {
        let chars = word.chars().count();
        if !(3..=24).contains(&chars) || self.real.contains(word) || !word.chars().all(char::is_alphabetic) {
            return None;
        }
        let own = letters(word);
        self.targets.iter().find_map(|target| {
            let is_certain = target.kind == Kind::Certain;
            let apart = if is_certain && target.chars >= LONGEST_ONE { 2 } else { 1 };
            if target.chars.abs_diff(chars) > apart || (own ^ target.letters).count_ones() as usize > 2 * apart {
                return None;
            }
            let swapped = is_swapped(word, &target.word) || is_doubled(word, &target.word);
            if !is_certain && (target.kind == Kind::OfPhrases || target.chars < SHORTEST_CUSTOM) {
                let of_phrases = target.kind == Kind::OfPhrases;
                let shortest = if of_phrases { SHORTEST_WITHOUT_OF_PHRASES } else { SHORTEST_WITHOUT };
                let sureness = if of_phrases { Sureness::Probable } else { Sureness::Doubtful };
                let slipped = swapped || (target.chars >= shortest && is_without_one(word, &target.word));
                return slipped.then_some((target.word.as_str(), sureness));
            }
            if !is_certain && is_inflected(word, &target.word) {
                return swapped.then_some((target.word.as_str(), Sureness::Doubtful));
            }
            let is_long = is_certain && target.chars >= SHORTEST_SURE;
            if swapped || (is_long && strsim::osa_distance(word, &target.word) <= apart) {
                return Some((target.word.as_str(), Sureness::Sure));
            }
            // Nearly every word of three letters is one letter away from `end`.
            let near = target.chars > 3 && strsim::osa_distance(word, &target.word) <= 1;
            near.then_some((target.word.as_str(), Sureness::Doubtful))
        })
    }
}

/// A bit for each letter of a word.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |bits, c| bits | 1 << (u32::from(c) % 64))
}

/// Whether words differ in their ends alone, as forms of one verb do.
fn is_inflected(word: &str, keyword: &str) -> bool {
    let same = word.chars().zip(keyword.chars()).take_while(|(a, b)| a == b).count();
    same + 1 >= keyword.chars().count().min(word.chars().count())
}

/// Whether one letter of the keyword, and not its first, is missing.
fn is_without_one(word: &str, keyword: &str) -> bool {
    let (mut rest, mut missing) = (word.chars().peekable(), 0);
    for c in keyword.chars() {
        if rest.next_if_eq(&c).is_none() {
            missing += 1;
        }
    }
    missing == 1 && rest.next().is_none() && word.chars().next() == keyword.chars().next()
}

/// Whether two neighbouring letters changed places.
fn is_swapped(word: &str, keyword: &str) -> bool {
    let differing: Vec<(char, char)> = word.chars().zip(keyword.chars()).filter(|(a, b)| a != b).collect();
    match differing.as_slice() {
        [(a, b), (c, d)] => {
            word.chars().count() == keyword.chars().count()
                && a == d
                && b == c
                && strsim::osa_distance(word, keyword) == 1
        }
        _ => false,
    }
}

/// Whether a letter stands once more or once less beside itself.
fn is_doubled(word: &str, keyword: &str) -> bool {
    let single = |text: &str| {
        let mut chars: Vec<char> = text.chars().collect();
        chars.dedup();
        chars
    };
    word != keyword && single(word) == single(keyword)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dnc::opt_out_text::lexicon::LEXICON;

    #[test]
    fn mistyped_keywords() {
        for (word, keyword) in [
            ("stpo", "stop"),
            ("sotp", "stop"),
            ("tsop", "stop"),
            ("sttop", "stop"),
            ("unsuscribe", "unsubscribe"),
            ("unsubcribe", "unsubscribe"),
            ("unsubscirbe", "unsubscribe"),
            ("unsuscrive", "unsubscribe"),
            ("cancle", "cancel"),
            ("edn", "end"),
            ("qiut", "quit"),
            ("revoek", "revoke"),
        ] {
            assert_eq!(LEXICON.near.keyword(word), Some((keyword, Sureness::Sure)), "{word}");
        }
        for (word, keyword) in [("stip", "stop"), ("sto", "stop"), ("stp", "stop"), ("qit", "quit"), ("stopo", "stop")]
        {
            assert_eq!(LEXICON.near.keyword(word), Some((keyword, Sureness::Doubtful)), "{word}");
        }
    }

    #[test]
    fn slips_in_words_of_custom_and_of_phrases() {
        for (word, keyword) in [
            ("altoo", "alto"),
            ("sairr", "sair"),
            ("arrret", "arret"),
            ("aret", "arret"),
            ("стопп", "стоп"),
            ("стпо", "стоп"),
            ("bajja", "baja"),
            ("cancelarr", "cancelar"),
            ("удлите", "удалите"),
        ] {
            let found = LEXICON.near.keyword(word);
            assert!(
                found.is_some_and(|(found, sureness)| found == keyword && sureness > Sureness::Sure),
                "{word}: {found:?}"
            );
        }
        for (word, keyword) in [
            ("remvoe", "remove"),
            ("rmove", "remove"),
            ("wrng", "wrong"),
            ("numbr", "number"),
            ("cotnact", "contact"),
            ("delet", "delete"),
        ] {
            assert_eq!(LEXICON.near.keyword(word), Some((keyword, Sureness::Probable)), "{word}");
        }
    }

    #[test]
    fn words_that_are_near_and_mean_something_else() {
        for word in [
            "shop",
            "top",
            "step",
            "sop",
            "stoop",
            "spend",
            "quid",
            "quite",
            "ended",
            "quiet",
            "suit",
            "atop",
            "stow",
            "swop",
            "and",
            "ned",
            "send",
            "bend",
            "den",
            "subscribe",
            "resubscribe",
            "camel",
            "chancel",
            "evoke",
            "stomp",
            "strop",
            "move",
            "remote",
            "wong",
            "moore",
            "aloe",
            "llama",
            "flasche",
            "peron",
        ] {
            assert_eq!(LEXICON.near.keyword(word), None, "{word}");
        }
    }
}
