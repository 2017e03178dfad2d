//! Leads: the people and companies that may become customers or recruits.

pub mod lead_assignments;
pub mod lead_audit_log;
pub mod lead_emails;
pub mod lead_identities;
pub mod lead_merges;
pub mod lead_notes;
pub mod lead_phones;
pub mod lead_search;
pub mod lead_status_history;
pub mod lead_tags;
pub mod status_rows;

use std::collections::HashMap;

use diesel::prelude::*;

use super::IN_LIST;
use crate::db::schema::{lead_phones as further, leads};
use crate::db::types::Uid;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::territories::Placing;
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

pub use crate::db::lead_fields::Lead;

/// Reserves ids for `count` new leads, ascending.
///
/// # Errors
/// The database refuses.
pub fn reserve_ids(conn: &mut Db, count: usize) -> Result<Vec<i64>, DbError> {
    #[derive(QueryableByName)]
    struct Reserved {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: i64,
    }
    match conn {
        Db::Sqlite(sqlite) => {
            let last: Option<i64> = leads::table.select(diesel::dsl::max(leads::id)).first(sqlite)?;
            let first = last.unwrap_or(0) + 1;
            Ok((first..first + i64::try_from(count).unwrap_or(0)).collect())
        }
        Db::Postgres(pg) => {
            let rows: Vec<Reserved> = diesel::sql_query(
                "SELECT nextval(pg_get_serial_sequence('leads', 'id')) AS id FROM generate_series(1, $1) ORDER BY 1",
            )
            .bind::<diesel::sql_types::BigInt, _>(i64::try_from(count).unwrap_or(0))
            .load(pg)?;
            Ok(rows.into_iter().map(|row| row.id).collect())
        }
    }
}

/// Stores a changed lead; the caller has counted its version up.
///
/// # Errors
/// Another live lead has its phone or external id, or the database refuses.
pub fn update(conn: &mut Db, lead: &Lead) -> Result<(), DbError> {
    let row = leads::table.filter(leads::organization_id.eq(lead.organization_id).and(leads::id.eq(lead.id)));
    diesel::update(row).set(lead).execute(conn)?;
    Ok(())
}

/// These leads, live or deleted, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn by_ids(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Lead>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        found.extend(
            leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(chunk.to_vec())))
                .select(Lead::as_select())
                .load(conn)?,
        );
    }
    Ok(found)
}

/// The leads of these identities, live or deleted, with their ids.
///
/// # Errors
/// The database cannot be read.
pub fn ids_by_uid(conn: &mut Db, org: OrgId, uids: &[Uid]) -> Result<Vec<(Uid, i64)>, DbError> {
    let mut found = Vec::with_capacity(uids.len());
    for chunk in uids.chunks(IN_LIST) {
        let rows = leads::table.filter(leads::organization_id.eq(org.0).and(leads::uid.eq_any(chunk.to_vec())));
        found.extend(rows.select((leads::uid, leads::id)).load::<(Uid, i64)>(conn)?);
    }
    Ok(found)
}

/// These leads, live or deleted, in no order, held against changes by others until the transaction ends. On SQLite
/// nobody else writes anyway.
///
/// # Errors
/// The database cannot be read.
pub fn by_ids_for_change(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Lead>, DbError> {
    let Db::Postgres(pg) = conn else { return by_ids(conn, org, ids) };
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        found.extend(
            leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(chunk)))
                // All in one order, so that two who hold several never wait for each other.
                .order(leads::id)
                .select(Lead::as_select())
                .for_update()
                .load(pg)?,
        );
    }
    Ok(found)
}

/// The versions of these leads, live or deleted.
///
/// # Errors
/// The database cannot be read.
pub fn versions(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<HashMap<i64, i32>, DbError> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        let rows = leads::table.filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(chunk)));
        found.extend(rows.select((leads::id, leads::version)).load::<(i64, i32)>(conn)?);
    }
    Ok(found)
}

/// What a change of many leads must know of each.
#[derive(Debug, Clone, Queryable)]
pub struct LeadState {
    pub id: i64,
    pub status: Status,
    pub owner_id: Option<i64>,
    pub phone_number: Option<String>,
    pub territory_id: Option<i64>,
    pub territory_source: Option<Placing>,
}

