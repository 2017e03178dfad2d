//! Entries of the do-not-call list as people look at them: lists, one number's entries, counts.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text};
use serde::Serialize;

use super::dnc_list as list;
use crate::db::models::IN_LIST;
use crate::db::schema::{dnc_list, dnc_requests, leads};
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::bans::{Bans, StoredBans};
use crate::domain::dnc::wishes::{StoredWishes, Wishes};
use crate::domain::dnc::{DncOrigin, DncScope, DncSource, RemovalKind};
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

/// A row of `dnc_list`.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Serialize)]
#[diesel(table_name = dnc_list)]
pub struct DncEntry {
    pub id: i64,
    pub phone_number: String,
    pub reason: Option<String>,
    pub source: DncSource,
    pub scope: DncScope,
    pub evidence: Option<String>,
    pub added_by: Option<i64>,
    pub added_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub calls_expire_at: Option<Timestamp>,
    pub texts_expire_at: Option<Timestamp>,
    pub removed_by: Option<i64>,
    pub removed_at: Option<Timestamp>,
    pub removal_kind: Option<RemovalKind>,
    pub removal_reason: Option<String>,
    pub added_actor: Option<String>,
    pub removed_actor: Option<String>,
    pub import_id: Option<i64>,
    /// Whose wish it is. Of both `own_…` is what the organization itself forbids.
    pub origin: DncOrigin,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_scope: Option<DncScope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_calls_expire_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_texts_expire_at: Option<Timestamp>,
}

impl DncEntry {
    /// What it forbids and until when.
    pub fn bans(&self) -> Bans {
        let DncEntry { scope, expires_at, calls_expire_at, texts_expire_at, .. } = *self;
        StoredBans { scope, expires_at, calls_expire_at, texts_expire_at }.into()
    }

    /// What it forbids, and what of that the organization itself wished.
    pub fn wishes(&self) -> Wishes {
        let own = self.own_scope.map(|scope| StoredBans {
            scope,
            expires_at: self.own_expires_at,
            calls_expire_at: self.own_calls_expire_at,
            texts_expire_at: self.own_texts_expire_at,
        });
        StoredWishes { origin: self.origin, whole: self.bans().into(), own }.into()
    }
}

/// Which entries a list shows.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub source: Option<DncSource>,
    pub scope: Option<DncScope>,
    pub added_since: Option<Timestamp>,
    pub added_until: Option<Timestamp>,
    pub import_id: Option<i64>,
    /// Closed entries instead of live ones.
    pub removed: bool,
}

/// The entries that a filter lets through, the newest first, from the one before `before` on.
///
/// # Errors
/// The database cannot be read.
pub fn page(
    conn: &mut Db,
    org: OrgId,
    filter: &EntryFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<DncEntry>, DbError> {
    let mut query = dnc_list::table.filter(dnc_list::organization_id.eq(org.0)).into_boxed();
    query = match filter.removed {
        true => query.filter(dnc_list::removed_at.is_not_null()),
        false => query.filter(dnc_list::removed_at.is_null()),
    };
    if let Some(source) = filter.source {
        query = query.filter(dnc_list::source.eq(source));
    }
    if let Some(scope) = filter.scope {
        query = query.filter(dnc_list::scope.eq(scope));
    }
    if let Some(since) = filter.added_since {
        query = query.filter(dnc_list::added_at.ge(since));
    }
    if let Some(until) = filter.added_until {
        query = query.filter(dnc_list::added_at.lt(until));
    }
    if let Some(import) = filter.import_id {
        query = query.filter(dnc_list::import_id.eq(import));
    }
    if let Some(before) = before {
        query = query.filter(dnc_list::id.lt(before));
    }
    Ok(query.order(dnc_list::id.desc()).limit(limit).select(DncEntry::as_select()).load(conn)?)
}

/// The entries of these very numbers that nobody has closed, expired ones among them. Who asks whether a number may be contacted
/// asks [`super::dnc_spellings::reaching`].
///
/// # Errors
/// The database cannot be read.
pub fn live_among(conn: &mut Db, org: OrgId, numbers: &[String]) -> Result<Vec<DncEntry>, DbError> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(IN_LIST) {
        match conn {
            Db::Sqlite(sqlite) => found.extend(
                dnc_list::table
                    .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
                    .filter(dnc_list::phone_number.eq_any(chunk))
                    .select(DncEntry::as_select())
                    .load(sqlite)?,
            ),
            // Number by number: while its statistics say that the list is short, PostgreSQL would read all of it.
            Db::Postgres(pg) => found.extend(
                diesel::sql_query(
                    "SELECT d.* FROM (SELECT DISTINCT number FROM unnest($2) AS u (number)) n CROSS JOIN LATERAL (
                         SELECT * FROM dnc_list
                         WHERE organization_id = $1 AND phone_number = n.number AND removed_at IS NULL LIMIT 1
                     ) d",
                )
                .bind::<Integer, _>(org.0)
                .bind::<Array<Text>, _>(chunk)
                .load::<DncEntry>(pg)?,
            ),
        }
    }
    Ok(found)
}

