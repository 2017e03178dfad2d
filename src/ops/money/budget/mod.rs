//! The budget ledger: booking on accounts, and finding out whether anybody has touched what was booked.

mod book;
mod verify;

pub use book::{Booking, CostMoved, CostPart, book, open};
pub use verify::{AccountFault, CheckedAccount, Verified, verify};

use crate::db::DbError;
use crate::domain::money::amount::with_currency;
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