/// Those of these leads that are live, in no order, held against changes by others until the transaction ends. On SQLite
/// nobody else writes anyway.
///
/// # Errors
/// The database cannot be read.
pub fn states_for_change(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<LeadState>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        let rows = leads::table.filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null())).select((
            leads::id,
            leads::status,
            leads::owner_id,
            leads::phone_number,
            leads::territory_id,
            leads::territory_source,
        ));
        match conn {
            Db::Sqlite(sqlite) => found.extend(rows.filter(leads::id.eq_any(chunk)).load::<LeadState>(sqlite)?),
            // All in one order, so that two who hold several never wait for each other.
            Db::Postgres(pg) => {
                found.extend(rows.filter(leads::id.eq_any(chunk)).order(leads::id).for_update().load::<LeadState>(pg)?)
            }
        }
    }
    Ok(found)
}

/// The live leads with one of these phones, by id.
///
/// # Errors
/// The database cannot be read.
pub fn live_by_phones(conn: &mut Db, org: OrgId, phones: &[String]) -> Result<Vec<Lead>, DbError> {
    let mut found = Vec::new();
    for chunk in phones.chunks(IN_LIST) {
        found.extend(
            leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
                .filter(leads::phone_number.eq_any(chunk.to_vec()))
                .select(Lead::as_select())
                .load(conn)?,
        );
    }
    // Sorted here: asked for the order, SQLite walks through the whole organization by id instead of by phone.
    found.sort_unstable_by_key(|lead: &Lead| lead.id);
    Ok(found)
}

/// What to do about leads that another transaction is changing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLocked {
    /// Wait until it ends.
    Wait,
    /// Leave them out, and tell which.
    Skip,
}

/// Leads and their statuses, by id, held against changes by others.
#[derive(Debug, Default)]
pub struct HeldLeads {
    pub statuses: Vec<(i64, Status)>,
    /// Leads that others hold.
    pub skipped: Vec<i64>,
}

/// The live leads with one of these numbers, as their first or a further one, held against changes by others until the
/// transaction ends. On SQLite nobody else writes anyway.
///
/// # Errors
/// The database cannot be read.
pub fn hold_with_numbers(
    conn: &mut Db,
    org: OrgId,
    phones: &[String],
    on_locked: OnLocked,
) -> Result<HeldLeads, DbError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: i64,
    }
    let mut held = HeldLeads::default();
    for chunk in phones.chunks(IN_LIST) {
        match conn {
            // Two statements: asked for both at once, SQLite reads all leads.
            Db::Sqlite(sqlite) => {
                let live = || {
                    leads::table
                        .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
                        .select((leads::id, leads::status))
                };
                held.statuses.extend(live().filter(leads::phone_number.eq_any(chunk)).load::<(i64, Status)>(sqlite)?);
                let with_further = further::table
                    .filter(further::organization_id.eq(org.0).and(further::phone_number.eq_any(chunk)))
                    .select(further::lead_id);
                held.statuses.extend(live().filter(leads::id.eq_any(with_further)).load::<(i64, Status)>(sqlite)?);
            }
            // Number by number, each by the index: asked for a thousand, PostgreSQL reads all leads.
            Db::Postgres(pg) => {
                let ids: Vec<i64> = diesel::sql_query(
                    "SELECT DISTINCT f.id
                     FROM (SELECT DISTINCT number FROM unnest($2) AS u (number)) n CROSS JOIN LATERAL (
                         SELECT id FROM leads
                         WHERE organization_id = $1 AND phone_number = n.number AND deleted_at IS NULL
                         UNION ALL
                         SELECT p.lead_id FROM lead_phones p
                         JOIN leads l ON l.organization_id = p.organization_id AND l.id = p.lead_id
                         WHERE p.organization_id = $1 AND p.phone_number = n.number AND l.deleted_at IS NULL
                     ) f ORDER BY f.id",
                )
                .bind::<diesel::sql_types::Integer, _>(org.0)
                .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(chunk)
                .load::<Found>(pg)?
                .into_iter()
                .map(|row| row.id)
                .collect();
                hold(pg, org, &ids, on_locked, &mut held)?;
            }
        }
    }
    held.statuses.sort_unstable_by_key(|(id, _)| *id);
    held.statuses.dedup_by_key(|(id, _)| *id);
    held.skipped.sort_unstable();
    held.skipped.dedup();
    Ok(held)
}

