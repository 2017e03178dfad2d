//! Do-not-call: which contacts an entry forbids, and what a further request makes of an entry.

pub mod opt_out_text;

use super::timestamp::Timestamp;

vocabulary! {
    /// Where an entry or a request comes from.
    DncSource {
        Manual = "manual",
        Import = "import",
        OptOutText = "opt_out_text",
        OptOutCall = "opt_out_call",
        OptOutEmail = "opt_out_email",
        Registry = "registry",
        Litigator = "litigator",
        Other = "other",
    }
}

vocabulary! {
    /// Which contacts an entry forbids.
    #[derive(Default)]
    DncScope {
        #[default]
        All = "all",
        Calls = "calls",
        Texts = "texts",
    }
}

vocabulary! {
    /// A way to contact a number.
    Channel {
        Calls = "calls",
        Texts = "texts",
    }
}

vocabulary! {
    /// The answer to "may we contact this number?".
    Verdict {
        /// It is on none of the lists that were checked.
        Clear = "clear",
        /// It is on a list.
        Blocked = "blocked",
        /// It could not be checked; never to be taken for clear.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// What becomes of a request.
    Decision {
        /// The number is on the list.
        Honour = "honour",
        /// The request was none.
        Dismiss = "dismiss",
    }
}

vocabulary! {
    /// What closed an entry.
    RemovalKind {
        /// Somebody said that the number may be contacted again.
        Person = "person",
        /// Its time had come.
        Expiry = "expiry",
        /// An entry that forbids more took its place.
        Replacement = "replacement",
        /// The import that made it was undone.
        Undo = "undo",
    }
}

impl RemovalKind {
    /// The reason of an entry that no person closed.
    pub fn reason(self) -> &'static str {
        match self {
            RemovalKind::Person => "removed",
            RemovalKind::Expiry => "expired",
            RemovalKind::Replacement => "replaced by a newer entry",
            RemovalKind::Undo => "its import was undone",
        }
    }
}

impl DncScope {
    /// Whether an entry of this scope forbids a channel; without a channel any entry forbids.
    pub fn forbids(self, channel: Option<Channel>) -> bool {
        match (self, channel) {
            (_, None) | (DncScope::All, _) => true,
            (DncScope::Calls, Some(channel)) => channel == Channel::Calls,
            (DncScope::Texts, Some(channel)) => channel == Channel::Texts,
        }
    }

    /// Whether the leads with the number have the status `dnc`.
    pub fn forbids_calls(self) -> bool {
        self.forbids(Some(Channel::Calls))
    }

    fn and(self, other: DncScope) -> DncScope {
        if self == other { self } else { DncScope::All }
    }
}

/// What an entry forbids and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub scope: DncScope,
    /// Never, when empty.
    pub expires_at: Option<Timestamp>,
}

/// What a request makes of the live entry of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// The number was not listed.
    Added(Terms),
    /// The entry forbids more, or longer, than it did.
    Widened(Terms),
    /// The entry forbade it already.
    Covered(Terms),
}

impl Listing {
    /// What a request that asks for `asked` makes of an entry with the terms `live`. Opt-outs only ratchet up: the
    /// result forbids what either forbids, as long as either does.
    pub fn of(live: Option<Terms>, asked: Terms) -> Listing {
        let Some(live) = live else { return Listing::Added(asked) };
        let scope = live.scope.and(asked.scope);
        let expires_at = live.expires_at.zip(asked.expires_at).map(|(a, b)| a.max(b));
        let joined = Terms { scope, expires_at };
        if joined == live { Listing::Covered(live) } else { Listing::Widened(joined) }
    }

    /// The terms of the entry afterwards.
    pub fn terms(self) -> Terms {
        match self {
            Listing::Added(terms) | Listing::Widened(terms) | Listing::Covered(terms) => terms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn which_channel_a_scope_forbids() {
        use DncScope::*;
        for (scope, calls, texts) in [(All, true, true), (Calls, true, false), (Texts, false, true)] {
            assert_eq!(scope.forbids(Some(Channel::Calls)), calls, "{scope}");
            assert_eq!(scope.forbids(Some(Channel::Texts)), texts, "{scope}");
            assert!(scope.forbids(None));
        }
    }

    #[test]
    fn what_a_further_request_does() {
        let terms = |scope, micros: Option<i64>| Terms { scope, expires_at: micros.map(Timestamp::from_micros) };
        let (all, texts) = (terms(DncScope::All, None), terms(DncScope::Texts, None));
        assert_eq!(Listing::of(None, texts), Listing::Added(texts));
        assert_eq!(Listing::of(Some(all), texts), Listing::Covered(all));
        assert_eq!(Listing::of(Some(texts), terms(DncScope::Calls, None)), Listing::Widened(all));
        assert_eq!(Listing::of(Some(terms(DncScope::All, Some(5))), all), Listing::Widened(all));
        assert_eq!(
            Listing::of(Some(terms(DncScope::All, Some(5))), terms(DncScope::Texts, Some(3))),
            Listing::Covered(terms(DncScope::All, Some(5)))
        );
    }

    fn any_terms() -> impl Strategy<Value = Terms> {
        let scope = proptest::sample::select(DncScope::ALL);
        (scope, proptest::option::of(0i64..4))
            .prop_map(|(scope, micros)| Terms { scope, expires_at: micros.map(Timestamp::from_micros) })
    }

    proptest! {
        #[test]
        fn no_request_weakens_an_entry(live in any_terms(), asked in any_terms(), at in 0i64..5) {
            let holds = |terms: Terms, channel| {
                terms.scope.forbids(Some(channel)) && terms.expires_at.is_none_or(|end| end > Timestamp::from_micros(at))
            };
            let after = Listing::of(Some(live), asked).terms();
            for channel in [Channel::Calls, Channel::Texts] {
                prop_assert!(!(holds(live, channel) || holds(asked, channel)) || holds(after, channel));
            }
            prop_assert_eq!(Listing::of(Some(after), asked), Listing::Covered(after));
        }
    }
}
