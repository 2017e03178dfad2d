//! Earlier leads of the same people: merged into a lead, or with its phone or email, live or deleted.

use std::cmp::Reverse;
use std::collections::HashMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};
use serde_json::json;

use crate::db::models::IN_LIST;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::pools::earlier::EarlierLeads;

/// The earlier leads of these leads that have an owner: those with one of their phones or emails, first or further ones. Each phone, with its
/// extension, and each email is looked up once, however many leads have it; a further phone has no extension.
///
/// # Errors
/// The database cannot be read.
pub fn earlier_with_owners(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<EarlierLeads, DbError> {
    let mut found = EarlierLeads::default();
    match conn {
        Db::Postgres(pg) if !leads.is_empty() => of_all(pg, org, leads, &mut found)?,
        Db::Postgres(_) => {}
        Db::Sqlite(_) => {
            let mut lists = Lists::default();
            let mut leads = leads.to_vec();
            leads.sort_unstable_by_key(|lead| Reverse(*lead));
            for ids in leads.chunks(IN_LIST) {
                of_some(conn, org, ids, &mut lists, &mut found)?;
            }
        }
    }
    found.settle();
    Ok(found)
}

#[derive(QueryableByName)]
struct Owned {
    /// The phone or email that the leads share; None: `earlier` was merged into `lead`.
    #[diesel(sql_type = Nullable<Text>)]
    word: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    extension: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    lead: Option<i64>,
    #[diesel(sql_type = BigInt)]
    earlier: i64,
    #[diesel(sql_type = BigInt)]
    owner: i64,
}

#[derive(QueryableByName)]
struct Keyed {
    #[diesel(sql_type = BigInt)]
    lead: i64,
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Nullable<Text>)]
    extension: Option<String>,
}

