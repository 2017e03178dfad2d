//! The order of leads: by falling points, then by falling score, then by id. A lead without a score comes behind those with one.

use std::cmp::Reverse;

use super::priority::points_of_score;

/// Where a lead stands; the greater one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    pub points: i32,
    pub score: Option<i16>,
    id: Reverse<i64>,
}

impl Rank {
    pub fn new(points: i32, score: Option<i16>, id: i64) -> Rank {
        Rank { points, score, id: Reverse(id) }
    }

    pub fn id(&self) -> i64 {
        self.id.0
    }

    /// A rank that no lead exceeds which comes behind this place in the order of scores and ids, and which has at most so many points
    /// besides those of its score. A lead that reaches it stands before all of them.
    pub fn bound(others: i32, score: Option<i16>, id: i64) -> Rank {
        Rank::new(others + points_of_score(score), score, id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_reaches_the_bound_stands_before_all_that_were_not_seen(
            leads in prop::collection::vec((0i32..6, prop::option::of(0i16..100)), 1..40), seen in 0usize..40
        ) {
            // In the order of the walk: by falling score, then by id.
            let mut walk: Vec<(i32, Option<i16>, i64)> =
                leads.iter().enumerate().map(|(id, (others, score))| (*others, *score, id as i64)).collect();
            walk.sort_by_key(|(_, score, id)| (Reverse(*score), *id));
            let rank = |(others, score, id): &(i32, Option<i16>, i64)| Rank::new(others + points_of_score(*score), *score, *id);
            let (seen, unseen) = walk.split_at(seen.min(walk.len()));
            let Some((_, score, id)) = seen.last() else { return Ok(()) };
            let bound = Rank::bound(5, *score, *id);
            for lead in seen.iter().map(rank).filter(|lead| *lead >= bound) {
                prop_assert!(unseen.iter().map(rank).all(|other| other < lead));
            }
        }
    }

    #[test]
    fn points_come_first_then_scores_then_ids() {
        let mut ranks = [
            Rank::new(10, None, 1),
            Rank::new(10, Some(0), 9),
            Rank::new(11, None, 7),
            Rank::new(10, Some(40), 5),
            Rank::new(10, Some(40), 4),
        ];
        ranks.sort_by_key(|rank| Reverse(*rank));
        assert_eq!(ranks.map(|rank| rank.id()), [7, 4, 5, 9, 1]);
    }
}
