//! Texts that ask not to be contacted, in whatever column they stand.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::consent::{Reach, WORDS, found};
use super::words;
use crate::domain::dnc::opt_out_text::{OptOutClass, detect};

/// What a short cell refuses in plain words, whatever its column is called: `do not call`, `unsubscribed`.
pub fn plain_refusal(cell: &str) -> Option<Reach> {
    if !may_refuse(cell) {
        return None;
    }
    found(&words(cell).join(" "), &WORDS.refusals)?.reach().filter(|reach| !reach.is_nothing())
}

/// Whether a text asks not to be contacted, in plain words or by the rule for replies.
pub fn asks_not_to_be_contacted(text: &str) -> bool {
    may_refuse(text)
        && (plain_refusal(text).is_some() || matches!(detect(text).class, OptOutClass::Certain | OptOutClass::Likely))
}

/// Whether a text has one of the words; hardly any has.
fn may_refuse(text: &str) -> bool {
    !text.is_ascii() || REFUSING_WORDS.as_ref().is_none_or(|words| words.is_match(text))
}

/// The longest word of each phrase of refusal, in any case; without it every cell is asked.
static REFUSING_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let phrases = WORDS.refusals.iter().filter(|phrase| phrase.is_ascii());
    let longest = phrases.filter_map(|phrase| phrase.split(' ').max_by_key(|word| word.len()));
    AhoCorasick::builder().ascii_case_insensitive(true).build(longest).ok()
});

#[cfg(test)]
mod tests {
    use super::*;

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