/// The entry with this id, live or closed.
///
/// # Errors
/// The database cannot be read.
pub fn by_id(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<DncEntry>, DbError> {
    Ok(dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::id.eq(id)))
        .select(DncEntry::as_select())
        .first(conn)
        .optional()?)
}

/// Every entry that a number ever had, in the order in which they were made.
///
/// # Errors
/// The database cannot be read.
pub fn of_number(conn: &mut Db, org: OrgId, number: &str) -> Result<Vec<DncEntry>, DbError> {
    let of_number =
        || dnc_list::table.filter(dnc_list::organization_id.eq(org.0).and(dnc_list::phone_number.eq(number)));
    // Live and closed entries have an index each.
    let mut entries: Vec<DncEntry> =
        of_number().filter(dnc_list::removed_at.is_not_null()).select(DncEntry::as_select()).load(conn)?;
    entries.extend(of_number().filter(dnc_list::removed_at.is_null()).select(DncEntry::as_select()).load(conn)?);
    entries.sort_by_key(|entry| entry.id);
    Ok(entries)
}

/// Live entries of one source and scope.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct EntryCount {
    pub source: DncSource,
    pub scope: DncScope,
    pub entries: i64,
}

/// The list in numbers.
#[derive(Debug, Clone, Serialize)]
pub struct DncStats {
    /// Entries in force.
    pub entries: i64,
    /// Of those, made in the last 30 days.
    pub added_30_days: i64,
    /// Of those, ending in the next 30 days, for calls or for texts.
    pub expiring_30_days: i64,
    /// Entries whose time has come, for calls or for texts, and that `dnc expire` will close.
    pub expired: i64,
    /// Closed entries, which are kept.
    pub removed: i64,
    /// Live leads with the status `dnc`.
    pub leads: i64,
    /// Requests ever recorded.
    pub requests: i64,
    /// Requests that nobody has decided.
    pub undecided: i64,
    /// Of those, past their deadline.
    pub overdue: i64,
    pub by_source: Vec<EntryCount>,
}

/// Counts the list at `now`.
///
/// # Errors
/// The database cannot be read.
pub fn stats(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<DncStats, DbError> {
    const DAYS_30: i64 = 30 * 86_400_000_000;
    let (before, after) =
        (Timestamp::from_micros(now.as_micros() - DAYS_30), Timestamp::from_micros(now.as_micros() + DAYS_30));
    let live = || dnc_list::table.filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()));
    let in_force = || live().filter(dnc_list::expires_at.is_null().or(dnc_list::expires_at.gt(now)));
    let requests = || dnc_requests::table.filter(dnc_requests::organization_id.eq(org.0));
    Ok(DncStats {
        entries: in_force().count().get_result(conn)?,
        added_30_days: in_force().filter(dnc_list::added_at.ge(before)).count().get_result(conn)?,
        expiring_30_days: in_force()
            .filter(
                dnc_list::expires_at
                    .le(after)
                    .or(dnc_list::calls_expire_at.le(after))
                    .or(dnc_list::texts_expire_at.le(after)),
            )
            .count()
            .get_result(conn)?,
        expired: list::expired(conn, org, now)?.len() as i64,
        removed: dnc_list::table
            .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_not_null()))
            .count()
            .get_result(conn)?,
        leads: leads::table
            .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
            .filter(leads::status.eq(Status::Dnc))
            .count()
            .get_result(conn)?,
        requests: requests().count().get_result(conn)?,
        undecided: requests().filter(dnc_requests::decision.is_null()).count().get_result(conn)?,
        overdue: requests()
            .filter(dnc_requests::decision.is_null().and(dnc_requests::due_at.lt(now)))
            .count()
            .get_result(conn)?,
        by_source: in_force()
            .group_by((dnc_list::source, dnc_list::scope))
            .order((dnc_list::source, dnc_list::scope))
            .select((dnc_list::source, dnc_list::scope, count_star()))
            .load(conn)?,
    })
}
