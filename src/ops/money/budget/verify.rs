//! Going through the ledger of each account and telling what is not as it was booked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::db::models::access::users;
use crate::db::models::money::budget_accounts::{self, BudgetAccount};
use crate::db::models::money::{budget_rows, budget_transactions};
use crate::db::{Db, DbError, OrgId};
use crate::domain::money::ledger::{Fault, Found, Walk};
use crate::domain::text::hex;

/// What was found in the ledgers of an organization.
#[derive(Debug, Default, Serialize)]
pub struct Verified {
    pub accounts: Vec<CheckedAccount>,
    pub faults: Vec<AccountFault>,
    /// Where the hash stands that was looked for: account and sequence. `None` when none was, or it is nowhere.
    pub contains: Option<(String, i64)>,
}

/// An account whose ledger was gone through.
#[derive(Debug, Serialize)]
pub struct CheckedAccount {
    pub account: String,
    pub currency: String,
    pub transactions: u64,
    pub balance_cents: i64,
    /// Written down elsewhere, it shows later that nothing up to here was changed.
    pub head_hash: String,
    pub faults: u64,
}

/// A fault of an account's ledger.
#[derive(Debug, Serialize)]
pub struct AccountFault {
    pub account: String,
    #[serde(flatten)]
    pub found: Found,
}

/// Between so many rows the person is asked whether to go on.
const STRIDE: u64 = 10_000;

/// Goes through the ledgers of these accounts; of all, with transactions that belong to none, when none are named.
///
/// # Errors
/// The database cannot be read, or the walk was interrupted.
pub fn verify(
    conn: &mut Db,
    org: OrgId,
    account: Option<&BudgetAccount>,
    contains: Option<&str>,
    interrupted: &AtomicBool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, DbError> {
    let users: HashMap<i64, [u8; 16]> =
        users::all(conn, org)?.into_iter().map(|user| (user.id, *user.uid.0.as_bytes())).collect();
    let all = budget_accounts::all(conn, org)?;
    let wanted: Vec<&BudgetAccount> = all.iter().filter(|a| account.is_none_or(|one| one.id == a.id)).collect();
    let of_about = wanted.iter().map(|account| account.sequence.unsigned_abs()).sum();
    let mut verified = Verified::default();
    let mut done = 0;
    for account in wanted {
        let identity = account.identity();
        let mut walk = Walk::new(&identity, account.head());
        budget_rows::each(conn, org, account.id, &users, |row, hash| {
            walk.take(&row, &hash);
            if contains.is_some_and(|wanted| hex(&hash) == wanted) {
                verified.contains = Some((account.name.clone(), row.sequence));
            }
            done += 1;
            if done % STRIDE == 0 {
                progress(done, of_about);
                if interrupted.load(Ordering::Relaxed) {
                    return Err(DbError::Interrupted);
                }
            }
            Ok(())
        })?;
        let transactions = walk.count();
        let found = walk.end();
        verified.accounts.push(CheckedAccount {
            account: account.name.clone(),
            currency: account.currency.clone(),
            transactions,
            balance_cents: account.balance_cents,
            head_hash: hex(&account.head_hash),
            faults: found.len() as u64,
        });
        let named = found.into_iter().map(|found| AccountFault { account: account.name.clone(), found });
        verified.faults.extend(named);
    }
    if account.is_none() {
        for stray in budget_transactions::without_account(conn, org)? {
            let what = "transactions of an account that is not there any more".to_owned();
            let found = Found { sequence: 0, fault: Fault::Inserted, what };
            verified.faults.push(AccountFault { account: format!("(id {stray})"), found });
        }
    }
    Ok(verified)
}
