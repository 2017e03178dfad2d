//! What an import does with a row whose lead is already there.

vocabulary! {
    /// The policy for a row that names a known lead.
    #[derive(Default)]
    OnDuplicate {
        /// Leave the known lead as it is.
        #[default]
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
    #[derive(Default)]
    OnListed {
        /// Create the lead with status `dnc`.
        #[default]
        Flag = "flag",
        /// Leave the row out.
        Skip = "skip",
    }
}
