//! What the organization's own list held, as a certificate says it.

use sha2::{Digest, Sha256};

use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::domain::dnc::bans::Ban;
use crate::domain::dnc::certificates::{ListUsed, hex};
use crate::domain::dnc::codes;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// The entries in force and the undecided requests, as the lines of which the digest is made (docs/certificates.md).
#[derive(Default)]
pub struct OwnList {
    lines: Vec<String>,
    entries: u64,
}

impl OwnList {
    /// Adds an entry by one of its spellings; only its own number counts.
    pub fn add(&mut self, spelling: E164, entry: &ListedBans) {
        if spelling == entry.number {
            let (calls, texts) = (until(entry.bans.calls), until(entry.bans.texts));
            self.lines.push(format!("{spelling} calls={calls} texts={texts}\n"));
            self.entries += 1;
        }
    }

    /// Adds a number for which a request is undecided.
    pub fn add_undecided(&mut self, number: E164) {
        self.lines.push(format!("{number} undecided\n"));
    }

    /// The list for a certificate.
    pub fn used(mut self, now: Timestamp) -> ListUsed {
        self.lines.sort_unstable();
        let mut hasher = Sha256::new();
        self.lines.iter().for_each(|line| hasher.update(line));
        ListUsed {
            name: codes::INTERNAL.to_owned(),
            as_of: Some(now.to_string()),
            size: self.entries,
            digest: hex(&hasher.finalize()),
            ..ListUsed::default()
        }
    }
}

fn until(ban: Ban) -> String {
    match ban {
        Ban::Never => "no".to_owned(),
        Ban::Until(end) => end.to_string(),
        Ban::Forever => "always".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dnc::DncScope;
    use crate::domain::dnc::bans::Terms;

    #[test]
    fn the_digest_is_of_sorted_lines() {
        let number = |text: &str| E164::from_e164(text).unwrap();
        let entry = |id, text: &str, scope, end: Option<i64>| {
            let bans = Terms { scope, expires_at: end.map(Timestamp::from_micros) }.into();
            ListedBans { id, number: number(text), bans }
        };
        let mut list = OwnList::default();
        let (first, second) =
            (entry(1, "+12125550143", DncScope::All, None), entry(2, "+12125550142", DncScope::Texts, Some(0)));
        list.add(number("+12125550143"), &first);
        list.add(number("+12125550142"), &second);
        list.add(number("+442079460123"), &second);
        list.add_undecided(number("+12125550144"));
        let used = list.used(Timestamp::from_micros(0));
        let text = "+12125550142 calls=no texts=1970-01-01T00:00:00Z\n+12125550143 calls=always texts=always\n+12125550144 undecided\n";
        assert_eq!((used.size, used.digest), (2, hex(&Sha256::digest(text))));
    }
}
