//! The index of searches: bitmaps of leads by trigram, what is read of leads to build it, and up to where it has seen them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer};

use crate::db::models::IN_LIST;
use crate::db::schema::{lead_audit_log, lead_search, lead_search_state, leads};
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::leads::search::Place;
use crate::domain::timestamp::Timestamp;

/// What people search in a lead for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leads)]
pub struct Searchable {
    pub id: i64,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub job_title: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub deleted_at: Option<Timestamp>,
}

/// The bitmap of the leads of one block that have a trigram.
#[derive(Debug, Clone, Queryable)]
pub struct Posting {
    pub trigram: i64,
    pub block: i64,
    pub leads: Vec<u8>,
}

/// Up to which audit entry the index has seen the organization's leads; `None` before the first search.
///
/// # Errors
/// The database cannot be read.
pub fn seen(conn: &mut Db, org: OrgId) -> Result<Option<i64>, DbError> {
    Ok(lead_search_state::table
        .filter(lead_search_state::organization_id.eq(org.0))
        .select(lead_search_state::last_audit_id)
        .first(conn)
        .optional()?)
}

/// Writes down up to which audit entry the index has seen the organization's leads.
///
/// # Errors
/// The database refuses.
pub fn set_seen(conn: &mut Db, org: OrgId, last_audit_id: i64) -> Result<(), DbError> {
    let row = lead_search_state::table.filter(lead_search_state::organization_id.eq(org.0));
    let changed = diesel::update(row).set(lead_search_state::last_audit_id.eq(last_audit_id)).execute(conn)?;
    if changed == 0 {
        diesel::insert_into(lead_search_state::table)
            .values((lead_search_state::organization_id.eq(org.0), lead_search_state::last_audit_id.eq(last_audit_id)))
            .execute(conn)?;
    }
    Ok(())
}

