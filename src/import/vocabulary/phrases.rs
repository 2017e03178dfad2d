//! Phrases that are looked for in texts, all of them at once.

use aho_corasick::AhoCorasick;

use super::consent::Reach;

/// Phrases, each with what it is about when no channel stands beside it.
pub(super) struct Phrases {
    all: Vec<(String, Reach)>,
    /// Finds any of them; without it each is looked for by itself.
    finder: Option<AhoCorasick>,
}

impl Phrases {
    pub(super) fn of(all: Vec<(String, Reach)>) -> Phrases {
        let finder = AhoCorasick::new(all.iter().map(|(phrase, _)| phrase)).ok();
        Phrases { all, finder }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(phrase, _)| phrase.as_str())
    }

    /// The longest phrase that is in a text of words; of several as long the last.
    pub(super) fn longest_in(&self, text: &str) -> Option<(&str, Reach)> {
        let Some(finder) = &self.finder else { return self.one_by_one(text) };
        let stands = finder.find_overlapping_iter(text).filter(|found| {
            let phrase = self.all.get(found.pattern().as_usize());
            phrase.is_some_and(|(phrase, _)| stands_at(text, phrase, found.start()))
        });
        let longest = stands.map(|found| (found.len(), found.pattern().as_usize())).max();
        longest.and_then(|(_, place)| self.at(place))
    }

    fn at(&self, place: usize) -> Option<(&str, Reach)> {
        self.all.get(place).map(|(phrase, reach)| (phrase.as_str(), *reach))
    }

    fn one_by_one(&self, text: &str) -> Option<(&str, Reach)> {
        let is_in = |phrase: &str| text.match_indices(phrase).any(|(at, _)| stands_at(text, phrase, at));
        let inside = self.all.iter().enumerate().filter(|(_, (phrase, _))| is_in(phrase));
        inside.max_by_key(|(_, (phrase, _))| phrase.len()).and_then(|(place, _)| self.at(place))
    }
}

/// Whether a phrase that is found at a place stands there as words. Japanese has no spaces.
fn stands_at(text: &str, phrase: &str, at: usize) -> bool {
    let ends = |bytes: Option<&u8>| bytes.is_none_or(|byte| *byte == b' ');
    let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
    !phrase.is_ascii() || (ends(before) && ends(text.as_bytes().get(at + phrase.len())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::consent::WORDS;

    proptest! {
        /// All at once are found as one by one.
        #[test]
        fn the_same_phrase_is_found(picks in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4), 0..6)) {
            let refusals = &WORDS.refusals;
            let all: Vec<&str> = refusals.iter().collect();
            let text = picks.iter().fold(String::new(), |text, (pick, how)| {
                let phrase = pick.get(&all);
                match how {
                    0 => format!("{text} {phrase}"),
                    1 => format!("{text}{phrase}"),
                    2 => format!("{text} {} the", phrase.split(' ').next().unwrap_or_default()),
                    _ => format!("{text} x{phrase}s"),
                }
            });
            prop_assert!(refusals.finder.is_some());
            prop_assert_eq!(refusals.longest_in(text.trim()), refusals.one_by_one(text.trim()));
        }
    }
}
