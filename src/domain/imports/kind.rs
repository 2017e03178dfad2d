//! Kinds of imports, and whether an import is in force.

vocabulary! {
    /// What a record among the imports is of.
    ImportKind {
        Leads = "leads",
        Dnc = "dnc",
        History = "history",
        Costs = "costs",
        Rates = "rates",
        /// The undo of another import.
        Undo = "undo",
    }
}

vocabulary! {
    /// Whether what an import did is in force.
    ImportStatus {
        Done = "done",
        Undone = "undone",
    }
}