/// All at once: asked for a thousand of many leads, PostgreSQL reads the whole table each time; of a few it uses the indexes.
fn of_all(conn: &mut PgConnection, org: OrgId, leads: &[i64], found: &mut EarlierLeads) -> Result<(), DbError> {
    let owned: Vec<Owned> = diesel::sql_query(
        "WITH RECURSIVE c AS MATERIALIZED (
             SELECT l.id, l.phone_number, l.phone_extension, l.email FROM leads l
             WHERE l.organization_id = $1 AND l.id = ANY ($2)
         ), ph AS MATERIALIZED (
             SELECT max(k.id) AS last, k.phone_number, k.phone_extension FROM (
                 SELECT id, phone_number, phone_extension FROM c WHERE phone_number IS NOT NULL
                 UNION ALL
                 SELECT p.lead_id, p.phone_number, '' FROM lead_phones p
                 WHERE p.organization_id = $1 AND p.lead_id = ANY ($2)
             ) k GROUP BY k.phone_number, k.phone_extension
         ), em AS MATERIALIZED (
             SELECT max(k.id) AS last, k.email FROM (
                 SELECT id, email FROM c WHERE email IS NOT NULL
                 UNION ALL
                 SELECT p.lead_id, p.email FROM lead_emails p WHERE p.organization_id = $1 AND p.lead_id = ANY ($2)
             ) k GROUP BY k.email
         ), absorbed (survivor, id, owner_id) AS (
             SELECT l.merged_into_id, l.id, l.owner_id FROM leads l
             WHERE l.merged_into_id IS NOT NULL AND l.organization_id = $1 AND l.merged_into_id = ANY ($2)
             UNION ALL
             SELECT a.survivor, l.id, l.owner_id FROM absorbed a JOIN leads l ON l.merged_into_id = a.id
             WHERE l.merged_into_id IS NOT NULL AND l.organization_id = $1
         )
         SELECT ph.phone_number AS word, ph.phone_extension AS extension, NULL::bigint AS lead, e.id AS earlier, e.owner_id AS owner
         FROM ph JOIN leads e ON e.phone_number = ph.phone_number AND e.phone_extension = ph.phone_extension
         WHERE e.organization_id = $1 AND e.deleted_at IS NULL AND e.phone_number IS NOT NULL
           AND e.id < ph.last AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT ph.phone_number, ph.phone_extension, NULL, e.id, e.owner_id
         FROM ph JOIN leads e ON e.phone_number = ph.phone_number AND e.phone_extension = ph.phone_extension
         WHERE e.organization_id = $1 AND e.deleted_at IS NOT NULL AND e.id < ph.last AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT em.email, NULL, NULL, e.id, e.owner_id FROM em JOIN leads e ON e.email = em.email
         WHERE e.organization_id = $1 AND e.deleted_at IS NULL AND e.email IS NOT NULL
           AND e.id < em.last AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT em.email, NULL, NULL, e.id, e.owner_id FROM em JOIN leads e ON e.email = em.email
         WHERE e.organization_id = $1 AND e.deleted_at IS NOT NULL AND e.email IS NOT NULL
           AND e.id < em.last AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT ph.phone_number, ph.phone_extension, NULL, e.id, e.owner_id
         FROM ph JOIN lead_phones p ON p.phone_number = ph.phone_number
         JOIN leads e ON e.organization_id = p.organization_id AND e.id = p.lead_id
         WHERE p.organization_id = $1 AND ph.phone_extension = '' AND e.id < ph.last AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT em.email, NULL, NULL, e.id, e.owner_id FROM em JOIN lead_emails p ON p.email = em.email
         JOIN leads e ON e.organization_id = p.organization_id AND e.id = p.lead_id
         WHERE p.organization_id = $1 AND e.id < em.last AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT NULL, NULL, survivor, id, owner_id FROM absorbed WHERE owner_id IS NOT NULL",
    )
    .bind::<Integer, _>(org.0)
    .bind::<Array<BigInt>, _>(leads)
    .load(conn)?;
    let mut lists = Lists::new();
    for row in owned {
        match (row.word, row.lead) {
            (Some(word), _) => {
                let list = *lists.entry(Key::of(word, row.extension)).or_insert_with(|| found.list());
                found.add(list, row.earlier, row.owner);
            }
            (None, Some(survivor)) => found.merge(survivor, row.earlier, row.owner),
            (None, None) => {}
        }
    }
    if lists.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = lists.keys().map(|key| parts(key).0).collect();
    let keyed: Vec<Keyed> = diesel::sql_query(
        "SELECT l.id AS lead, l.phone_number AS word, l.phone_extension AS extension FROM leads l
         WHERE l.organization_id = $1 AND l.id = ANY ($2) AND l.phone_number = ANY ($3)
         UNION ALL
         SELECT l.id, l.email, NULL FROM leads l
         WHERE l.organization_id = $1 AND l.id = ANY ($2) AND l.email = ANY ($3)
         UNION ALL
         SELECT p.lead_id, p.phone_number, '' FROM lead_phones p
         WHERE p.organization_id = $1 AND p.lead_id = ANY ($2) AND p.phone_number = ANY ($3)
         UNION ALL
         SELECT p.lead_id, p.email, NULL FROM lead_emails p
         WHERE p.organization_id = $1 AND p.lead_id = ANY ($2) AND p.email = ANY ($3)",
    )
    .bind::<Integer, _>(org.0)
    .bind::<Array<BigInt>, _>(leads)
    .bind::<Array<Text>, _>(words)
    .load(conn)?;
    for row in keyed {
        if let Some(list) = lists.get(&Key::of(row.word, row.extension)) {
            found.share(row.lead, *list);
        }
    }
    Ok(())
}

/// A phone with its extension, or an email.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Phone(String, String),
    Email(String),
}

impl Key {
    /// A phone, if there is an extension, be it an empty one.
    fn of(word: String, extension: Option<String>) -> Key {
        match extension {
            Some(extension) => Key::Phone(word, extension),
            None => Key::Email(word),
        }
    }
}

