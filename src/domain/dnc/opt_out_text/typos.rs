//! Keywords that were mistyped: a letter left out, put in, changed, or two that changed places.

use rustc_hash::FxHashSet;

/// How sure it is that a word is a mistyped keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sureness {
    /// Letters changed places or were doubled (`stpo`, `stopp`), or the word is long.
    Sure,
    /// Another word is as near (`stip`).
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
    is_certain: bool,
}

/// Foreign keywords that are shorter have too many neighbours that are words.
const SHORTEST_FOREIGN: usize = 8;
/// From here on one wrong letter is beyond doubt, and from [`LONGEST_ONE`] on two may be wrong.
const SHORTEST_SURE: usize = 6;
const LONGEST_ONE: usize = 10;

impl Near {
    pub fn add(&mut self, word: &str, is_certain: bool) {
        let chars = word.chars().count();
        let spaced = word.chars().all(|c| c.is_alphabetic() && !super::tokens::is_unspaced_char(c));
        if spaced && (is_certain || chars >= SHORTEST_FOREIGN || matches!(word, "unsub")) {
            self.targets.push(Target { word: word.to_owned(), letters: letters(word), chars, is_certain });
        }
    }

    /// Takes the words that are none of them.
    pub fn finish<'a>(&mut self, real: impl Iterator<Item = &'a str>) {
        self.real = real.map(super::tokens::fold).collect();
        self.targets.sort_by_key(|target| !target.is_certain);
    }

    /// The keyword that a word most likely was to be.
    pub fn keyword(&self, word: &str) -> Option<(&str, Sureness)> {
        let chars = word.chars().count();
        if !(3..=24).contains(&chars) || self.real.contains(word) || !word.chars().all(char::is_alphabetic) {
            return None;
        }
        let own = letters(word);
        self.targets.iter().find_map(|target| {
            let apart = if target.is_certain && target.chars >= LONGEST_ONE { 2 } else { 1 };
            if target.chars.abs_diff(chars) > apart || (own ^ target.letters).count_ones() as usize > 2 * apart {
                return None;
            }
            if !target.is_certain && is_inflected(word, &target.word) {
                return None;
            }
            let swapped = is_swapped(word, &target.word) || is_doubled(word, &target.word);
            let is_long = target.is_certain && target.chars >= SHORTEST_SURE;
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
        ] {
            assert_eq!(LEXICON.near.keyword(word), None, "{word}");
        }
    }
}
