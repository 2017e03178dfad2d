//! What leads cost: one amount for each source, campaign, month and currency.

use std::fmt;

use crate::domain::time::month::Month;

/// The longest campaign and note of a cost, in characters.
pub const LONGEST_CAMPAIGN: usize = 200;
pub const LONGEST_NOTE: usize = 2000;

/// What a cost is for. Source and campaign stand in their normal form ([`crate::domain::leads::source::normalize`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CostKey {
    pub period: Month,
    pub source: String,
    /// Empty for the source as a whole.
    pub campaign: String,
    /// ISO 4217 code.
    pub currency: String,
}

impl fmt::Display for CostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        if !self.campaign.is_empty() {
            write!(f, " (campaign {})", self.campaign)?;
        }
        write!(f, " in {}", self.period)
    }
}

vocabulary! {
    /// What becomes of a cost that is recorded already.
    OnRecorded {
        /// It stays, and the new one is refused.
        Refuse = "refuse",
        /// The new one is added to it.
        Add = "add",
        /// The new one takes its place.
        Replace = "replace",
    }
}

/// Why a cost is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostProblem {
    /// It is below zero.
    Negative,
    /// There is one already, of so many minor units.
    Recorded(i64),
    /// So many minor units of it are charges of the budget ledger.
    BelowLedger(i64),
    TooLarge,
}

/// The cost, in minor units, once an amount is entered where one may be recorded.
///
/// # Errors
/// The amount is refused.
pub fn settle(recorded: Option<i64>, amount: i64, on: OnRecorded, in_ledger: i64) -> Result<i64, CostProblem> {
    if amount < 0 {
        return Err(CostProblem::Negative);
    }
    let cents = match (recorded, on) {
        (None, _) | (Some(_), OnRecorded::Replace) => amount,
        (Some(recorded), OnRecorded::Refuse) => return Err(CostProblem::Recorded(recorded)),
        (Some(recorded), OnRecorded::Add) => recorded.checked_add(amount).ok_or(CostProblem::TooLarge)?,
    };
    match cents < in_ledger {
        true => Err(CostProblem::BelowLedger(in_ledger)),
        false => Ok(cents),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_entered_once_unless_it_is_said() {
        use OnRecorded::{Add, Refuse, Replace};
        for (recorded, amount, on, settled) in [
            (None, 100, Refuse, Ok(100)),
            (None, 100, Add, Ok(100)),
            (None, 0, Replace, Ok(0)),
            (Some(100), 100, Refuse, Err(CostProblem::Recorded(100))),
            (Some(100), 50, Add, Ok(150)),
            (Some(100), 50, Replace, Ok(50)),
            (None, -1, Add, Err(CostProblem::Negative)),
            (Some(i64::MAX), 1, Add, Err(CostProblem::TooLarge)),
        ] {
            assert_eq!(settle(recorded, amount, on, 0), settled, "{recorded:?} {amount} {on}");
        }
        assert_eq!(settle(Some(100), 30, Replace, 40), Err(CostProblem::BelowLedger(40)));
        assert_eq!(settle(Some(100), 40, Replace, 40), Ok(40));
    }
}
