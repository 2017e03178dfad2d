//! What an import does with a row whose lead is already there.

vocabulary! {
    /// The policy for a row that names a known lead.
    OnDuplicate {
        /// Leave the known lead as it is.
        Skip = "skip",
        /// Fill only its empty fields.
        Fill = "fill",
        /// Take the row's values; a blank cell clears nothing.
        Update = "update",
        /// Reject the row.
        Reject = "reject",
    }
}

vocabulary! {
    /// What an import does with a row whose number is on the do-not-call list.
    OnListed {
        /// Create the lead with status `dnc`.
        Flag = "flag",
        /// Leave the row out.
        Skip = "skip",
    }
}

impl Default for OnDuplicate {
    fn default() -> Self {
        OnDuplicate::Skip
    }
}

impl Default for OnListed {
    fn default() -> Self {
        OnListed::Flag
    }
}
