//! How long a lead stayed in each status.

use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

/// One entry of a lead into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub status: Status,
    pub at: Timestamp,
    /// Whether it puts back the status that the lead had before `dnc`: the stay there goes on, and is no other one.
    pub puts_back: bool,
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
/// status, the last one until now. A stay that is taken up again lasts as long as its parts.
pub fn stays_of(entries: &[Entry], now: Timestamp) -> Vec<Stay> {
    let mut stays = Vec::with_capacity(entries.len());
    let mut begun: Option<(Entry, u32)> = None;
    let lasted = |from: Timestamp, to: Timestamp| {
        let micros = to.as_micros().saturating_sub(from.as_micros()).max(0);
        u32::try_from(micros / 1_000_000).unwrap_or(u32::MAX)
    };
    for entry in entries {
        if let Some((held, before)) = begun {
            // An entry into the status that it has does not begin another stay.
            if held.status == entry.status {
                continue;
            }
            let seconds = lasted(held.at, entry.at).saturating_add(before);
            stays.push(Stay { status: held.status, seconds, is_open: false });
        }
        let place = stays.iter().rposition(|stay: &Stay| stay.status == entry.status).filter(|_| entry.puts_back);
        let before = place.map_or(0, |place| stays.remove(place).seconds);
        begun = Some((*entry, before));
    }
    stays.extend(begun.map(|(held, before)| Stay {
        status: held.status,
        seconds: lasted(held.at, now).saturating_add(before),
        is_open: true,
    }));
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
            .map(|(status, second)| Entry { status, at: at(second), puts_back: false })
            .to_vec();
        let told: Vec<_> = stays_of(&entries, at(100)).iter().map(|s| (s.status, s.seconds, s.is_open)).collect();
        let expected = [(New, 10, false), (Contacted, 20, false), (Cold, 40, false), (Contacted, 30, true)];
        assert_eq!(told, expected);
        assert_eq!(stays_of(&[], at(100)), []);
        // A time that lies ahead has not lasted yet.
        assert_eq!(stays_of(&entries, at(60)).last().map(|s| s.seconds), Some(0));
    }

    #[test]
    fn what_is_put_back_goes_on() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let entry = |status, second, puts_back| Entry { status, at: at(second), puts_back };
        let mut entries = vec![
            entry(Qualified, 0, false),
            entry(Dnc, 10, false),
            entry(Qualified, 15, true),
            entry(Dnc, 40, false),
            entry(Qualified, 60, true),
        ];
        let told = |entries: &[Entry]| -> Vec<_> {
            stays_of(entries, at(100)).iter().map(|s| (s.status, s.seconds, s.is_open)).collect()
        };
        assert_eq!(told(&entries), [(Dnc, 5, false), (Dnc, 20, false), (Qualified, 75, true)]);
        entries.push(entry(Hot, 70, false));
        assert_eq!(told(&entries), [(Dnc, 5, false), (Dnc, 20, false), (Qualified, 45, false), (Hot, 30, true)]);
        // What was never entered, as far as known, begins there.
        assert_eq!(told(&[entry(Dnc, 10, false), entry(New, 20, true)]), [(Dnc, 10, false), (New, 80, true)]);
    }
}
