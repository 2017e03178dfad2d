//! What headers mean, in the languages that files come in: English, German, French, Spanish, Portuguese, Italian, Dutch,
//! Polish, Russian and Japanese. The words are data; each kind of import adds those of its own.

pub mod consent;
pub mod currency;
pub mod email;
pub mod extras;
pub mod other_numbers;
pub mod phone;
mod phrases;
pub mod questions;
pub mod refusals;
mod sections;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::text::cell_text;

/// The longest text that is looked at as a header, in bytes: whoever searches for the header meets cells, too.
pub const LONGEST_HEADER: usize = 150;

/// The key by which headers are compared: letters and digits in lower case, without accents and spaces. `LeadSource`,
/// `lead_source` and `Lead source:` have one key.
pub fn header_key(header: &str) -> String {
    folded(header).filter(|c| c.is_alphanumeric()).collect()
}

/// The keys that a header may be known by: the header's, and that of what follows the name of a record, as in
/// `Person - Email`.
pub fn header_keys(header: &str) -> Vec<String> {
    let mut keys = vec![header_key(header)];
    let bare = bare(header);
    if bare.len() < header.len() {
        keys.push(header_key(bare));
    }
    keys
}

/// A header without the name of the record before it (`Person - Email`) and without the mark of a custom field of Salesforce
/// behind it (`Do_Not_Call__c`).
fn bare(header: &str) -> &str {
    let header = header.strip_suffix("__c").or_else(|| header.strip_suffix("__pc")).unwrap_or(header);
    match header.split_once(" - ") {
        Some((record, rest)) if matches!(header_key(record).as_str(), "person" | "contact" | "lead") => rest,
        _ => header,
    }
}

/// Whether a word of a vocabulary has one of these keys.
pub fn is_word(word: &str, keys: &[String]) -> bool {
    match word.is_ascii() {
        true => keys.iter().any(|key| word.bytes().filter(|b| *b != b' ').eq(key.bytes())),
        false => keys.iter().any(|key| folded(word).filter(|c| c.is_alphanumeric()).eq(key.chars())),
    }
}

/// The words of a header, in lower case and without accents; `doNotEmail` and `Phone2` are cut where their parts meet.
pub fn words(header: &str) -> Vec<String> {
    let mut cut = String::with_capacity(header.len() + 8);
    let text: Vec<char> = bare(cell_text(header)).chars().collect();
    for (at, &c) in text.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
        let after = text.get(at + 1).copied();
        let begins = before.is_some_and(|before| {
            (before.is_lowercase() && c.is_uppercase())
                || (before.is_uppercase() && c.is_uppercase() && after.is_some_and(char::is_lowercase))
                || (before.is_alphabetic() && c.is_ascii_digit())
        });
        if begins {
            cut.push(' ');
        }
        cut.push(c);
    }
    let folded: String = folded(&cut).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut words: Vec<String> = Vec::new();
    for word in folded.split_whitespace() {
        match words.last_mut() {
            // `E-Mail` is one word, and so is `WhatsApp`.
            Some(last) if last == "e" && word.starts_with("mail") => last.push_str(word),
            Some(last) if last == "whats" && word == "app" => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase)
}

/// Whether every word is one of these, or put together from them as in `phonenumber`.
fn are_made_of(words: &[String], parts: &dyn Fn(&str) -> bool) -> bool {
    words.iter().all(|word| is_made_of(word, parts))
}

fn is_made_of(word: &str, parts: &dyn Fn(&str) -> bool) -> bool {
    // No header is put together of more; a longer text would take long to cut.
    const LONGEST: usize = 60;
    parts(word)
        || word.len() <= LONGEST
            && word.char_indices().skip(2).any(|(at, _)| {
                let (begin, end) = word.split_at(at);
                end.chars().count() >= 2 && parts(begin) && is_made_of(end, parts)
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_no_accents_spaces_or_case() {
        for header in ["LeadSource", "lead_source", "Lead source:", "LEAD-SOURCE", "\u{feff}Lead Source"] {
            assert_eq!(header_key(header), "leadsource", "{header}");
        }
        assert_eq!(header_key("Prénom"), "prenom");
        assert_eq!(header_keys("Person - E-mail"), ["personemail", "email"]);
        assert!(is_word("prénom", &header_keys("PRENOM")) && is_word("lead source", &header_keys("LeadSource")));
    }

    #[test]
    fn words_are_cut_where_they_meet() {
        assert_eq!(words("HasOptedOutOfEmail"), ["has", "opted", "out", "of", "email"]);
        assert_eq!(words("Phone2"), ["phone", "2"]);
        assert_eq!(words("E-Mail (privat)"), ["email", "privat"]);
        assert_eq!(words("DNCFlag"), ["dnc", "flag"]);
        assert_eq!(words("Tél. portable"), ["tel", "portable"]);
    }

    #[test]
    fn put_together_words_are_made_of_their_parts() {
        let parts = |word: &str| ["phone", "number", "home", "no"].contains(&word);
        assert!(are_made_of(&words("homephonenumber"), &parts) && are_made_of(&words("Phone No"), &parts));
        assert!(!are_made_of(&words("phonetype"), &parts) && !are_made_of(&words("saxophone"), &parts));
    }
}
