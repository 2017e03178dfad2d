//! The words and phrases of opt-outs, folded as [`crate::domain::text::fold_key`] folds a text.

/// The words that count by themselves.
pub(super) const KEYWORDS: [&str; 11] = [
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
pub(super) const COURTESIES: [&str; 28] = [
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
pub(super) const REVIEWED: [&str; 42] = [
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

/// Words that turn what follows into its opposite.
pub(super) const NEGATIONS: [&str; 10] =
    ["do not", "don t", "dont", "did not", "didn t", "never", "not", "won t", "can t", "cannot"];
/// What may stand between a negation, or a person who asks, and the phrase.
pub(super) const ASKING: [&str; 12] = [
    "want you to",
    "need you to",
    "ask you to",
    "asked you to",
    "asking you to",
    "tell you to",
    "told you to",
    "can you",
    "could you",
    "will you",
    "would you",
    "thank you",
];
/// Words before a phrase that speak of somebody else's doing, or of a condition.
pub(super) const CONDITIONS: [&str; 7] = ["if", "unless", "because", "you", "they", "he", "she"];
/// Words after a phrase that limit it to a time, a place or a manner.
pub(super) const LIMITS: [&str; 21] = [
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

/// Every phrase that asks not to be contacted.
pub(super) fn phrases() -> Vec<String> {
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