/// Holds those of these leads that are live, in the order of their ids.
fn hold(
    conn: &mut PgConnection,
    org: OrgId,
    ids: &[i64],
    on_locked: OnLocked,
    held: &mut HeldLeads,
) -> Result<(), DbError> {
    let live = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
        .filter(leads::id.eq_any(ids))
        .order(leads::id)
        .select((leads::id, leads::status));
    let found: Vec<(i64, Status)> = match on_locked {
        OnLocked::Wait => live.for_update().load(conn)?,
        OnLocked::Skip => live.for_update().skip_locked().load(conn)?,
    };
    if on_locked == OnLocked::Skip {
        // Both are in the order of ids.
        let is_held = |id: &i64| found.binary_search_by_key(id, |(known, _)| *known).is_ok();
        held.skipped.extend(ids.iter().filter(|id| !is_held(id)));
    }
    held.statuses.extend(found);
    Ok(())
}

/// Leads whose status does not follow the do-not-call list, by id.
#[derive(Debug, Default)]
pub struct OutOfLine {
    /// They have a number that may not be called, and another status than `dnc`.
    pub with_listed_number: Vec<i64>,
    /// They have the status `dnc`, and no such number.
    pub without_listed_number: Vec<i64>,
}

/// The live leads whose status does not say whether one of their numbers may not be called at `now`.
///
/// # Errors
/// The database cannot be read.
pub fn out_of_line(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<OutOfLine, DbError> {
    let barred = |sql: &'static str| {
        Statement::new(sql)
            .sql(" AND d.scope <> 'texts' AND (coalesce(d.calls_expire_at, d.expires_at) IS NULL OR coalesce(d.calls_expire_at, d.expires_at) > ")
            .time(now)
            .sql("))")
    };
    let statement = Statement::new("SELECT l.id, CASE l.status WHEN 'dnc' THEN 1 ELSE 0 END FROM leads l WHERE l.deleted_at IS NULL AND l.organization_id = ")
        .org(org)
        .sql(" AND (l.status = 'dnc') <> (")
        .then(barred(
            "EXISTS (SELECT 1 FROM dnc_numbers d WHERE d.organization_id = l.organization_id AND d.phone_number = l.phone_number",
        ))
        .sql(" OR ")
        .then(barred(
            "EXISTS (SELECT 1 FROM lead_phones p CROSS JOIN dnc_numbers d WHERE p.organization_id = l.organization_id
             AND p.lead_id = l.id AND d.organization_id = p.organization_id AND d.phone_number = p.phone_number",
        ))
        .sql(") ORDER BY l.id");
    let mut found = OutOfLine::default();
    statement.each_row(conn, |cells: Cells| -> Result<(), DbError> {
        match cells.at(1).number() {
            Some(1) => found.without_listed_number.extend(cells.at(0).number()),
            _ => found.with_listed_number.extend(cells.at(0).number()),
        }
        Ok(())
    })?;
    Ok(found)
}

/// The first numbers of these leads; those without one are missing.
///
/// # Errors
/// The database cannot be read.
pub fn first_numbers(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<(i64, String)>, DbError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(IN_LIST) {
        found.extend(
            leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(chunk.to_vec())))
                .filter(leads::phone_number.is_not_null())
                .select((leads::id, leads::phone_number.assume_not_null()))
                .load::<(i64, String)>(conn)?,
        );
    }
    Ok(found)
}

/// The live leads with this email.
///
/// # Errors
/// The database cannot be read.
pub fn live_by_email(conn: &mut Db, org: OrgId, email: &str) -> Result<Vec<Lead>, DbError> {
    Ok(leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
        .filter(leads::email.eq(email))
        .order(leads::id)
        .select(Lead::as_select())
        .load(conn)?)
}

/// The deleted leads with this phone or email, the latest deleted first.
///
/// # Errors
/// The database cannot be read.
pub fn deleted_by_phone_or_email(conn: &mut Db, org: OrgId, value: &str) -> Result<Vec<Lead>, DbError> {
    let deleted = || leads::table.filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_not_null()));
    let mut found: Vec<Lead> = match value.contains('@') {
        true => deleted().filter(leads::email.eq(value)).select(Lead::as_select()).load(conn)?,
        false => deleted().filter(leads::phone_number.eq(value)).select(Lead::as_select()).load(conn)?,
    };
    found.sort_unstable_by_key(|lead| std::cmp::Reverse((lead.deleted_at, lead.id)));
    Ok(found)
}
