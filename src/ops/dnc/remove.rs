//! Closing entries of the do-not-call list, by a person or because their time has come; the leads go back.

use std::collections::HashSet;

use super::add::list_kept;
use super::move_leads_back;
use super::sharing::{self, Group, Skipped, own_at, travel};
use crate::db::Stamp;
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::models::dnc::dnc_list::{self, NewDncEntry};
use crate::db::models::dnc::dnc_requests;
use crate::db::models::dnc::dnc_spellings::{self, Reached};
use crate::db::models::imports::Import;
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError};
use crate::domain::dnc::wishes::Wishes;
use crate::domain::dnc::{DncOrigin, RemovalKind};
use crate::domain::phone::E164;

/// What removing did.
#[derive(Debug, Default)]
pub struct Removed {
    /// The entries as they were.
    pub entries: Vec<DncEntry>,
    /// Numbers that have no entry.
    pub not_listed: Vec<E164>,
    /// Numbers that other organizations of the group list, and this one does not: they were left alone.
    pub of_others: Vec<String>,
    /// Numbers that stay listed, because other organizations of the group list them, too.
    pub still_shared: Vec<String>,
    /// Entries of other spellings, by which the numbers stay blocked: whoever asked for them may be another subscriber.
    pub still_reached: Vec<Reached>,
    pub leads_moved: u64,
    /// Leads that another transaction is changing: to be settled when it has ended.
    pub skipped: Skipped,
}

/// Closes the entries of these numbers and puts their leads back, also in the other organizations of the group unless one of them
/// lists the number, too. The caller holds [`crate::db::Lock::DncList`].
///
/// # Errors
/// The database refuses.
pub fn remove(conn: &mut Db, numbers: &[E164], reason: &str, stamp: &Stamp) -> Result<Removed, DbError> {
    let mut skipped = expire(conn, OnLocked::Skip, stamp)?.skipped;
    let texts: Vec<String> = numbers.iter().map(E164::to_string).collect();
    let (mut entries, of_others): (Vec<DncEntry>, Vec<DncEntry>) = dnc_entries::live_among(conn, stamp.org, &texts)?
        .into_iter()
        .partition(|entry| own_at(entry, stamp.now).is_some());
    entries.sort_unstable_by_key(|entry| entry.id);
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    dnc_list::close(conn, &ids, RemovalKind::Person, reason, stamp)?;
    let closed: Vec<String> = entries.iter().map(|entry| entry.phone_number.clone()).collect();
    skipped.extend(travel(conn, &closed, RemovalKind::Person, OnLocked::Skip.into(), stamp)?);
    let moved = move_leads_back(conn, &closed, OnLocked::Skip, stamp)?;
    skipped.extend(moved.skipped);
    let still = dnc_entries::live_among(conn, stamp.org, &closed)?;
    let still_shared: Vec<String> = still.into_iter().map(|entry| entry.phone_number).collect();
    let mut not_listed: Vec<E164> = numbers.to_vec();
    not_listed.sort_unstable();
    not_listed.dedup();
    let of_others: Vec<String> = of_others.into_iter().map(|entry| entry.phone_number).collect();
    let listed: HashSet<E164> = closed.iter().chain(&of_others).filter_map(|number| E164::from_e164(number)).collect();
    not_listed.retain(|number| !listed.contains(number));
    let mut still_reached = dnc_spellings::reaching(conn, stamp.org, &texts, stamp.now)?;
    still_reached.retain(|reached| reached.number != reached.entry.phone_number);
    Ok(Removed { entries, not_listed, of_others, still_shared, still_reached, leads_moved: moved.leads, skipped })
}

/// What became of the entries of an import.
#[derive(Debug, Default)]
pub struct TakenOff {
    /// Their numbers: leads with them may leave `dnc`.
    pub numbers: Vec<String>,
    /// How many of them nothing else keeps on the list.
    pub removed: u64,
}

/// Closes the entries that an import made. What the entries had replaced returns, requests that they had honoured beside the import's own
/// are honoured again, and what others of the group wish stays. The caller moves the leads.
///
/// # Errors
/// The database refuses.
pub fn take_back_import(conn: &mut Db, import: &Import, stamp: &Stamp) -> Result<TakenOff, DbError> {
    let numbers = dnc_list::close_of_import(conn, import.id, stamp)?;
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
    travel(conn, &numbers, RemovalKind::Undo, OnLocked::Wait.into(), stamp)?;
    let listed: HashSet<String> =
        dnc_entries::live_among(conn, stamp.org, &numbers)?.into_iter().map(|entry| entry.phone_number).collect();
    let removed = numbers.iter().filter(|number| !listed.contains(*number)).count() as u64;
    Ok(TakenOff { numbers, removed })
}

/// What expiry did.
#[derive(Debug, Default)]
pub struct Expired {
    pub entries: u64,
    pub leads_moved: u64,
    /// Leads that another transaction is changing: to be settled when it has ended.
    pub skipped: Skipped,
}

/// Lists again what entries of an import replaced: it may still forbid texts.
fn list_again(conn: &mut Db, numbers: &[String], import: &Import, stamp: &Stamp) -> Result<(), DbError> {
    let replaced = dnc_list::superseded(conn, stamp.org, numbers, import.id, import.started_at)?;
    // Each goes when its own import is undone.
    for entry in replaced {
        // What others wish comes through the group again.
        let Some(own) = own_at(&entry, stamp.now) else { continue };
        let stamp = Stamp { import_id: entry.import_id, ..stamp.clone() };
        dnc_list::add(conn, &[again(&entry, Wishes::own(own), &stamp)], &stamp)?;
    }
    Ok(())
}

/// An entry that forbids what the organization still wishes of a closed one, for the same reason.
fn again(entry: &DncEntry, left: Wishes, stamp: &Stamp) -> NewDncEntry {
    NewDncEntry {
        added_by: stamp.changed_by,
        added_at: stamp.now,
        import_id: stamp.import_id,
        added_actor: stamp.actor.clone(),
        ..sharing::again(entry, left, stamp.org, stamp.now)
    }
}

/// What goes on of entries of which a ban has ended: of two bans one may.
fn going_on(conn: &mut Db, ended: &[&DncEntry], stamp: &Stamp) -> Result<Vec<NewDncEntry>, DbError> {
    let mut group = None;
    let mut left = Vec::new();
    for entry in ended {
        let Some(wishes) = entry.wishes().left_at(stamp.now) else { continue };
        left.push(match (wishes.own, entry.origin) {
            (Some(_), _) => again(entry, wishes, stamp),
            // It came through the group and still does.
            (None, DncOrigin::Group) => sharing::again(entry, wishes, stamp.org, stamp.now),
            // Only others wish it now, so what was said here is not why.
            (None, _) => {
                let group = match &group {
                    Some(group) => group,
                    None => group.insert(Group::around(conn, stamp.org)?),
                };
                group.entry(&entry.phone_number, wishes, stamp.org, stamp.now)
            }
        });
    }
    Ok(left)
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
    let left = going_on(conn, &closed, &stamp)?;
    dnc_list::add(conn, &left, &stamp)?;
    let numbers: Vec<String> = closed.iter().map(|entry| entry.phone_number.clone()).collect();
    let moved = move_leads_back(conn, &numbers, on_locked, &stamp)?;
    Ok(Expired { entries: closed.len() as u64, leads_moved: moved.leads, skipped: moved.skipped })
}
