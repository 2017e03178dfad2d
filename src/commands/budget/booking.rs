//! What the verbs that book share.

use iso_currency::Currency;
use serde::Serialize;

use super::AccountName;
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::idempotency::{IdempotencyKey, tell_earlier};
use crate::commands::args::texts::normal;
use crate::commands::args::texts::within;
use crate::commands::args::times::MonthArg;
use crate::commands::args::{amounts, complete};
use crate::commands::context::{Context, Session};
use crate::db::Lock;
use crate::db::models::money::budget_accounts::{self, BudgetAccount};
use crate::db::models::money::budget_transactions::{self, BudgetTransaction, TransactionFilter};
use crate::domain::leads::source;
use crate::domain::money::amount::with_currency;
use crate::domain::money::cost::LONGEST_CAMPAIGN;
use crate::domain::money::currency;
use crate::domain::money::ledger::{LONGEST_DESCRIPTION, LONGEST_REFERENCE, TransactionType};
use crate::error::{CommandError, Exit, Result};
use crate::ops::money::budget::{self, Booking, BudgetError, CostMoved, CostPart};
use crate::ui::{Change, Column};

/// An amount on an account.
#[derive(Debug, clap::Args)]
pub(super) struct BookingArgs {
    /// In the account's currency, such as 1250.00
    #[arg(allow_negative_numbers = true)]
    amount: String,
    #[command(flatten)]
    pub account: AccountName,
    /// The number of an invoice or order
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REFERENCE>)]
    reference: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_DESCRIPTION>)]
    pub description: Option<String>,
    #[command(flatten)]
    key: IdempotencyKey,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// The cost that a booking concerns.
#[derive(Debug, clap::Args)]
pub(super) struct CostArgs {
    /// The source whose cost it is, in any spelling
    #[arg(long, requires = "month", add = complete::source_names())]
    source: Option<String>,
    /// The month whose cost it is, such as 2026-03 or last-month
    #[arg(long, alias = "period", value_name = "MONTH", requires = "source")]
    month: Option<MonthArg>,
    /// The campaign of the source whose cost it is
    #[arg(long, requires = "source")]
    campaign: Option<String>,
}

impl CostArgs {
    /// The cost that is meant.
    pub fn part(&self, session: &Session) -> Result<Option<CostPart>, CommandError> {
        let (Some(source), Some(month)) = (&self.source, self.month) else { return Ok(None) };
        Ok(Some(CostPart {
            source: normal("source", source, source::MAX_LENGTH)?,
            campaign: match &self.campaign {
                Some(campaign) => normal("campaign", campaign, LONGEST_CAMPAIGN)?,
                None => String::new(),
            },
            period: month.month(session)?,
            is_recorded: false,
        }))
    }
}

/// Where an amount is booked.
pub(super) enum Target {
    Account(BudgetAccount),
    /// On an account of this name and currency, which is opened for it.
    New(&'static str, Currency),
}

/// What is booked where.
pub(super) struct Work<'a> {
    pub args: &'a BookingArgs,
    pub kind: TransactionType,
    pub target: Target,
    pub cost: Option<CostPart>,
    pub allow_negative: bool,
}

