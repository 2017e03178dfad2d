//! Requests not to be contacted: each is kept, and decided once.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};
use serde::Serialize;

use crate::db::Stamp;
use crate::db::schema::{dnc_requests, imports};
use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::dnc::{Decision, DncScope, DncSource};
use crate::domain::imports::kind::ImportStatus;
use crate::domain::timestamp::Timestamp;

/// A row of `dnc_requests`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = dnc_requests, treat_none_as_default_value = false)]
pub struct DncRequest {
    /// The database numbers new requests.
    #[diesel(skip_insertion)]
    pub id: i64,
    #[serde(skip)]
    pub organization_id: i32,
    pub phone_number: String,
    pub source: DncSource,
    pub scope: DncScope,
    pub reason: Option<String>,
    /// What the person said, or other evidence.
    pub text: Option<String>,
    pub class: Option<OptOutClass>,
    /// When the entry that it asks for ends.
    pub expires_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub due_at: Timestamp,
    pub recorded_by: Option<i64>,
    pub actor: String,
    pub recorded_at: Timestamp,
    pub import_id: Option<i64>,
    pub decision: Option<Decision>,
    pub decision_reason: Option<String>,
    pub decided_by: Option<i64>,
    pub decided_actor: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// The entry that honours it.
    pub dnc_id: Option<i64>,
}

/// Appends requests that this stamp records.
///
/// # Errors
/// The database refuses.
pub fn append(conn: &mut Db, requests: &[DncRequest], stamp: &Stamp) -> Result<(), DbError> {
    match conn {
        Db::Sqlite(sqlite) => {
            for request in requests {
                diesel::insert_into(dnc_requests::table).values(request).execute(sqlite)?;
            }
        }
        Db::Postgres(pg) => append_together(pg, requests, stamp)?,
    }
    Ok(())
}

