//! Erased people: tombstones, the keyed hashes of what they were known by, and the rows of logs that may change for them.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::schema::{erased_rows, erasure_hashes, erasure_keys, erasures, leads};
use crate::db::{Db, DbError, OrgId};
use crate::domain::erasure::KeyHash;
use crate::domain::leads::consent::{Consent, OptOut};
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

/// Those of these leads that are erased, and since when.
///
/// # Errors
/// The database cannot be read.
pub fn erased_among(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Timestamp>, DbError> {
    let mut erased = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, Timestamp)> = erasures::table
            .filter(erasures::organization_id.eq(org.0).and(erasures::lead_id.eq_any(ids.to_vec())))
            .select((erasures::lead_id, erasures::erased_at))
            .load(conn)?;
        erased.extend(rows);
    }
    Ok(erased)
}

/// The leads of all who were erased, each with the reason, in the order in which that was done.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<(i64, Option<String>)>, DbError> {
    Ok(erasures::table
        .filter(erasures::organization_id.eq(org.0))
        .order(erasures::id)
        .select((erasures::lead_id, erasures::reason))
        .load(conn)?)
}

/// The hashes of what all the erased were known by, by their leads.
///
/// # Errors
/// The database cannot be read.
pub fn hashes(conn: &mut Db, org: OrgId) -> Result<HashMap<i64, Vec<KeyHash>>, DbError> {
    let rows: Vec<(i64, Vec<u8>)> = erasure_hashes::table
        .filter(erasure_hashes::organization_id.eq(org.0))
        .select((erasure_hashes::lead_id, erasure_hashes::key_hash))
        .load(conn)?;
    let mut all: HashMap<i64, Vec<KeyHash>> = HashMap::new();
    for (lead, hash) in rows {
        all.entry(lead).or_default().extend(KeyHash::try_from(hash));
    }
    Ok(all)
}

/// The key of the organization's hashes; `None` while nobody is erased.
///
/// # Errors
/// The database cannot be read.
pub fn hash_key(conn: &mut Db, org: OrgId) -> Result<Option<KeyHash>, DbError> {
    let key: Option<Vec<u8>> = erasure_keys::table
        .filter(erasure_keys::organization_id.eq(org.0))
        .select(erasure_keys::hash_key)
        .first(conn)
        .optional()?;
    Ok(key.and_then(|key| key.try_into().ok()))
}

/// Stores the key of the organization's hashes, once for all.
///
/// # Errors
/// The database refuses.
pub fn set_hash_key(conn: &mut Db, org: OrgId, key: &KeyHash) -> Result<(), DbError> {
    diesel::insert_into(erasure_keys::table)
        .values((erasure_keys::organization_id.eq(org.0), erasure_keys::hash_key.eq(key.to_vec())))
        .execute(conn)?;
    Ok(())
}

/// Writes down that a lead is erased, and what it was known by.
///
/// # Errors
/// The database refuses.
pub fn insert(
    conn: &mut Db,
    lead: i64,
    reason: Option<&str>,
    hashes: &[KeyHash],
    stamp: &Stamp,
) -> Result<(), DbError> {
    diesel::insert_into(erasures::table)
        .values((
            erasures::organization_id.eq(stamp.org.0),
            erasures::lead_id.eq(lead),
            erasures::reason.eq(reason),
            erasures::erased_by.eq(stamp.changed_by),
            erasures::actor.eq(&stamp.actor),
            erasures::erased_at.eq(stamp.now),
        ))
        .execute(conn)?;
    add_hashes(conn, stamp.org, lead, hashes)
}

/// Writes down further things that an erased person was known by.
///
/// # Errors
/// The database refuses.
pub fn add_hashes(conn: &mut Db, org: OrgId, lead: i64, hashes: &[KeyHash]) -> Result<(), DbError> {
    for hash in hashes {
        diesel::insert_into(erasure_hashes::table)
            .values((
                erasure_hashes::organization_id.eq(org.0),
                erasure_hashes::key_hash.eq(hash.to_vec()),
                erasure_hashes::lead_id.eq(lead),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// What the erased opted out of, by the hashes of what they were known by: those of these hashes, or all.
///
/// # Errors
/// The database cannot be read.
pub fn opt_outs(conn: &mut Db, org: OrgId, among: Option<&[KeyHash]>) -> Result<HashMap<KeyHash, OptOut>, DbError> {
    type Row = (Vec<u8>, Status, Consent, Option<Timestamp>);
    let mut rows = erasure_hashes::table
        .inner_join(leads::table.on(leads::id.eq(erasure_hashes::lead_id)))
        .filter(erasure_hashes::organization_id.eq(org.0).and(leads::organization_id.eq(org.0)))
        .select((erasure_hashes::key_hash, leads::status, leads::consent_status, leads::email_opted_out_at))
        .into_boxed();
    if let Some(hashes) = among {
        rows =
            rows.filter(erasure_hashes::key_hash.eq_any(hashes.iter().map(|hash| hash.to_vec()).collect::<Vec<_>>()));
    }
    let mut all: HashMap<KeyHash, OptOut> = HashMap::new();
    for (hash, status, consent, since) in rows.load::<Row>(conn)? {
        let Ok(hash) = KeyHash::try_from(hash) else { continue };
        let opt_out = OptOut {
            denied: consent == Consent::Denied || status == Status::Dnc,
            email_opted_out_at: since.map(Timestamp::as_micros),
        };
        let known = all.entry(hash).or_default();
        *known = known.or(opt_out);
    }
    Ok(all)
}

/// Allows an erasure to take what it erases out of a row of a log.
///
/// # Errors
/// The database refuses.
pub fn mark_row(conn: &mut Db, org: OrgId, table: &str, row: i64, lead: i64) -> Result<(), DbError> {
    let known: Option<i64> = erased_rows::table
        .filter(erased_rows::organization_id.eq(org.0))
        .filter(erased_rows::table_name.eq(table).and(erased_rows::row_id.eq(row)))
        .select(erased_rows::row_id)
        .first(conn)
        .optional()?;
    if known.is_none() {
        diesel::insert_into(erased_rows::table)
            .values((
                erased_rows::organization_id.eq(org.0),
                erased_rows::table_name.eq(table),
                erased_rows::row_id.eq(row),
                erased_rows::lead_id.eq(lead),
            ))
            .execute(conn)?;
    }
    Ok(())
}
