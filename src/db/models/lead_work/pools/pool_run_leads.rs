//! Which leads a run gave to whom, or took from whom, and which it left: append-only sets of ids.

use diesel::prelude::*;
use roaring::RoaringTreemap;

use crate::db::schema::pool_run_leads as table;
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::lead_work::pools::RunReason;

/// Leads of a run with which the same was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub run: i64,
    /// Who was given them, or from whom they were taken.
    pub user: Option<i64>,
    pub reason: Option<RunReason>,
    /// Who was passed over, by reason.
    pub skipped: Option<Json>,
    pub leads: RoaringTreemap,
}

#[derive(Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
struct NewPart {
    organization_id: i32,
    run_id: i64,
    user_id: Option<i64>,
    reason: Option<RunReason>,
    skipped: Option<Json>,
    lead_count: i64,
    leads: Vec<u8>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = table)]
struct Stored {
    run_id: i64,
    user_id: Option<i64>,
    reason: Option<RunReason>,
    skipped: Option<Json>,
    leads: Vec<u8>,
}

/// Writes the parts of a run down.
///
/// # Errors
/// The database refuses.
pub fn insert(conn: &mut Db, org: OrgId, parts: Vec<Part>) -> Result<(), DbError> {
    for part in parts {
        let mut leads = Vec::with_capacity(part.leads.serialized_size());
        part.leads.serialize_into(&mut leads).map_err(unreadable)?;
        let row = NewPart {
            organization_id: org.0,
            run_id: part.run,
            user_id: part.user,
            reason: part.reason,
            skipped: part.skipped,
            lead_count: i64::try_from(part.leads.len()).unwrap_or(i64::MAX),
            leads,
        };
        diesel::insert_into(table::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The leads that a run gave to somebody or took from somebody, in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn moved_by(conn: &mut Db, org: OrgId, run: i64) -> Result<Vec<Part>, DbError> {
    let of_run = table::table.filter(table::organization_id.eq(org.0).and(table::run_id.eq(run)));
    let moved = of_run.filter(table::user_id.is_not_null());
    parts(moved.order(table::id).select(Stored::as_select()).load(conn)?)
}

/// The leads that a run left, in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn left_by(conn: &mut Db, org: OrgId, run: i64) -> Result<Vec<Part>, DbError> {
    let of_run = table::table.filter(table::organization_id.eq(org.0).and(table::run_id.eq(run)));
    let left = of_run.filter(table::user_id.is_null());
    parts(left.order(table::id).select(Stored::as_select()).load(conn)?)
}

fn parts(stored: Vec<Stored>) -> Result<Vec<Part>, DbError> {
    let part = |row: Stored| -> Result<Part, DbError> {
        let leads = RoaringTreemap::deserialize_from(&row.leads[..]).map_err(unreadable)?;
        Ok(Part { run: row.run_id, user: row.user_id, reason: row.reason, skipped: row.skipped, leads })
    };
    stored.into_iter().map(part).collect()
}

/// How many leads these distributions gave to each user.
///
/// # Errors
/// The database cannot be read.
pub fn given_by_user(conn: &mut Db, org: OrgId, runs: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    let all = counts(conn, org, runs)?;
    Ok(all.into_iter().map(|(user, _, leads)| (user, leads)).collect())
}

/// How many leads these undoings took from each user: of those that stayed it is recorded, too, why.
///
/// # Errors
/// The database cannot be read.
pub fn taken_by_user(conn: &mut Db, org: OrgId, runs: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    let all = counts(conn, org, runs)?;
    Ok(all.into_iter().filter(|(_, reason, _)| reason.is_none()).map(|(user, _, leads)| (user, leads)).collect())
}

type Count = (i64, Option<RunReason>, i64);

fn counts(conn: &mut Db, org: OrgId, runs: &[i64]) -> Result<Vec<Count>, DbError> {
    let mut found = Vec::new();
    for some in runs.chunks(crate::db::models::IN_LIST) {
        found.extend(
            table::table
                .filter(table::organization_id.eq(org.0).and(table::run_id.eq_any(some.to_vec())))
                .filter(table::user_id.is_not_null())
                .select((table::user_id.assume_not_null(), table::reason, table::lead_count))
                .load::<Count>(conn)?,
        );
    }
    Ok(found)
}

fn unreadable(error: std::io::Error) -> DbError {
    DbError::Query(diesel::result::Error::DeserializationError(error.into()))
}
