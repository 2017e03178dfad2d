//! Territories: parts of the market, each inside another one or at the top.

mod tree;

pub use tree::{DEEPEST, Misplaced, Place, Step, Tree};

vocabulary! {
    /// What put a lead into its territory.
    Placing {
        /// The filters of the territories.
        Rule = "rule",
        /// A person, whom no rule contradicts.
        Manual = "manual",
    }
}

vocabulary! {
    /// What a user is in a territory.
    MemberRole {
        /// Answers for it.
        Owner = "owner",
        Member = "member",
    }
}
