//! Records of scrubs: append-only.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::schema::dnc_scrubs;
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::Channel;
use crate::domain::timestamp::Timestamp;

/// A scrub to record.
#[derive(Debug, Insertable)]
#[diesel(table_name = dnc_scrubs, treat_none_as_default_value = false)]
pub struct NewScrub<'a> {
    pub organization_id: i32,
    pub sequence: i64,
    pub file_name: &'a str,
    pub file_sha256: &'a str,
    pub channel: Option<Channel>,
    pub rows_read: i64,
    pub rows_clean: i64,
    pub rows_blocked: i64,
    pub rows_unknown: i64,
    pub lists_used: Json,
    pub certificate: &'a str,
    pub previous_hash: &'a [u8],
    pub hash: &'a [u8],
    pub clear_numbers: &'a [u8],
    pub blocked_numbers: &'a [u8],
    pub unknown_numbers: &'a [u8],
    pub scrubbed_by: Option<i64>,
    pub actor: &'a str,
    pub scrubbed_at: Timestamp,
}

/// A scrub as the history of a number tells it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = dnc_scrubs)]
pub struct ScrubRecord {
    pub sequence: i64,
    pub file_name: String,
    pub channel: Option<Channel>,
    pub lists_used: Json,
    pub clear_numbers: Vec<u8>,
    pub blocked_numbers: Vec<u8>,
    pub unknown_numbers: Vec<u8>,
    pub actor: String,
    pub scrubbed_at: Timestamp,
}

/// Writes a scrub down.
///
/// # Errors
/// Another one has its sequence, or the database refuses.
pub fn insert(conn: &mut Db, scrub: &NewScrub<'_>) -> Result<(), DbError> {
    diesel::insert_into(dnc_scrubs::table).values(scrub).execute(conn)?;
    Ok(())
}

/// The sequence and the hash of the latest scrub.
///
/// # Errors
/// The database cannot be read.
pub fn latest(conn: &mut Db, org: OrgId) -> Result<Option<(i64, Vec<u8>)>, DbError> {
    Ok(dnc_scrubs::table
        .filter(dnc_scrubs::organization_id.eq(org.0))
        .order(dnc_scrubs::sequence.desc())
        .select((dnc_scrubs::sequence, dnc_scrubs::hash))
        .first(conn)
        .optional()?)
}

/// The certificates before one, each with its sequence.
///
/// # Errors
/// The database cannot be read.
pub fn certificates_before(conn: &mut Db, org: OrgId, sequence: i64) -> Result<Vec<(i64, String)>, DbError> {
    Ok(dnc_scrubs::table
        .filter(dnc_scrubs::organization_id.eq(org.0).and(dnc_scrubs::sequence.lt(sequence)))
        .order(dnc_scrubs::sequence)
        .select((dnc_scrubs::sequence, dnc_scrubs::certificate))
        .load(conn)?)
}

/// A certificate in its chain, as it is stored.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = dnc_scrubs)]
pub struct Link {
    pub sequence: i64,
    pub certificate: String,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// The latest certificates, so many at most, the earliest of them first.
///
/// # Errors
/// The database cannot be read.
pub fn latest_links(conn: &mut Db, org: OrgId, limit: i64) -> Result<Vec<Link>, DbError> {
    let mut links: Vec<Link> = dnc_scrubs::table
        .filter(dnc_scrubs::organization_id.eq(org.0))
        .order(dnc_scrubs::sequence.desc())
        .limit(limit)
        .select(Link::as_select())
        .load(conn)?;
    links.reverse();
    Ok(links)
}

/// A scrub as lists show it.
#[derive(Debug, Queryable, Selectable, Serialize)]
#[diesel(table_name = dnc_scrubs)]
pub struct ScrubLine {
    pub sequence: i64,
    pub scrubbed_at: Timestamp,
    pub file_name: String,
    pub file_sha256: String,
    pub channel: Option<Channel>,
    pub rows_read: i64,
    pub rows_clean: i64,
    pub rows_blocked: i64,
    pub rows_unknown: i64,
    pub actor: String,
}

/// All scrubs, the latest first.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<ScrubLine>, DbError> {
    Ok(dnc_scrubs::table
        .filter(dnc_scrubs::organization_id.eq(org.0))
        .order(dnc_scrubs::sequence.desc())
        .select(ScrubLine::as_select())
        .load(conn)?)
}

