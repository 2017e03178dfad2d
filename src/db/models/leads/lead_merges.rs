//! Merged leads: what they were known by, and where the chains of merges end.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;
use rustc_hash::FxHashMap;

use super::lead_identities::{IDENTITY, Identity};
use crate::db::models::IN_LIST;
use crate::db::schema::leads;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// What a merged lead was known by, and the lead that it was merged into.
#[derive(Debug, Clone, Queryable)]
pub struct MergedIdentity {
    pub identity: Identity,
    pub merged_into_id: Option<i64>,
}

/// The identities of merged leads that have one of these phones, emails or external ids, which are given by source
/// system.
///
/// # Errors
/// The database cannot be read.
pub fn merged_identities_of(
    conn: &mut Db,
    org: OrgId,
    phones: &[String],
    emails: &[String],
    external: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<MergedIdentity>, DbError> {
    let merged = || {
        leads::table
            .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_not_null()))
            .filter(leads::merged_into_id.is_not_null())
            .select((IDENTITY, leads::merged_into_id))
    };
    let mut found: Vec<MergedIdentity> = Vec::new();
    for chunk in phones.chunks(IN_LIST) {
        found.extend(merged().filter(leads::phone_number.eq_any(chunk.to_vec())).load::<MergedIdentity>(conn)?);
    }
    for chunk in emails.chunks(IN_LIST) {
        found.extend(merged().filter(leads::email.eq_any(chunk.to_vec())).load::<MergedIdentity>(conn)?);
    }
    for (system, ids) in external {
        for chunk in ids.chunks(IN_LIST) {
            let named = merged()
                .filter(leads::external_source.eq(system.clone()).and(leads::external_id.eq_any(chunk.to_vec())));
            found.extend(named.load::<MergedIdentity>(conn)?);
        }
    }
    Ok(found)
}

/// The identities of all merged leads.
///
/// # Errors
/// The database cannot be read.
pub fn all_merged(conn: &mut Db, org: OrgId) -> Result<Vec<MergedIdentity>, DbError> {
    Ok(leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::merged_into_id.is_not_null()))
        .select((IDENTITY, leads::merged_into_id))
        .load(conn)?)
}

/// Follows these leads, live or not, through merges to the last lead of each chain, and tells which of those are live.
///
/// # Errors
/// The database cannot be read.
pub fn survivors(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let mut ends: HashMap<i64, i64> = ids.iter().map(|id| (*id, *id)).collect();
    let mut live = HashSet::new();
    let mut asked: Vec<i64> = ids.to_vec();
    while !asked.is_empty() {
        asked.sort_unstable();
        asked.dedup();
        let mut next: HashMap<i64, i64> = HashMap::new();
        for chunk in asked.chunks(IN_LIST) {
            let rows: Vec<(i64, Option<i64>, Option<Timestamp>)> = leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(chunk.to_vec())))
                .select((leads::id, leads::merged_into_id, leads::deleted_at))
                .load(conn)?;
            for (id, merged_into, deleted_at) in rows {
                match merged_into {
                    Some(into) => drop(next.insert(id, into)),
                    None if deleted_at.is_none() => drop(live.insert(id)),
                    None => {}
                }
            }
        }
        ends.values_mut().for_each(|end| *end = next.get(end).copied().unwrap_or(*end));
        asked = next.into_values().collect();
    }
    ends.retain(|_, end| live.contains(end));
    Ok(ends)
}

/// The leads that were merged into one, directly or through others, by id.
///
/// # Errors
/// The database cannot be read.
pub fn absorbed_by(conn: &mut Db, org: OrgId, survivor: i64) -> Result<Vec<i64>, DbError> {
    let mut all: Vec<i64> = absorbed_by_any(conn, org, &[survivor])?.into_keys().collect();
    all.sort_unstable();
    Ok(all)
}

/// The leads that were merged into any of these, directly or through others, each with which.
///
/// # Errors
/// The database cannot be read.
pub fn absorbed_by_any(conn: &mut Db, org: OrgId, survivors: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let mut all = HashMap::new();
    let mut asked: HashMap<i64, i64> = survivors.iter().map(|id| (*id, *id)).collect();
    while !asked.is_empty() {
        let ids: Vec<i64> = asked.keys().copied().collect();
        let mut next = HashMap::new();
        for chunk in ids.chunks(IN_LIST) {
            let rows: Vec<(i64, Option<i64>)> = leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::merged_into_id.eq_any(chunk.to_vec())))
                .select((leads::id, leads::merged_into_id))
                .load(conn)?;
            next.extend(rows.into_iter().filter_map(|(id, into)| Some((id, *asked.get(&into?)?))));
        }
        all.extend(&next);
        asked = next;
    }
    Ok(all)
}

/// The leads that were merged into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Directly or through others, by id.
    pub absorbed: Vec<i64>,
    /// The earliest creation among them.
    pub created: Timestamp,
}

/// The leads at the ends of all chains of merges, live or not, with those that were merged into each.
///
/// # Errors
/// The database cannot be read.
pub fn families(conn: &mut Db, org: OrgId) -> Result<FxHashMap<i64, Family>, DbError> {
    let mut rows: Vec<(i64, Option<i64>, Timestamp)> = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::merged_into_id.is_not_null()))
        .select((leads::id, leads::merged_into_id, leads::created_at))
        .load(conn)?;
    // In the database their order would have SQLite go through all leads rather than the index of merged ones.
    rows.sort_unstable_by_key(|(id, ..)| *id);
    let into: FxHashMap<i64, i64> = rows.iter().filter_map(|(id, into, _)| Some((*id, (*into)?))).collect();
    let mut families: FxHashMap<i64, Family> = FxHashMap::default();
    for (id, _, created) in rows {
        let end = end_of(id, &into);
        let family = families.entry(end).or_insert(Family { absorbed: Vec::new(), created });
        family.absorbed.push(id);
        family.created = family.created.min(created);
    }
    Ok(families)
}

/// The end of a lead's chain of merges. A circle, which no program makes, ends where it is met.
fn end_of(lead: i64, into: &FxHashMap<i64, i64>) -> i64 {
    let mut end = lead;
    for _ in 0..into.len() {
        match into.get(&end) {
            Some(next) => end = *next,
            None => break,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_followed_to_its_end() {
        let into: FxHashMap<i64, i64> = [(1, 2), (2, 3), (7, 8), (8, 7)].into_iter().collect();
        assert_eq!((end_of(1, &into), end_of(3, &into)), (3, 3));
        assert!([7, 8].contains(&end_of(7, &into)));
    }
}
