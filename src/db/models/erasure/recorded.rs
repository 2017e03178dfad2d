//! Erasures on PostgreSQL, where one function of the database records and does them (`db/catalogue/erasing.rs`): the everyday role
//! may write neither the tables of erasure nor the texts of logs.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};

use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, Stamp};
use crate::domain::erasure::KeyHash;

/// An erasure as it is recorded.
pub struct Erasure<'a> {
    pub leads: &'a [i64],
    pub reason: Option<&'a str>,
    /// The key of the hashes, and what the person was known by.
    pub hash_key: &'a KeyHash,
    pub hashes: &'a [KeyHash],
}

/// Records an erasure, empties the texts of the person's rows, and cuts the person out of these texts of others: for each row its
/// table, its id, and the places of its texts.
///
/// # Errors
/// The database refuses.
pub fn record(
    conn: &mut Db,
    erasure: &Erasure<'_>,
    redactions: &[serde_json::Value],
    stamp: &Stamp,
) -> Result<(), DbError> {
    let Db::Postgres(conn) = conn else { return Ok(()) };
    diesel::sql_query("SELECT public.record_erasure($1, $2, $3, $4, $5, $6, $7, $8::jsonb)")
        .bind::<Array<BigInt>, _>(erasure.leads)
        .bind::<Nullable<Text>, _>(erasure.reason)
        .bind::<Nullable<BigInt>, _>(stamp.changed_by)
        .bind::<Text, _>(&stamp.actor)
        .bind::<UtcTimestamp, _>(stamp.now)
        .bind::<Binary, _>(erasure.hash_key.as_slice())
        .bind::<Array<Binary>, _>(erasure.hashes.iter().map(KeyHash::as_slice).collect::<Vec<_>>())
        .bind::<Text, _>(serde_json::Value::from(redactions).to_string())
        .execute(conn)?;
    Ok(())
}

/// Does work and takes back what it wrote.
///
/// # Errors
/// Those of `work`.
pub fn looking_ahead<T>(conn: &mut Db, work: impl FnOnce(&mut Db) -> Result<T, DbError>) -> Result<T, DbError> {
    conn.batch_execute("SAVEPOINT ahead")?;
    let done = work(conn)?;
    conn.batch_execute("ROLLBACK TO SAVEPOINT ahead; RELEASE SAVEPOINT ahead")?;
    Ok(done)
}
