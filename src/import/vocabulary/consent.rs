//! Headers of columns that say what a person agreed to or opted out of, and the words in their cells.

use std::sync::LazyLock;

use super::phrases::Phrases;
use super::sections::Sections;
use super::words;
use crate::domain::flag;

pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let sections = Sections::of(include_str!("words/consent.txt"));
    let phrases = |kind: &str| {
        let reaches = [
            ("everything", Reach::ALL),
            ("calls", Reach::CALLS),
            ("texts", Reach::TEXTS),
            ("email", Reach::EMAIL),
            ("nothing", Reach::default()),
        ];
        let of = |(word, reach)| {
            let section = sections.words(&format!("{kind}: {word}"));
            section.into_iter().map(move |phrase| (phrase, reach))
        };
        Phrases::of(reaches.into_iter().flat_map(of).collect())
    };
    Words {
        refusals: phrases("refusals"),
        agreements: phrases("agreements"),
        channels: vec![
            (sections.words("calls"), Reach::CALLS),
            (sections.words("texts"), Reach::TEXTS),
            (sections.words("email"), Reach::EMAIL),
            (sections.words("everything"), Reach::ALL),
        ],
        beside: sections.words("beside"),
        other_channels: sections.words("other channels"),
        hints: sections.words("hints"),
        refusal_hints: sections.words("refusal hints"),
        dates: sections.words("dates"),
        negations: sections.words("negations"),
        statuses: sections.words("status columns"),
        refused: sections.words("refused"),
        allowed: sections.words("allowed"),
    }
});

pub(super) struct Words {
    /// Phrases of refusal and agreement, each with what it is about when no channel stands beside it.
    pub(super) refusals: Phrases,
    agreements: Phrases,
    channels: Vec<(Vec<String>, Reach)>,
    /// Words beside a phrase that change nothing.
    beside: Vec<String>,
    /// Post, fax and the like: nothing that is done from here.
    other_channels: Vec<String>,
    /// Beginnings of words that may be about consent, and of those that may be about its refusal.
    hints: Vec<String>,
    refusal_hints: Vec<String>,
    /// Words that make a column of refusals one of their times.
    dates: Vec<String>,
    /// Words that turn an agreement into a refusal.
    negations: Vec<String>,
    /// Headers of columns whose cells may refuse in words.
    statuses: Vec<String>,
    /// Cells that refuse, and cells that allow.
    refused: Vec<String>,
    allowed: Vec<String>,
}

/// What an opt-out or an opt-in is about; nothing in particular is everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    pub calls: bool,
    pub texts: bool,
    pub email: bool,
}

impl Reach {
    pub const CALLS: Reach = Reach { calls: true, texts: false, email: false };
    pub const TEXTS: Reach = Reach { calls: false, texts: true, email: false };
    pub const EMAIL: Reach = Reach { calls: false, texts: false, email: true };
    pub const ALL: Reach = Reach { calls: true, texts: true, email: true };

    /// What is in either.
    pub fn or(self, other: Reach) -> Reach {
        Reach { calls: self.calls || other.calls, texts: self.texts || other.texts, email: self.email || other.email }
    }

    pub(super) fn is_nothing(self) -> bool {
        self == Reach::default()
    }
}

/// What a column of consent means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentColumn {
    /// Its yes is a refusal.
    OptOut(Reach),
    /// Its yes is an agreement: to one channel, or to being contacted at all.
    OptIn(Reach),
}

/// What a header says of consent. Nothing else may be in it: `Opt-out reason` is no opt-out. `Opt-out date` is one: the time
/// of a refusal refuses.
pub fn consent_column(header: &str) -> Option<ConsentColumn> {
    let words = words(header);
    if words.iter().any(|word| WORDS.other_channels.contains(word)) {
        return None;
    }
    // HubSpot has a column for each kind of its emails: `Opted out of email: Newsletter`.
    let text = match words.join(" ") {
        text if text.starts_with("opted out of email") => "opted out of email".to_owned(),
        text => text,
    };
    if let Some(found) = found(&text, &WORDS.refusals) {
        let reach = found.without_dates().reach()?;
        // A bare `do not` says nothing.
        return (!reach.is_nothing()).then_some(ConsentColumn::OptOut(reach));
    }
    found(&text, &WORDS.agreements)?.reach().map(ConsentColumn::OptIn)
}

/// Whether a header names a state of things among which may be a refusal: `Email status`, `Contact preference`.
pub fn may_hold_refusals(header: &str) -> bool {
    WORDS.statuses.contains(&words(header).join(" "))
}

/// Whether a header may say that somebody refused, whatever else is in it.
pub fn sounds_like_refusal(header: &str) -> bool {
    let words = words(header);
    sounds_like_consent(header)
        && (found(&words.join(" "), &WORDS.refusals).is_some()
            || words.iter().any(|word| WORDS.negations.contains(word))
            || words.iter().any(|word| WORDS.refusal_hints.iter().any(|hint| word.starts_with(hint.as_str()))))
}

