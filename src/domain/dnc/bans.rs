//! What an entry of the do-not-call list forbids and until when, and what a further request makes of it.

use super::{Channel, DncScope};
use crate::domain::timestamp::Timestamp;

/// What a request asks for: which contacts are to be forbidden, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub scope: DncScope,
    /// Never, when empty.
    pub expires_at: Option<Timestamp>,
}

/// Until when contacts on one channel are forbidden. A later end is a greater ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ban {
    /// They are not forbidden.
    Never,
    Until(Timestamp),
    Forever,
}

impl Ban {
    fn ending(end: Option<Timestamp>) -> Ban {
        end.map_or(Ban::Forever, Ban::Until)
    }

    fn end(self) -> Option<Timestamp> {
        match self {
            Ban::Until(end) => Some(end),
            Ban::Never | Ban::Forever => None,
        }
    }

    /// Whether contacts are forbidden at a time.
    pub fn holds(self, now: Timestamp) -> bool {
        match self {
            Ban::Never => false,
            Ban::Until(end) => end > now,
            Ban::Forever => true,
        }
    }
}

/// What an entry forbids on each channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bans {
    pub calls: Ban,
    pub texts: Ban,
}

/// [`Bans`] as an entry stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBans {
    pub scope: DncScope,
    /// The end of the whole entry: of the channel that is forbidden longer.
    pub expires_at: Option<Timestamp>,
    /// The end for calls, when they end before texts.
    pub calls_expire_at: Option<Timestamp>,
    /// The end for texts, when they end before calls.
    pub texts_expire_at: Option<Timestamp>,
}

impl From<Terms> for Bans {
    fn from(Terms { scope, expires_at }: Terms) -> Bans {
        let stored = StoredBans { scope, expires_at, calls_expire_at: None, texts_expire_at: None };
        Bans::from(stored)
    }
}

impl From<StoredBans> for Bans {
    fn from(stored: StoredBans) -> Bans {
        let ban = |channel, own_end: Option<Timestamp>| match stored.scope.forbids(Some(channel)) {
            true => Ban::ending(own_end.or(stored.expires_at)),
            false => Ban::Never,
        };
        Bans { calls: ban(Channel::Calls, stored.calls_expire_at), texts: ban(Channel::Texts, stored.texts_expire_at) }
    }
}

impl From<Bans> for StoredBans {
    fn from(Bans { calls, texts }: Bans) -> StoredBans {
        let whole = calls.max(texts);
        let scope = match (calls, texts) {
            (_, Ban::Never) => DncScope::Calls,
            (Ban::Never, _) => DncScope::Texts,
            _ => DncScope::All,
        };
        let earlier = |ban: Ban| ban.end().filter(|_| ban < whole);
        StoredBans { scope, expires_at: whole.end(), calls_expire_at: earlier(calls), texts_expire_at: earlier(texts) }
    }
}

impl Bans {
    /// Whether contacts on a channel, or on any, are forbidden at a time.
    pub fn hold(self, channel: Option<Channel>, now: Timestamp) -> bool {
        match channel {
            None => self.calls.max(self.texts).holds(now),
            Some(Channel::Calls) => self.calls.holds(now),
            Some(Channel::Texts) => self.texts.holds(now),
        }
    }

    /// Which contacts are forbidden at a time; `None` when none is.
    pub fn scope_at(self, now: Timestamp) -> Option<DncScope> {
        match (self.calls.holds(now), self.texts.holds(now)) {
            (true, true) => Some(DncScope::All),
            (true, false) => Some(DncScope::Calls),
            (false, true) => Some(DncScope::Texts),
            (false, false) => None,
        }
    }

    /// What is left of them at a time: bans that have ended are none. `None` when nothing is left.
    pub fn left_at(self, now: Timestamp) -> Option<Bans> {
        let left = |ban: Ban| if ban.holds(now) { ban } else { Ban::Never };
        self.hold(None, now).then(|| Bans { calls: left(self.calls), texts: left(self.texts) })
    }