/// The list of each key of which there are earlier leads: of most there are none.
type Lists = HashMap<Key, usize>;

/// The leads come in descending order, part by part.
fn of_some(conn: &mut Db, org: OrgId, ids: &[i64], lists: &mut Lists, found: &mut EarlierLeads) -> Result<(), DbError> {
    let mut keyed: Vec<(i64, Key)> = Vec::new();
    Statement::new("SELECT l.id, l.phone_number, l.phone_extension, l.email FROM leads l WHERE l.organization_id = ")
        .org(org)
        .sql(" AND l.id IN ")
        .then(list(ids))
        .each_row(conn, |cells: Cells| -> Result<(), DbError> {
            let text = |place: usize| cells.at(place).text().map(str::to_owned);
            let Some(lead) = cells.at(0).number() else { return Ok(()) };
            keyed.extend(text(1).map(|phone| (lead, Key::Phone(phone, text(2).unwrap_or_default()))));
            keyed.extend(text(3).map(|email| (lead, Key::Email(email))));
            Ok(())
        })?;
    further(org, ids).each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let text = |place: usize| cells.at(place).text().map(str::to_owned);
        keyed.extend(cells.at(0).number().zip(text(1)).map(|(lead, word)| (lead, Key::of(word, text(2)))));
        Ok(())
    })?;
    // What an earlier part has found is complete: it asked for what is before a later lead.
    let is_wanted = |(_, key): &&(i64, Key)| !lists.contains_key(key);
    let mut wanted: Vec<Wanted> = keyed.iter().filter(is_wanted).map(|(lead, key)| (parts(key), *lead)).collect();
    wanted.sort_unstable_by_key(|(key, last)| (*key, Reverse(*last)));
    wanted.dedup_by_key(|(key, _)| *key);
    let statements = [of_phones(org, &wanted), of_emails(org, &wanted)].into_iter().flatten();
    let statements: Vec<Statement> = statements.collect();
    drop(wanted);
    for statement in statements {
        statement.each_row(conn, |cells: Cells| -> Result<(), DbError> {
            let owned = cells.at(2).number().zip(cells.at(3).number());
            if let (Some(word), Some((earlier, owner))) = (cells.at(0).text().map(str::to_owned), owned) {
                let key = Key::of(word, cells.at(1).text().map(str::to_owned));
                let list = *lists.entry(key).or_insert_with(|| found.list());
                found.add(list, earlier, owner);
            }
            Ok(())
        })?;
    }
    for (lead, key) in &keyed {
        if let Some(list) = lists.get(key) {
            found.share(*lead, *list);
        }
    }
    merged_into(org, ids).each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let number = |place: usize| cells.at(place).number();
        if let (Some(lead), Some(earlier), Some(owner)) = (number(0), number(1), number(2)) {
            found.merge(lead, earlier, owner);
        }
        Ok(())
    })
}

fn parts(key: &Key) -> (&str, Option<&str>) {
    match key {
        Key::Phone(phone, extension) => (phone, Some(extension)),
        Key::Email(email) => (email, None),
    }
}

/// The further phones and emails of leads.
fn further(org: OrgId, ids: &[i64]) -> Statement {
    Statement::new("SELECT p.lead_id, p.phone_number, '' FROM lead_phones p WHERE p.organization_id = ")
        .org(org)
        .sql(" AND p.lead_id IN ")
        .then(list(ids))
        .sql(" UNION ALL SELECT p.lead_id, p.email, NULL FROM lead_emails p WHERE p.organization_id = ")
        .org(org)
        .sql(" AND p.lead_id IN ")
        .then(list(ids))
}

fn list(ids: &[i64]) -> Statement {
    Statement::new("(").joined(ids.iter().map(|id| Statement::default().number(*id)), ", ").sql(")")
}

/// A phone and its extension, or an email, and the last lead that has it.
type Wanted<'a> = ((&'a str, Option<&'a str>), i64);

