//! How well users convert their leads, whatever sources these come from: with the lower Wilson bound, so that three of four count less
//! than sixty of a hundred.

use std::collections::{BTreeMap, HashMap};

/// The closed leads of one user from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub user: i64,
    pub source: Option<String>,
    pub won: i64,
    pub closed: i64,
}

/// What a user makes of leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion {
    /// How many of the user's leads are closed.
    pub closed: i64,
    /// The part that would be won of leads as they come to everybody.
    pub rate: f64,
    /// The lower Wilson bound of 95 % of what was won of all, standardised by the same factor: leads of a bad source prove no more
    /// because each win there counts for many.
    pub bound: f64,
}

/// How many closed leads prove something.
pub const PROVEN: i64 = 30;

impl Conversion {
    pub fn is_proven(&self) -> bool {
        self.closed >= PROVEN
    }
}

/// Each user's conversion, standardised by source: the leads that were won against those that everybody together would have won of
/// leads from the same sources.
pub fn standardised(rows: &[Closed]) -> HashMap<i64, Conversion> {
    let mut sources: BTreeMap<Option<&str>, (i64, i64)> = BTreeMap::new();
    for row in rows {
        let of_source = sources.entry(row.source.as_deref()).or_default();
        *of_source = (of_source.0 + row.won, of_source.1 + row.closed);
    }
    let rate = |(won, closed): (i64, i64)| if closed > 0 { won as f64 / closed as f64 } else { 0.0 };
    let overall = rate(sources.values().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)));
    let mut users: BTreeMap<i64, (i64, i64, f64)> = BTreeMap::new();
    for row in rows {
        let expected = row.closed as f64 * sources.get(&row.source.as_deref()).copied().map_or(0.0, rate);
        let of_user = users.entry(row.user).or_default();
        *of_user = (of_user.0 + row.won, of_user.1 + row.closed, of_user.2 + expected);
    }
    let conversion = |(won, closed, expected): (i64, i64, f64)| {
        if closed <= 0 || expected <= 0.0 {
            return Conversion { closed, rate: 0.0, bound: 0.0 };
        }
        let raw = won as f64 / closed as f64;
        let standard = overall * closed as f64 / expected;
        Conversion { closed, rate: (raw * standard).min(1.0), bound: wilson_lower(raw, closed) * standard }
    };
    users.into_iter().map(|(user, counts)| (user, conversion(counts))).collect()
}

/// The lower Wilson bound of 95 % of a rate that was seen in so many cases; 0 without any.
pub fn wilson_lower(rate: f64, cases: i64) -> f64 {
    crate::domain::lead_work::wilson::bounds(rate, cases).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(user: i64, source: &str, won: i64, closed: i64) -> Closed {
        Closed { user, source: Some(source.to_owned()), won, closed }
    }

    #[test]
    fn bounds_are_those_of_the_literature() {
        // Wilson's interval without correction, as statsmodels' proportion_confint(count, nobs, method='wilson') gives it.
        for (won, cases, bound) in
            [(3, 4, 0.300_641_84), (60, 100, 0.502_002_59), (0, 10, 0.0), (10, 10, 0.722_467_20), (1, 30, 0.005_908_59)]
        {
            let found = wilson_lower(f64::from(won) / f64::from(cases), i64::from(cases));
            assert!((found - bound).abs() < 1e-6, "{won} of {cases}: {found}");
        }
        assert_eq!(wilson_lower(0.5, 0), 0.0);
    }

    #[test]
    fn who_gets_easy_sources_is_not_better_for_it() {
        // Both win a half of referrals and a tenth of ads; one was given more of the former.
        let rows = [
            closed(1, "referral", 40, 80),
            closed(1, "ads", 2, 20),
            closed(2, "referral", 10, 20),
            closed(2, "ads", 8, 80),
        ];
        let all = standardised(&rows);
        assert!((all[&1].rate - all[&2].rate).abs() < 1e-12, "{all:?}");
        assert!((all[&1].rate - 0.3).abs() < 1e-12, "as of the leads of both: {all:?}");
        let more = [&rows[..], &[closed(3, "ads", 40, 100)]].concat();
        let all = standardised(&more);
        assert!(all[&3].bound > all[&1].bound && all[&3].bound > all[&2].bound, "{all:?}");
        assert_eq!(all[&3].closed, 100);
    }

    #[test]
    fn one_lucky_win_of_a_bad_source_proves_little() {
        // Of all leads 30 % are won, of those from the bad source 2 %.
        let rows =
            [closed(1, "bad", 1, 30), closed(9, "bad", 1, 70), closed(2, "good", 12, 30), closed(9, "good", 106, 270)];
        let all = standardised(&rows);
        assert!((all[&1].rate - 0.5).abs() < 1e-12, "as far as it goes: {all:?}");
        assert!(all[&1].bound < all[&2].bound, "{all:?}");
        assert!((all[&1].bound - 0.005_908_59 * 15.0).abs() < 1e-6, "{all:?}");
    }

    #[test]
    fn nobody_wins_more_than_everything() {
        let all = standardised(&[closed(1, "a", 1, 1), closed(2, "a", 0, 9), closed(3, "b", 50, 50)]);
        assert_eq!(all[&1].rate, 1.0);
        assert_eq!(all[&2].rate, 0.0);
        assert_eq!(standardised(&[closed(1, "a", 0, 5)])[&1].rate, 0.0);
        assert!(standardised(&[]).is_empty());
    }
}
