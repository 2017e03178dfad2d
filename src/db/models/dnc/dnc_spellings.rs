//! Which subscribers the list reaches: the spellings of its numbers besides their own, and the look-ups through them.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text};

use super::dnc_entries::{self, DncEntry};
use super::dnc_list::{self, NewDncEntry};
use crate::db::models::IN_LIST;
use crate::db::models::access::system_config::{self, Setting};
use crate::db::schema::dnc_spellings;
use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId};
use crate::domain::phone::E164;
use crate::domain::phone::equivalents::{RULES_VERSION, other_spellings};
use crate::domain::timestamp::Timestamp;

/// The setting that names the rules by which the spellings of an organization were written.
const RULES_KEY: &str = "internal.dnc_spelling_rules";

/// A spelling of the number of an entry.
#[derive(Debug, Insertable)]
#[diesel(table_name = dnc_spellings, treat_none_as_default_value = false)]
struct Spelling {
    organization_id: i32,
    phone_number: String,
    dnc_id: i64,
}

/// Writes the other spellings of entries, which are given by id and number.
///
/// # Errors
/// The database refuses.
pub(super) fn add<'a>(conn: &mut Db, org: OrgId, entries: impl Iterator<Item = (i64, &'a str)>) -> Result<(), DbError> {
    let spellings: Vec<Spelling> = entries.flat_map(|(id, number)| spellings_of(org.0, id, number)).collect();
    insert(conn, &spellings)
}

fn insert(conn: &mut Db, spellings: &[Spelling]) -> Result<(), DbError> {
    match conn {
        Db::Sqlite(sqlite) => {
            for spelling in spellings {
                diesel::insert_into(dnc_spellings::table).values(spelling).execute(sqlite)?;
            }
        }
        Db::Postgres(pg) => {
            for some in spellings.chunks(IN_LIST) {
                diesel::insert_into(dnc_spellings::table).values(some).execute(pg)?;
            }
        }
    }
    Ok(())
}

/// Writes the other spellings of the entry that was the last row to be written, on SQLite. Almost no number has any, so its id is
/// asked for only then.
pub(super) fn add_of_last(conn: &mut Db, entry: &NewDncEntry) -> Result<(), DbError> {
    if others(&entry.phone_number).is_empty() {
        return Ok(());
    }
    let id: i64 = diesel::select(diesel::dsl::sql::<BigInt>("last_insert_rowid()")).get_result(conn)?;
    add(conn, OrgId(entry.organization_id), std::iter::once((id, entry.phone_number.as_str())))
}

fn spellings_of(organization_id: i32, dnc_id: i64, number: &str) -> Vec<Spelling> {
    let spelling = |phone_number| Spelling { organization_id, phone_number, dnc_id };
    others(number).into_iter().map(spelling).collect()
}

/// A number and all other spellings of it.
pub fn with_others(numbers: &[String]) -> Vec<String> {
    let mut all = numbers.to_vec();
    all.extend(numbers.iter().flat_map(|number| others(number)));
    all.sort_unstable();
    all.dedup();
    all
}

fn others(number: &str) -> Vec<String> {
    let others = E164::from_e164(number).map(other_spellings).unwrap_or_default();
    others.iter().map(E164::to_string).collect()
}

/// An entry, and the number among those asked for by which it was reached.
#[derive(Debug, Clone)]
pub struct Reached {
    pub number: String,
    pub entry: DncEntry,
}

/// The entries in force at `now` that reach the subscribers of these numbers, in whatever spelling.
///
/// # Errors
/// The database cannot be read.
pub fn reaching(conn: &mut Db, org: OrgId, numbers: &[String], now: Timestamp) -> Result<Vec<Reached>, DbError> {
    let mut found = Vec::new();
    for entry in dnc_entries::live_among(conn, org, numbers)? {
        found.push(Reached { number: entry.phone_number.clone(), entry });
    }
    // By the rules of this program, whichever wrote the entries.
    let mut asked: HashMap<String, BTreeSet<&String>> = HashMap::new();
    for number in numbers {
        for other in others(number) {
            asked.entry(other).or_default().insert(number);
        }
    }
    let others: Vec<String> = asked.keys().cloned().collect();
    for entry in dnc_entries::live_among(conn, org, &others)? {
        let by = asked.get(&entry.phone_number).into_iter().flatten();
        found.extend(by.map(|number| Reached { number: (*number).clone(), entry: entry.clone() }));
    }
    // And by what is stored, which other programs look at.
    let known: HashSet<(&str, i64)> = found.iter().map(|one| (one.number.as_str(), one.entry.id)).collect();
    let mut stored = stored(conn, org, numbers)?;
    stored.retain(|(number, id)| !known.contains(&(number.as_str(), *id)));
    for (number, id) in stored {
        let entry = dnc_entries::by_id(conn, org, id)?.filter(|entry| entry.removed_at.is_none());
        found.extend(entry.map(|entry| Reached { number, entry }));
    }
    found.retain(|reached| reached.entry.bans().hold(None, now));
    Ok(found)
}

