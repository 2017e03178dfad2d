//! The budget ledger: booking on accounts, and finding out whether anybody has touched what was booked.

mod book;
mod verify;

pub use book::{Booked, Booking, CostMoved, CostPart, book, open};
pub use verify::{AccountFault, CheckedAccount, Verified, verify};

use crate::db::DbError;
use crate::domain::money::amount::with_currency;
use crate::error::{CommandError, Explain};
use crate::ops::idempotency::IdempotencyError;
use crate::ops::money::costs::CostError;

/// Why nothing was booked.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Cost(#[from] CostError),
    #[error("there is an account `{0}` already")]
    NameTaken(String),
    #[error("the account `{0}` is not there any more")]
    Gone(String),
    #[error(
        "the account `{account}` holds {}, which is less than {}",
        with_currency(*.balance, .currency),
        with_currency(*.amount, .currency)
    )]
    Insufficient { account: String, balance: i64, amount: i64, currency: String },
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error("the amount is too large for the account `{0}`")]
    TooLarge(String),
    #[error(
        "only {} of the cost of {cost} are in the ledger, so that {} cannot be refunded of it",
        with_currency(*.in_ledger, .currency),
        with_currency(*.amount, .currency)
    )]
    NotInLedger { cost: String, in_ledger: i64, amount: i64, currency: String },
    #[error(
        "the cost of {cost} is recorded as {}, of which {} are in the ledger: {} more are not covered by it",
        with_currency(*.recorded, .currency),
        with_currency(*.in_ledger, .currency),
        with_currency(*.amount, .currency)
    )]
    NotRecorded { cost: String, recorded: i64, in_ledger: i64, amount: i64, currency: String },
}

impl Explain for BudgetError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            BudgetError::Db(e) => return e.explain(),
            BudgetError::Cost(e) => return e.explain(),
            BudgetError::Idempotency(e) => return e.explain(),
            BudgetError::NameTaken(_) => "choose another name",
            BudgetError::Gone(_) => "list the accounts: crmctl budget account list",
            BudgetError::Insufficient { .. } => {
                "nothing was booked; make a deposit, or say --allow-negative to go below zero"
            }
            BudgetError::TooLarge(_) => "nothing was booked",
            BudgetError::NotInLedger { .. } => {
                "nothing was booked; leave --source and --month out, or name the cost that was charged"
            }
            BudgetError::NotRecorded { .. } => "nothing was booked; leave --recorded out to add to the cost",
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}
