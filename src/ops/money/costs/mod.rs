//! Costs of sources: entered once each, every change written down. The caller holds [`crate::db::Lock::Costs`] or
//! [`crate::db::Lock::CostImport`], or [`crate::db::Lock::Undo`].

mod book;
mod remove;
mod take_back;

pub use book::{CostBook, CostEntry, Settled};
pub use remove::remove;
pub use take_back::CostsUndoing;

use crate::db::DbError;
use crate::domain::money::amount::with_currency;
use crate::domain::money::cost::{CostKey, CostProblem};
use crate::error::{CommandError, Explain};

/// Why a cost was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CostError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("{}", said(.key, .problem))]
    Refused { key: CostKey, problem: CostProblem },
    #[error("no cost has the id {0}")]
    Unknown(i64),
    #[error("the cost {0} was removed already")]
    Removed(i64),
}

impl Explain for CostError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            CostError::Db(e) => return e.explain(),
            CostError::Unknown(_) => "list them: crmctl roi cost list",
            CostError::Removed(_) => "nothing was changed",
            CostError::Refused { problem, .. } => match problem {
                CostProblem::Recorded(_) => "say --add to add this to it, or --replace to put this in its place",
                CostProblem::BelowLedger(_) => {
                    "a charge is taken back by: crmctl budget refund AMOUNT --source SOURCE --month MONTH"
                }
                CostProblem::Negative => "take a credit off the cost of its month: enter what is left, with --replace",
                CostProblem::TooLarge => "nothing was changed",
            },
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// Tells why an amount is refused, without the amount.
pub fn said(key: &CostKey, problem: &CostProblem) -> String {
    let money = |cents: i64| with_currency(cents, &key.currency);
    match problem {
        CostProblem::Negative => "a cost is not below zero".to_owned(),
        CostProblem::Recorded(cents) => format!("the cost of {key} is recorded already: {}", money(*cents)),
        CostProblem::BelowLedger(cents) => {
            format!("{} of the cost of {key} are charges of the budget ledger", money(*cents))
        }
        CostProblem::TooLarge => format!("the cost of {key} is too large an amount"),
    }
}
