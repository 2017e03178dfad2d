//! What stands around a phrase and takes it back or limits it: "don't stop texting me", "I don't want you to stop calling
//! me", "don't call me before nine", "if you don't call me today", "can I opt out?".

use super::lexicon::{Lexicon, Sense};
use super::pattern::{Match, Word};
use super::tokens::Token;

/// Whether the words around a phrase in its sentence qualify it.
pub(super) fn is_qualified(core: &[Token], words: &[Word], phrase: &Match, lexicon: &Lexicon) -> bool {
    let Some(around) = lexicon.around.get(phrase.language) else { return false };
    let limits = [Sense::Limit];
    let mut limit = lexicon.patterns.at(words, phrase.end, &limits).filter(|it| it.language == phrase.language);
    if limit.next().is_some() && core.get(phrase.end).is_some_and(|token| !token.begins) {
        return true;
    }
    let ahead = core.get(..phrase.start).unwrap_or_default();
    let begin = core.get(..=phrase.start).unwrap_or_default().iter().rposition(|token| token.begins).unwrap_or(0);
    let mut before: Vec<&str> = ahead.iter().skip(begin).map(|token| token.key.as_str()).collect();
    // `How do I opt out?`: the person who asks may be a part of the phrase.
    let mut asker = before.clone();
    let first = core.get(phrase.start).map(|token| token.key.as_str());
    asker.extend(first.filter(|word| matches!(*word, "i" | "we")));
    if matches!(asker.last(), Some(&("i" | "we"))) {
        asker.pop();
        if around.questions.iter().any(|question| ends_with(&asker, question)) {
            return true;
        }
    }
    if around.questions.iter().any(|question| question.len() > 1 && ends_with(&before, question)) {
        return true;
    }
    let said = matches!(before.last(), Some(&"say"));
    while let Some(asking) = around.asking.iter().find(|asking| ends_with(&before, asking)) {
        before.truncate(before.len() - asking.len());
    }
    if said {
        before.pop();
    }
    let negated = before.last().is_some_and(|word| around.negations.contains(*word));
    let spoken = without(&before, &around.asking);
    negated || spoken.iter().any(|word| around.conditions.contains(*word))
}

fn ends_with(words: &[&str], end: &[String]) -> bool {
    words.len() >= end.len() && words.iter().rev().zip(end.iter().rev()).all(|(word, known)| word == known)
}

/// The words without these sequences.
fn without<'a>(words: &[&'a str], sequences: &[Vec<String>]) -> Vec<&'a str> {
    let mut left = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = words.get(at..).unwrap_or_default();
        let taken = sequences
            .iter()
            .find(|it| it.len() <= rest.len() && it.iter().zip(rest).all(|(known, word)| known == word));
        match taken {
            Some(sequence) => at += sequence.len(),
            None => {
                left.push(*word);
                at += 1;
            }
        }
    }
    left
}
