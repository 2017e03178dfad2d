//! Lists of words in text files: sections `[name]` of words and phrases, which commas and ends of lines part; `#` begins a line
//! of comment.

use std::collections::HashMap;

use super::words;

/// The sections of one file.
pub(super) struct Sections(HashMap<String, Vec<String>>);

impl Sections {
    pub fn of(text: &str) -> Sections {
        let mut sections: HashMap<String, String> = HashMap::new();
        let mut name = String::new();
        for line in text.lines().map(str::trim) {
            if let Some(next) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                name = next.to_owned();
            }
            let section = sections.entry(name.clone()).or_default();
            if !line.starts_with(['#', '[']) {
                section.extend([line, ","]);
            }
        }
        let cut = |(name, phrases): (String, String)| {
            let folded = phrases.split(',').map(|phrase| words(phrase).join(" ")).filter(|phrase| !phrase.is_empty());
            (name, folded.collect())
        };
        Sections(sections.into_iter().map(cut).collect())
    }

    /// The words and phrases of a section, folded as those of headers; none when there is no such section.
    pub fn words(&self, name: &str) -> Vec<String> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_hold_words_and_phrases() {
        let sections =
            Sections::of("# Words\n[a b]\n# English\none, two three\n# German\nFünf sechs, e-mail\n\n[c]\nx\n");
        assert_eq!(sections.words("a b"), ["one", "two three", "funf sechs", "email"]);
        assert_eq!((sections.words("c"), sections.words("d")), (vec!["x".to_owned()], Vec::new()));
    }

    #[test]
    fn every_section_has_words() {
        for text in [
            include_str!("words/phone.txt"),
            include_str!("words/email.txt"),
            include_str!("words/currency.txt"),
            include_str!("words/extras.txt"),
            include_str!("words/other_numbers.txt"),
            include_str!("words/consent.txt"),
            include_str!("words/questions.txt"),
        ] {
            let sections = Sections::of(text);
            assert!(sections.0.iter().all(|(name, words)| name.is_empty() || !words.is_empty()));
        }
    }
}
