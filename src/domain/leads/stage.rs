//! Stages of other systems for which there is no status of the same name: the status nearest to each. The word itself is kept
//! as the reason of the move.

use serde::{Serialize, Serializer};

use super::status::Status;
use crate::domain::text::fold_key;

/// The status nearest to a stage of another system: who was sent a proposal is qualified, with whom one negotiates is hot.
pub fn status_of(text: &str) -> Option<Status> {
    let key = fold_key(text);
    Some(match key.as_str() {
        // Salesforce's lead statuses, and HubSpot's
        "open not contacted" => Status::New,
        "working contacted" => Status::Contacted,
        "closed converted" => Status::Recruited,
        "closed not converted" => Status::Cold,
        "open deal" => Status::Qualified,
        "bad timing" => Status::Nurturing,
        "proposal"
        | "proposals"
        | "proposal sent"
        | "sent proposal"
        | "proposal made"
        | "proposal submitted"
        | "proposal presented"
        | "proposal delivered"
        | "proposal stage"
        | "proposal price quote"
        | "proposal quote"
        | "proposal review"
        | "proposal in review"
        | "proposal quotation"
        | "price quote"
        | "quote"
        | "quote sent"
        | "quotation"
        | "quotation sent"
        | "offer sent"
        | "offer made"
        | "proposalsent"
        | "proposalmade" => Status::Qualified,
        "negotiation"
        | "negotiations"
        | "negotiating"
        | "in negotiation"
        | "in negotiations"
        | "under negotiation"
        | "negotiation review"
        | "negotiation started"
        | "negotiations started"
        | "negotiation stage"
        | "contract negotiation"
        | "price negotiation"
        | "contract"
        | "contract sent"
        | "contract review"
        | "contract out"
        | "contractsent"
        | "negotiationreview"
        | "negotiationsstarted" => Status::Hot,
        _ => return None,
    })
}

/// The status that a word means, and what the history says of it when it is a stage of another system.
pub fn read(text: &str) -> Option<(Status, Option<String>)> {
    match Status::parse(text) {
        Some(status) => Some((status, None)),
        None => status_of(text).map(|status| (status, reason_of(text))),
    }
}

/// What precedes the word in a reason.
const BEFORE: &str = "stage: ";

/// So much of a word is kept, in characters: any number of dashes may stand in it.
const LONGEST: usize = 100;

/// What the history says of a move that such a word made; `None` for other words.
pub fn reason_of(text: &str) -> Option<String> {
    status_of(text)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(format!("{BEFORE}{}", words.join(" ").chars().take(LONGEST).collect::<String>()))
}

/// Whether a word for a status is another than the one that is stored: what it was taken for is told.
pub fn is_translated(text: &str, status: Status) -> bool {
    fold_key(text) != status.as_str()
}

/// So many words are told.
const NAMED: usize = 10;

/// What words for statuses were taken for, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    words: Vec<(String, Status, u64)>,
    /// Of words beyond those that are told.
    others: u64,
}

impl Taken {
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Counts a word; words that differ in case and signs alone are one.
    pub fn note(&mut self, text: &str, status: Status) {
        let word = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_it = |(known, meant, _): &&mut (String, Status, u64)| {
            *meant == status && (*known == word || fold_key(known) == fold_key(&word))
        };
        let is_full = self.words.len() >= NAMED;
        match self.words.iter_mut().find(is_it) {
            Some((.., count)) => *count += 1,
            None if is_full => self.others += 1,
            None => self.words.push((word.chars().take(LONGEST).collect(), status, 1)),
        }
    }
}

/// A text for each word: `Won → recruited (3)`.
impl Serialize for Taken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let words = self.words.iter().map(|(word, status, count)| format!("{word} → {status} ({count})"));
        let others = (self.others > 0).then(|| format!("… ({})", self.others));
        serializer.collect_seq(words.chain(others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_of_other_systems_are_understood() {
        for (text, status) in [
            // HubSpot, by label and by name
            ("Contract sent", Status::Hot),
            ("contractsent", Status::Hot),
            // Pipedrive
            ("Proposal Made", Status::Qualified),
            ("Negotiations Started", Status::Hot),
            // Salesforce and Zoho
            ("Proposal/Price Quote", Status::Qualified),
            ("Negotiation/Review", Status::Hot),
            ("Open - Not Contacted", Status::New),
            ("Working - Contacted", Status::Contacted),
            ("Closed - Converted", Status::Recruited),
            ("Closed - Not Converted", Status::Cold),
            ("OPEN_DEAL", Status::Qualified),
            ("Bad timing", Status::Nurturing),
            ("PROPOSAL", Status::Qualified),
            ("NEGOTIATION", Status::Hot),
            ("Proposal_Sent", Status::Qualified),
            ("  proposal -  sent ", Status::Qualified),
        ] {
            assert_eq!(status_of(text), Some(status), "{text}");
        }
    }

    /// The defaults of Salesforce's and HubSpot's lead statuses.
    #[test]
    fn every_default_status_of_other_systems_means_one() {
        for (text, status) in [
            ("New", Status::New),
            ("Contacted", Status::Contacted),
            ("Nurturing", Status::Nurturing),
            ("Qualified", Status::Qualified),
            ("Unqualified", Status::Cold),
            ("NEW", Status::New),
            ("OPEN", Status::New),
            ("IN_PROGRESS", Status::Contacted),
            ("OPEN_DEAL", Status::Qualified),
            ("UNQUALIFIED", Status::Cold),
            ("ATTEMPTED_TO_CONTACT", Status::Contacted),
            ("CONNECTED", Status::Contacted),
            ("BAD_TIMING", Status::Nurturing),
        ] {
            assert_eq!(read(text).map(|(status, _)| status), Some(status), "{text}");
        }
    }

    /// A word that is a status says nothing that would be lost.
    #[test]
    fn no_word_of_a_status_is_a_stage() {
        for word in ["new", "open", "qualified", "hot", "closed won", "lost", "dnc", "in progress", "", "sleeping"] {
            assert_eq!((status_of(word), reason_of(word)), (None, None), "{word}");
        }
        for stage in ["Proposal", "contract sent"] {
            assert_eq!(Status::parse(stage), None, "{stage}");
        }
    }

    #[test]
    fn words_are_counted_with_what_they_were_taken_for() {
        let mut taken = Taken::default();
        assert!(taken.is_empty());
        for word in ["Closed Won", "closed-won", "Proposal  Sent", "Closed Won"] {
            let (status, _) = read(word).unwrap();
            assert!(is_translated(word, status), "{word}");
            taken.note(word, status);
        }
        let told = serde_json::to_value(&taken).unwrap();
        assert_eq!(told, serde_json::json!(["Closed Won → recruited (3)", "Proposal Sent → qualified (1)"]));
        (0..12).for_each(|n| taken.note(&format!("stage {n}"), Status::Hot));
        assert_eq!(serde_json::to_value(&taken).unwrap()[10], "… (4)");
        assert!(!is_translated(" HOT", Status::Hot) && !is_translated("new", Status::New));
    }

    #[test]
    fn the_word_is_kept_as_it_was_written() {
        assert_eq!(reason_of(" Negotiation/Review\n").as_deref(), Some("stage: Negotiation/Review"));
        assert_eq!(reason_of("PROPOSAL   Sent").as_deref(), Some("stage: PROPOSAL Sent"));
    }
}
