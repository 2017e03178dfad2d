//! How long a lead stayed in each status.

use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

/// One entry of a lead into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub status: Status,
    pub at: Timestamp,
}

/// One stay in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    pub status: Status,
    pub seconds: u32,
    /// Whether it goes on.
    pub is_open: bool,
}

/// The stays that a lead's entries, in the order of their times, make: each lasts until the next entry into another
/// status, the last one until now.
pub fn stays_of(entries: &[Entry], now: Timestamp) -> Vec<Stay> {
    let mut stays = Vec::with_capacity(entries.len());
    let mut begun: Option<Entry> = None;
    let lasted = |from: Timestamp, to: Timestamp| {
        let micros = to.as_micros().saturating_sub(from.as_micros()).max(0);
        u32::try_from(micros / 1_000_000).unwrap_or(u32::MAX)
    };
    for entry in entries {
        match begun {
            // An entry into the status that it has does not begin another stay.
            Some(held) if held.status == entry.status => {}
            Some(held) => {
                stays.push(Stay { status: held.status, seconds: lasted(held.at, entry.at), is_open: false });
                begun = Some(*entry);
            }
            None => begun = Some(*entry),
        }
    }
    stays.extend(begun.map(|held| Stay { status: held.status, seconds: lasted(held.at, now), is_open: true }));
    stays
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::*;

    #[test]
    fn a_stay_ends_with_the_entry_into_another_status() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let entries: Vec<Entry> = [(New, 0), (Contacted, 10), (Contacted, 15), (Cold, 30), (Contacted, 70)]
            .map(|(status, second)| Entry { status, at: at(second) })
            .to_vec();
        let told: Vec<_> = stays_of(&entries, at(100)).iter().map(|s| (s.status, s.seconds, s.is_open)).collect();
        let expected = [(New, 10, false), (Contacted, 20, false), (Cold, 40, false), (Contacted, 30, true)];
        assert_eq!(told, expected);
        assert_eq!(stays_of(&[], at(100)), []);
        // A time that lies ahead has not lasted yet.
        assert_eq!(stays_of(&entries, at(60)).last().map(|s| s.seconds), Some(0));
    }
}