/// A statement that looks keys up: each way apart, so that SQLite looks it up by the index that is made for it.
fn looked_up(keys: Vec<&Wanted<'_>>, org: OrgId, ways: [&'static str; 2], further: Statement) -> Option<Statement> {
    if keys.is_empty() {
        return None;
    }
    let keys: Vec<_> = keys.iter().map(|((word, extension), last)| json!([word, extension, last])).collect();
    // The rows of leads are read of those alone that came before: of most keys of none. Sums, so that the owner is not taken for what the
    // index is to be searched by.
    let way = |sql: &'static str| {
        Statement::new(
            "SELECT k.word, k.extension, e.id, e.owner_id FROM k CROSS JOIN leads e
             WHERE e.id < k.last AND e.owner_id + 0 IS NOT NULL AND e.organization_id = ",
        )
        .org(org)
        .sql(" AND ")
        .sql(sql)
    };
    let ways = ways.map(way).into_iter().chain([further]);
    Some(
        Statement::new(
            "WITH k (word, extension, last) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(",
        )
        .text(serde_json::Value::from(keys).to_string())
        .sql(")) ")
        .joined(ways, " UNION ALL "),
    )
}

fn of_phones(org: OrgId, keys: &[Wanted<'_>]) -> Option<Statement> {
    let ways = [
        "e.phone_number = k.word AND e.phone_extension = k.extension AND e.phone_number IS NOT NULL AND e.deleted_at IS NULL",
        "e.phone_number = k.word AND e.phone_extension = k.extension AND e.deleted_at IS NOT NULL",
    ];
    let further = Statement::new(
        "SELECT k.word, k.extension, e.id, e.owner_id FROM k CROSS JOIN lead_phones p CROSS JOIN leads e
         WHERE k.extension = '' AND p.phone_number = k.word AND e.id = p.lead_id AND e.id < k.last
             AND e.owner_id + 0 IS NOT NULL AND p.organization_id = ",
    )
    .org(org)
    .sql(" AND e.organization_id = ")
    .org(org);
    looked_up(keys.iter().filter(|((_, extension), _)| extension.is_some()).collect(), org, ways, further)
}

fn of_emails(org: OrgId, keys: &[Wanted<'_>]) -> Option<Statement> {
    let ways = [
        "e.email = k.word AND e.email IS NOT NULL AND e.deleted_at IS NULL",
        "e.email = k.word AND e.email IS NOT NULL AND e.deleted_at IS NOT NULL",
    ];
    let further = Statement::new(
        "SELECT k.word, k.extension, e.id, e.owner_id FROM k CROSS JOIN lead_emails p CROSS JOIN leads e
         WHERE p.email = k.word AND e.id = p.lead_id AND e.id < k.last AND e.owner_id + 0 IS NOT NULL AND p.organization_id = ",
    )
    .org(org)
    .sql(" AND e.organization_id = ")
    .org(org);
    looked_up(keys.iter().filter(|((_, extension), _)| extension.is_none()).collect(), org, ways, further)
}

fn merged_into(org: OrgId, ids: &[i64]) -> Statement {
    Statement::new(
        "WITH RECURSIVE absorbed (survivor, id, owner_id) AS (
             SELECT l.merged_into_id, l.id, l.owner_id FROM leads l
             WHERE l.merged_into_id IS NOT NULL AND l.organization_id = ",
    )
    .org(org)
    .sql(" AND l.merged_into_id IN ")
    .then(list(ids))
    .sql(
        " UNION ALL
             SELECT a.survivor, l.id, l.owner_id FROM absorbed a CROSS JOIN leads l
             WHERE l.merged_into_id = a.id AND l.merged_into_id IS NOT NULL AND l.organization_id = ",
    )
    .org(org)
    .sql(") SELECT survivor, id, owner_id FROM absorbed WHERE owner_id IS NOT NULL")
}
