//! Headers that ask whether somebody may be contacted, such as `Can we call you?`: an answer of no refuses.

use std::sync::LazyLock;

use super::consent::{self, ConsentColumn, Reach, consent_column, opted_out};
use super::sections::Sections;
use super::words;
use crate::domain::flag;

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let sections = Sections::of(include_str!("words/questions.txt"));
    Words {
        permissions: sections.words("permissions"),
        contacts: sections.words("contacts"),
        alone: sections.words("permissions alone"),
        not_no: sections.words("no but not no"),
        yes: sections.words("yes and nothing more"),
    }
});

struct Words {
    permissions: Vec<String>,
    /// What is done to the person, beside the channels.
    contacts: Vec<String>,
    /// Permissions that need not say for what.
    alone: Vec<String>,
    /// Words after a no that make it another answer: `no preference`.
    not_no: Vec<String>,
    /// Words after a yes that change nothing.
    yes: Vec<String>,
}

/// By which ways a header asks whether somebody may be contacted. A question whose yes refuses is none.
pub fn asks_permission(header: &str) -> Option<Reach> {
    let words = words(header);
    if matches!(consent_column(header), Some(ConsentColumn::OptOut(_))) || consent::is_of_other_channel(&words) {
        return None;
    }
    if words.iter().any(|word| word != "does" && consent::is_negation(word)) {
        return None;
    }
    let ways = consent::channels_among(&words);
    let of = |known: &[String]| {
        let text = format!(" {} ", words.join(" "));
        known.iter().any(|phrase| text.contains(&format!(" {phrase} ")))
    };
    let is_of_contact = ways.is_some() || of(&WORDS.contacts);
    let is_question = of(&WORDS.permissions) && is_of_contact;
    let is_alone = of(&WORDS.alone) && {
        let beside: Vec<&str> = words.iter().filter(|word| !WORDS.alone.contains(word)).map(String::as_str).collect();
        consent::channels(&beside.join(" ")).is_some()
    };
    (is_question || is_alone).then(|| ways.filter(|_| !of(&WORDS.contacts)).unwrap_or(Reach::ALL))
}

/// The field whose no refuses these ways.
pub fn field_of_question(reach: Reach) -> &'static str {
    match reach {
        Reach { calls: true, texts: false, email: false } => "may_call",
        Reach { calls: false, texts: true, email: false } => "may_text",
        Reach { calls: false, texts: false, email: true } => "may_email",
        _ => "may_contact",
    }
}

/// What a cell answers to whether somebody may be contacted: a yes, a no, or neither for sure.
pub fn answer(cell: &str) -> Option<bool> {
    flag::parse(cell).or_else(|| opted_out(cell).map(|refuses| !refuses)).or_else(|| answer_in_words(cell))
}

/// `No, thanks`, `Yes please`.
fn answer_in_words(cell: &str) -> Option<bool> {
    let words = words(cell);
    let (first, rest) = words.split_first()?;
    match flag::parse(first).filter(|_| first.chars().count() > 1)? {
        true => rest.iter().all(|word| WORDS.yes.contains(word)).then_some(true),
        false => (!rest.iter().any(|word| WORDS.not_no.contains(word))).then_some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_ask() {
        for header in [
            "do_you_agree_to_be_called?",
            "Can we call you?",
            "Can call",
            "May we call you",
            "OK to phone",
            "Calls allowed",
            "Would you like to be called?",
            "Dürfen wir Sie anrufen?",
            "Telefonisch erlaubt",
            "Pouvons-nous vous appeler ?",
            "Podemos llamar",
            "¿Podemos llamar por teléfono?",
            "Possiamo chiamare",
            "Mogen wij bellen?",
            "Do you consent to be called?",
            "I consent to phone calls",
        ] {
            assert_eq!(asks_permission(header).map(field_of_question), Some("may_call"), "{header}");
        }
        for header in [
            "May we contact you",
            "Contact permission",
            "Erlaubnis",
            "Permission",
            "Kontakt erlaubt",
            "Do you want to be contacted?",
            "Acceptez-vous d'être contacté ?",
            "¿Acepta ser contactado?",
            "Podemos llamarle",
            "Marketing allowed",
            "Does the client agree to be contacted?",
            "Contactable",
            "Do you consent to being contacted?",
        ] {
            assert_eq!(asks_permission(header).map(field_of_question), Some("may_contact"), "{header}");
        }
        assert_eq!(asks_permission("Can text").map(field_of_question), Some("may_text"));
        assert_eq!(asks_permission("Email allowed").map(field_of_question), Some("may_email"));
        for header in [
            "Do not call",
            "Not ok to call",
            "Phone",
            "Email",
            "Opt in",
            "Consent",
            "Phone consent",
            "Consent date",
            "Einwilligung",
            "Newsletter",
            "Contact",
            "Best time to call",
            "Can drive",
            "Vegetarian",
            "Can we fax you?",
            "Last contacted",
            "Budget accepted",
            "",
        ] {
            assert_eq!(asks_permission(header), None, "{header}");
        }
    }

    #[test]
    fn answers() {
        for cell in [
            "no",
            "N",
            "Nein",
            "false",
            "0",
            "do not call",
            "No, thanks",
            "no_thank_you",
            "denied",
            "No, never call me",
        ] {
            assert_eq!(answer(cell), Some(false), "{cell}");
        }
        for cell in ["yes", "Ja", "ok", "Yes, please!", "allowed", "1"] {
            assert_eq!(answer(cell), Some(true), "{cell}");
        }
        for cell in ["no preference", "yes, but not by phone", "Monday", "maybe", "x-ray", ""] {
            assert_eq!(answer(cell), None, "{cell}");
        }
    }
}
