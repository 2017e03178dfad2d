//! Exchange rates.

use crate::db::Stamp;
use crate::db::models::money::exchange_rates::{self, RateKey};
use crate::db::{Db, DbError};
use crate::domain::money::rate::Rate;

/// Sets what a currency was worth in a month and returns the rate before. The rows are their own log: none is ever changed. The
/// caller holds [`crate::db::Lock::Costs`].
///
/// # Errors
/// The database refuses.
pub fn set(conn: &mut Db, key: &RateKey, base: &str, rate: Rate, stamp: &Stamp) -> Result<Option<Rate>, DbError> {
    let before = exchange_rates::in_force(conn, stamp.org, base)?.get(key).copied();
    if before != Some(rate) {
        exchange_rates::insert(conn, key, base, rate, stamp)?;
    }
    Ok(before)
}
