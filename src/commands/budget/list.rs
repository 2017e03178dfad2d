//! `crmctl budget list`

use std::collections::HashMap;

use super::AccountName;
use super::booking::{COLUMNS, Shown};
use crate::commands::args::limit::Limit;
use crate::commands::args::window::WindowArgs;
use crate::commands::context::Context;
use crate::db::DbError;
use crate::db::models::money::budget_accounts::{self, BudgetAccount};
use crate::db::models::money::budget_transactions::{self, TransactionFilter};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List transactions in their order, the latest last
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl budget list --limit 20     # the latest twenty\n  \
    crmctl budget list --account main --month 2026-03 --format csv > march.csv")]
pub struct Args {
    #[command(flatten)]
    account: AccountName,
    #[command(flatten)]
    window: WindowArgs,
    #[command(flatten)]
    limit: Limit,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    session.read_from_replica([], context)?;
    let org = session.org.org_id();
    let window = args.window.window(&session)?;
    let account = match args.account.account.is_some() {
        true => Some(args.account.find(&mut session)?.id),
        false => None,
    };
    let most = args.limit.most(context.ui);
    // One more than asked for tells whether the list is cut.
    let last = most.map(|most| i64::from(most) + 1);
    let (since, until) = (window.since(), window.until());
    let filter = TransactionFilter { account, since, until, last, ..TransactionFilter::default() };
    let (accounts, mut transactions) = session.db.read(org, |conn| -> Result<_, DbError> {
        Ok((budget_accounts::all(conn, org)?, budget_transactions::some(conn, org, &filter)?))
    })?;
    let accounts: HashMap<i64, BudgetAccount> = accounts.into_iter().map(|account| (account.id, account)).collect();
    let is_cut = most.is_some_and(|most| transactions.len() > most as usize);
    if is_cut {
        transactions.remove(0);
    }
    let first = transactions.first().map(|transaction| transaction.account_id);
    let is_of_one = transactions.iter().all(|transaction| Some(transaction.account_id) == first);
    let mut list = context.ui.list(&columns(is_of_one));
    for transaction in transactions {
        if let Some(account) = accounts.get(&transaction.account_id) {
            list.push(&Shown::of(account, transaction))?;
        }
    }
    list.finish("nothing was booked")?;
    if let Some(account) = first.and_then(|id| accounts.get(&id)).filter(|_| is_of_one) {
        context.ui.note(&format!("account `{}`, amounts in {}", account.name, account.currency));
    }
    if is_cut {
        args.limit.tell_latest(context.ui);
    }
    Ok(Exit::Done)
}

/// The columns of a list: days instead of times, and of a single account neither its name nor its currency.
fn columns(is_of_one: bool) -> Vec<Column> {
    let shown = |column: &Column| match (&*column.key, is_of_one) {
        ("recorded_at", _) => Column::date("recorded_at", "when"),
        ("account", true) => Column::hidden("account"),
        ("actor", _) => Column::hidden("actor"),
        ("effect_cents", _) => Column::money("effect_cents", "amount", "currency").kept(),
        ("balance_after_cents", true) => Column::money("balance_after_cents", "balance", "currency").kept(),
        _ => column.clone(),
    };
    COLUMNS.iter().map(shown).collect()
}