/// The last audit entry of the organization; 0 when there is none.
///
/// # Errors
/// The database cannot be read.
pub fn last_audit_id(conn: &mut Db, org: OrgId) -> Result<i64, DbError> {
    let last: Option<i64> = lead_audit_log::table
        .filter(lead_audit_log::organization_id.eq(org.0))
        .order(lead_audit_log::id.desc())
        .select(lead_audit_log::id)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// The leads of which the log tells after an audit entry, by id.
///
/// # Errors
/// The database cannot be read.
pub fn changed_since(conn: &mut Db, org: OrgId, audit_id: i64) -> Result<Vec<i64>, DbError> {
    let mut ids: Vec<i64> = lead_audit_log::table
        .filter(lead_audit_log::organization_id.eq(org.0).and(lead_audit_log::id.gt(audit_id)))
        .select(lead_audit_log::lead_id)
        .load(conn)?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The first and the last id of the organization's leads.
///
/// # Errors
/// The database cannot be read.
pub fn id_range(conn: &mut Db, org: OrgId) -> Result<Option<(i64, i64)>, DbError> {
    let own = || leads::table.filter(leads::organization_id.eq(org.0)).select(leads::id);
    let first: Option<i64> = own().order(leads::id).first(conn).optional()?;
    let last: Option<i64> = own().order(leads::id.desc()).first(conn).optional()?;
    Ok(first.zip(last))
}

/// Which leads are read.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// These few.
    Ids(&'a [i64]),
    /// Those with ids from the first to the last.
    Between(i64, i64),
}

/// What people search for in leads, live and deleted, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn searchable(conn: &mut Db, org: OrgId, which: Which<'_>) -> Result<Vec<Searchable>, DbError> {
    let own = leads::table.filter(leads::organization_id.eq(org.0)).select(Searchable::as_select());
    let mut found = Vec::new();
    match which {
        Which::Between(first, last) => found = own.filter(leads::id.between(first, last)).load(conn)?,
        Which::Ids(ids) => {
            for chunk in ids.chunks(IN_LIST) {
                found.extend(own.filter(leads::id.eq_any(chunk.to_vec())).load::<Searchable>(conn)?);
            }
        }
    }
    Ok(found)
}

/// What people search for in what belongs to leads: their further numbers, emails, tags and notes, by lead.
///
/// # Errors
/// The database cannot be read.
pub fn parts(conn: &mut Db, org: OrgId, which: Which<'_>) -> Result<HashMap<i64, Vec<(Place, String)>>, DbError> {
    let mut found: HashMap<i64, Vec<(Place, String)>> = HashMap::new();
    let mut read = |condition: Statement| -> Result<(), DbError> {
        let parts = [
            Statement::new("SELECT lead_id, 'phone', phone_number FROM lead_phones WHERE organization_id = ").org(org),
            Statement::new("SELECT lead_id, 'email', email FROM lead_emails WHERE organization_id = ").org(org),
            Statement::new("SELECT lead_id, 'tag', tag FROM lead_tags WHERE organization_id = ").org(org),
            Statement::new("SELECT lead_id, 'note', body FROM lead_notes WHERE organization_id = ").org(org),
        ];
        let each = parts.into_iter().map(|part| part.then(condition.clone()));
        Statement::default().joined(each, " UNION ALL ").each_row(conn, |row| -> Result<(), DbError> {
            let place = row.at(1).text().and_then(Place::from_word);
            if let (Some(lead), Some(place), Some(text)) = (row.at(0).number(), place, row.at(2).text()) {
                found.entry(lead).or_default().push((place, text.to_owned()));
            }
            Ok(())
        })
    };
    match which {
        Which::Between(first, last) => {
            read(Statement::new(" AND lead_id BETWEEN ").number(first).sql(" AND ").number(last))?;
        }
        Which::Ids(ids) => {
            for chunk in ids.chunks(IN_LIST) {
                let list = chunk.iter().map(|id| Statement::default().number(*id));
                read(Statement::new(" AND lead_id IN (").joined(list, ", ").sql(")"))?;
            }
        }
    }
    Ok(found)
}

/// The postings of these trigrams, in one block or in all.
///
/// # Errors
/// The database cannot be read.
pub fn postings(conn: &mut Db, org: OrgId, trigrams: &[i64], block: Option<i64>) -> Result<Vec<Posting>, DbError> {
    let mut found = Vec::new();
    for chunk in trigrams.chunks(IN_LIST) {
        let mut rows = lead_search::table
            .filter(lead_search::organization_id.eq(org.0).and(lead_search::trigram.eq_any(chunk.to_vec())))
            .select((lead_search::trigram, lead_search::block, lead_search::leads))
            .into_boxed();
        if let Some(block) = block {
            rows = rows.filter(lead_search::block.eq(block));
        }
        found.extend(rows.load::<Posting>(conn)?);
    }
    Ok(found)
}

/// All postings of a block: to take somebody out of it.
///
/// # Errors
/// The database cannot be read.
pub fn postings_of_block(conn: &mut Db, org: OrgId, block: i64) -> Result<Vec<Posting>, DbError> {
    Ok(lead_search::table
        .filter(lead_search::organization_id.eq(org.0).and(lead_search::block.eq(block)))
        .select((lead_search::trigram, lead_search::block, lead_search::leads))
        .load(conn)?)
}

/// Postings that are written together.
const TOGETHER: usize = 5000;

/// Stores postings in place of those that are there.
///
/// # Errors
/// The database refuses.
pub fn store(conn: &mut Db, org: OrgId, postings: &[Posting]) -> Result<(), DbError> {
    match conn {
        Db::Sqlite(sqlite) => {
            for posting in postings {
                diesel::insert_into(lead_search::table)
                    .values((
                        lead_search::organization_id.eq(org.0),
                        lead_search::trigram.eq(posting.trigram),
                        lead_search::block.eq(posting.block),
                        lead_search::leads.eq(&posting.leads),
                    ))
                    .on_conflict((lead_search::organization_id, lead_search::trigram, lead_search::block))
                    .do_update()
                    .set(lead_search::leads.eq(diesel::upsert::excluded(lead_search::leads)))
                    .execute(sqlite)?;
            }
        }
        Db::Postgres(pg) => {
            for some in postings.chunks(TOGETHER) {
                diesel::sql_query(
                    "INSERT INTO lead_search (organization_id, trigram, block, leads)
                     SELECT $1, r.trigram, r.block, r.leads
                     FROM unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS r (trigram, block, leads)
                     ON CONFLICT (organization_id, trigram, block) DO UPDATE SET leads = excluded.leads",
                )
                .bind::<Integer, _>(org.0)
                .bind::<Array<BigInt>, _>(some.iter().map(|p| p.trigram).collect::<Vec<_>>())
                .bind::<Array<BigInt>, _>(some.iter().map(|p| p.block).collect::<Vec<_>>())
                .bind::<Array<Binary>, _>(some.iter().map(|p| p.leads.as_slice()).collect::<Vec<_>>())
                .execute(pg)?;
            }
        }
    }
    Ok(())
}
