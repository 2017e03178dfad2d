//! Closing entries of the do-not-call list, by a person or because their time has come; the leads go back.

use std::collections::HashSet;

use super::add::list_kept;
use super::move_leads_back;
use crate::db::Stamp;
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::models::dnc::dnc_list::{self, NewDncEntry};
use crate::db::models::dnc::dnc_requests;
use crate::db::models::dnc::dnc_spellings::{self, Reached};
use crate::db::models::imports::Import;
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError};
use crate::domain::dnc::RemovalKind;
use crate::domain::dnc::bans::{Bans, StoredBans};
use crate::domain::phone::E164;

/// What removing did.
#[derive(Debug, Default)]
pub struct Removed {
    /// The entries as they were.
    pub entries: Vec<DncEntry>,
    /// Numbers that have no entry.
    pub not_listed: Vec<E164>,
    /// Entries of other spellings, by which the numbers stay blocked: whoever asked for them may be another subscriber.
    pub still_reached: Vec<Reached>,
    pub leads_moved: u64,
    /// Leads that another transaction is changing: to be settled when it has ended.
    pub skipped: Vec<i64>,
}

/// Closes the entries of these numbers and puts their leads back. The caller holds [`crate::db::Lock::DncList`].
///
/// # Errors
/// The database refuses.
pub fn remove(conn: &mut Db, numbers: &[E164], reason: &str, stamp: &Stamp) -> Result<Removed, DbError> {
    let mut skipped = expire(conn, OnLocked::Skip, stamp)?.skipped;
    let texts: Vec<String> = numbers.iter().map(E164::to_string).collect();
    let mut entries = dnc_entries::live_among(conn, stamp.org, &texts)?;
    entries.sort_unstable_by_key(|entry| entry.id);
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    dnc_list::close(conn, &ids, RemovalKind::Person, reason, stamp)?;
    let closed: Vec<String> = entries.iter().map(|entry| entry.phone_number.clone()).collect();
    let moved = move_leads_back(conn, &closed, OnLocked::Skip, stamp)?;
    skipped.extend(moved.skipped);
    let mut not_listed: Vec<E164> = numbers.to_vec();
    not_listed.sort_unstable();
    not_listed.dedup();
    let listed: HashSet<E164> = closed.iter().filter_map(|number| E164::from_e164(number)).collect();
    not_listed.retain(|number| !listed.contains(number));
    let still_reached = dnc_spellings::reaching(conn, stamp.org, &texts, stamp.now)?;
    Ok(Removed { entries, not_listed, still_reached, leads_moved: moved.leads, skipped })
}

/// Closes the entries that an import made, and returns the numbers that no other request keeps on the list. What the
/// entries had replaced returns, and requests that they had honoured beside the import's own are honoured again.
///
/// # Errors
/// The database refuses.
pub fn take_back_import(conn: &mut Db, import: &Import, stamp: &Stamp) -> Result<Vec<String>, DbError> {
    let mut numbers = dnc_list::close_of_import(conn, import.id, stamp)?;
    list_again(conn, &numbers, import, stamp)?;
    let removed = dnc_list::last_removed_by_person(conn, stamp.org, &numbers)?;
    let mut others = dnc_requests::honoured_by_others(conn, stamp.org, &numbers, import.id)?;
    // Whoever took a number off the list meant every request before.
    others.retain(|request| removed.get(&request.phone_number).is_none_or(|at| *at < request.recorded_at));
    others.sort_by_key(|request| request.import_id);
    for of_import in others.chunk_by(|a, b| a.import_id == b.import_id) {
        // The new entries are of the requests, not of the undo: they go when their own import is undone.
        let import_id = of_import.first().and_then(|request| request.import_id);
        list_kept(conn, of_import, OnLocked::Wait, &Stamp { import_id, ..stamp.clone() })?;
    }
    let listed: HashSet<String> =
        dnc_entries::live_among(conn, stamp.org, &numbers)?.into_iter().map(|entry| entry.phone_number).collect();
    numbers.retain(|number| !listed.contains(number));
    Ok(numbers)
}

/// What expiry did.
#[derive(Debug, Default)]
pub struct Expired {
    pub entries: u64,
    pub leads_moved: u64,
    /// Leads that another transaction is changing: to be settled when it has ended.
    pub skipped: Vec<i64>,
}

/// Lists again what entries of an import replaced: it may still forbid texts.
fn list_again(conn: &mut Db, numbers: &[String], import: &Import, stamp: &Stamp) -> Result<(), DbError> {
    let replaced = dnc_list::superseded(conn, stamp.org, numbers, import.id, import.started_at)?;
    // Each goes when its own import is undone.
    for entry in replaced {
        let Some(bans) = entry.bans().left_at(stamp.now) else { continue };
        let stamp = Stamp { import_id: entry.import_id, ..stamp.clone() };
        dnc_list::add(conn, &[again(&entry, bans, &stamp)], &stamp)?;
    }
    Ok(())
}

/// An entry that forbids what is left of a closed one, for the same reason.
fn again(entry: &DncEntry, bans: Bans, stamp: &Stamp) -> NewDncEntry {
    let StoredBans { scope, expires_at, calls_expire_at, texts_expire_at } = bans.into();
    NewDncEntry {
        organization_id: stamp.org.0,
        phone_number: entry.phone_number.clone(),
        reason: entry.reason.clone(),
        source: entry.source,
        scope,
        evidence: entry.evidence.clone(),
        added_by: stamp.changed_by,
        added_at: stamp.now,
        expires_at,
        calls_expire_at,
        texts_expire_at,
        updated_at: stamp.now,
        import_id: stamp.import_id,
        added_actor: stamp.actor.clone(),
    }
}

/// Whether the time of an entry has come.
///
/// # Errors
/// The database cannot be read.
pub fn is_due(conn: &mut Db, stamp: &Stamp) -> Result<bool, DbError> {
    Ok(!dnc_list::expired(conn, stamp.org, stamp.now)?.is_empty())
}

/// Closes the entries whose time has come and puts their leads back. Every verb that writes leads or the list begins
/// with it. What it changes belongs to no import.
///
/// # Errors
/// The database refuses.
pub fn expire(conn: &mut Db, on_locked: OnLocked, stamp: &Stamp) -> Result<Expired, DbError> {
    let due = dnc_list::expired(conn, stamp.org, stamp.now)?;
    if due.is_empty() {
        return Ok(Expired::default());
    }
    let stamp = Stamp { import_id: None, ..stamp.clone() };
    let ids: Vec<i64> = due.iter().map(|entry| entry.id).collect();
    let closed: HashSet<i64> =
        dnc_list::close(conn, &ids, RemovalKind::Expiry, RemovalKind::Expiry.reason(), &stamp)?.into_iter().collect();
    let closed: Vec<&DncEntry> = due.iter().filter(|entry| closed.contains(&entry.id)).collect();
    // Of two bans one may go on.
    let left: Vec<NewDncEntry> =
        closed.iter().filter_map(|entry| Some(again(entry, entry.bans().left_at(stamp.now)?, &stamp))).collect();
    dnc_list::add(conn, &left, &stamp)?;
    let numbers: Vec<String> = closed.iter().map(|entry| entry.phone_number.clone()).collect();
    let moved = move_leads_back(conn, &numbers, on_locked, &stamp)?;
    Ok(Expired { entries: closed.len() as u64, leads_moved: moved.leads, skipped: moved.skipped })
}