fn append_together(conn: &mut diesel::PgConnection, requests: &[DncRequest], stamp: &Stamp) -> Result<(), DbError> {
    fn each<'a, T>(requests: &'a [DncRequest], column: impl Fn(&'a DncRequest) -> T) -> Vec<T> {
        requests.iter().map(column).collect()
    }
    diesel::sql_query(
        "INSERT INTO dnc_requests (organization_id, recorded_by, actor, recorded_at, import_id, phone_number, source,
             scope, reason, text, class, expires_at, received_at, due_at, decision, decision_reason, decided_by,
             decided_actor, decided_at, dnc_id)
         SELECT $1, $2, $3, $4, $5, r.phone_number, r.source, r.scope, r.reason, r.text, r.class, r.expires_at,
             r.received_at, r.due_at, r.decision, r.decision_reason, r.decided_by, r.decided_actor, r.decided_at, r.dnc_id
         FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[],
                  $13::timestamptz[], $14::timestamptz[], $15::text[], $16::text[], $17::bigint[], $18::text[],
                  $19::timestamptz[], $20::bigint[])
              WITH ORDINALITY AS r (phone_number, source, scope, reason, text, class, expires_at, received_at, due_at,
                  decision, decision_reason, decided_by, decided_actor, decided_at, dnc_id, place)
         ORDER BY place",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<Text, _>(&stamp.actor)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Nullable<BigInt>, _>(stamp.import_id)
    .bind::<Array<Text>, _>(each(requests, |r| r.phone_number.as_str()))
    .bind::<Array<Text>, _>(each(requests, |r| r.source.as_str()))
    .bind::<Array<Text>, _>(each(requests, |r| r.scope.as_str()))
    .bind::<Array<Nullable<Text>>, _>(each(requests, |r| r.reason.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(each(requests, |r| r.text.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(each(requests, |r| r.class.map(OptOutClass::as_str)))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(requests, |r| r.expires_at))
    .bind::<Array<UtcTimestamp>, _>(each(requests, |r| r.received_at))
    .bind::<Array<UtcTimestamp>, _>(each(requests, |r| r.due_at))
    .bind::<Array<Nullable<Text>>, _>(each(requests, |r| r.decision.map(Decision::as_str)))
    .bind::<Array<Nullable<Text>>, _>(each(requests, |r| r.decision_reason.as_deref()))
    .bind::<Array<Nullable<BigInt>>, _>(each(requests, |r| r.decided_by))
    .bind::<Array<Nullable<Text>>, _>(each(requests, |r| r.decided_actor.as_deref()))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(requests, |r| r.decided_at))
    .bind::<Array<Nullable<BigInt>>, _>(each(requests, |r| r.dnc_id))
    .execute(conn)?;
    Ok(())
}

/// The request with this id.
///
/// # Errors
/// The database cannot be read.
pub fn by_id(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<DncRequest>, DbError> {
    Ok(dnc_requests::table
        .filter(dnc_requests::organization_id.eq(org.0).and(dnc_requests::id.eq(id)))
        .select(DncRequest::as_select())
        .first(conn)
        .optional()?)
}

/// Writes the decision on a request that nobody has decided. Returns false when somebody has.
///
/// # Errors
/// The database refuses.
pub fn decide(
    conn: &mut Db,
    id: i64,
    decision: Decision,
    reason: Option<&str>,
    dnc_id: Option<i64>,
    stamp: &Stamp,
) -> Result<bool, DbError> {
    let undecided = dnc_requests::table
        .filter(dnc_requests::organization_id.eq(stamp.org.0).and(dnc_requests::id.eq(id)))
        .filter(dnc_requests::decision.is_null());
    let decided = diesel::update(undecided)
        .set((
            dnc_requests::decision.eq(decision),
            dnc_requests::decision_reason.eq(reason),
            dnc_requests::decided_by.eq(stamp.changed_by),
            dnc_requests::decided_actor.eq(&stamp.actor),
            dnc_requests::decided_at.eq(stamp.now),
            dnc_requests::dnc_id.eq(dnc_id),
        ))
        .execute(conn)?;
    Ok(decided > 0)
}

/// The requests that nobody has decided, the most urgent first.
///
/// # Errors
/// The database cannot be read.
pub fn undecided(conn: &mut Db, org: OrgId) -> Result<Vec<DncRequest>, DbError> {
    Ok(dnc_requests::table
        .filter(dnc_requests::organization_id.eq(org.0).and(dnc_requests::decision.is_null()))
        .order((dnc_requests::due_at, dnc_requests::id))
        .select(DncRequest::as_select())
        .load(conn)?)
}

/// The numbers of requests that nobody has decided, each with the request's id, the earliest first.
///
/// # Errors
/// The database cannot be read.
pub fn undecided_numbers(conn: &mut Db, org: OrgId) -> Result<Vec<(String, i64)>, DbError> {
    Ok(dnc_requests::table
        .filter(dnc_requests::organization_id.eq(org.0).and(dnc_requests::decision.is_null()))
        .order(dnc_requests::id)
        .select((dnc_requests::phone_number, dnc_requests::id))
        .load(conn)?)
}

/// What was asked already, of these numbers and by these texts: pairs of both.
///
/// # Errors
/// The database cannot be read.
pub fn texts_of(conn: &mut Db, org: OrgId, numbers: &[String]) -> Result<HashSet<(String, String)>, DbError> {
    let mut found = HashSet::new();
    for chunk in numbers.chunks(crate::db::models::IN_LIST) {
        let of_numbers = dnc_requests::phone_number.eq_any(chunk).and(dnc_requests::text.is_not_null());
        let rows = dnc_requests::table
            .filter(dnc_requests::organization_id.eq(org.0).and(of_numbers))
            .select((dnc_requests::phone_number, dnc_requests::text))
            .load::<(String, Option<String>)>(conn)?;
        found.extend(rows.into_iter().filter_map(|(number, text)| Some((number, text?))));
    }
    Ok(found)
}

/// Every request of a number, in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn of_number(conn: &mut Db, org: OrgId, number: &str) -> Result<Vec<DncRequest>, DbError> {
    Ok(dnc_requests::table
        .filter(dnc_requests::organization_id.eq(org.0).and(dnc_requests::phone_number.eq(number)))
        .order(dnc_requests::id)
        .select(DncRequest::as_select())
        .load(conn)?)
}

/// The honoured requests of these numbers that came with no import, or with another one that is in force.
///
/// # Errors
/// The database cannot be read.
pub fn honoured_by_others(
    conn: &mut Db,
    org: OrgId,
    numbers: &[String],
    import: i64,
) -> Result<Vec<DncRequest>, DbError> {
    let mut found: Vec<DncRequest> = Vec::new();
    for chunk in numbers.chunks(crate::db::models::IN_LIST) {
        found.extend(
            dnc_requests::table
                .left_join(
                    imports::table
                        .on(imports::id.nullable().eq(dnc_requests::import_id).and(imports::organization_id.eq(org.0))),
                )
                .filter(dnc_requests::organization_id.eq(org.0))
                .filter(dnc_requests::phone_number.eq_any(chunk.to_vec()))
                .filter(dnc_requests::decision.eq(Decision::Honour))
                .filter(dnc_requests::import_id.is_null().or(dnc_requests::import_id.ne(import)))
                .filter(imports::status.is_null().or(imports::status.eq(ImportStatus::Done)))
                .order(dnc_requests::id)
                .select(DncRequest::as_select())
                .load(conn)?,
        );
    }
    Ok(found)
}

/// The numbers of honoured requests that no entry lists any more, though nobody took one off the list and none has ended: somebody has
/// deleted them past crmctl. Each with what is forbidden by the widest of its requests.
///
/// # Errors
/// The database cannot be read.
pub fn without_entry(conn: &mut Db, org: OrgId) -> Result<Vec<(String, DncScope)>, DbError> {
    let rows = Statement::new(
        "SELECT r.phone_number, CASE count(DISTINCT r.scope) WHEN 1 THEN min(r.scope) ELSE 'all' END FROM dnc_requests r
         WHERE r.decision = 'honour' AND r.organization_id = ",
    )
    .org(org)
    // One that is live, or whose end nobody has written down yet.
    .sql(
        " AND NOT EXISTS (SELECT 1 FROM dnc_list e WHERE e.organization_id = r.organization_id
              AND e.phone_number = r.phone_number AND e.removed_at IS NULL)
          AND NOT EXISTS (SELECT 1 FROM dnc_list e WHERE e.organization_id = r.organization_id
              AND e.phone_number = r.phone_number AND e.removed_at IS NOT NULL
              AND e.id >= r.dnc_id AND coalesce(e.removal_kind, '') <> 'replacement')
         GROUP BY r.phone_number ORDER BY r.phone_number",
    )
    .rows(conn)?;
    let of_row = |row: &crate::db::Cells| {
        let scope = row.at(1).text().and_then(DncScope::from_word)?;
        Some((row.at(0).text()?.to_owned(), scope))
    };
    Ok(rows.iter().filter_map(of_row).collect())
}
