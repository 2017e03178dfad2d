//! Giving leads to users.

vocabulary! {
    /// How it was decided who gets a lead.
    Strategy {
        /// Somebody named the user.
        Manual = "manual",
        /// Several users were named; they take turns.
        RoundRobin = "round_robin",
    }
}

/// The user whose turn it is for the lead at a place, counted from 0. Nobody when there are no users.
pub fn whose_turn(users: &[i64], place: usize) -> Option<i64> {
    users.get(place.checked_rem(users.len())?).copied()
}

#[cfg(test)]
mod tests {
    use super::whose_turn;

    #[test]
    fn users_take_turns() {
        let turns: Vec<Option<i64>> = (0..5).map(|place| whose_turn(&[7, 8], place)).collect();
        assert_eq!(turns, [Some(7), Some(8), Some(7), Some(8), Some(7)]);
        assert_eq!(whose_turn(&[], 3), None);
    }
}
