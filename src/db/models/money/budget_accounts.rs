//! Budget accounts: the heads of their ledgers.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::Stamp;
use crate::db::audited::{Addable, Audited, Fields, logged};
use crate::db::schema::budget_accounts;
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::money::ledger::{AccountIdentity, Hash, Head};
use crate::domain::text::hex;
use crate::domain::timestamp::Timestamp;

/// A row of `budget_accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = budget_accounts)]
pub struct BudgetAccount {
    pub id: i64,
    pub uid: Uid,
    pub name: String,
    pub currency: String,
    /// How many transactions it has: the sequence of the last one.
    pub sequence: i64,
    pub balance_cents: i64,
    #[serde(serialize_with = "in_hex")]
    pub head_hash: Vec<u8>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

/// Writes bytes as hexadecimal digits.
pub(super) fn in_hex<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(bytes))
}

impl BudgetAccount {
    /// What its transactions are hashed with.
    pub fn identity(&self) -> AccountIdentity {
        AccountIdentity { uid: *self.uid.0.as_bytes(), currency: self.currency.clone() }
    }

    /// The end of its chain.
    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, balance_cents: self.balance_cents, hash: self.head_hash.clone() }
    }
}

/// What a new account is made of.
pub struct NewAccount<'a> {
    pub org: OrgId,
    pub name: &'a str,
    pub currency: &'a str,
    pub now: Timestamp,
}

impl Audited for BudgetAccount {
    const ENTITY: Entity = Entity::BudgetAccount;

    fn id(&self) -> i64 {
        self.id
    }

    /// What it holds its transactions tell.
    fn fields(&self) -> Fields {
        logged!(self, BudgetAccount { name, currency }
            without { id, uid, sequence, balance_cents, head_hash, created_at, updated_at, version })
    }
}

impl Addable for BudgetAccount {
    type New<'a> = NewAccount<'a>;

    fn insert(conn: &mut Db, new: &NewAccount<'_>) -> Result<BudgetAccount, DbError> {
        use budget_accounts::dsl;
        let uid = Uid::new();
        let identity = AccountIdentity { uid: *uid.0.as_bytes(), currency: new.currency.to_owned() };
        diesel::insert_into(dsl::budget_accounts)
            .values((
                dsl::organization_id.eq(new.org.0),
                dsl::uid.eq(uid),
                dsl::name.eq(new.name),
                dsl::currency.eq(new.currency),
                dsl::head_hash.eq(identity.origin().to_vec()),
                dsl::created_at.eq(new.now),
                dsl::updated_at.eq(new.now),
            ))
            .execute(conn)?;
        let made = all(conn, new.org)?.into_iter().find(|account| account.name == new.name);
        made.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

/// The organization's accounts by name.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<BudgetAccount>, DbError> {
    let mut all: Vec<BudgetAccount> = budget_accounts::table
        .filter(budget_accounts::organization_id.eq(org.0))
        .select(BudgetAccount::as_select())
        .load(conn)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The account as it is now, held against others who would book on it until the transaction ends.
///
/// # Errors
/// The database cannot be read.
pub fn for_booking(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<BudgetAccount>, DbError> {
    let row = budget_accounts::table.filter(budget_accounts::organization_id.eq(org.0).and(budget_accounts::id.eq(id)));
    match conn {
        // Nobody else writes anyway.
        Db::Sqlite(sqlite) => Ok(row.select(BudgetAccount::as_select()).first(sqlite).optional()?),
        Db::Postgres(pg) => Ok(row.select(BudgetAccount::as_select()).for_update().first(pg).optional()?),
    }
}

/// Moves the head of an account on to its next transaction.
///
/// # Errors
/// The database refuses.
pub fn advance(conn: &mut Db, id: i64, balance_cents: i64, hash: &Hash, stamp: &Stamp) -> Result<(), DbError> {
    use budget_accounts::dsl;
    let row = dsl::budget_accounts.filter(dsl::organization_id.eq(stamp.org.0).and(dsl::id.eq(id)));
    diesel::update(row)
        .set((
            dsl::sequence.eq(dsl::sequence + 1),
            dsl::balance_cents.eq(balance_cents),
            dsl::head_hash.eq(hash.to_vec()),
            dsl::updated_at.eq(stamp.now),
            dsl::version.eq(dsl::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}
