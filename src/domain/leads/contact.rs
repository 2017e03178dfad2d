//! When a lead was contacted. Whoever knows of a contact adds to what is known: the earliest first time and the latest last
//! time count, so that files may come in any order. A person who corrects a time is believed.

use crate::domain::timestamp::Timestamp;

/// What came of an attempt to reach a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nobody answered.
    Attempted,
    /// The lead was reached: that is an attempt, too.
    Contacted,
}

/// The first and the last time of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
}

impl Times {
    /// Both, as far as known: of one alone it is not known that there was another.
    pub fn and(self, other: Times) -> Times {
        let all = [self.first, self.last, other.first, other.last];
        Times { first: all.into_iter().flatten().min(), last: all.into_iter().flatten().max() }
    }

    /// What a person says instead; what is not said follows where it would contradict.
    pub fn corrected(self, said: Times) -> Times {
        match (said.first, said.last) {
            (None, None) => self,
            (Some(first), None) => Times { first: Some(first), last: Some(self.last.unwrap_or(first).max(first)) },
            (None, Some(last)) => Times { first: Some(self.first.unwrap_or(last).min(last)), last: Some(last) },
            (Some(_), Some(_)) => said,
        }
    }

    /// Whether the first time lies behind the last one.
    pub fn is_reversed(self) -> bool {
        matches!((self.first, self.last), (Some(first), Some(last)) if first > last)
    }
}

/// When a lead was contacted, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContactTimes {
    /// When somebody tried to reach it.
    pub attempted: Times,
    /// When it was reached.
    pub contacted: Times,
    /// When it last did something itself.
    pub last_engagement: Option<Timestamp>,
}

impl ContactTimes {
    /// Both, as far as known.
    pub fn and(self, other: ContactTimes) -> ContactTimes {
        if other == ContactTimes::default() {
            // Who says nothing brings nothing back that a person has emptied.
            return self;
        }
        ContactTimes {
            attempted: self.attempted.and(other.attempted),
            contacted: self.contacted.and(other.contacted),
            last_engagement: self.last_engagement.max(other.last_engagement),
        }
        .settled()
    }

    /// Whoever was reached was attempted, and what happened happened a first and a last time.
    pub fn settled(self) -> ContactTimes {
        let contacted = self.contacted.and(Times::default());
        ContactTimes { attempted: self.attempted.and(contacted), contacted, ..self }
    }

    /// What a person says instead.
    pub fn corrected(self, said: ContactTimes) -> ContactTimes {
        if said == ContactTimes::default() {
            return self;
        }
        ContactTimes {
            attempted: self.attempted.corrected(said.attempted),
            contacted: self.contacted.corrected(said.contacted),
            last_engagement: said.last_engagement.or(self.last_engagement),
        }
        .settled()
    }

    /// With one more attempt.
    pub fn reached(self, reach: Reach, at: Timestamp) -> ContactTimes {
        let once = Times { first: Some(at), last: Some(at) };
        let contacted = if reach == Reach::Contacted { once } else { Times::default() };
        self.and(ContactTimes { attempted: once, contacted, last_engagement: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    fn times(first: impl Into<Option<i64>>, last: impl Into<Option<i64>>) -> Times {
        Times { first: first.into().map(at), last: last.into().map(at) }
    }

    #[test]
    fn files_add_to_what_is_known() {
        assert_eq!(times(5, 9).and(times(3, 4)), times(3, 9));
        assert_eq!(times(5, 9).and(times(None, 12)), times(5, 12));
        // Of one contact alone it is the first known one and the last known one.
        assert_eq!(times(None, None).and(times(None, 7)), times(7, 7));
        assert_eq!(times(5, 5).and(times(None, 2)), times(2, 5));
        assert_eq!(times(None, None).and(times(None, None)), times(None, None));
    }

    #[test]
    fn a_person_is_believed() {
        assert_eq!(times(5, 9).corrected(times(None, 7)), times(5, 7));
        assert_eq!(times(5, 9).corrected(times(None, 3)), times(3, 3));
        assert_eq!(times(5, 9).corrected(times(11, None)), times(11, 11));
        assert_eq!(times(None, None).corrected(times(4, None)), times(4, 4));
        assert_eq!(times(5, 9).corrected(times(1, 2)), times(1, 2));
        assert!(times(3, 2).is_reversed() && !times(2, 2).is_reversed() && !times(3, None).is_reversed());
    }

    #[test]
    fn who_is_reached_was_attempted() {
        let once = ContactTimes::default().reached(Reach::Attempted, at(5));
        assert_eq!((once.attempted, once.contacted), (times(5, 5), times(None, None)));
        let twice = once.reached(Reach::Contacted, at(9));
        assert_eq!((twice.attempted, twice.contacted), (times(5, 9), times(9, 9)));
        // Told later of what was earlier.
        let earlier = twice.reached(Reach::Contacted, at(2));
        assert_eq!((earlier.attempted, earlier.contacted), (times(2, 9), times(2, 9)));
    }

    fn any_times() -> impl Strategy<Value = Times> {
        (proptest::option::of(0i64..20), proptest::option::of(0i64..20)).prop_map(|(a, b)| times(a, b))
    }

    proptest! {
        #[test]
        fn the_order_of_files_does_not_matter(all in proptest::collection::vec(any_times(), 1..6)) {
            let forward = all.iter().copied().fold(Times::default(), Times::and);
            let backward = all.iter().rev().copied().fold(Times::default(), Times::and);
            prop_assert_eq!(forward, backward);
            prop_assert!(!forward.is_reversed());
            prop_assert_eq!(forward.and(all[0]), forward);
        }

        #[test]
        fn a_correction_never_reverses(stored in any_times(), said in any_times()) {
            prop_assume!(!stored.is_reversed() && !said.is_reversed());
            prop_assert!(!stored.corrected(said).is_reversed());
        }
    }
}
