//! Calls that must not be made twice, by the key that the caller gave each.

use diesel::prelude::*;

use crate::db::Stamp;
use crate::db::schema::idempotency_keys;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
pub struct KeyedCall {
    pub verb: String,
    /// SHA-256 of what it asked for.
    pub call_hash: Vec<u8>,
    /// The budget transaction that it booked.
    pub sequence: Option<i64>,
    pub called_at: Timestamp,
}

/// The call with this key.
///
/// # Errors
/// The database cannot be read.
pub fn with_key(conn: &mut Db, org: OrgId, key: &str) -> Result<Option<KeyedCall>, DbError> {
    Ok(idempotency_keys::table
        .filter(idempotency_keys::organization_id.eq(org.0).and(idempotency_keys::idempotency_key.eq(key)))
        .select(KeyedCall::as_select())
        .first(conn)
        .optional()?)
}

/// Keeps the key of a call.
///
/// # Errors
/// Another call has it ([`DbError::is_unique_violation`]), or the database refuses.
pub fn insert(conn: &mut Db, key: &str, call: &KeyedCall, stamp: &Stamp) -> Result<(), DbError> {
    use idempotency_keys::dsl;
    diesel::insert_into(dsl::idempotency_keys)
        .values((
            dsl::organization_id.eq(stamp.org.0),
            dsl::idempotency_key.eq(key),
            dsl::verb.eq(&call.verb),
            dsl::call_hash.eq(&call.call_hash),
            dsl::sequence.eq(call.sequence),
            dsl::user_id.eq(stamp.changed_by),
            dsl::actor.eq(&stamp.actor),
            dsl::called_at.eq(call.called_at),
        ))
        .execute(conn)?;
    Ok(())
}
