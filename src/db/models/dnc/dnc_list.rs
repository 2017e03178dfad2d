//! The organization's do-not-call list: writing and closing entries.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};

use super::dnc_entries::DncEntry;
use super::dnc_spellings;
use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::schema::dnc_list;
use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::bans::StoredBans;
use crate::domain::dnc::wishes::{StoredWishes, Wishes};
use crate::domain::dnc::{DncOrigin, DncScope, DncSource, RemovalKind};
use crate::domain::timestamp::Timestamp;

/// An entry that was just written.
#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    phone_number: String,
}

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
    pub calls_expire_at: Option<Timestamp>,
    pub texts_expire_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub import_id: Option<i64>,
    /// The account and host, with the user's email when there is one.
    pub added_actor: String,
    /// Left to the defaults of an entry of one's own: those are imported by the million.
    #[diesel(skip_insertion)]
    pub origin: DncOrigin,
    #[diesel(skip_insertion)]
    pub own_scope: Option<DncScope>,
    #[diesel(skip_insertion)]
    pub own_expires_at: Option<Timestamp>,
    #[diesel(skip_insertion)]
    pub own_calls_expire_at: Option<Timestamp>,
    #[diesel(skip_insertion)]
    pub own_texts_expire_at: Option<Timestamp>,
}

impl NewDncEntry {
    /// Makes it forbid something else.
    #[must_use]
    pub fn with(self, wishes: Wishes) -> NewDncEntry {
        let StoredWishes { origin, whole, own } = wishes.into();
        let StoredBans { scope, expires_at, calls_expire_at, texts_expire_at } = whole;
        NewDncEntry {
            scope,
            expires_at,
            calls_expire_at,
            texts_expire_at,
            origin,
            own_scope: own.map(|own| own.scope),
            own_expires_at: own.and_then(|own| own.expires_at),
            own_calls_expire_at: own.and_then(|own| own.calls_expire_at),
            own_texts_expire_at: own.and_then(|own| own.texts_expire_at),
            ..self
        }
    }
}

/// Writes new entries with the other spellings of their numbers. The caller has closed the live ones of these numbers.
///
/// # Errors
/// The database refuses.
pub fn add(conn: &mut Db, entries: &[NewDncEntry], stamp: &Stamp) -> Result<(), DbError> {
    for some in entries.chunks(TOGETHER) {
        let Db::Postgres(pg) = conn else {
            for entry in some {
                let insert = diesel::insert_into(dnc_list::table);
                match entry.origin {
                    DncOrigin::Own => insert.values(entry).execute(conn)?,
                    DncOrigin::Group | DncOrigin::Both => insert
                        .values((
                            entry,
                            dnc_list::origin.eq(entry.origin),
                            dnc_list::own_scope.eq(entry.own_scope),
                            dnc_list::own_expires_at.eq(entry.own_expires_at),
                            dnc_list::own_calls_expire_at.eq(entry.own_calls_expire_at),
                            dnc_list::own_texts_expire_at.eq(entry.own_texts_expire_at),
                        ))
                        .execute(conn)?,
                };
                dnc_spellings::add_of_last(conn, entry)?;
            }
            continue;
        };
        let made = add_together(pg, some, stamp)?;
        dnc_spellings::add(conn, stamp.org, made.iter().map(|made| (made.id, made.phone_number.as_str())))?;
    }
    Ok(())
}

/// Entries that came through the group; as the condition of their index says it, which SQLite uses for the same words only.
const OF_GROUP: &str = "origin <> 'own'";

/// Entries that one statement writes.
const TOGETHER: usize = 8000;