/// The stored spellings among these numbers, with the ids of their entries.
fn stored(conn: &mut Db, org: OrgId, numbers: &[String]) -> Result<Vec<(String, i64)>, DbError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        phone_number: String,
        #[diesel(sql_type = BigInt)]
        dnc_id: i64,
    }
    let mut found = Vec::new();
    for chunk in numbers.chunks(IN_LIST) {
        match conn {
            Db::Sqlite(sqlite) => found.extend(
                dnc_spellings::table
                    .filter(dnc_spellings::organization_id.eq(org.0))
                    .filter(dnc_spellings::phone_number.eq_any(chunk))
                    .select((dnc_spellings::phone_number, dnc_spellings::dnc_id))
                    .load::<(String, i64)>(sqlite)?,
            ),
            // Number by number: while its statistics say that the table is short, PostgreSQL would read all of it.
            Db::Postgres(pg) => found.extend(
                diesel::sql_query(
                    "SELECT s.phone_number, s.dnc_id FROM (SELECT DISTINCT number FROM unnest($2) AS u (number)) n
                     CROSS JOIN LATERAL (
                         SELECT phone_number, dnc_id FROM dnc_spellings
                         WHERE organization_id = $1 AND phone_number = n.number
                     ) s",
                )
                .bind::<Integer, _>(org.0)
                .bind::<Array<Text>, _>(chunk)
                .load::<Found>(pg)?
                .into_iter()
                .map(|row| (row.phone_number, row.dnc_id)),
            ),
        }
    }
    Ok(found)
}

/// Calls `each` with every number, in every spelling, that may not be called at `now`.
///
/// # Errors
/// The database cannot be read.
pub fn each_barred(conn: &mut Db, org: OrgId, now: Timestamp, mut each: impl FnMut(E164)) -> Result<(), DbError> {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = Text)]
        phone_number: String,
    }
    let statement = diesel::sql_query(
        "SELECT phone_number FROM dnc_numbers
         WHERE organization_id = $1 AND scope <> 'texts'
           AND (coalesce(calls_expire_at, expires_at) IS NULL OR coalesce(calls_expire_at, expires_at) > $2)",
    )
    .bind::<Integer, _>(org.0)
    .bind::<UtcTimestamp, _>(now);
    let mut take = |number: &Number| {
        if let Some(number) = E164::from_e164(&number.phone_number) {
            each(number);
        }
    };
    match conn {
        Db::Sqlite(sqlite) => {
            for number in statement.load_iter::<Number, diesel::connection::DefaultLoadingMode>(sqlite)? {
                take(&number?);
            }
        }
        Db::Postgres(pg) => {
            for number in statement.load_iter::<Number, diesel::connection::DefaultLoadingMode>(pg)? {
                take(&number?);
            }
        }
    }
    Ok(())
}

/// Which of these numbers may not be called at `now`, because an entry reaches their subscriber.
///
/// # Errors
/// The database cannot be read.
pub fn barred_among(conn: &mut Db, org: OrgId, numbers: &[String], now: Timestamp) -> Result<Vec<E164>, DbError> {
    let reached = reaching(conn, org, numbers, now)?;
    let barred = reached.iter().filter(|reached| reached.entry.bans().calls.holds(now));
    Ok(barred.filter_map(|reached| E164::from_e164(&reached.number)).collect())
}

/// Whether entries may have been written by other rules than those of this program.
///
/// # Errors
/// The database cannot be read.
pub fn are_stale(conn: &mut Db, org: OrgId) -> Result<bool, DbError> {
    let rules = system_config::value(conn, org, RULES_KEY)?;
    // Those of a later program know more, and what is no number is nobody's mark.
    let is_current = rules.is_some_and(|rules| rules.parse().map_or(true, |version: i32| version >= RULES_VERSION));
    Ok(!is_current && dnc_list::last_id(conn, org)? > 0)
}

/// Writes the spellings that the rules of this program know and those that wrote the entries did not; returns how many.
///
/// # Errors
/// The database refuses.
pub fn write_missing(conn: &mut Db, org: OrgId) -> Result<u64, DbError> {
    let (mut last, mut written) = (0, 0);
    while let Some((seen, missing)) = missing_after(conn, org, last)? {
        last = seen;
        insert(conn, &missing)?;
        written += missing.len() as u64;
    }
    Ok(written)
}

/// How many spellings the rules of this program know of entries after the one with this id, and are not written.
///
/// # Errors
/// The database cannot be read.
pub fn count_missing(conn: &mut Db, org: OrgId, after: i64) -> Result<u64, DbError> {
    let (mut last, mut count) = (after, 0);
    while let Some((seen, missing)) = missing_after(conn, org, last)? {
        last = seen;
        count += missing.len() as u64;
    }
    Ok(count)
}

/// The missing spellings of some entries after the one with this id, and the id of the last of them; `None` when there are no more.
fn missing_after(conn: &mut Db, org: OrgId, after: i64) -> Result<Option<(i64, Vec<Spelling>)>, DbError> {
    let entries = dnc_list::numbers_after(conn, org, after, PORTION)?;
    let Some((last, _)) = entries.last() else { return Ok(None) };
    let wanted: Vec<Spelling> = entries.iter().flat_map(|(id, number)| spellings_of(org.0, *id, number)).collect();
    let numbers: Vec<String> = wanted.iter().map(|spelling| spelling.phone_number.clone()).collect();
    let known: HashSet<(String, i64)> = stored(conn, org, &numbers)?.into_iter().collect();
    let mut missing = wanted;
    missing.retain(|spelling| !known.contains(&(spelling.phone_number.clone(), spelling.dnc_id)));
    Ok(Some((*last, missing)))
}

/// Writes down that the spellings are those of this program's rules.
///
/// # Errors
/// The database refuses.
pub fn mark_current(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<(), DbError> {
    let setting = Setting {
        organization_id: org.0,
        config_key: RULES_KEY.into(),
        config_value: RULES_VERSION.to_string(),
        updated_at: now,
    };
    system_config::set(conn, &setting, None)
}

/// Entries that are looked at together.
const PORTION: i64 = 8000;