/// Whether a header may say something of consent, whatever else is in it.
pub fn sounds_like_consent(header: &str) -> bool {
    let words = words(header);
    let text = words.join(" ");
    !words.iter().any(|word| WORDS.other_channels.contains(word))
        && (found(&text, &WORDS.refusals).is_some_and(|found| found.is_about_contact())
            || found(&text, &WORDS.agreements).is_some()
            || words
                .iter()
                .any(|word| WORDS.hints.iter().chain(&WORDS.refusal_hints).any(|hint| word.starts_with(hint.as_str()))))
}

/// What a cell of an opt-out column says: whether the person opted out.
pub fn opted_out(cell: &str) -> Option<bool> {
    flag::parse(cell).or_else(|| {
        let text = words(cell).join(" ");
        if WORDS.refused.contains(&text) || found(&text, &WORDS.refusals).is_some_and(|found| found.reach().is_some()) {
            Some(true)
        } else if WORDS.allowed.contains(&text) {
            Some(false)
        } else {
            None
        }
    })
}

/// Whether a cell refuses in words. A `no` does not: a box that nobody ticked is no refusal.
pub fn is_refusal(cell: &str) -> bool {
    flag::parse(cell).is_none() && opted_out(cell) == Some(true)
}

/// A phrase in a text of words.
pub(super) struct Found<'a> {
    phrase: &'a str,
    reach: Reach,
    /// The words beside it.
    rest: String,
}

impl Found<'_> {
    /// The phrase without words of time beside it.
    fn without_dates(mut self) -> Self {
        let words = self.rest.split_whitespace().filter(|word| !WORDS.dates.iter().any(|date| date == word));
        self.rest = words.collect::<Vec<_>>().join(" ");
        self
    }

    /// Whether it is about contact: of a bare `do not` only what follows tells.
    fn is_about_contact(&self) -> bool {
        let is_channel = |word: &str| channel(word).is_some() || word.starts_with("contact");
        !self.reach.is_nothing() || self.rest.split_whitespace().any(is_channel)
    }

    /// What the text is about; `None` when there are words beside the phrase that may change it.
    pub(super) fn reach(&self) -> Option<Reach> {
        let named = channels(&self.rest)?;
        let names_one = self.phrase.split(' ').any(|word| channel(word).is_some());
        Some(match (named.is_nothing(), names_one) {
            (true, _) => self.reach,
            // `Do not call or email`.
            (false, true) => self.reach.or(named),
            // `Unsubscribed from SMS`.
            (false, false) => named,
        })
    }
}

/// The longest phrase that is in a text of words.
pub(super) fn found<'a>(text: &str, phrases: &'a Phrases) -> Option<Found<'a>> {
    let (phrase, reach) = phrases.longest_in(text)?;
    Some(Found { phrase, reach, rest: text.replacen(phrase, " ", 1) })
}

/// The channel that a word names.
fn channel(word: &str) -> Option<Reach> {
    let of = |(known, _): &&(Vec<String>, Reach)| known.iter().any(|known| known == word);
    WORDS.channels.iter().find(of).map(|(_, reach)| *reach)
}

/// The channels that are named among these words, whatever else is; `None` when there is none.
pub(super) fn channels_among(words: &[String]) -> Option<Reach> {
    words.iter().filter_map(|word| channel(word)).reduce(Reach::or)
}

/// Whether a word turns an agreement into a refusal.
pub(super) fn is_negation(word: &str) -> bool {
    WORDS.negations.iter().any(|known| known == word)
}

/// Whether words name post, fax and the like.
pub(super) fn is_of_other_channel(words: &[String]) -> bool {
    words.iter().any(|word| WORDS.other_channels.contains(word))
}

