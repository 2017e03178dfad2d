//! The words and phrases of opt-outs: data, a file a language below `words/`, whose README says how they are written.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::pattern::{Pattern, Patterns};
use super::tokens;
use super::typos::{Kind, Near};

/// The files, each with its language.
const FILES: [&str; 12] = [
    concat!(
        include_str!("words/en.txt"),
        "\n",
        include_str!("words/en_signs.txt"),
        "\n",
        include_str!("words/en_staff.txt")
    ),
    concat!(include_str!("words/es.txt"), "\n", include_str!("words/es_staff.txt")),
    concat!(include_str!("words/fr.txt"), "\n", include_str!("words/fr_staff.txt")),
    concat!(include_str!("words/de.txt"), "\n", include_str!("words/de_staff.txt")),
    include_str!("words/pt.txt"),
    include_str!("words/ru.txt"),
    include_str!("words/zh.txt"),
    include_str!("words/it.txt"),
    include_str!("words/nl.txt"),
    include_str!("words/pl.txt"),
    include_str!("words/tr.txt"),
    include_str!("words/ja.txt"),
];

/// All languages together.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&FILES, include_str!("words/real.txt")));

/// What a pattern means where it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// Other talk with words of opt-outs in it: they are set aside.
    Idiom,
    Likely,
    Review,
    /// Likely, and it allows the other way to contact.
    OnlyTexts,
    OnlyCalls,
    /// Parts of a wish that concerns calls or texts alone.
    NoCalls,
    NoTexts,
    TextsWelcome,
    CallsWelcome,
    /// What limits the phrase before it.
    Limit,
}

/// The sections that hold patterns, a line each.
const SENSES: [(&str, Sense); 10] = [
    ("idioms", Sense::Idiom),
    ("likely", Sense::Likely),
    ("review", Sense::Review),
    ("only texts", Sense::OnlyTexts),
    ("only calls", Sense::OnlyCalls),
    ("no calls", Sense::NoCalls),
    ("no texts", Sense::NoTexts),
    ("texts welcome", Sense::TextsWelcome),
    ("calls welcome", Sense::CallsWelcome),
    ("limits", Sense::Limit),
];

/// A text that is an opt-out when the whole message is it.
#[derive(Debug)]
pub(super) struct Keyword {
    pub words: Vec<String>,
    pub is_certain: bool,
}

/// Words around a phrase that take it back.
#[derive(Debug, Default)]
pub(super) struct Around {
    pub negations: FxHashSet<String>,
    pub conditions: FxHashSet<String>,
    /// Sequences of words that may stand between a condition or negation, or a person who asks, and the phrase.
    pub asking: Vec<Vec<String>>,
    pub questions: Vec<Vec<String>>,
}

pub(super) struct Lexicon {
    /// The keywords by their first words, the longest first.
    pub keywords: FxHashMap<String, Vec<Keyword>>,
    pub courtesies: FxHashSet<String>,
    /// Words before what a wish is about: `from`, `the`.
    pub objects: FxHashSet<String>,
    /// Words that say that another way to contact is welcome.
    pub instead: FxHashSet<String>,
    /// Words that carry a refusal on: `or`, `nor`.
    pub connecting: FxHashSet<String>,
    /// What two words beside each other are together.
    pub joined: FxHashMap<String, Vec<(String, String)>>,
    /// What a word without its apostrophe is: `mappelez` is `m'appelez`.
    pub elided: FxHashMap<String, [String; 2]>,
    /// Who says nothing: `nobody`.
    pub denials: FxHashSet<String>,
    pub patterns: Patterns,
    pub around: Vec<Around>,
    /// Words of the languages that are written without spaces.
    pub unspaced: FxHashSet<String>,
    pub near: Near,
}

