//! The public keys of certificates that an admin has trusted: append-only.

use diesel::prelude::*;

use crate::db::Stamp;
use crate::db::schema::signing_keys;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// A row of `signing_keys`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
pub struct TrustedKey {
    pub fingerprint: String,
    pub public_key: Vec<u8>,
    /// Who let it count.
    pub actor: String,
    pub recorded_at: Timestamp,
}

/// All keys, the earliest first.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<TrustedKey>, DbError> {
    Ok(signing_keys::table
        .filter(signing_keys::organization_id.eq(org.0))
        .order(signing_keys::id)
        .select(TrustedKey::as_select())
        .load(conn)?)
}

/// Writes a key down.
///
/// # Errors
/// It is known already, or the database refuses.
pub fn insert(conn: &mut Db, fingerprint: &str, key: &[u8], stamp: &Stamp) -> Result<(), DbError> {
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::organization_id.eq(stamp.org.0),
            signing_keys::fingerprint.eq(fingerprint),
            signing_keys::public_key.eq(key),
            signing_keys::recorded_by.eq(stamp.changed_by),
            signing_keys::actor.eq(&stamp.actor),
            signing_keys::recorded_at.eq(stamp.now),
        ))
        .execute(conn)?;
    Ok(())
}
