//! Booking on an account: one writer at a time, with the cost of the month that a charge is for.

use super::BudgetError;
use crate::db::Stamp;
use crate::db::models::access::users;
use crate::db::models::money::budget_accounts::{self, BudgetAccount, NewAccount};
use crate::db::models::money::budget_transactions;
use crate::db::{Db, DbError};
use crate::domain::money::cost::CostKey;
use crate::domain::money::ledger::{Transaction, TransactionType};
use crate::domain::time::month::Month;
use crate::domain::timestamp::Timestamp;
use crate::ops::audited;
use crate::ops::idempotency::{Earlier, Keyed};
use crate::ops::money::costs::CostBook;

/// What is to be booked.
#[derive(Debug, Clone)]
pub struct Booking {
    pub kind: TransactionType,
    /// In minor units of the account's currency: above zero, but for an adjustment, whose sign says what it does.
    pub amount_cents: i64,
    /// The balance may fall below zero.
    pub allow_negative: bool,
    pub reference: Option<String>,
    pub description: Option<String>,
    /// The cost that a charge is, or that a refund lowers.
    pub cost: Option<CostPart>,
    /// It is booked once, however often the call is made.
    pub keyed: Option<Keyed>,
}

/// A transaction on an account.
#[derive(Debug)]
pub struct Booked {
    /// The account as it is now.
    pub account: BudgetAccount,
    pub sequence: i64,
    /// What the cost was and is, if the booking concerns one.
    pub moved: Option<CostMoved>,
    /// When an earlier call with the same key booked it.
    pub earlier: Option<Timestamp>,
}

/// The cost that a transaction is a part of.
#[derive(Debug, Clone)]
pub struct CostPart {
    /// In normal form, as the campaign.
    pub source: String,
    /// Empty for the source as a whole.
    pub campaign: String,
    pub period: Month,
    /// The cost is recorded already, and the charge does not add to it.
    pub is_recorded: bool,
}

/// Opens an account. The caller holds [`crate::db::Lock::Costs`].
///
/// # Errors
/// The name is taken, or the database refuses.
pub fn open(conn: &mut Db, name: &str, currency: &str, stamp: &Stamp) -> Result<BudgetAccount, BudgetError> {
    if budget_accounts::all(conn, stamp.org)?.iter().any(|account| account.name == name) {
        return Err(BudgetError::NameTaken(name.to_owned()));
    }
    Ok(audited::add(conn, &NewAccount { org: stamp.org, name, currency, now: stamp.now }, stamp)?)
}

/// Books on an account, unless an earlier call with the same key has done so. The caller holds [`crate::db::Lock::Costs`] if the
/// booking concerns a cost.
///
/// # Errors
/// The account does not hold enough, the cost does not allow it, or the database refuses; then the transaction must be
/// rolled back.
pub fn book(conn: &mut Db, account: &BudgetAccount, booking: &Booking, stamp: &Stamp) -> Result<Booked, BudgetError> {
    let gone = || BudgetError::Gone(account.name.clone());
    let account = budget_accounts::for_booking(conn, stamp.org, account.id)?.ok_or_else(gone)?;
    // Whoever makes the same call at this moment waits for the account.
    let earlier = booking.keyed.as_ref().map(|keyed| keyed.earlier(conn, stamp)).transpose()?.flatten();
    if let Some(Earlier { at, sequence: Some(sequence) }) = earlier {
        return Ok(Booked { account, sequence, moved: None, earlier: Some(at) });
    }
    let balance = account.balance_cents;
    let effect = booking.kind.effect(booking.amount_cents);
    let after = effect.and_then(|effect| balance.checked_add(effect));
    let after = after.ok_or_else(|| BudgetError::TooLarge(account.name.clone()))?;
    if after < 0 && after < balance && !booking.allow_negative {
        return Err(BudgetError::Insufficient {
            account: account.name,
            balance,
            amount: booking.amount_cents.saturating_abs(),
            currency: account.currency,
        });
    }
    let cost = booking.cost.as_ref();
    let transaction = Transaction {
        sequence: account.sequence.saturating_add(1),
        transaction_type: booking.kind.to_string(),
        amount_cents: booking.amount_cents,
        balance_before_cents: balance,
        balance_after_cents: after,
        reference: booking.reference.clone(),
        description: booking.description.clone(),
        source: cost.map(|cost| cost.source.clone()),
        campaign: cost.map(|cost| cost.campaign.clone()),
        period: cost.map(|cost| cost.period.to_string()),
        user: acting_user(conn, stamp)?,
        actor: stamp.actor.clone(),
        recorded_at: stamp.now,
        previous_hash: account.head_hash.clone(),
    };
    let moved = match cost {
        None => None,
        Some(cost) => {
            let reason = format!("{} {} number {}", booking.kind, account.name, transaction.sequence);
            Some(move_cost(conn, &account, booking, cost, &reason, stamp)?)
        }
    };
    let hash = transaction.hash(&account.identity());
    budget_transactions::insert(conn, account.id, &transaction, &hash, stamp)?;
    budget_accounts::advance(conn, account.id, after, &hash, stamp)?;
    let sequence = transaction.sequence;
    if let Some(keyed) = &booking.keyed {
        keyed.keep(conn, Some(sequence), stamp)?;
    }
    let account = budget_accounts::for_booking(conn, stamp.org, account.id)?.ok_or_else(gone)?;
    Ok(Booked { account, sequence, moved, earlier: None })
}

/// What a booking did to the cost that it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostMoved {
    pub key: CostKey,
    /// `None` when none was recorded.
    pub before: Option<i64>,
    pub after: i64,
}

fn move_cost(
    conn: &mut Db,
    account: &BudgetAccount,
    booking: &Booking,
    cost: &CostPart,
    reason: &str,
    stamp: &Stamp,
) -> Result<CostMoved, BudgetError> {
    let key = CostKey {
        period: cost.period,
        source: cost.source.clone(),
        campaign: cost.campaign.clone(),
        currency: account.currency.clone(),
    };
    let mut book = CostBook::load(conn, stamp.org, Some(cost.period))?;
    let (before, in_ledger) = (book.recorded(&key), book.in_ledger(&key));
    let (recorded, amount) = (before.unwrap_or_default(), booking.amount_cents);
    let too_large = || BudgetError::TooLarge(account.name.clone());
    let after = match booking.kind {
        TransactionType::Refund if amount > in_ledger || amount > recorded => {
            return Err(BudgetError::NotInLedger { cost: key.to_string(), in_ledger, amount, currency: key.currency });
        }
        TransactionType::Refund => recorded - amount,
        _ if cost.is_recorded && recorded.saturating_sub(in_ledger) < amount => {
            return Err(BudgetError::NotRecorded {
                cost: key.to_string(),
                recorded,
                in_ledger,
                amount,
                currency: key.currency,
            });
        }
        _ if cost.is_recorded => recorded,
        _ => recorded.checked_add(amount).ok_or_else(too_large)?,
    };
    book.put(&key, after);
    book.write(conn, Some(reason), stamp)?;
    Ok(CostMoved { key, before, after })
}

/// The uid of the acting user, with which the transaction is hashed.
fn acting_user(conn: &mut Db, stamp: &Stamp) -> Result<Option<[u8; 16]>, DbError> {
    let Some(id) = stamp.changed_by else { return Ok(None) };
    let user = users::all(conn, stamp.org)?.into_iter().find(|user| user.id == id);
    Ok(user.map(|user| *user.uid.0.as_bytes()))
}
