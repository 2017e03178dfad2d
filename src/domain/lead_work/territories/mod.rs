//! Territories: parts of the market, each inside another one or at the top.

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
        Owner = "owner",
        Member = "member",
    }
}