    /// What forbids as long as either does, on each channel.
    pub fn and(self, other: Bans) -> Bans {
        Bans { calls: self.calls.max(other.calls), texts: self.texts.max(other.texts) }
    }
}

/// What a request makes of the live entry of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// The number was not listed.
    Added(Bans),
    /// The entry forbids more, or longer, than it did.
    Widened(Bans),
    /// The entry forbade it already.
    Covered(Bans),
}

impl Listing {
    /// What a request that asks for `asked` makes of an entry that forbids `live`. Opt-outs only ratchet up: on each
    /// channel the result forbids as long as either does.
    pub fn of(live: Option<Bans>, asked: Bans) -> Listing {
        let Some(live) = live else { return Listing::Added(asked) };
        let joined = live.and(asked);
        if joined == live { Listing::Covered(live) } else { Listing::Widened(joined) }
    }

    /// What the entry forbids afterwards.
    pub fn bans(self) -> Bans {
        match self {
            Listing::Added(bans) | Listing::Widened(bans) | Listing::Covered(bans) => bans,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn bans(scope: DncScope, end: Option<i64>) -> Bans {
        Terms { scope, expires_at: end.map(at) }.into()
    }

    #[test]
    fn what_a_further_request_does() {
        let (all, texts) = (bans(DncScope::All, None), bans(DncScope::Texts, None));
        assert_eq!(Listing::of(None, texts), Listing::Added(texts));
        assert_eq!(Listing::of(Some(all), texts), Listing::Covered(all));
        assert_eq!(Listing::of(Some(texts), bans(DncScope::Calls, None)), Listing::Widened(all));
        assert_eq!(Listing::of(Some(bans(DncScope::All, Some(5))), all), Listing::Widened(all));
        let until = bans(DncScope::All, Some(5));
        assert_eq!(Listing::of(Some(until), bans(DncScope::Texts, Some(3))), Listing::Covered(until));
    }

    #[test]
    fn each_channel_keeps_its_end() {
        let joined = Listing::of(Some(bans(DncScope::Texts, None)), bans(DncScope::Calls, Some(5)));
        let both = Bans { calls: Ban::Until(at(5)), texts: Ban::Forever };
        assert_eq!(joined, Listing::Widened(both));
        let stored =
            StoredBans { scope: DncScope::All, expires_at: None, calls_expire_at: Some(at(5)), texts_expire_at: None };
        assert_eq!(StoredBans::from(both), stored);
        assert_eq!(both.scope_at(at(4)), Some(DncScope::All));
        assert_eq!(both.scope_at(at(5)), Some(DncScope::Texts));
        assert_eq!(both.left_at(at(5)), Some(bans(DncScope::Texts, None)));
        assert_eq!(bans(DncScope::All, Some(5)).left_at(at(5)), None);
    }

    fn any_bans() -> impl Strategy<Value = Bans> {
        let ban = || prop_oneof![Just(Ban::Never), (0i64..4).prop_map(|end| Ban::Until(at(end))), Just(Ban::Forever)];
        (ban(), ban())
            .prop_map(|(calls, texts)| Bans { calls, texts })
            .prop_filter("an entry forbids something", |bans| bans.calls.max(bans.texts) > Ban::Never)
    }

    proptest! {
        #[test]
        fn a_request_adds_itself_and_weakens_nothing(live in any_bans(), asked in any_bans(), now in 0i64..5) {
            let after = Listing::of(Some(live), asked).bans();
            for channel in [None, Some(Channel::Calls), Some(Channel::Texts)] {
                let either = live.hold(channel, at(now)) || asked.hold(channel, at(now));
                prop_assert_eq!(after.hold(channel, at(now)), either);
            }
            prop_assert_eq!(Listing::of(Some(after), asked), Listing::Covered(after));
        }

        #[test]
        fn what_is_stored_reads_as_itself(bans in any_bans()) {
            prop_assert_eq!(Bans::from(StoredBans::from(bans)), bans);
        }
    }
}
