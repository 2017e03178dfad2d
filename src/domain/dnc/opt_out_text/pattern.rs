//! Patterns of words. `@no @adv* call|text me?` is a word of a class, any of another, one of two words, and maybe `me`;
//! `^` and `$` are the ends of a message, `!word` looks ahead: the next word is none
//! of these; `_` is any word, though not the first of a pattern.

use rustc_hash::FxHashMap;

use super::lexicon::Sense;
use super::tokens;

/// The most words that one `*` takes.
const MOST: usize = 8;

/// How often an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Once,
    Maybe,
    Any,
    /// The next word must not be one of these.
    Never,
}

#[derive(Debug)]
enum Element {
    Start,
    End,
    /// Any word.
    Other,
    /// Sorted numbers of words.
    Words(Vec<u32>, Times),
}

/// A pattern as it is written, with its classes put in.
pub(super) struct Pattern {
    elements: Vec<(Vec<String>, Times)>,
    at_start: bool,
    at_end: bool,
    sense: Sense,
    language: usize,
    unknown: Vec<String>,
}

impl Pattern {
    pub fn of(text: &str, sense: Sense, language: usize, classes: &FxHashMap<String, Vec<String>>) -> Pattern {
        let (mut at_start, mut at_end, mut unknown) = (false, false, Vec::new());
        let mut elements = Vec::new();
        for part in text.split_whitespace() {
            match part {
                "^" => at_start = true,
                "$" => at_end = true,
                _ => {
                    let (part, times) = match (part.strip_prefix('!'), part.strip_suffix('?'), part.strip_suffix('*')) {
                        (Some(rest), ..) => (rest, Times::Never),
                        (_, Some(rest), _) => (rest, Times::Maybe),
                        (.., Some(rest)) => (rest, Times::Any),
                        _ => (part, Times::Once),
                    };
                    let mut words = Vec::new();
                    for word in part.split('|') {
                        match word.strip_prefix('@').map(|name| (name, classes.get(name))) {
                            Some((_, Some(class))) => words.extend(class.iter().cloned()),
                            Some((name, None)) => unknown.push(name.to_owned()),
                            None => words.push(tokens::fold(word)),
                        }
                    }
                    elements.push((words, times));
                }
            }
        }
        Pattern { elements, at_start, at_end, sense, language, unknown }
    }
}

#[derive(Debug)]
struct Compiled {
    elements: Vec<Element>,
    sense: Sense,
    language: usize,
}

/// Where a pattern was found, as a range of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub start: usize,
    pub end: usize,
    pub sense: Sense,
    pub language: usize,
}

impl Match {
    pub fn overlaps(&self, other: &Match) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A word of a text, as patterns see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// Its number; none for a word that no pattern has.
    pub id: Option<u32>,
    /// A sentence ends before it.
    pub begins: bool,
    /// It belongs to an idiom.
    pub idle: bool,
}

/// All patterns.
#[derive(Default)]
pub(super) struct Patterns {
    ids: FxHashMap<String, u32>,
    compiled: Vec<Compiled>,
    /// The patterns that can begin with a word.
    beginning: Vec<Vec<u32>>,
    unknown: Vec<String>,
}

impl Patterns {
    pub fn add(&mut self, pattern: Pattern) {
        let mut elements: Vec<Element> = Vec::new();
        elements.extend(pattern.at_start.then_some(Element::Start));
        for (words, times) in pattern.elements {
            if words == ["_"] {
                elements.push(Element::Other);
                continue;
            }
            let mut ids: Vec<u32> = words.into_iter().map(|word| self.id(word)).collect();
            ids.sort_unstable();
            ids.dedup();
            elements.push(Element::Words(ids, times));
        }
        elements.extend(pattern.at_end.then_some(Element::End));
        let number = u32::try_from(self.compiled.len()).unwrap_or(u32::MAX);
        for element in &elements {
            let (ids, times) = match element {
                Element::Words(ids, times) => (ids, times),
                Element::Other => break,
                Element::Start | Element::End => continue,
            };
            if *times == Times::Never {
                continue;
            }
            for id in ids {
                if let Some(list) = self.beginning.get_mut(*id as usize)
                    && list.last() != Some(&number)
                {
                    list.push(number);
                }
            }
            if *times == Times::Once {
                break;
            }
        }
        self.unknown.extend(pattern.unknown);
        self.compiled.push(Compiled { elements, sense: pattern.sense, language: pattern.language });
    }

    fn id(&mut self, word: String) -> u32 {
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let id = *self.ids.entry(word).or_insert(next);
        if id == next {
            self.beginning.push(Vec::new());
        }
        id
    }

