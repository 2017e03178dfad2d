//! `crmctl budget balance`

use serde::Serialize;

use super::AccountName;
use crate::commands::context::Context;
use crate::db::DbError;
use crate::db::models::money::{budget_accounts, budget_transactions};
use crate::domain::access::role::Right;
use crate::domain::money::ledger::TransactionType;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Show what is on each account, and what it took in and gave out
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl budget balance\n  crmctl budget balance --account ads-europe")]
pub struct Args {
    #[command(flatten)]
    account: AccountName,
}

/// An account with the sums of its transactions.
#[derive(Serialize)]
struct Balance {
    account: String,
    currency: String,
    deposit_cents: i64,
    charge_cents: i64,
    refund_cents: i64,
    adjustment_cents: i64,
    balance_cents: i64,
    transactions: i64,
}

const COLUMNS: &[Column] = &[
    Column::text("account", "account").kept(),
    Column::money("deposit_cents", "deposits", "currency"),
    Column::money("charge_cents", "charges", "currency"),
    Column::money("refund_cents", "refunds", "currency"),
    Column::money("adjustment_cents", "adjustments", "currency"),
    Column::money_in("balance_cents", "balance", "currency").kept(),
    Column::hidden("currency"),
    Column::count("transactions", "transactions").optional(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    session.read_from_replica([], context)?;
    let org = session.org.org_id();
    let one = match args.account.account.is_some() {
        true => Some(args.account.find(&mut session)?.id),
        false => None,
    };
    let (accounts, sums) = session.db.read(org, |conn| -> Result<_, DbError> {
        Ok((budget_accounts::all(conn, org)?, budget_transactions::sums(conn, org)?))
    })?;
    let mut list = context.ui.list(COLUMNS);
    for account in accounts.into_iter().filter(|account| one.is_none_or(|id| id == account.id)) {
        let sum = |kind: TransactionType| {
            let of_kind = sums.iter().filter(|(id, word, _)| *id == account.id && word == kind.as_str());
            of_kind.map(|(_, _, cents)| *cents).sum()
        };
        list.push(&Balance {
            deposit_cents: sum(TransactionType::Deposit),
            charge_cents: sum(TransactionType::Charge),
            refund_cents: sum(TransactionType::Refund),
            adjustment_cents: sum(TransactionType::Adjustment),
            balance_cents: account.balance_cents,
            transactions: account.sequence,
            account: account.name,
            currency: account.currency,
        })?;
    }
    list.finish("there are no budget accounts")?;
    Ok(Exit::Done)
}
