//! Whose wish an entry of the do-not-call list is: the organization's own, that of others in its group, or both.

use super::DncOrigin;
use super::bans::{Bans, StoredBans};
use crate::domain::timestamp::Timestamp;

/// What an entry forbids as a whole and, of that, what the organization itself forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// `None` when others of the group alone forbid it.
    pub own: Option<Bans>,
    pub whole: Bans,
}

/// [`Wishes`] as an entry stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredWishes {
    pub origin: DncOrigin,
    pub whole: StoredBans,
    /// The organization's own part, of both.
    pub own: Option<StoredBans>,
}

impl Wishes {
    /// The organization's own wish alone.
    pub fn own(bans: Bans) -> Wishes {
        Wishes { own: Some(bans), whole: bans }
    }

    /// With a further wish of the organization itself.
    #[must_use]
    pub fn with_own(self, own: Bans) -> Wishes {
        Wishes { own: Some(self.own.map_or(own, |before| before.and(own))), whole: self.whole.and(own) }
    }

    /// What is left of them at a time; `None` when nothing is left.
    pub fn left_at(self, now: Timestamp) -> Option<Wishes> {
        let own = self.own.and_then(|own| own.left_at(now));
        Some(Wishes { own, whole: self.whole.left_at(now)? })
    }

    /// What the entry is to forbid, given what all of the group wish, of which the organization is one; `None` when nobody wishes
    /// anything.
    pub fn together(own: Option<Bans>, all: Option<Bans>) -> Option<Wishes> {
        all.map(|all| Wishes { own, whole: own.map_or(all, |own| all.and(own)) })
    }
}

/// What either forbids.
pub fn either(one: Option<Bans>, other: Option<Bans>) -> Option<Bans> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.and(other)),
        (one, other) => one.or(other),
    }
}

impl From<Wishes> for StoredWishes {
    fn from(Wishes { own, whole }: Wishes) -> StoredWishes {
        let (origin, own) = match own {
            None => (DncOrigin::Group, None),
            Some(own) if own == whole => (DncOrigin::Own, None),
            Some(own) => (DncOrigin::Both, Some(own.into())),
        };
        StoredWishes { origin, whole: whole.into(), own }
    }
}

impl From<StoredWishes> for Wishes {
    fn from(StoredWishes { origin, whole, own }: StoredWishes) -> Wishes {
        let whole = Bans::from(whole);
        let own = match origin {
            DncOrigin::Own => Some(whole),
            DncOrigin::Group => None,
            DncOrigin::Both => own.map(Bans::from),
        };
        Wishes { own, whole }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::dnc::DncScope;
    use crate::domain::dnc::bans::{Ban, Terms};

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn any_bans() -> impl Strategy<Value = Bans> {
        let ban = || prop_oneof![Just(Ban::Never), (0i64..4).prop_map(|end| Ban::Until(at(end))), Just(Ban::Forever)];
        (ban(), ban())
            .prop_map(|(calls, texts)| Bans { calls, texts })
            .prop_filter("an entry forbids something", |bans| bans.calls.max(bans.texts) > Ban::Never)
    }

    #[test]
    fn whose_wish_an_entry_is() {
        let all = Bans::from(Terms { scope: DncScope::All, expires_at: None });
        let texts = Bans::from(Terms { scope: DncScope::Texts, expires_at: None });
        let origin = |own, whole| StoredWishes::from(Wishes { own, whole }).origin;
        assert_eq!(origin(Some(all), all), DncOrigin::Own);
        assert_eq!(origin(None, all), DncOrigin::Group);
        assert_eq!(origin(Some(texts), all), DncOrigin::Both);
        // A shared entry becomes one's own, too, whatever is wished.
        let shared = Wishes { own: None, whole: all };
        assert_eq!(shared.with_own(texts), Wishes { own: Some(texts), whole: all });
        assert_eq!(shared.with_own(all), Wishes::own(all));
    }

    proptest! {
        #[test]
        fn what_is_stored_reads_as_itself(own in proptest::option::of(any_bans()), others in any_bans()) {
            let wishes = Wishes { own, whole: own.map_or(others, |own| own.and(others)) };
            prop_assert_eq!(Wishes::from(StoredWishes::from(wishes)), wishes);
        }

        /// So expiry need not travel: what each entry still forbids is what the wishes that are left forbid.
        #[test]
        fn entries_end_as_the_wishes_behind_them(
            own in proptest::option::of(any_bans()),
            others in proptest::option::of(any_bans()),
            now in 0i64..5,
        ) {
            let left = |bans: Option<Bans>| bans.and_then(|bans| bans.left_at(at(now)));
            let before = Wishes::together(own, either(own, others));
            let after = Wishes::together(left(own), either(left(own), left(others)));
            prop_assert_eq!(before.and_then(|wishes| wishes.left_at(at(now))), after);
        }
    }
}
