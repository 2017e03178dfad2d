//! The kinds of models, and the parts of a score.

vocabulary! {
    /// How a model comes to its scores.
    ModelKind {
        /// By points that people give.
        Rules = "rules",
        /// By what became of earlier leads.
        Learned = "learned",
    }
}

vocabulary! {
    /// A part of a score, each with a cap of its own.
    Group {
        Qualification = "qualification",
        Engagement = "engagement",
        Intent = "intent",
        Demographic = "demographic",
    }
}
