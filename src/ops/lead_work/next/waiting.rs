//! Leads that are put off: who said so, until when and why.

use std::collections::HashMap;

use super::scope_of;
use crate::db::models::lead_work::next::candidates::{self, Open};
use crate::db::models::lead_work::next::recommendations::{self, Recommendation};
use crate::db::models::leads::{self, Lead, lead_merges};
use crate::db::{Db, DbError, Stamp};

/// An open lead that is not recommended for a time, and what was said of it.
#[derive(Debug)]
pub struct Waiting {
    pub lead: Lead,
    /// The last word, which counts.
    pub said: Recommendation,
}

/// The open leads of a person, or of everybody, that are put off, those first that come back first.
///
/// # Errors
/// The database cannot be read.
pub fn list(conn: &mut Db, person: Option<i64>, stamp: &Stamp) -> Result<Vec<Waiting>, DbError> {
    let (org, now) = (stamp.org, stamp.now);
    let scope = scope_of(conn, org, person)?;
    let said = recommendations::put_off(conn, org, now)?;
    let mut ids: Vec<i64> = lead_merges::survivors(conn, org, &said)?.into_values().collect();
    ids.sort_unstable();
    ids.dedup();
    let open: Vec<i64> =
        candidates::of_ids(conn, &Open::all(org), &scope, &ids)?.into_iter().map(|lead| lead.id).collect();
    let standing = recommendations::standing(conn, org, &open, now)?;
    let counting: HashMap<i64, i64> =
        standing.into_iter().filter_map(|(lead, standing)| Some((lead, standing.said?))).collect();
    let rows: Vec<i64> = counting.values().copied().collect();
    let rows = recommendations::by_ids(conn, org, &rows)?;
    let open: Vec<i64> = counting.keys().copied().collect();
    let of = |lead: Lead| {
        let said = rows.get(counting.get(&lead.id)?)?.clone();
        Some(Waiting { lead, said })
    };
    let mut found: Vec<Waiting> = leads::by_ids(conn, org, &open)?.into_iter().filter_map(of).collect();
    found.sort_by_key(|one| (one.said.expires_at, one.lead.id));
    Ok(found)
}