fn add_together(conn: &mut PgConnection, entries: &[NewDncEntry], stamp: &Stamp) -> Result<Vec<Made>, DbError> {
    fn each<'a, T>(entries: &'a [NewDncEntry], column: impl Fn(&'a NewDncEntry) -> T) -> Vec<T> {
        entries.iter().map(column).collect()
    }
    Ok(diesel::sql_query(
        "INSERT INTO dnc_list (organization_id, updated_at, added_by, added_at, import_id, added_actor, phone_number,
             reason, source, scope, evidence, expires_at, calls_expire_at, texts_expire_at, origin, own_scope,
             own_expires_at, own_calls_expire_at, own_texts_expire_at)
         SELECT $1, $2, r.*
         FROM unnest($3::bigint[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
                  $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::text[],
                  $16::text[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[]) AS r
         RETURNING id, phone_number",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<Nullable<BigInt>>, _>(each(entries, |e| e.added_by))
    .bind::<Array<UtcTimestamp>, _>(each(entries, |e| e.added_at))
    .bind::<Array<Nullable<BigInt>>, _>(each(entries, |e| e.import_id))
    .bind::<Array<Text>, _>(each(entries, |e| e.added_actor.as_str()))
    .bind::<Array<Text>, _>(each(entries, |e| e.phone_number.as_str()))
    .bind::<Array<Nullable<Text>>, _>(each(entries, |e| e.reason.as_deref()))
    .bind::<Array<Text>, _>(each(entries, |e| e.source.as_str()))
    .bind::<Array<Text>, _>(each(entries, |e| e.scope.as_str()))
    .bind::<Array<Nullable<Text>>, _>(each(entries, |e| e.evidence.as_deref()))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(entries, |e| e.expires_at))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(entries, |e| e.calls_expire_at))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(entries, |e| e.texts_expire_at))
    .bind::<Array<Text>, _>(each(entries, |e| e.origin.as_str()))
    .bind::<Array<Nullable<Text>>, _>(each(entries, |e| e.own_scope.map(DncScope::as_str)))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(entries, |e| e.own_expires_at))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(entries, |e| e.own_calls_expire_at))
    .bind::<Array<Nullable<UtcTimestamp>>, _>(each(entries, |e| e.own_texts_expire_at))
    .load(conn)?)
}

/// Closes those of these entries that nobody has closed, says why, and returns which.
///
/// # Errors
/// The database refuses.
pub fn close(conn: &mut Db, ids: &[i64], kind: RemovalKind, reason: &str, stamp: &Stamp) -> Result<Vec<i64>, DbError> {
    let mut closed = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        let live = dnc_list::table
            .filter(dnc_list::organization_id.eq(stamp.org.0).and(dnc_list::removed_at.is_null()))
            .filter(dnc_list::id.eq_any(chunk.to_vec()));
        // Held: two who close an entry at once do not both close it.
        let still: Vec<i64> = match conn {
            Db::Sqlite(sqlite) => live.select(dnc_list::id).load(sqlite)?,
            Db::Postgres(pg) => live.select(dnc_list::id).for_update().load(pg)?,
        };
        diesel::update(
            dnc_list::table
                .filter(dnc_list::organization_id.eq(stamp.org.0))
                .filter(dnc_list::id.eq_any(still.clone())),
        )
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
        closed.extend(still);
    }
    Ok(closed)
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

/// The entries of which a ban has ended and that nobody has closed yet.
///
/// # Errors
/// The database cannot be read.
pub fn expired(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<Vec<DncEntry>, DbError> {
    let live = || {
        dnc_list::table
            .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.is_null()))
            .order(dnc_list::id)
            .select(DncEntry::as_select())
    };
    // Ends of whole entries have an index, and so have entries of two ends.
    let mut found: Vec<DncEntry> = live().filter(dnc_list::expires_at.le(now)).load(conn)?;
    let has_early_end = dnc_list::calls_expire_at.is_not_null().or(dnc_list::texts_expire_at.is_not_null());
    let has_ended = dnc_list::calls_expire_at.le(now).or(dnc_list::texts_expire_at.le(now));
    let is_whole = dnc_list::expires_at.is_null().or(dnc_list::expires_at.gt(now));
    found.extend(live().filter(has_early_end).filter(has_ended).filter(is_whole).load::<DncEntry>(conn)?);
    Ok(found)
}

