//! Status events of other systems, put among what is known of a lead.

use super::status::Status;
use crate::domain::timestamp::Timestamp;

/// A lead's statuses as far as they are known, in the order of their times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownStatuses(Vec<(Timestamp, Status)>);

/// What an event is to a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// It tells of a move, from this status if one is known.
    Move { from: Option<Status> },
    /// The lead had the status at that time already: as the same event tells, or an earlier one.
    Known,
}

impl KnownStatuses {
    /// What is known, in any order; of entries at one time the later ones came later.
    pub fn new(mut entries: Vec<(Timestamp, Status)>) -> KnownStatuses {
        entries.sort_by_key(|(at, _)| *at);
        KnownStatuses(entries)
    }

    /// Puts an event at its own time, behind what is known of the same time.
    pub fn place(&mut self, at: Timestamp, status: Status) -> Placement {
        let place = self.0.partition_point(|(known, _)| *known <= at);
        let behind = |place: usize| place.checked_sub(1).and_then(|before| self.0.get(before)).copied();
        let before = behind(place);
        // At one time a lead may be told to stay and to go; it does not come back in that instant.
        let earlier = behind(self.0.partition_point(|(known, _)| *known < at));
        let has_it = |entry: Option<(Timestamp, Status)>| entry.is_some_and(|(_, known)| known == status);
        if has_it(before) || has_it(earlier) || self.0.contains(&(at, status)) {
            return Placement::Known;
        }
        self.0.insert(place, (at, status));
        Placement::Move { from: before.map(|(_, status)| status) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn events_go_to_their_own_times() {
        let mut known = KnownStatuses::new(vec![(at(100), Hot), (at(10), New)]);
        assert_eq!(known.place(at(50), Contacted), Placement::Move { from: Some(New) });
        assert_eq!(known.place(at(5), Contacted), Placement::Move { from: None });
        assert_eq!(known.place(at(200), Recruited), Placement::Move { from: Some(Hot) });
        // Told twice, and told again while it lasts.
        assert_eq!(known.place(at(50), Contacted), Placement::Known);
        assert_eq!(known.place(at(60), Contacted), Placement::Known);
        // Two events of one time are both kept, once.
        assert_eq!(known.place(at(50), Qualified), Placement::Move { from: Some(Contacted) });
        assert_eq!(known.place(at(50), Contacted), Placement::Known);
    }

    proptest! {
        #[test]
        fn an_event_is_placed_once(events in proptest::collection::vec((0i64..50, 0..Status::ALL.len()), 0..40)) {
            let mut events: Vec<(Timestamp, Status)> =
                events.into_iter().map(|(second, status)| (at(second), Status::ALL[status])).collect();
            // In the order of their times: what comes before its time may hide what it ends.
            events.sort_by_key(|(at, _)| *at);
            let mut known = KnownStatuses::default();
            for (at, status) in &events {
                known.place(*at, *status);
            }
            let placed = known.clone();
            prop_assert!(placed.0.is_sorted_by_key(|(at, _)| *at));
            for (at, status) in &events {
                prop_assert_eq!(known.place(*at, *status), Placement::Known);
            }
            prop_assert_eq!(known, placed);
        }
    }
}