impl Lexicon {
    fn of(files: &[&str], real: &str) -> Lexicon {
        let mut lexicon = Lexicon {
            keywords: FxHashMap::default(),
            courtesies: FxHashSet::default(),
            objects: FxHashSet::default(),
            instead: FxHashSet::default(),
            connecting: FxHashSet::default(),
            joined: FxHashMap::default(),
            elided: FxHashMap::default(),
            denials: FxHashSet::default(),
            patterns: Patterns::default(),
            around: Vec::new(),
            unspaced: FxHashSet::default(),
            near: Near::default(),
        };
        for (language, file) in files.iter().enumerate() {
            lexicon.add(language, file);
        }
        let keywords = lexicon.keywords.values_mut();
        keywords.for_each(|same| same.sort_by_key(|keyword| std::cmp::Reverse(keyword.words.len())));
        let words = lexicon.patterns.words().chain(lexicon.courtesies.iter().map(String::as_str));
        let unspaced: Vec<String> = words.filter(|word| tokens::is_unspaced(word)).map(str::to_owned).collect();
        lexicon.unspaced.extend(unspaced);
        lexicon.near.finish(real.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace));
        lexicon
    }

    fn add(&mut self, language: usize, file: &str) {
        let mut around = Around::default();
        let mut classes: FxHashMap<String, Vec<String>> = FxHashMap::default();
        let mut section = "";
        let mut class = String::new();
        let mut elided_before = "";
        for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name;
                continue;
            }
            if let Some((_, sense)) = SENSES.iter().find(|(name, _)| *name == section) {
                let pattern = Pattern::of(line, *sense, language, &classes);
                self.patterns.add(pattern);
                continue;
            }
            if section == "elided" {
                let (before, words) = line.split_once(" = ").unwrap_or((elided_before, line));
                elided_before = before;
                self.elide(before, words);
                continue;
            }
            if section == "joined" {
                if let Some((pair, word)) = line.split_once(" = ")
                    && let [first, second] = words(pair).as_slice()
                {
                    self.joined.entry(first.clone()).or_default().push((second.clone(), tokens::fold(word)));
                }
                continue;
            }
            let mut line = line;
            if section == "classes"
                && let Some((name, rest)) = line.split_once(" = ")
            {
                class = name.to_owned();
                line = rest;
            }
            for phrase in line.split(',').map(words).filter(|phrase| !phrase.is_empty()) {
                match section {
                    "classes" => classes.entry(class.clone()).or_default().extend(phrase),
                    "certain" | "keywords" => self.keyword(phrase, section == "certain"),
                    "courtesies" => self.courtesies.extend(phrase),
                    "instead" => self.instead.extend(phrase),
                    "connecting" => self.connecting.extend(phrase),
                    "mistyped" => phrase.iter().for_each(|word| self.near.add(word, Kind::OfPhrases)),
                    "denials" => self.denials.extend(phrase),
                    "objects" => self.objects.extend(phrase),
                    "negations" => around.negations.extend(phrase),
                    "conditions" => around.conditions.extend(phrase),
                    "asking" => around.asking.push(phrase),
                    "questions" => around.questions.push(phrase),
                    _ => {}
                }
            }
        }
        self.around.push(around);
    }

    /// Takes the words that may stand behind these short ones without an apostrophe.
    fn elide(&mut self, before: &str, words: &str) {
        for short in before.split(',').map(|short| tokens::fold(short.trim())) {
            for word in words.split(',').map(|word| tokens::fold(word.trim())).filter(|word| !word.is_empty()) {
                self.elided.insert(format!("{short}{word}"), [short.clone(), word]);
            }
        }
    }

    fn keyword(&mut self, words: Vec<String>, is_certain: bool) {
        let Some(first) = words.first().cloned() else { return };
        for word in &words {
            if tokens::is_unspaced(word) {
                self.unspaced.insert(word.clone());
            }
        }
        if let [word] = words.as_slice() {
            self.near.add(word, if is_certain { Kind::Certain } else { Kind::Custom });
        }
        self.keywords.entry(first).or_default().push(Keyword { words, is_certain });
    }

    /// The keyword that these words begin with.
    pub fn keyword_at<'a>(&'a self, words: &[&str]) -> Option<&'a Keyword> {
        let same = self.keywords.get(*words.first()?)?;
        same.iter().find(|keyword| {
            keyword.words.len() <= words.len() && keyword.words.iter().zip(words).all(|(known, word)| known == word)
        })
    }

    /// Whether a word of one of the files is this one.
    pub fn knows(&self, word: &str) -> bool {
        self.patterns.word(word).is_some() || self.keywords.contains_key(word) || self.courtesies.contains(word)
    }
}

/// The words of a phrase as texts are cut.
fn words(phrase: &str) -> Vec<String> {
    phrase.split_whitespace().map(tokens::fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_and_class_is_known() {
        let others = [
            "classes",
            "joined",
            "elided",
            "mistyped",
            "denials",
            "certain",
            "keywords",
            "courtesies",
            "objects",
            "instead",
            "connecting",
            "negations",
            "conditions",
            "asking",
            "questions",
        ];
        for file in FILES {
            for line in file.lines().filter_map(|line| line.strip_prefix('[')) {
                let name = line.trim_end_matches(']');
                assert!(others.contains(&name) || SENSES.iter().any(|(known, _)| *known == name), "{name}");
            }
        }
        assert_eq!(LEXICON.patterns.unknown_classes(), Vec::<String>::new());
        assert_eq!(LEXICON.around.len(), FILES.len());
    }

    #[test]
    fn every_language_says_where_its_words_are_from() {
        for file in FILES {
            let comment = file.lines().take_while(|line| line.starts_with('#')).count();
            assert!(comment >= 3, "{}", file.lines().next().unwrap_or_default());
        }
    }
}
