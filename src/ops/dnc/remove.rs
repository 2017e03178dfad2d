//! Closing entries of the do-not-call list, by a person or because their time has come; the leads go back.

use std::collections::HashSet;

use super::add::list_kept;
use super::move_leads_back;
use crate::db::Stamp;
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::models::dnc::{dnc_list, dnc_requests};
use crate::db::models::imports::Import;
use crate::db::{Db, DbError};
use crate::domain::dnc::RemovalKind;
use crate::domain::phone::E164;

/// What removing did.
#[derive(Debug, Default)]
pub struct Removed {
    /// The entries as they were.
    pub entries: Vec<DncEntry>,
    /// Numbers that have no entry.
    pub not_listed: Vec<E164>,
    pub leads_moved: u64,
}

/// Closes the entries of these numbers and puts their leads back. The caller holds [`crate::db::Lock::DncList`].
///
/// # Errors
/// The database refuses.
pub fn remove(conn: &mut Db, numbers: &[E164], reason: &str, stamp: &Stamp) -> Result<Removed, DbError> {
    expire(conn, stamp)?;
    let texts: Vec<String> = numbers.iter().map(E164::to_string).collect();
    let mut entries = dnc_entries::in_force_among(conn, stamp.org, &texts, stamp.now)?;
    entries.sort_unstable_by_key(|entry| entry.id);
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    dnc_list::close(conn, &ids, RemovalKind::Person, reason, stamp)?;
    let closed: Vec<String> = entries.iter().map(|entry| entry.phone_number.clone()).collect();
    let leads_moved = move_leads_back(conn, &closed, stamp)? as u64;
    let mut not_listed: Vec<E164> = numbers.to_vec();
    not_listed.sort_unstable();
    not_listed.dedup();
    let listed: HashSet<E164> = closed.iter().filter_map(|number| E164::from_e164(number)).collect();
    not_listed.retain(|number| !listed.contains(number));
    Ok(Removed { entries, not_listed, leads_moved })
}

/// Closes the entries that an import made, and returns the numbers that no other request keeps on the list. What the
/// entries had replaced returns, and requests that they had honoured beside the import's own are honoured again.
///
/// # Errors
/// The database refuses.
pub fn take_back_import(conn: &mut Db, import: &Import, stamp: &Stamp) -> Result<Vec<String>, DbError> {
    let mut numbers = dnc_list::close_of_import(conn, import.id, stamp)?;
    dnc_list::reopen_superseded(conn, &numbers, import.started_at, stamp)?;
    let removed = dnc_list::last_removed_by_person(conn, stamp.org, &numbers)?;
    let mut others = dnc_requests::honoured_by_others(conn, stamp.org, &numbers, import.id)?;
    // Whoever took a number off the list meant every request before.
    others.retain(|request| removed.get(&request.phone_number).is_none_or(|at| *at < request.recorded_at));
    others.sort_by_key(|request| request.import_id);
    for of_import in others.chunk_by(|a, b| a.import_id == b.import_id) {
        // The new entries are of the requests, not of the undo: they go when their own import is undone.
        let import_id = of_import.first().and_then(|request| request.import_id);
        list_kept(conn, of_import, &Stamp { import_id, ..stamp.clone() })?;
    }
    let listed: HashSet<String> =
        dnc_entries::live_among(conn, stamp.org, &numbers)?.into_iter().map(|entry| entry.phone_number).collect();
    numbers.retain(|number| !listed.contains(number));
    Ok(numbers)
}

/// What expiry did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    pub entries: u64,
    pub leads_moved: u64,
}

/// Closes the entries whose time has come and puts their leads back. Every verb that writes leads or the list begins
/// with it. What it changes belongs to no import.
///
/// # Errors
/// The database refuses.
pub fn expire(conn: &mut Db, stamp: &Stamp) -> Result<Expired, DbError> {
    let due = dnc_list::expired(conn, stamp.org, stamp.now)?;
    if due.is_empty() {
        return Ok(Expired::default());
    }
    let stamp = Stamp { import_id: None, ..stamp.clone() };
    let (ids, numbers): (Vec<i64>, Vec<String>) = due.into_iter().unzip();
    dnc_list::close(conn, &ids, RemovalKind::Expiry, RemovalKind::Expiry.reason(), &stamp)?;
    let leads_moved = move_leads_back(conn, &numbers, &stamp)? as u64;
    Ok(Expired { entries: ids.len() as u64, leads_moved })
}