/// The text of the certificate with this place in the chain.
///
/// # Errors
/// The database cannot be read.
pub fn certificate(conn: &mut Db, org: OrgId, sequence: i64) -> Result<Option<String>, DbError> {
    Ok(dnc_scrubs::table
        .filter(dnc_scrubs::organization_id.eq(org.0).and(dnc_scrubs::sequence.eq(sequence)))
        .select(dnc_scrubs::certificate)
        .first(conn)
        .optional()?)
}

/// Calls `each` with every scrub, the earliest first; the sets of one are in memory at a time.
///
/// # Errors
/// The database cannot be read.
pub fn each(conn: &mut Db, org: OrgId, mut each: impl FnMut(ScrubRecord)) -> Result<(), DbError> {
    let mut last = 0;
    loop {
        let next: Option<ScrubRecord> = dnc_scrubs::table
            .filter(dnc_scrubs::organization_id.eq(org.0).and(dnc_scrubs::sequence.gt(last)))
            .order(dnc_scrubs::sequence)
            .select(ScrubRecord::as_select())
            .first(conn)
            .optional()?;
        let Some(scrub) = next else { return Ok(()) };
        last = scrub.sequence;
        each(scrub);
    }
}

/// The scrub whose certificate has this hash.
///
/// # Errors
/// The database cannot be read.
pub fn by_hash(conn: &mut Db, org: OrgId, hash: &[u8]) -> Result<Option<ScrubRecord>, DbError> {
    Ok(dnc_scrubs::table
        .filter(dnc_scrubs::organization_id.eq(org.0).and(dnc_scrubs::hash.eq(hash)))
        .select(ScrubRecord::as_select())
        .first(conn)
        .optional()?)
}

/// A scrub with all that is stored of it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = dnc_scrubs)]
pub struct StoredScrub {
    pub sequence: i64,
    pub file_name: String,
    pub file_sha256: String,
    pub channel: Option<Channel>,
    pub rows_read: i64,
    pub rows_clean: i64,
    pub rows_blocked: i64,
    pub rows_unknown: i64,
    pub lists_used: Json,
    pub certificate: String,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
    pub clear_numbers: Vec<u8>,
    pub blocked_numbers: Vec<u8>,
    pub unknown_numbers: Vec<u8>,
    pub scrubbed_by: Option<i64>,
    pub actor: String,
    pub scrubbed_at: Timestamp,
}

impl StoredScrub {
    /// The same as a row of another database, in which its user has another id.
    pub fn as_new(&self, org: OrgId, scrubbed_by: Option<i64>) -> NewScrub<'_> {
        NewScrub {
            organization_id: org.0,
            sequence: self.sequence,
            file_name: &self.file_name,
            file_sha256: &self.file_sha256,
            channel: self.channel,
            rows_read: self.rows_read,
            rows_clean: self.rows_clean,
            rows_blocked: self.rows_blocked,
            rows_unknown: self.rows_unknown,
            lists_used: self.lists_used.clone(),
            certificate: &self.certificate,
            previous_hash: &self.previous_hash,
            hash: &self.hash,
            clear_numbers: &self.clear_numbers,
            blocked_numbers: &self.blocked_numbers,
            unknown_numbers: &self.unknown_numbers,
            scrubbed_by,
            actor: &self.actor,
            scrubbed_at: self.scrubbed_at,
        }
    }
}

/// The first scrub behind this place of the chain, with all that is stored of it.
///
/// # Errors
/// The database cannot be read.
pub fn next_stored(conn: &mut Db, org: OrgId, sequence: i64) -> Result<Option<StoredScrub>, DbError> {
    Ok(dnc_scrubs::table
        .filter(dnc_scrubs::organization_id.eq(org.0).and(dnc_scrubs::sequence.gt(sequence)))
        .order(dnc_scrubs::sequence)
        .select(StoredScrub::as_select())
        .first(conn)
        .optional()?)
}