/// The entries of others that entries of an import, which began at `replaced_at`, replaced: the last one of each of these numbers.
///
/// # Errors
/// The database cannot be read.
pub fn superseded(
    conn: &mut Db,
    org: OrgId,
    numbers: &[String],
    import: i64,
    replaced_at: Timestamp,
) -> Result<Vec<DncEntry>, DbError> {
    let mut last: BTreeMap<String, DncEntry> = BTreeMap::new();
    for chunk in numbers.chunks(IN_LIST) {
        let found: Vec<DncEntry> = dnc_list::table
            .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::removed_at.eq(replaced_at)))
            .filter(dnc_list::removal_kind.eq(RemovalKind::Replacement))
            .filter(dnc_list::import_id.is_null().or(dnc_list::import_id.ne(import)))
            .filter(dnc_list::phone_number.eq_any(chunk.to_vec()))
            .order(dnc_list::id)
            .select(DncEntry::as_select())
            .load(conn)?;
        last.extend(found.into_iter().map(|entry| (entry.phone_number.clone(), entry)));
    }
    Ok(last.into_values().collect())
}

/// The highest id that an entry of the organization has; 0 when there is none.
///
/// # Errors
/// The database cannot be read.
pub fn last_id(conn: &mut Db, org: OrgId) -> Result<i64, DbError> {
    let last: Option<i64> = dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0))
        .select(diesel::dsl::max(dnc_list::id))
        .get_result(conn)?;
    Ok(last.unwrap_or_default())
}

/// Ids and numbers of the entries after the one with this id, in the order of ids.
///
/// # Errors
/// The database cannot be read.
pub(super) fn numbers_after(conn: &mut Db, org: OrgId, after: i64, limit: i64) -> Result<Vec<(i64, String)>, DbError> {
    Ok(dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::id.gt(after)))
        .order(dnc_list::id)
        .limit(limit)
        .select((dnc_list::id, dnc_list::phone_number))
        .load(conn)?)
}

/// Ids and numbers of the live entries after the one with this id, in the order of ids: of all, or of those that came through the
/// group.
///
/// # Errors
/// The database cannot be read.
pub fn live_after(conn: &mut Db, org: OrgId, after: i64, of_group: bool) -> Result<Vec<(i64, String)>, DbError> {
    let live = dnc_list::table
        .filter(dnc_list::organization_id.eq(org.0).and(dnc_list::id.gt(after)).and(dnc_list::removed_at.is_null()))
        .order(dnc_list::id)
        .limit(TOGETHER as i64)
        .select((dnc_list::id, dnc_list::phone_number));
    Ok(match of_group {
        true => live.filter(sql::<Bool>(OF_GROUP)).load(conn)?,
        false => live.load(conn)?,
    })
}

/// Makes live entries that came through the group the organization's own, as they are. Returns how many.
///
/// # Errors
/// The database refuses.
pub fn take_over(conn: &mut Db, ids: &[i64], stamp: &Stamp) -> Result<u64, DbError> {
    let mut changed = 0;
    for chunk in ids.chunks(IN_LIST) {
        let shared = dnc_list::table
            .filter(dnc_list::organization_id.eq(stamp.org.0).and(dnc_list::removed_at.is_null()))
            .filter(dnc_list::origin.ne(DncOrigin::Own).and(dnc_list::id.eq_any(chunk.to_vec())));
        changed += diesel::update(shared)
            .set((
                dnc_list::origin.eq(DncOrigin::Own),
                dnc_list::own_scope.eq(None::<DncScope>),
                dnc_list::own_expires_at.eq(None::<Timestamp>),
                dnc_list::own_calls_expire_at.eq(None::<Timestamp>),
                dnc_list::own_texts_expire_at.eq(None::<Timestamp>),
                dnc_list::updated_at.eq(stamp.now),
                dnc_list::version.eq(dnc_list::version + 1),
            ))
            .execute(conn)? as u64;
    }
    Ok(changed)
}

/// The numbers of entries that were made after the one with this id, or closed since this time.
///
/// # Errors
/// The database cannot be read.
pub fn changed_since(conn: &mut Db, org: OrgId, after: i64, since: Timestamp) -> Result<Vec<String>, DbError> {
    let of_org = || dnc_list::table.filter(dnc_list::organization_id.eq(org.0)).select(dnc_list::phone_number);
    let mut numbers: Vec<String> = of_org().filter(dnc_list::id.gt(after)).load(conn)?;
    numbers.extend(of_org().filter(dnc_list::removed_at.ge(since)).load::<String>(conn)?);
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
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