    /// The number of a word.
    pub fn word(&self, word: &str) -> Option<u32> {
        self.ids.get(word).copied()
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(String::as_str)
    }

    /// Every place where a pattern of one of these senses is found, in order; of each pattern the longest at a place.
    pub fn find(&self, words: &[Word], senses: &[Sense]) -> Vec<Match> {
        (0..words.len()).flat_map(|at| self.at(words, at, senses)).collect()
    }

    /// The matches that begin at a place.
    pub fn at<'a>(&'a self, words: &'a [Word], at: usize, senses: &'a [Sense]) -> impl Iterator<Item = Match> + 'a {
        let id = words.get(at).and_then(|word| word.id);
        let candidates = id.and_then(|id| self.beginning.get(id as usize)).map(Vec::as_slice).unwrap_or_default();
        candidates.iter().filter_map(move |number| {
            let pattern = self.compiled.get(*number as usize).filter(|pattern| senses.contains(&pattern.sense))?;
            let end = longest(&pattern.elements, words, at, at)?;
            (end > at).then_some(Match { start: at, end, sense: pattern.sense, language: pattern.language })
        })
    }

    /// Classes that patterns name and no file has.
    #[cfg(test)]
    pub fn unknown_classes(&self) -> Vec<String> {
        self.unknown.clone()
    }
}

/// The furthest place to which the elements lead from here.
fn longest(elements: &[Element], words: &[Word], begin: usize, at: usize) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else { return Some(at) };
    let (ids, times) = match element {
        Element::Start => return if at == 0 { longest(rest, words, begin, at) } else { None },
        Element::End => return if at == words.len() { longest(rest, words, begin, at) } else { None },
        Element::Other => {
            let is_one = words.get(at).is_some_and(|word| !word.idle && !word.begins);
            return if is_one { longest(rest, words, begin, at + 1) } else { None };
        }
        Element::Words(ids, times) => (ids, *times),
    };
    let is_one = |at: usize| {
        words.get(at).is_some_and(|word| {
            !word.idle && (at == begin || !word.begins) && word.id.is_some_and(|id| ids.binary_search(&id).is_ok())
        })
    };
    match times {
        Times::Never => match is_one(at) {
            true => None,
            false => longest(rest, words, begin, at),
        },
        Times::Once => {
            if is_one(at) {
                longest(rest, words, begin, at + 1)
            } else {
                None
            }
        }
        Times::Maybe | Times::Any => {
            let most = if times == Times::Maybe { 1 } else { MOST };
            let taken = (at..at + most).take_while(|at| is_one(*at)).count();
            (0..=taken).rev().find_map(|taken| longest(rest, words, begin, at + taken))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(lines: &[&str]) -> Patterns {
        let classes = [("no".to_owned(), vec!["dont".to_owned(), "never".to_owned()])].into_iter().collect();
        let mut patterns = Patterns::default();
        lines.iter().for_each(|line| patterns.add(Pattern::of(line, Sense::Likely, 0, &classes)));
        patterns
    }

    fn found(patterns: &Patterns, text: &str) -> Vec<(usize, usize)> {
        let words: Vec<Word> = text
            .split(' ')
            .map(|word| Word {
                id: patterns.word(word.trim_start_matches('.')),
                begins: word.starts_with('.'),
                idle: false,
            })
            .collect();
        patterns.find(&words, &[Sense::Likely]).iter().map(|it| (it.start, it.end)).collect()
    }

    #[test]
    fn elements_of_patterns() {
        let patterns =
            patterns(&["@no ever* call|text me?", "^ stop !by it?", "wrong number $", "@nobody x", "not !a _ number"]);
        assert_eq!(found(&patterns, "please never ever ever call me"), [(1, 6)]);
        assert_eq!(found(&patterns, "dont text him"), [(0, 2)]);
        assert_eq!(found(&patterns, "dont .call me"), []);
        assert_eq!(found(&patterns, "stop by"), []);
        assert_eq!(found(&patterns, "stop it"), [(0, 2)]);
        assert_eq!(found(&patterns, "please stop it"), []);
        assert_eq!(found(&patterns, "a wrong number"), [(1, 3)]);
        assert_eq!(found(&patterns, "wrong number dear"), []);
        assert_eq!(found(&patterns, "not anns number"), [(0, 3)]);
        assert_eq!(found(&patterns, "not a number"), []);
        assert_eq!(found(&patterns, "not .anns number"), []);
        assert_eq!(patterns.unknown_classes(), ["nobody"]);
    }
}
