//! The organization's do-not-call list: writing and closing entries, and which numbers are listed.

use std::collections::HashMap;

use diesel::prelude::*;

use super::dnc_entries;
use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::schema::dnc_list;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::{DncScope, DncSource, RemovalKind};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// One entry to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = dnc_list, treat_none_as_default_value = false)]
pub struct NewDncEntry {
    pub organization_id: i32,
    pub phone_number: String,
    pub reason: Option<String>,
    pub source: DncSource,
    pub scope: DncScope,
    pub evidence: Option<String>,
    pub added_by: Option<i64>,
    pub added_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub import_id: Option<i64>,
    /// The account and host, with the user's email when there is one.
    pub added_actor: String,
}

/// Calls `each` with every number whose live entry forbids calls at `now`.
///
/// # Errors
/// The database cannot be read.
pub fn each_listed(conn: &mut Db, org: OrgId, now: Timestamp, mut each: impl FnMut(E164)) -> Result<(), DbError> {
    let live = dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
        .filter(dnc_list::scope.ne(DncScope::Texts))
        .filter(dnc_list::expires_at.is_null().or(dnc_list::expires_at.gt(now)))
        .select(dnc_list::phone_number);
    for number in live.load_iter::<String, diesel::connection::DefaultLoadingMode>(conn)? {
        if let Some(number) = E164::from_e164(&number?) {
            each(number);
        }
    }
    Ok(())
}

/// Which of these numbers have a live entry that forbids calls at `now`.
///
/// # Errors
/// The database cannot be read.
pub fn listed_among(conn: &mut Db, org: OrgId, numbers: &[String], now: Timestamp) -> Result<Vec<E164>, DbError> {
    let entries = dnc_entries::in_force_among(conn, org, numbers, now)?;
    let barred = entries.iter().filter(|entry| entry.scope.forbids_calls());
    Ok(barred.filter_map(|entry| E164::from_e164(&entry.phone_number)).collect())
}

/// Closes entries that nobody has closed, and says why.
///
/// # Errors
/// The database refuses.
pub fn close(conn: &mut Db, ids: &[i64], kind: RemovalKind, reason: &str, stamp: &Stamp) -> Result<(), DbError> {
    for chunk in ids.chunks(IN_LIST) {
        let live = dnc_list::table
            .filter(dnc_list::organization_id.eq(stamp.org.0).and(dnc_list::removed_at.is_null()))
            .filter(dnc_list::id.eq_any(chunk.to_vec()));
        diesel::update(live)
            .set((
                dnc_list::removed_at.eq(stamp.now),
                dnc_list::removed_by.eq(stamp.changed_by),
                dnc_list::removed_actor.eq(&stamp.actor),
                dnc_list::removal_kind.eq(kind),
                dnc_list::removal_reason.eq(reason),
                dnc_list::updated_at.eq(stamp.now),
                dnc_list::version.eq(dnc_list::version + 1),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Closes the live entries that an import made, and returns their numbers.
///
/// # Errors
/// The database refuses.
pub fn close_of_import(conn: &mut Db, import: i64, stamp: &Stamp) -> Result<Vec<String>, DbError> {
    let made: Vec<(i64, String)> = dnc_list::table
        .filter(dnc_list::organization_id.eq(stamp.org.0).and(dnc_list::removed_at.is_null()))
        .filter(dnc_list::import_id.eq(import))
        .order(dnc_list::id)
        .select((dnc_list::id, dnc_list::phone_number))
        .load(conn)?;
    let (ids, numbers): (Vec<i64>, Vec<String>) = made.into_iter().unzip();
    close(conn, &ids, RemovalKind::Undo, &format!("import {import} undone"), stamp)?;
    Ok(numbers)
}

/// The entries whose time has come and that nobody has closed yet, with their numbers.
///
/// # Errors
/// The database cannot be read.
pub fn expired(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<Vec<(i64, String)>, DbError> {
    Ok(dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
        .filter(dnc_list::expires_at.le(now))
        .order(dnc_list::id)
        .select((dnc_list::id, dnc_list::phone_number))
        .load(conn)?)
}

/// Opens the entries again that entries of an import replaced at `replaced_at`: they may still forbid texts.
///
/// # Errors
/// The database refuses.
pub fn reopen_superseded(
    conn: &mut Db,
    numbers: &[String],
    replaced_at: Timestamp,
    stamp: &Stamp,
) -> Result<(), DbError> {
    for chunk in numbers.chunks(IN_LIST) {
        let replaced = dnc_list::table
            .filter(dnc_list::organization_id.eq(stamp.org.0).and(dnc_list::removed_at.eq(replaced_at)))
            .filter(
                dnc_list::removal_kind.eq(RemovalKind::Replacement).and(dnc_list::phone_number.eq_any(chunk.to_vec())),
            );
        diesel::update(replaced)
            .set((
                dnc_list::removed_at.eq(None::<Timestamp>),
                dnc_list::removed_by.eq(None::<i64>),
                dnc_list::removed_actor.eq(None::<String>),
                dnc_list::removal_kind.eq(None::<RemovalKind>),
                dnc_list::removal_reason.eq(None::<String>),
                dnc_list::updated_at.eq(stamp.now),
                dnc_list::version.eq(dnc_list::version + 1),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Closes live entries of these numbers that do not forbid calls (expired, or for texts only), so that a new
/// entry can take their place. Closed entries are kept.
///
/// # Errors
/// The database refuses.
pub fn close_superseded(conn: &mut Db, numbers: &[String], stamp: &Stamp) -> Result<(), DbError> {
    let live = dnc_entries::live_among(conn, stamp.org, numbers)?;
    let ids: Vec<i64> = live.iter().map(|entry| entry.id).collect();
    close(conn, &ids, RemovalKind::Replacement, RemovalKind::Replacement.reason(), stamp)
}

/// When a person last took each of these numbers off the list; numbers that nobody took off are missing.
///
/// # Errors
/// The database cannot be read.
pub fn last_removed_by_person(
    conn: &mut Db,
    org: OrgId,
    numbers: &[String],
) -> Result<HashMap<String, Timestamp>, DbError> {
    let mut last = HashMap::new();
    for chunk in numbers.chunks(IN_LIST) {
        let removed: Vec<(String, Option<Timestamp>)> = dnc_list::table
            .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_not_null()))
            .filter(dnc_list::phone_number.eq_any(chunk.to_vec()).and(dnc_list::removal_kind.eq(RemovalKind::Person)))
            .order((dnc_list::removed_at, dnc_list::id))
            .select((dnc_list::phone_number, dnc_list::removed_at))
            .load(conn)?;
        last.extend(removed.into_iter().filter_map(|(number, at)| Some((number, at?))));
    }
    Ok(last)
}
