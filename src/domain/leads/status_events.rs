//! Status events of other systems, put among what is known of a lead.

use super::status::{MoveRule, Status};
use crate::domain::timestamp::Timestamp;

vocabulary! {
    /// What kept a lead's status although an event tells of another one.
    KeptBy {
        /// Leads cannot move so.
        Moves = "moves",
        /// The lead's number is on the do-not-call list.
        Dnc = "dnc",
        /// The lead denied its consent, and the move is not one that leads can make.
        Consent = "consent",
        /// The lead was new after the event.
        Later = "later",
        /// The event was known before, and the lead did not follow it then.
        Known = "known",
    }
}

/// Where a lead stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub status: Status,
    pub since: Timestamp,
    /// Whether it denied its consent.
    pub denies: bool,
}

/// What a lead's latest event does to its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Moves,
    /// It has that status, or something later is known.
    None,
    Kept(KeptBy),
}

impl Standing {
    /// The status from which an event leads. What lies between may be steps that leads can make one after the other; an
    /// opt-out that the other system took back was none of this lead.
    pub fn before(self, from: Option<Status>) -> Status {
        from.filter(|from| *from != Status::Dnc).unwrap_or(self.status)
    }

    /// What an event of this time does, before which the lead had the status `from`, if any is known.
    pub fn follow(self, from: Option<Status>, to: Status, at: Timestamp, rule: MoveRule) -> Effect {
        if self.status == to {
            return Effect::None;
        }
        if self.since > at {
            // Who was won is not new: the lead was imported as such, at a later time.
            return match (self.status, to) {
                (Status::New, Status::Recruited) => Effect::Kept(KeptBy::Later),
                _ => Effect::None,
            };
        }
        let from = self.before(from);
        match self.status {
            Status::Dnc => Effect::Kept(KeptBy::Dnc),
            _ if from.may_move_to(to) => Effect::Moves,
            _ if !rule.permits(from, to) => Effect::Kept(KeptBy::Moves),
            _ if self.denies => Effect::Kept(KeptBy::Consent),
            _ => Effect::Moves,
        }
    }
}

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

    /// The status before an event, if nothing later is known.
    pub fn before_last(&self, at: Timestamp, status: Status) -> Option<Option<Status>> {
        let (last, earlier) = self.0.split_last()?;
        (*last == (at, status)).then(|| earlier.last().map(|(_, before)| *before))
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
    fn an_event_moves_a_lead_as_leads_may_move() {
        use MoveRule::{Allowed, Forced};
        let lead = |status, denies| Standing { status, since: at(100), denies };
        for (standing, from, to, second, rule, effect) in [
            (lead(Hot, false), Some(Hot), Recruited, 200, Allowed, Effect::Moves),
            (lead(New, false), Some(New), Recruited, 200, Allowed, Effect::Kept(KeptBy::Moves)),
            (lead(New, false), Some(New), Recruited, 200, Forced, Effect::Moves),
            (lead(New, false), Some(Hot), Recruited, 200, Allowed, Effect::Moves),
            (lead(Cold, true), Some(Cold), Recruited, 200, Forced, Effect::Kept(KeptBy::Consent)),
            (lead(Hot, true), Some(Hot), Recruited, 200, Allowed, Effect::Moves),
            (lead(Dnc, false), Some(Hot), Recruited, 200, Forced, Effect::Kept(KeptBy::Dnc)),
            (lead(Dnc, true), Some(Cold), New, 200, Allowed, Effect::Kept(KeptBy::Dnc)),
            (lead(Cold, false), Some(Dnc), Recruited, 200, Allowed, Effect::Kept(KeptBy::Moves)),
            (lead(New, false), None, Recruited, 50, Forced, Effect::Kept(KeptBy::Later)),
            (lead(Hot, false), None, Recruited, 50, Forced, Effect::None),
            (lead(Recruited, false), None, Recruited, 50, Allowed, Effect::None),
            (lead(Cold, true), Some(Cold), Dnc, 200, Allowed, Effect::Moves),
        ] {
            assert_eq!(standing.follow(from, to, at(second), rule), effect, "{standing:?} {from:?} → {to}");
        }
    }

    proptest! {
        /// Nothing that is forced leads out of `dnc` or past a denied consent.
        #[test]
        fn force_lifts_no_opt_out(status in prop::sample::select(Status::ALL), from in prop::sample::select(Status::ALL),
            to in prop::sample::select(Status::ALL), denies: bool, second in 0i64..200) {
            let standing = Standing { status, since: at(100), denies };
            let told = |rule| standing.follow(Some(from), to, at(second), rule);
            let forced = told(MoveRule::Forced) == Effect::Moves && told(MoveRule::Allowed) != Effect::Moves;
            prop_assert!(!forced || (status != Dnc && !denies));
            prop_assert!(status != Dnc || told(MoveRule::Forced) != Effect::Moves);
        }
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
        assert_eq!(known.before_last(at(200), Recruited), Some(Some(Hot)));
        assert_eq!((known.before_last(at(50), Contacted), known.before_last(at(200), Hot)), (None, None));
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
