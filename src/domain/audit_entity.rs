//! What the audit logs tell of.

vocabulary! {
    /// A kind of thing of which every change is logged.
    Entity {
        /// Has a log of its own.
        Lead = "lead",
        Organization = "organization",
        User = "user",
        /// A setting of the organization; its key is the field.
        Setting = "setting",
        Segment = "segment",
        BudgetAccount = "budget_account",
    }
}
