//! The transactions of a budget account, read row after row for a walk through its ledger.

use std::collections::HashMap;

use diesel::QueryableByName;
use diesel::deserialize::{self, FromSql};
use diesel::pg::Pg;
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;

use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::money::ledger::Transaction;
use crate::domain::timestamp::Timestamp;

/// A transaction with its user's id and the hash that stands beside it.
struct LedgerRow {
    transaction: Transaction,
    user_id: Option<i64>,
    hash: Vec<u8>,
}

/// The columns in the order in which [`LedgerRow`] reads them.
const SELECT: &str = "SELECT sequence, amount_cents, balance_before_cents, balance_after_cents, recorded_at, user_id, \
    transaction_type, reference, description, source, campaign, period, actor, previous_hash, hash \
    FROM budget_transactions WHERE organization_id = ";

/// Reads the transactions of an account in their order, with the hash that stands beside each.
///
/// # Errors
/// Those of `take`, or the database cannot be read.
pub fn each(
    conn: &mut Db,
    org: OrgId,
    account: i64,
    users: &HashMap<i64, [u8; 16]>,
    mut take: impl FnMut(Transaction, Vec<u8>) -> Result<(), DbError>,
) -> Result<(), DbError> {
    Statement::new(SELECT).org(org).sql(" AND account_id = ").number(account).sql(" ORDER BY sequence").each(
        conn,
        |row: LedgerRow| -> Result<(), DbError> {
            let mut transaction = row.transaction;
            // A user that is not there has a uid that nobody has.
            transaction.user = row.user_id.map(|id| users.get(&id).copied().unwrap_or_default());
            take(transaction, row.hash)
        },
    )
}

/// Reads a row of either engine; the macro stands for the two forms in which a value is read.
macro_rules! ledger_row {
    ($backend:ty) => {
        impl QueryableByName<$backend> for LedgerRow {
            fn build<'a>(row: &impl NamedRow<'a, $backend>) -> deserialize::Result<Self> {
                fn at<'a, T, S>(row: &impl NamedRow<'a, $backend>, place: usize) -> deserialize::Result<T>
                where
                    T: FromSql<S, $backend>,
                {
                    let field = Row::get(row, place).ok_or("a row is too short")?;
                    T::from_nullable_sql(field.value())
                }
                fn text<'a>(row: &impl NamedRow<'a, $backend>, place: usize) -> deserialize::Result<Option<String>> {
                    at::<Option<String>, Nullable<Text>>(row, place)
                }
                let number = |place: usize| at::<i64, BigInt>(row, place);
                Ok(LedgerRow {
                    transaction: Transaction {
                        sequence: number(0)?,
                        amount_cents: number(1)?,
                        balance_before_cents: number(2)?,
                        balance_after_cents: number(3)?,
                        recorded_at: at::<Timestamp, UtcTimestamp>(row, 4)?,
                        transaction_type: text(row, 6)?.unwrap_or_default(),
                        reference: text(row, 7)?,
                        description: text(row, 8)?,
                        source: text(row, 9)?,
                        campaign: text(row, 10)?,
                        period: text(row, 11)?,
                        user: None,
                        actor: text(row, 12)?.unwrap_or_default(),
                        previous_hash: at::<Vec<u8>, Binary>(row, 13)?,
                    },
                    user_id: at::<Option<i64>, Nullable<BigInt>>(row, 5)?,
                    hash: at::<Vec<u8>, Binary>(row, 14)?,
                })
            }
        }
    };
}

ledger_row!(Sqlite);
ledger_row!(Pg);
