//! Giving leads to users.

vocabulary! {
    /// How it was decided who gets a lead.
    Strategy {
        /// Somebody named the user.
        Manual = "manual",
        /// Several users were named, or are in a pool; they take turns.
        RoundRobin = "round_robin",
        /// Of a pool, by turns, more of them for who has more weight.
        Weighted = "weighted",
        /// Of a pool, who had the fewest open leads for the weight.
        LeastLoaded = "least_loaded",
        /// Of a pool, by turns among the members of the lead's territory.
        Territory = "territory",
        /// Of a pool, by turns among those with the skills that the lead asks for.
        Skill = "skill",
        /// Of a pool, the best leads first, to those who win most of theirs.
        Score = "score",
        /// Of a pool, the owner of an earlier lead of the same person.
        EarlierLead = "earlier_lead",
        /// A pool took it back, because nobody had worked it.
        Reclaim = "reclaim",
        /// A run of a pool was undone.
        Undo = "undo",
    }
}

impl Strategy {
    /// Whether a pool gave the lead.
    pub fn is_of_pool(self) -> bool {
        match self {
            Strategy::RoundRobin
            | Strategy::Weighted
            | Strategy::LeastLoaded
            | Strategy::Territory
            | Strategy::Skill
            | Strategy::Score
            | Strategy::EarlierLead => true,
            Strategy::Manual | Strategy::Reclaim | Strategy::Undo => false,
        }
    }
}

/// The user whose turn it is for the lead at a place, counted from 0. Nobody when there are no users.
pub fn whose_turn(users: &[i64], place: usize) -> Option<i64> {
    users.get(place.checked_rem(users.len())?).copied()
}

#[cfg(test)]
mod tests {
    use super::{Strategy, whose_turn};
    use crate::domain::lead_work::pools::PoolStrategy;

    #[test]
    fn what_a_pool_logs_is_of_a_pool() {
        let of_pool: Vec<Strategy> = Strategy::ALL.iter().copied().filter(|strategy| strategy.is_of_pool()).collect();
        let logged = PoolStrategy::ALL.iter().map(|strategy| strategy.logged()).chain([Strategy::EarlierLead]);
        assert_eq!(of_pool, logged.collect::<Vec<_>>());
    }

    #[test]
    fn users_take_turns() {
        let turns: Vec<Option<i64>> = (0..5).map(|place| whose_turn(&[7, 8], place)).collect();
        assert_eq!(turns, [Some(7), Some(8), Some(7), Some(8), Some(7)]);
        assert_eq!(whose_turn(&[], 3), None);
    }
}
