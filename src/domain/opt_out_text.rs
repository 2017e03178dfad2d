//! Opt-outs in replies: which texts ask not to be contacted, and how certain that is.
//!
//! The words that count by themselves are those of 47 CFR 64.1200(a)(10), in force since 2025-04-11 ("stop", "quit",
//! "end", "revoke", "opt out", "cancel", "unsubscribe"), and "stopall" and "optout", which carriers add.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::text::fold_key;

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

/// The words that count by themselves.
const KEYWORDS: [&str; 11] = [
    "stop",
    "stopall",
    "stop all",
    "quit",
    "end",
    "revoke",
    "opt out",
    "optout",
    "cancel",
    "unsubscribe",
    "unsubscribe all",
];

/// What people add out of courtesy or emphasis, before or after.
const COURTESIES: [&str; 28] = [
    "please",
    "pls",
    "plz",
    "kindly",
    "thanks",
    "thank",
    "you",
    "thx",
    "ty",
    "tx",
    "hi",
    "hello",
    "hey",
    "hola",
    "sorry",
    "ok",
    "okay",
    "yes",
    "sir",
    "madam",
    "maam",
    "now",
    "immediately",
    "asap",
    "today",
    "just",
    "again",
    "ur",
];

/// Words that make a person look at a message, beside the keywords; also in other languages.
const REVIEWED: [&str; 42] = [
    "stopping",
    "stopped",
    "stops",
    "cancelled",
    "canceled",
    "cancelling",
    "unsubscribed",
    "unsubscribing",
    "opted out",
    "opting out",
    "revoked",
    "alto",
    "parar",
    "pare",
    "paren",
    "parad",
    "deten",
    "detener",
    "cancelar",
    "cancele",
    "baja",
    "desuscribir",
    "arret",
    "arrêt",
    "arretez",
    "arrêtez",
    "stopp",
    "stoppen",
    "abmelden",
    "abbestellen",
    "do not call",
    "dont call",
    "don t call",
    "do not text",
    "dont text",
    "don t text",
    "do not contact",
    "dont contact",
    "don t contact",
    "leave me alone",
    "not interested",
    "harassment",
];

/// What may stand between a verb of asking and the person: who is asked for.
const PERSONS: [&str; 8] = ["me", "us", "my number", "this number", "my phone", "my cell", "this phone", "here"];
const CONTACTING: [&str; 14] = [
    "texting",
    "calling",
    "messaging",
    "contacting",
    "emailing",
    "spamming",
    "bothering",
    "harassing",
    "phoning",
    "sending",
    "writing",
    "pestering",
    "blowing up",
    "sms",
];
const CONTACT: [&str; 10] = ["text", "call", "contact", "message", "email", "bother", "phone", "send", "write", "sms"];
const MESSAGES: [&str; 9] =
    ["texts", "messages", "calls", "text messages", "txts", "sms", "emails", "phone calls", "notifications"];

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

