//! The organization's do-not-call list.

use diesel::prelude::*;

use super::IN_LIST;
use crate::db::bulk::Stamp;
use crate::db::schema::dnc_list;
use crate::db::{Db, DbError, OrgId};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// One entry to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = dnc_list, treat_none_as_default_value = false)]
pub struct NewDncEntry {
    pub organization_id: i32,
    pub phone_number: String,
    pub reason: Option<String>,
    pub source: &'static str,
    pub scope: &'static str,
    pub evidence: Option<String>,
    pub added_by: Option<i64>,
    pub added_at: Timestamp,
    pub updated_at: Timestamp,
    pub import_id: Option<i64>,
}

/// Calls `each` with every number whose live entry forbids calls at `now`.
///
/// # Errors
/// The database cannot be read.
pub fn each_listed(conn: &mut Db, org: OrgId, now: Timestamp, mut each: impl FnMut(E164)) -> Result<(), DbError> {
    let live = dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
        .filter(dnc_list::scope.ne("texts"))
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
    let mut listed = Vec::new();
    for chunk in numbers.chunks(IN_LIST) {
        let rows: Vec<String> = dnc_list::table
            .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
            .filter(dnc_list::phone_number.eq_any(chunk.to_vec()))
            .filter(dnc_list::scope.ne("texts"))
            .filter(dnc_list::expires_at.is_null().or(dnc_list::expires_at.gt(now)))
            .select(dnc_list::phone_number)
            .load(conn)?;
        listed.extend(rows.iter().filter_map(|number| E164::from_e164(number)));
    }
    Ok(listed)
}

/// Numbers that others put on the list since `since`, while an import was under way.
///
/// # Errors
/// The database cannot be read.
pub fn added_by_others(
    conn: &mut Db,
    org: OrgId,
    since: Timestamp,
    import_id: Option<i64>,
) -> Result<Vec<String>, DbError> {
    Ok(dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
        .filter(dnc_list::scope.ne("texts").and(dnc_list::added_at.ge(since)))
        .filter(dnc_list::import_id.is_null().or(dnc_list::import_id.ne(import_id.unwrap_or(0))))
        .order(dnc_list::id)
        .select(dnc_list::phone_number)
        .load(conn)?)
}

/// Closes the live entries that an import made, and returns their numbers.
///
/// # Errors
/// The database refuses.
pub fn close_of_import(conn: &mut Db, import: i64, stamp: &Stamp) -> Result<Vec<String>, DbError> {
    let live = dnc_list::table
        .filter(dnc_list::organization_id.eq(stamp.org.0).and(dnc_list::removed_at.is_null()))
        .filter(dnc_list::import_id.eq(import));
    let numbers = live.order(dnc_list::id).select(dnc_list::phone_number).load(conn)?;
    diesel::update(live)
        .set((
            dnc_list::removed_at.eq(stamp.now),
            dnc_list::removed_by.eq(stamp.changed_by),
            dnc_list::removal_reason.eq(format!("import {import} undone")),
            dnc_list::updated_at.eq(stamp.now),
            dnc_list::version.eq(dnc_list::version + 1),
        ))
        .execute(conn)?;
    Ok(numbers)
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
            .filter(dnc_list::removal_reason.eq(SUPERSEDED).and(dnc_list::phone_number.eq_any(chunk.to_vec())));
        diesel::update(replaced)
            .set((
                dnc_list::removed_at.eq(None::<Timestamp>),
                dnc_list::removal_reason.eq(None::<String>),
                dnc_list::updated_at.eq(stamp.now),
                dnc_list::version.eq(dnc_list::version + 1),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Why an entry was closed when another one took its place.
const SUPERSEDED: &str = "replaced by a newer entry";

/// Closes live entries of these numbers that do not forbid calls (expired, or for texts only), so that a new
/// entry can take their place. Closed entries are kept.
///
/// # Errors
/// The database refuses.
pub fn close_superseded(conn: &mut Db, org: OrgId, numbers: &[String], now: Timestamp) -> Result<(), DbError> {
    for chunk in numbers.chunks(IN_LIST) {
        let live = dnc_list::table
            .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
            .filter(dnc_list::phone_number.eq_any(chunk.to_vec()));
        diesel::update(live)
            .set((
                dnc_list::removed_at.eq(now),
                dnc_list::removal_reason.eq(SUPERSEDED),
                dnc_list::updated_at.eq(now),
                dnc_list::version.eq(dnc_list::version + 1),
            ))
            .execute(conn)?;
    }
    Ok(())
}
