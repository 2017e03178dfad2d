//! Do-not-call: the words of the list, its requests and its checks.

pub mod bans;
pub mod certificates;
pub mod codes;
pub mod hours;
pub mod opt_out_text;
pub mod registry;
pub mod wishes;

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
        /// Another organization of the group listed it.
        Group = "group",
        Other = "other",
    }
}

impl DncSource {
    /// Those that a person may name: what comes through the group comes by itself.
    pub const SAID: &'static [(&'static str, DncSource)] = &[
        DncSource::Manual.said(),
        DncSource::Import.said(),
        DncSource::OptOutText.said(),
        DncSource::OptOutCall.said(),
        DncSource::OptOutEmail.said(),
        DncSource::Registry.said(),
        DncSource::Litigator.said(),
        DncSource::Other.said(),
    ];

    const fn said(self) -> (&'static str, DncSource) {
        (self.as_str(), self)
    }
}

vocabulary! {
    /// Whose wish an entry is.
    #[derive(Default)]
    DncOrigin {
        /// The organization's own.
        #[default]
        Own = "own",
        /// That of other organizations of its group.
        Group = "group",
        /// The organization's own, and others forbid more or longer.
        Both = "both",
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
        /// It could not be checked, or a request for it is undecided; never to be taken for clear.
        Unknown = "unknown",
    }
}

impl Verdict {
    /// What two verdicts come to: one that is blocked blocks both, and one that is doubtful leaves both in doubt.
    pub fn worse(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Blocked, _) | (_, Verdict::Blocked) => Verdict::Blocked,
            (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
            (Verdict::Clear, Verdict::Clear) => Verdict::Clear,
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_channel_a_scope_forbids() {
        use DncScope::*;
        for (scope, calls, texts) in [(All, true, true), (Calls, true, false), (Texts, false, true)] {
            assert_eq!(scope.forbids(Some(Channel::Calls)), calls, "{scope}");
            assert_eq!(scope.forbids(Some(Channel::Texts)), texts, "{scope}");
            assert!(scope.forbids(None));
        }
    }
}
