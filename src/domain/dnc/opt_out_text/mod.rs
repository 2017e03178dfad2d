//! Opt-outs in replies: which texts ask not to be contacted, and how certain that is.
//!
//! The words that count by themselves are those of 47 CFR 64.1200(a)(10), in force since 2025-04-11 ("stop", "quit",
//! "end", "revoke", "opt out", "cancel", "unsubscribe"), and "stopall" and "optout", which carriers add.

mod words;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::domain::text::fold_key;
use words::{ASKING, CONDITIONS, COURTESIES, KEYWORDS, LIMITS, NEGATIONS, REVIEWED, phrases};

vocabulary! {
    /// How certainly a text is an opt-out.
    OptOutClass {
        /// The whole message is a word that counts by itself.
        Certain = "certain",
        /// The message has a phrase that asks for it.
        Likely = "likely",
        /// A word of an opt-out inside other talk: a person must decide.
        Review = "review",
        None = "none",
    }
}

/// What a text was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    pub class: OptOutClass,
    /// The words that decided it, in lower case; empty for `none`.
    pub matched: String,
}

/// Classifies one reply.
pub fn detect(text: &str) -> Detected {
    let folded = fold_key(text);
    if folded.is_empty() {
        // A raised hand or a stop sign alone says something, but not in a word of the rule.
        let sign = text.chars().any(|c| matches!(c, '🛑' | '✋' | '⛔' | '🚫' | '🖕'));
        return match sign {
            true => found(OptOutClass::Review, text.trim()),
            false => found(OptOutClass::None, ""),
        };
    }
    let words: Vec<&str> = folded.split(' ').collect();
    if let Some(keyword) = whole_keyword(&words) {
        return found(OptOutClass::Certain, keyword);
    }
    let padded = format!(" {folded} ");
    if let Some(phrase) = asking_phrase(&padded) {
        let class = if is_qualified(&padded, &phrase) { OptOutClass::Review } else { OptOutClass::Likely };
        return found(class, &phrase);
    }
    let reviewed = KEYWORDS.iter().chain(&REVIEWED).filter(|word| padded.contains(&format!(" {word} ")));
    match reviewed.max_by_key(|word| word.len()) {
        Some(word) => found(OptOutClass::Review, word),
        None => found(OptOutClass::None, ""),
    }
}

fn found(class: OptOutClass, matched: &str) -> Detected {
    Detected { class, matched: matched.to_owned() }
}

/// The keyword that a message is, once courtesies around it and its own repetitions are set aside.
fn whole_keyword(words: &[&str]) -> Option<&'static str> {
    let is_courtesy = |word: &&&str| COURTESIES.contains(*word);
    let before = words.iter().take_while(is_courtesy).count();
    let rest = words.get(before..).unwrap_or_default();
    let after = rest.iter().rev().take_while(is_courtesy).count();
    let core = rest.get(..rest.len() - after).unwrap_or_default();
    KEYWORDS.into_iter().find(|keyword| {
        let parts: Vec<&str> = keyword.split(' ').collect();
        let repeats = core.chunks(parts.len()).filter(|chunk| *chunk == parts.as_slice()).count();
        repeats > 0 && repeats * parts.len() == core.len()
    })
}

/// The longest of the first phrases that ask not to be contacted, as it stands in the padded text.
fn asking_phrase(text: &str) -> Option<String> {
    static PHRASES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let padded = phrases().into_iter().map(|phrase| format!(" {phrase} "));
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(padded).ok()
    });
    let place = PHRASES.as_ref()?.find(text)?.range();
    text.get(place).map(|phrase| phrase.trim().to_owned())
}

/// Whether what stands around a phrase takes it back or limits it: "don't stop texting me", "I don't want you to stop
/// calling me", "don't call me before nine", "if you don't call me today", "can I opt out?".
fn is_qualified(text: &str, phrase: &str) -> bool {
    let Some((before, after)) = text.split_once(&format!(" {phrase} ")) else { return false };
    let asked = ASKING.iter().find_map(|words| before.strip_suffix(&format!(" {words}")));
    let asker = asked.unwrap_or(before);
    let negated =
        NEGATIONS.iter().any(|no| asker.ends_with(&format!(" {no}")) || before.ends_with(&format!(" {no} say")));
    let is_question = phrase.starts_with("i ")
        && ["do", "can", "could", "may", "should"].iter().any(|word| before.ends_with(&format!(" {word}")));
    let spoken = ASKING.iter().fold(format!("{before} "), |rest, words| rest.replace(&format!(" {words} "), " "));
    let conditional = CONDITIONS.iter().any(|word| spoken.contains(&format!(" {word} ")));
    let limited = LIMITS.iter().any(|word| after.starts_with(&format!("{word} ")));
    negated || is_question || conditional || limited
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The labelled texts: a class and a text of our own making a line.
    fn examples() -> Vec<(OptOutClass, String)> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/dnc/opt-out-texts.tsv");
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| {
                let (class, text) = line.split_once('\t').unwrap();
                (class.parse().unwrap(), text.to_owned())
            })
            .collect()
    }

    #[test]
    fn the_labelled_texts_and_their_confusion_table() {
        let examples = examples();
        assert!(examples.len() >= 150, "{}", examples.len());
        let mut table = [[0usize; 4]; 4];
        let mut wrong = Vec::new();
        for (label, text) in &examples {
            let class = detect(text).class;
            let place = |class: OptOutClass| OptOutClass::ALL.iter().position(|c| *c == class).unwrap();
            table[place(*label)][place(class)] += 1;
            if class != *label {
                wrong.push(format!("{label} → {class} ({}): {text}", detect(text).matched));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let mut text =
            format!("label   {}", OptOutClass::ALL.iter().map(|class| format!("{class:>8}")).collect::<String>());
        for (label, row) in OptOutClass::ALL.iter().zip(table) {
            text += &format!("\n{label:<8}{}", row.iter().map(|count| format!("{count:>8}")).collect::<String>());
        }
        insta::assert_snapshot!(text, @r"
        label    certain  likely  review    none
        certain       41       0       0       0
        likely         0      66       0       0
        review         0       0      56       0
        none           0       0       0      38
        ");
    }

    #[test]
    fn every_keyword_counts_by_itself_however_it_is_dressed() {
        for keyword in KEYWORDS {
            for dressed in [
                keyword.to_uppercase(),
                format!("{keyword}!!!"),
                format!("  {keyword}. "),
                format!("please {keyword}"),
                format!("{keyword}, thank you 🙏"),
                format!("\"{keyword}\""),
                format!("{keyword} {keyword} {keyword}"),
            ] {
                assert_eq!(detect(&dressed), found(OptOutClass::Certain, keyword), "{dressed}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_keyword_inside_other_talk_is_never_dropped(before in "[a-z]{1,8}( [a-z]{1,8}){0,3}", after in "[a-z]{1,8}( [a-z]{1,8}){0,3}") {
            for keyword in KEYWORDS {
                prop_assert_ne!(detect(&format!("{before} {keyword} {after}")).class, OptOutClass::None);
            }
        }

        #[test]
        fn any_text_has_a_class(text in "\\PC{0,60}") {
            let detected = detect(&text);
            prop_assert_eq!(detected.matched.is_empty(), detected.class == OptOutClass::None);
        }
    }
}
