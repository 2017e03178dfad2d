//! Fair distribution: who of a pool gets a lead, and who is passed over why.

pub mod context;
pub mod conversion;
pub mod desk;
pub mod earlier;
pub mod rotation;

#[cfg(test)]
mod tests;

use crate::domain::leads::assignment::Strategy;

vocabulary! {
    /// How a pool chooses who gets a lead.
    PoolStrategy {
        /// By turns.
        RoundRobin = "round_robin",
        /// By turns, more of them for who has more weight.
        Weighted = "weighted",
        /// Who has the fewest open leads for the weight.
        LeastLoaded = "least_loaded",
        /// By turns among the members of the lead's territory.
        Territory = "territory",
        /// By turns among the members who have the skills that the lead's tags name.
        Skill = "skill",
        /// The best leads first, to those who win most of theirs.
        Score = "score",
    }
}

impl PoolStrategy {
    /// How the log of assignments calls it.
    pub fn logged(self) -> Strategy {
        match self {
            PoolStrategy::RoundRobin => Strategy::RoundRobin,
            PoolStrategy::Weighted => Strategy::Weighted,
            PoolStrategy::LeastLoaded => Strategy::LeastLoaded,
            PoolStrategy::Territory => Strategy::Territory,
            PoolStrategy::Skill => Strategy::Skill,
            PoolStrategy::Score => Strategy::Score,
        }
    }

    /// In which order it takes leads when nobody says.
    pub fn order(self) -> LeadOrder {
        match self {
            PoolStrategy::Score => LeadOrder::Score,
            _ => LeadOrder::Newest,
        }
    }

    /// Whether the weights of members count.
    pub fn weighs(self) -> bool {
        !matches!(self, PoolStrategy::RoundRobin | PoolStrategy::Territory)
    }
}

vocabulary! {
    /// In which order leads are distributed; those that are equal by their ids.
    LeadOrder {
        Newest = "newest",
        Oldest = "oldest",
        Score = "score",
    }
}

vocabulary! {
    /// Why a member is passed over.
    SkipReason {
        /// The user is disabled, or the membership is.
        Inactive = "inactive",
        Absent = "absent",
        /// The role does not work leads.
        Viewer = "viewer",
        /// As many open leads as the capacity.
        Full = "full",
        /// As many leads today as the limit of a day.
        DailyLimit = "daily_limit",
        /// The lead was theirs last.
        PreviousOwner = "previous_owner",
        /// The lead lies in no territory of theirs.
        OtherTerritory = "other_territory",
        /// The lead asks for a skill that they do not have.
        LacksSkill = "lacks_skill",
    }
}

impl SkipReason {
    /// Whether it concerns this lead alone, and not the member's part in the rotation.
    pub fn is_of_lead(self) -> bool {
        matches!(self, SkipReason::PreviousOwner | SkipReason::OtherTerritory | SkipReason::LacksSkill)
    }
}

vocabulary! {
    /// What a pool did.
    RunKind {
        /// Leads without an owner were distributed.
        Run = "run",
        /// The leads that an import made were distributed.
        Import = "import",
        /// Leads that nobody worked were taken back.
        Reclaim = "reclaim",
        /// A run was undone.
        Undo = "undo",
    }
}

vocabulary! {
    /// Why a run did with leads what it did, where it was not by its strategy.
    RunReason {
        /// They went to the owner of an earlier lead of the same person.
        EarlierLead = "earlier_lead",
        /// Every member was passed over.
        NobodyFree = "nobody_free",
        /// They lie in no territory.
        NoTerritory = "no_territory",
        /// No member works in their territory.
        NoMemberThere = "no_member_there",
        /// They have another owner than the run gave them.
        OwnerChanged = "owner_changed",
        /// Somebody worked them since.
        WorkedSince = "worked_since",
        /// They were deleted or merged since.
        Gone = "gone",
        /// Who had them works no leads any more: disabled, or a viewer.
        OwnerInactive = "owner_inactive",
    }
}

/// The largest weight.
pub const MAX_WEIGHT: i32 = 1_000_000;
