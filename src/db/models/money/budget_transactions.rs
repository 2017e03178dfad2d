//! The transactions of budget accounts.

use diesel::prelude::*;
use serde::Serialize;

use super::budget_accounts::in_hex;
use crate::db::Stamp;
use crate::db::schema::budget_transactions;
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::money::cost::CostKey;
use crate::domain::money::ledger::{Hash, Transaction};
use crate::domain::timestamp::Timestamp;

/// A row of `budget_transactions`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = budget_transactions)]
pub struct BudgetTransaction {
    pub account_id: i64,
    pub sequence: i64,
    pub transaction_type: String,
    pub amount_cents: i64,
    pub balance_before_cents: i64,
    pub balance_after_cents: i64,
    pub reference: Option<String>,
    pub description: Option<String>,
    pub source: Option<String>,
    pub campaign: Option<String>,
    pub period: Option<String>,
    pub user_id: Option<i64>,
    pub actor: String,
    pub recorded_at: Timestamp,
    #[serde(serialize_with = "in_hex")]
    pub previous_hash: Vec<u8>,
    #[serde(serialize_with = "in_hex")]
    pub hash: Vec<u8>,
}

/// Writes a transaction.
///
/// # Errors
/// Another one has its sequence, or the database refuses.
pub fn insert(
    conn: &mut Db,
    account: i64,
    transaction: &Transaction,
    hash: &Hash,
    stamp: &Stamp,
) -> Result<(), DbError> {
    use budget_transactions::dsl;
    diesel::insert_into(dsl::budget_transactions)
        .values((
            dsl::organization_id.eq(stamp.org.0),
            dsl::account_id.eq(account),
            dsl::sequence.eq(transaction.sequence),
            dsl::transaction_type.eq(&transaction.transaction_type),
            dsl::amount_cents.eq(transaction.amount_cents),
            dsl::balance_before_cents.eq(transaction.balance_before_cents),
            dsl::balance_after_cents.eq(transaction.balance_after_cents),
            dsl::reference.eq(&transaction.reference),
            dsl::description.eq(&transaction.description),
            dsl::source.eq(&transaction.source),
            dsl::campaign.eq(&transaction.campaign),
            dsl::period.eq(&transaction.period),
            dsl::user_id.eq(stamp.changed_by),
            dsl::actor.eq(&transaction.actor),
            dsl::recorded_at.eq(transaction.recorded_at),
            (dsl::previous_hash.eq(&transaction.previous_hash), dsl::hash.eq(hash.to_vec())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Which transactions are asked for.
#[derive(Debug, Clone, Default)]
pub struct TransactionFilter {
    pub account: Option<i64>,
    pub sequence: Option<i64>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Only so many, the latest ones.
    pub last: Option<i64>,
}

/// The transactions that are asked for: those of one account by their sequence, those of several by when they were booked.
///
/// # Errors
/// The database cannot be read.
pub fn some(conn: &mut Db, org: OrgId, filter: &TransactionFilter) -> Result<Vec<BudgetTransaction>, DbError> {
    use budget_transactions::dsl;
    let mut query = dsl::budget_transactions
        .filter(dsl::organization_id.eq(org.0))
        .select(BudgetTransaction::as_select())
        .into_boxed();
    query = match filter.account {
        // Clocks differ, and sequences do not.
        Some(account) => query.filter(dsl::account_id.eq(account)).order(dsl::sequence.desc()),
        None => query.order((dsl::recorded_at.desc(), dsl::account_id.desc(), dsl::sequence.desc())),
    };
    if let Some(sequence) = filter.sequence {
        query = query.filter(dsl::sequence.eq(sequence));
    }
    if let Some(since) = filter.since {
        query = query.filter(dsl::recorded_at.ge(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(dsl::recorded_at.lt(until));
    }
    if let Some(last) = filter.last {
        query = query.limit(last);
    }
    let mut transactions: Vec<BudgetTransaction> = query.load(conn)?;
    transactions.reverse();
    Ok(transactions)
}

/// What an account took in and gave out, by type, in minor units.
///
/// # Errors
/// The database cannot be read.
pub fn sums(conn: &mut Db, org: OrgId) -> Result<Vec<(i64, String, i64)>, DbError> {
    let rows = Statement::new("SELECT account_id, transaction_type, ")
        .either("sum(amount_cents)", "sum(amount_cents)::bigint")
        .sql(" FROM budget_transactions WHERE organization_id = ")
        .org(org)
        .sql(" GROUP BY account_id, transaction_type")
        .rows(conn)?;
    let sum = |row: &crate::db::Cells| Some((row.at(0).number()?, row.at(1).text()?.to_owned(), row.at(2).number()?));
    Ok(rows.iter().filter_map(sum).collect())
}

/// How much of the costs of some months is in the ledger: charges without what was refunded, in minor units. The end does
/// not belong to the months.
///
/// # Errors
/// The database cannot be read.
pub fn of_costs(
    conn: &mut Db,
    org: OrgId,
    since: Option<String>,
    until: Option<String>,
) -> Result<Vec<(CostKey, i64)>, DbError> {
    let mut statement = Statement::new("SELECT t.period, t.source, t.campaign, a.currency, ")
        .either("sum(", "(sum(")
        .sql("CASE t.transaction_type WHEN 'charge' THEN t.amount_cents ELSE -t.amount_cents END)")
        .either("", ")::bigint")
        .sql(
            " FROM budget_transactions t
             JOIN budget_accounts a ON a.organization_id = t.organization_id AND a.id = t.account_id
             WHERE t.period IS NOT NULL AND t.organization_id = ",
        )
        .org(org);
    for (bound, comparison) in [(since, " AND t.period >= "), (until, " AND t.period < ")] {
        if let Some(month) = bound {
            statement = statement.sql(comparison).text(month);
        }
    }
    let rows = statement.sql(" GROUP BY t.period, t.source, t.campaign, a.currency").rows(conn)?;
    let part = |row: &crate::db::Cells| {
        let text = |place: usize| row.at(place).text();
        let key = CostKey {
            period: text(0)?.parse().ok()?,
            source: text(1)?.to_owned(),
            campaign: text(2)?.to_owned(),
            currency: text(3)?.to_owned(),
        };
        Some((key, row.at(4).number()?))
    };
    Ok(rows.iter().filter_map(part).collect())
}

/// The accounts of transactions that are none of the organization's.
///
/// # Errors
/// The database cannot be read.
pub fn without_account(conn: &mut Db, org: OrgId) -> Result<Vec<i64>, DbError> {
    let rows = Statement::new("SELECT DISTINCT t.account_id FROM budget_transactions t WHERE t.organization_id = ")
        .org(org)
        .sql(" AND t.account_id NOT IN (SELECT a.id FROM budget_accounts a WHERE a.organization_id = ")
        .org(org)
        .sql(") ORDER BY 1")
        .rows(conn)?;
    Ok(rows.iter().filter_map(|row| row.at(0).number()).collect())
}