/// Every phrase that asks not to be contacted.
fn phrases() -> Vec<String> {
    let mut phrases: Vec<String> = Vec::new();
    for verb in ["stop", "quit", "cease", "end"] {
        for doing in CONTACTING {
            phrases.push(format!("{verb} {doing}"));
        }
        for messages in MESSAGES {
            for article in ["", "the ", "these ", "all ", "all the ", "your ", "with the ", "sending ", "sending me "] {
                phrases.push(format!("{verb} {article}{messages}"));
            }
        }
    }
    for no in ["do not", "don t", "dont", "never"] {
        for doing in CONTACT {
            for person in PERSONS {
                phrases.push(format!("{no} {doing} {person}"));
                phrases.push(format!("{no} ever {doing} {person}"));
            }
            phrases.push(format!("{no} {doing} again"));
            phrases.push(format!("{no} {doing} anymore"));
        }
        for more in ["want any more", "want anymore", "want more", "want your", "want these", "want any"] {
            for messages in MESSAGES {
                phrases.push(format!("{no} {more} {messages}"));
            }
        }
        for wish in [
            "want to be contacted",
            "want to hear from you",
            "want to be called",
            "want to be texted",
            "wish to be contacted",
        ] {
            phrases.push(format!("{no} {wish}"));
        }
    }
    for messages in MESSAGES {
        phrases.push(format!("no more {messages}"));
    }
    for verb in ["remove", "take", "delete", "drop", "erase"] {
        for person in PERSONS {
            for from in ["from", "off", "out of"] {
                for list in [
                    "your list",
                    "the list",
                    "this list",
                    "your lists",
                    "all lists",
                    "your database",
                    "your system",
                    "your call list",
                    "your contact list",
                    "your contacts",
                    "this",
                    "your records",
                    "the database",
                    "mailing list",
                    "your mailing list",
                ] {
                    phrases.push(format!("{verb} {person} {from} {list}"));
                }
            }
        }
    }
    for fixed in [
        "take me off",
        "remove me",
        "remove my number",
        "remove my phone",
        "delete my number",
        "delete my contact",
        "unsubscribe me",
        "unsubscribe us",
        "unsubscribe from",
        "please unsubscribe",
        "want to unsubscribe",
        "like to unsubscribe",
        "opt me out",
        "opt us out",
        "want to opt out",
        "like to opt out",
        "wish to opt out",
        "opting out of",
        "i opt out",
        "i am opting out",
        "i m opting out",
        "revoke my consent",
        "revoke consent",
        "withdraw my consent",
        "lose my number",
        "lose this number",
        "put me on your do not call list",
        "put me on the do not call list",
        "on your do not call list",
        "add me to your do not call list",
        "add me to the do not call list",
        "no longer contact me",
        "no longer wish to receive",
        "no longer want to receive",
        "not contact me again",
        "not call me again",
        "not text me again",
    ] {
        phrases.push(fixed.to_owned());
    }
    phrases
}

/// Whether what stands around a phrase takes it back or limits it: "don't stop texting me", "don't call me before nine",
/// "if you don't call me today".
fn is_qualified(text: &str, phrase: &str) -> bool {
    let Some((before, after)) = text.split_once(&format!(" {phrase} ")) else { return false };
    let negated = [
        "do not",
        "don t",
        "dont",
        "never",
        "didn t",
        "not",
        "won t",
        "can t",
        "cannot",
        "did i say",
        "said",
        "how do",
        "do",
        "can",
        "could",
    ]
    .iter()
    .any(|no| before.ends_with(&format!(" {no}")));
    let conditional =
        [" if ", " unless ", " because you ", " why did you ", " you ", " they ", " he ", " she "].iter().any(|word| {
            format!("{before} ").contains(word)
                && !before.contains(" can you")
                && !before.contains(" will you")
                && !before.contains(" would you")
                && !before.contains(" could you")
                && !before.contains(" want you to")
                && !before.contains(" need you to")
                && !before.contains(" asked you")
                && !before.contains(" told you")
                && !before.contains(" thank you")
                && !before.contains(" ask you")
                && !before.contains(" if you do not stop")
                && !before.contains(" sue you")
        });
    let limits = [
        "before",
        "after",
        "until",
        "till",
        "at",
        "on",
        "while",
        "during",
        "between",
        "today",
        "tomorrow",
        "tonight",
        "unless",
        "yet",
        "right now i",
        "so early",
        "so late",
        "about the",
        "use",
        "instead",
        "without",
    ];
    let limited = limits.iter().any(|word| after.starts_with(&format!("{word} ")));
    negated || conditional || limited
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
        println!("label     {}", OptOutClass::ALL.iter().map(|c| format!("{c:>8}")).collect::<String>());
        for (label, row) in OptOutClass::ALL.iter().zip(table) {
            println!("{label:<10}{}", row.iter().map(|count| format!("{count:>8}")).collect::<String>());
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
