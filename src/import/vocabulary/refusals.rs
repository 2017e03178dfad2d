//! Texts that ask not to be contacted, in whatever column they stand.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::consent::{Found, Reach, WORDS, found};
use super::words;
use crate::domain::dnc::DncScope;
use crate::domain::dnc::opt_out_text::{OptOutClass, detect};

/// The longest answer to whether somebody may be contacted, in bytes; what is longer is prose.
pub const LONGEST_ANSWER: usize = 40;

/// What a note asks: not to be contacted, on some channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    pub class: OptOutClass,
    /// What it forbids, where somebody must decide.
    pub scope: Option<DncScope>,
    /// What it forbids, where nobody must.
    pub reach: Reach,
}

/// What a note asks, in plain words or by the rule for replies (docs/opt-outs.md).
pub fn wish_in(note: &str) -> Option<Wish> {
    let found = detect(note);
    let plain = if note.len() <= LONGEST_ANSWER { plain_refusal(note) } else { None };
    let sure = matches!(found.class, OptOutClass::Certain | OptOutClass::Likely);
    match (plain, found.class) {
        // The words of columns of refusals are more than those of replies.
        (Some(reach), _) if !sure => Some(Wish { class: OptOutClass::Likely, scope: None, reach }),
        (_, OptOutClass::None) => None,
        (plain, class) => {
            let texts = sure && found.scope == Some(DncScope::Texts);
            let said = Reach { calls: sure && !texts, texts, email: plain.is_some_and(|reach| reach.email) };
            Some(Wish { class, scope: found.scope, reach: said })
        }
    }
}

/// What a short cell refuses in plain words, whatever its column is called: `do not call`, `unsubscribed`.
pub fn plain_refusal(cell: &str) -> Option<Reach> {
    phrase_in(cell)?.reach().filter(|reach| !reach.is_nothing())
}

/// Whether a line of text has such words among others: `Lovelace - do not call`.
pub fn has_plain_refusal(line: &str) -> bool {
    phrase_in(line).is_some()
}

/// The longest phrase of refusal in a text.
fn phrase_in(text: &str) -> Option<Found<'static>> {
    if !may_refuse(text) {
        return None;
    }
    let words = words(text).join(" ");
    let may_have = FOLDED_WORDS.as_ref().is_none_or(|known| known.is_match(&words));
    if may_have { found(&words, &WORDS.refusals) } else { None }
}

/// Whether a text asks not to be contacted, in plain words or by the rule for replies.
pub fn asks_not_to_be_contacted(text: &str) -> bool {
    may_refuse(text) && (plain_refusal(text).is_some() || is_reply(text))
}

/// Whether a text is one by which somebody opts out in a reply.
pub fn is_reply(text: &str) -> bool {
    matches!(detect(text).class, OptOutClass::Certain | OptOutClass::Likely)
}

/// Whether a text has one of the words; hardly any has.
fn may_refuse(text: &str) -> bool {
    !text.is_ascii() || REFUSING_WORDS.as_ref().is_none_or(|words| words.is_match(text))
}

/// The longest word of each phrase of refusal in ASCII, in any case; without it every cell is asked.
static REFUSING_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| longest_words(str::is_ascii));

/// The longest word of each phrase of refusal, as cells are folded.
static FOLDED_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| longest_words(|_| true));

fn longest_words(of: impl Fn(&str) -> bool) -> Option<AhoCorasick> {
    let phrases = WORDS.refusals.iter().filter(|phrase| of(phrase));
    let longest = phrases.filter_map(|phrase| phrase.split(' ').max_by_key(|word| word.len()));
    AhoCorasick::builder().ascii_case_insensitive(true).build(longest).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody who wrote these had seen the words: docs/opt-outs.md says how many were heard at first.
    #[test]
    fn notes_of_staff() {
        let path = format!("{}/fixtures/dnc/staff-notes.tsv", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let notes: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('\t')).collect();
        assert!(notes.len() >= 60, "{}", notes.len());
        let is_wrong = |(label, note): &&(&str, &str)| match wish_in(note).map(|wish| wish.class) {
            None => *label == "refusal",
            Some(OptOutClass::Certain | OptOutClass::Likely) => *label == "innocent",
            Some(_) => false,
        };
        let wrong: Vec<String> = notes
            .iter()
            .filter(is_wrong)
            .map(|(label, note)| format!("{label}: {note}: {:?}", wish_in(note)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn cells_that_refuse_in_plain_words() {
        for cell in [
            "do not call",
            "DNC",
            "Don't call!",
            "Unsubscribed",
            "never call",
            "Opted out",
            "Kontaktsperre",
            "Bitte nicht anrufen",
            "désabonné",
            "no llamar",
            "電話不可",
            "never call again please",
            "please take me off your list, I never asked for calls",
        ] {
            assert!(asks_not_to_be_contacted(cell), "{cell}");
        }
        for cell in
            ["no", "yes", "never", "call back", "called twice", "contacted", "red", "", "subscribed", "callable"]
        {
            assert!(!asks_not_to_be_contacted(cell), "{cell}");
        }
    }
}
