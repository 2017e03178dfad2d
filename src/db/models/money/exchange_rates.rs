//! Exchange rates by month. Of several rows for one month the latest counts; those of undone imports do not.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::Stamp;
use crate::db::schema::{exchange_rates, imports};
use crate::db::{Db, DbError, OrgId};
use crate::domain::imports::kind::ImportStatus;
use crate::domain::money::rate::Rate;
use crate::domain::time::month::Month;
use crate::domain::timestamp::Timestamp;

/// A row of `exchange_rates`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = exchange_rates)]
pub struct ExchangeRate {
    pub id: i64,
    pub currency: String,
    pub base_currency: String,
    /// `2026-03`
    pub period: String,
    /// What one unit of the currency is worth in the base currency.
    pub rate: String,
    pub user_id: Option<i64>,
    pub actor: String,
    pub import_id: Option<i64>,
    pub created_at: Timestamp,
}

/// A currency in a month.
pub type RateKey = (String, Month);

/// Adds a rate, which from now on counts.
///
/// # Errors
/// The database refuses.
pub fn insert(
    conn: &mut Db,
    (currency, period): &RateKey,
    base: &str,
    rate: Rate,
    stamp: &Stamp,
) -> Result<(), DbError> {
    use exchange_rates::dsl;
    diesel::insert_into(dsl::exchange_rates)
        .values((
            dsl::organization_id.eq(stamp.org.0),
            dsl::currency.eq(currency),
            dsl::base_currency.eq(base),
            dsl::period.eq(period.to_string()),
            dsl::rate.eq(rate.to_string()),
            dsl::user_id.eq(stamp.changed_by),
            dsl::actor.eq(&stamp.actor),
            dsl::import_id.eq(stamp.import_id),
            dsl::created_at.eq(stamp.now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The rates to a currency as they were entered, those of undone imports left out.
///
/// # Errors
/// The database cannot be read.
pub fn entered(conn: &mut Db, org: OrgId, base: &str) -> Result<Vec<ExchangeRate>, DbError> {
    let mut rates: Vec<ExchangeRate> = exchange_rates::table
        .left_join(
            imports::table
                .on(imports::id.nullable().eq(exchange_rates::import_id).and(imports::organization_id.eq(org.0))),
        )
        .filter(exchange_rates::organization_id.eq(org.0).and(exchange_rates::base_currency.eq(base)))
        .filter(imports::status.is_null().or(imports::status.ne(ImportStatus::Undone)))
        .select(ExchangeRate::as_select())
        .load(conn)?;
    rates.sort_by(|a, b| (&a.period, &a.currency, a.id).cmp(&(&b.period, &b.currency, b.id)));
    Ok(rates)
}

/// The rates to a currency that count.
///
/// # Errors
/// The database cannot be read.
pub fn in_force(conn: &mut Db, org: OrgId, base: &str) -> Result<BTreeMap<RateKey, Rate>, DbError> {
    let rates = entered(conn, org, base)?.into_iter();
    // The program writes what it reads; a later row of a key takes the place of an earlier one.
    Ok(rates.filter_map(|row| Some(((row.currency, row.period.parse().ok()?), row.rate.parse().ok()?))).collect())
}

/// How many months have a rate of an import.
///
/// # Errors
/// The database cannot be read.
pub fn count_of_import(conn: &mut Db, org: OrgId, import: i64) -> Result<u64, DbError> {
    let count: i64 = exchange_rates::table
        .filter(exchange_rates::organization_id.eq(org.0).and(exchange_rates::import_id.eq(import)))
        .count()
        .get_result(conn)?;
    Ok(count.unsigned_abs())
}