/// Books an amount on an account and prints the transaction.
pub(super) fn book(work: Work<'_>, session: &mut Session, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let Work { args, kind, target, cost, allow_negative } = work;
    let currency = match &target {
        Target::Account(account) => currency::parse(&account.currency).map_err(CommandError::failed)?,
        Target::New(_, currency) => *currency,
    };
    let amount = amounts::money(&args.amount, Some(currency), currency)?;
    match (kind, amount.cents) {
        (_, 0) => return Err(CommandError::usage("the amount is zero").hint("name what is booked")),
        (TransactionType::Adjustment, _) | (_, 1..) => {}
        (kind, _) => {
            return Err(CommandError::usage(format!("the amount of a {kind} is not below zero"))
                .hint("money comes in by deposit and refund, goes out by charge, and is corrected by adjust"));
        }
    }
    let account = match &target {
        Target::Account(account) => account.name.as_str(),
        Target::New(name, _) => name,
    };
    let part = cost.as_ref().map(|cost| (&cost.source, &cost.campaign, cost.period.to_string(), cost.is_recorded));
    let asked = (account, amount.cents, &args.reference, &args.description, part);
    let booking = Booking {
        keyed: args.key.keyed(verb_of(kind), &asked)?,
        kind,
        amount_cents: amount.cents,
        allow_negative,
        reference: args.reference.clone(),
        description: args.description.clone(),
        cost,
    };
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let work = |conn: &mut crate::db::Db| -> Result<_, BudgetError> {
        let (account, is_new) = match &target {
            Target::Account(account) => (account.clone(), false),
            Target::New(name, currency) => {
                // Another one may have been faster.
                let known = budget_accounts::all(conn, org)?.into_iter().find(|account| account.name == *name);
                match known {
                    Some(account) => (account, false),
                    None => (budget::open(conn, name, currency.code(), &stamp)?, true),
                }
            }
        };
        let booked = budget::book(conn, &account, &booking, &stamp)?;
        let (account, sequence) = (Some(booked.account.id), Some(booked.sequence));
        let this = TransactionFilter { account, sequence, ..TransactionFilter::default() };
        Ok((budget_transactions::some(conn, org, &this)?.pop(), booked, is_new))
    };
    let mode = args.answer.mode();
    // Whoever opens accounts or changes costs waits for others who do; other bookings wait for their account only.
    let (transaction, booked, is_new) = match booking.cost.is_some() || matches!(target, Target::New(..)) {
        true => session.db.write_under(Lock::Costs, org, mode, work)?,
        false => session.db.write_as(mode, org, work)?,
    };
    let account = &booked.account;
    if is_new {
        let opened = if mode.is_dry_run() { "would open" } else { "opened" };
        context.ui.note(&format!("{opened} the account `{}` in {}", account.name, account.currency));
    }
    tell_earlier(booked.earlier, context.ui);
    let (ui, is_people) = (context.ui, !args.answer.shows(context.ui));
    if let Some(moved) = booked.moved.as_ref().filter(|_| !is_people) {
        let now = with_currency(moved.after, &moved.key.currency);
        match moved.before {
            None => ui.note(&format!("recorded the cost of {}: {now}", moved.key)),
            Some(before) if before == moved.after => ui.note(&format!("the cost of {} stays {now}", moved.key)),
            Some(before) => {
                let before = with_currency(before, &moved.key.currency);
                ui.note(&format!("the cost of {} is {now} now; it was {before}", moved.key));
            }
        }
    }
    let transaction = transaction.ok_or_else(|| CommandError::failed("the transaction cannot be read again"))?;
    let mut changes = told(account, &transaction, booked.moved.as_ref());
    if booked.earlier.is_some() {
        changes
            .insert(0, Change::said(format!("nothing booked, for transaction {} is this call", transaction.sequence)));
    }
    args.answer.answer(ui, &format!("budget {}", account.name), &changes, || {
        Ok(ui.record(&Shown::of(account, transaction), COLUMNS)?)
    })?;
    Ok(Exit::Done)
}

/// What a booking did: to the balance, and to the cost that it concerns.
fn told(account: &BudgetAccount, transaction: &BudgetTransaction, moved: Option<&CostMoved>) -> Vec<Change> {
    let (before, after) = (transaction.balance_before_cents, transaction.balance_after_cents);
    let amount = with_currency(transaction.amount_cents, &account.currency);
    let mut changes = vec![
        Change::said(format!("{} {amount}", transaction.transaction_type)),
        Change::new("balance_cents", Some(before.to_string()), Some(after.to_string())),
        Change::in_currency(&account.currency),
    ];
    changes.extend(moved.map(|moved| {
        let amount = |cents| with_currency(cents, &moved.key.currency);
        match moved.before {
            None => Change::said(format!("cost of {} recorded as {}", moved.key, amount(moved.after))),
            Some(before) if before == moved.after => {
                Change::said(format!("cost of {} stays {}", moved.key, amount(before)))
            }
            Some(before) => Change::said(format!("cost of {} {} → {}", moved.key, amount(before), amount(moved.after))),
        }
    }));
    changes
}

fn verb_of(kind: TransactionType) -> &'static str {
    match kind {
        TransactionType::Deposit => "budget deposit",
        TransactionType::Charge => "budget charge",
        TransactionType::Refund => "budget refund",
        TransactionType::Adjustment => "budget adjust",
    }
}

/// A transaction with the name and currency of its account.
#[derive(Serialize)]
pub(super) struct Shown {
    account: String,
    currency: String,
    /// What it does to the balance.
    effect_cents: i64,
    #[serde(flatten)]
    transaction: BudgetTransaction,
}

impl Shown {
    pub fn of(account: &BudgetAccount, transaction: BudgetTransaction) -> Shown {
        let effect_cents = transaction.balance_after_cents.saturating_sub(transaction.balance_before_cents);
        Shown { account: account.name.clone(), currency: account.currency.clone(), effect_cents, transaction }
    }
}

/// The columns of a transaction that is shown alone.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("account", "account"),
    Column::number("sequence", "number").kept(),
    Column::time("recorded_at", "when"),
    Column::whole("transaction_type", "type").kept(),
    Column::hidden("amount_cents"),
    Column::money_in("effect_cents", "amount", "currency").kept(),
    Column::hidden("balance_before_cents"),
    Column::money_in("balance_after_cents", "balance", "currency").kept(),
    Column::hidden("currency"),
    Column::text("source", "source"),
    Column::text("campaign", "campaign").optional(),
    Column::whole("period", "month").kept(),
    Column::text("reference", "reference").optional(),
    Column::text("description", "description"),
    Column::text("actor", "who").optional(),
    Column::hidden("account_id"),
    Column::hidden("user_id"),
    Column::hidden("previous_hash"),
    Column::hidden("hash"),
];