/// The channels among these words; `None` when there are other words.
pub(super) fn channels(words: &str) -> Option<Reach> {
    let mut reach = Reach::default();
    for word in words.split_whitespace() {
        match channel(word) {
            Some(of_word) => reach = reach.or(of_word),
            None if WORDS.beside.iter().any(|known| known == word) => {}
            None => return None,
        }
    }
    Some(reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(header: &str) -> Option<(bool, bool, bool, bool)> {
        consent_column(header).map(|column| match column {
            ConsentColumn::OptOut(reach) => (true, reach.calls, reach.texts, reach.email),
            ConsentColumn::OptIn(reach) => (false, reach.calls, reach.texts, reach.email),
        })
    }

    #[test]
    fn refusals_by_channel() {
        for header in [
            "DNC",
            "Do Not Call",
            "doNotCall",
            "Person - Do not call",
            "Do not allow Phone Calls",
            "DND",
            "Nicht anrufen",
            "Ne pas appeler",
            "No llamar",
            "Não ligar",
            "Non chiamare",
            "Niet bellen",
            "Nie dzwonić",
            "Не звонить",
            "電話不可",
            "Do not call?",
            "Has opted out of calls",
            "Phone opt out",
            "Don't call",
        ] {
            assert_eq!(
                column(header).map(|(out, calls, _, email)| (out, calls, email)),
                Some((true, true, false)),
                "{header}"
            );
        }
        for header in [
            "HasOptedOutOfEmail",
            "doNotEmail",
            "Unsubscribe",
            "Unsubscribed",
            "Opted out of email: Marketing Information",
            "Do not allow Bulk Emails",
            "Email Opt-Out",
            "Unsubscribed from all email",
            "Abgemeldet",
            "No email",
            "Désabonné",
            "Do Not Mail",
        ] {
            assert_eq!(column(header), Some((true, false, false, true)), "{header}");
        }
        for header in ["SMS Opt Out", "Do not text", "Opted out of SMS", "Keine SMS"] {
            assert_eq!(column(header), Some((true, false, true, false)), "{header}");
        }
        for header in [
            "Opt out",
            "Opted Out",
            "Do not contact",
            "Global opt-out",
            "Nicht kontaktieren",
            "No contactar",
            "連絡不可",
        ] {
            assert_eq!(column(header), Some((true, true, true, true)), "{header}");
        }
    }

    /// Headers that people who had not seen the words thought of.
    #[test]
    fn refusals_in_other_words() {
        for header in [
            "Never call",
            "Stop calling",
            "Not to be called",
            "Can't call",
            "Calls refused",
            "Tel. gesperrt",
            "Ne pas démarcher",
            "Opposé au démarchage",
            "Rechaza llamadas",
            "Niet storen",
            "Nie dzwoń",
            "電話禁止",
            "Ring inte",
            "Do_Not_Call__c",
            "Phone DNC",
            "DNC date",
        ] {
            let found = column(header);
            assert!(matches!(found, Some((true, true, _, false))), "{header}: {found:?}");
        }
        for header in [
            "Désinscription",
            "Não enviar e-mail",
            "Newsletter abbestellt",
            "Email DND",
            "Unsubscribed Time",
            "Не писать",
        ] {
            assert_eq!(column(header), Some((true, false, false, true)), "{header}");
        }
        for header in ["Kein Kontakt", "Sprzeciw", "Geen contact", "連絡不要", "Remove from list", "Opt-out date"] {
            assert_eq!(column(header), Some((true, true, true, true)), "{header}");
        }
        for header in ["Consent requested", "Opt-in requested", "No consent", "No contact person"] {
            assert_eq!(column(header), None, "{header}");
            assert!(sounds_like_consent(header), "{header}");
        }
        for header in ["Do not lose", "Opting"] {
            assert!(!sounds_like_consent(header), "{header}");
        }
    }

    #[test]
    fn agreements_by_channel() {
        for header in
            ["Opt in", "Marketing consent", "GDPR consent", "Consent status", "Einwilligung", "Consentement", "同意"]
        {
            assert_eq!(column(header), Some((false, false, false, false)), "{header}");
        }
        assert_eq!(column("SMS Opt-In"), Some((false, false, true, false)));
        assert_eq!(column("Subscribed"), Some((false, false, false, true)));
        for (header, calls, texts, email) in [
            ("Accepts Marketing", false, false, false),
            ("Accepts SMS Marketing", false, true, false),
            ("Accepts Email Marketing", false, false, true),
            ("May we call you?", true, false, false),
            ("Newsletter", false, false, true),
            ("I agree to be contacted", false, false, false),
        ] {
            assert_eq!(column(header), Some((false, calls, texts, email)), "{header}");
        }
        assert_eq!(column("OK to call"), Some((false, true, false, false)));
    }

    #[test]
    fn what_is_beside_consent_only_sounds_like_it() {
        for header in
            ["Unsubscribe reason", "Consent wording", "GDPR", "Blocked", "Opt-in source", "Do not track my calls"]
        {
            assert_eq!(consent_column(header), None, "{header}");
            assert!(sounds_like_consent(header), "{header}");
        }
        for header in
            ["Fax opt out", "Do not allow postal mail", "Name", "Phone", "Do", "Stop", "Option", "Nickname", ""]
        {
            assert!(consent_column(header).is_none() && !sounds_like_consent(header), "{header}");
        }
    }

    #[test]
    fn refusals_are_told_from_agreements() {
        assert!(sounds_like_refusal("Opt-out reason") && sounds_like_refusal("Suppressed at"));
        for header in
            ["No consent", "Consent refused", "Keine Einwilligung", "Geen toestemming", "GDPR erasure requested"]
        {
            assert!(sounds_like_refusal(header), "{header}");
        }
        assert!(may_hold_refusals("Person - Marketing status") && !may_hold_refusals("Marketing"));
        assert!(!sounds_like_refusal("Opt-in date") && !sounds_like_refusal("Consent given on"));
    }

    #[test]
    fn cells() {
        for cell in ["yes", "Do Not Allow", "Opted out", "unsubscribed", "Do not call", "STOP", "ja", "1", "denied"] {
            assert_eq!(opted_out(cell), Some(true), "{cell}");
        }
        for cell in ["no", "Allow", "Subscribed", "0", "opted in"] {
            assert_eq!(opted_out(cell), Some(false), "{cell}");
        }
        for cell in ["maybe", "Monday", "call me"] {
            assert_eq!(opted_out(cell), None, "{cell}");
        }
        assert!(is_refusal("Unsubscribed") && !is_refusal("no") && !is_refusal("yes"));
    }
}
