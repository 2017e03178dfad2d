//! Finding leads by fragments of what they are called and of what is said about them, through an index that is brought up
//! to date when somebody searches.

pub mod refresh;
mod unindexed;
mod words;

pub use unindexed::unindexed;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;

use crate::db::models::leads::lead_search::{self, Which};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::search::{Match, Place, Trigram, matching, trigrams_of_term};

/// So many ids of leads share a bitmap.
const BLOCK: i64 = 1 << 16;

/// The most trigrams that are looked up: more would hardly leave out anyone else.
const MOST_TRIGRAMS: usize = 24;

/// Leads that are looked at together.
const TOGETHER: usize = 500;

/// From how many matches on no more are looked for: the best of these are shown.
pub const ENOUGH: usize = 1000;

/// So many leads are looked at for a name, a company, an email or a number, however many notes match.
const LOOKED_AT: usize = 20_000;

/// What is searched for.
#[derive(Debug)]
pub struct Query {
    /// All of these must be found.
    pub terms: Vec<String>,
    /// Deleted leads instead of live ones.
    pub deleted: bool,
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// The best matches first, of equal ones the newest.
    pub leads: Vec<Hit>,
    /// There are more than were looked at.
    pub has_more: bool,
}

/// A lead that was found, and where.
#[derive(Debug)]
pub struct Hit {
    pub lead: i64,
    pub places: Vec<Place>,
}

/// Finds leads by the index, and by looking at those that changed since it was brought up to date.
///
/// # Errors
/// The database cannot be read.
pub fn search(conn: &mut Db, org: OrgId, query: &Query) -> Result<Found, DbError> {
    let seen = lead_search::seen(conn, org)?;
    let changed = match seen {
        Some(seen) => lead_search::changed_since(conn, org, seen)?,
        None => Vec::new(),
    };
    let mut candidates = match seen {
        Some(_) => by_index(conn, org, query)?,
        None => BTreeMap::new(),
    };
    if seen.is_none()
        && let Some((first, last)) = lead_search::id_range(conn, org)?
    {
        // Nothing is indexed yet, and the index cannot be written now: all leads are looked at.
        for block in first / BLOCK..=last / BLOCK {
            candidates.insert(block, (0..BLOCK as u32).collect());
        }
    }
    for id in changed {
        candidates.entry(id / BLOCK).or_default().insert(within_block(id));
    }
    look_at(conn, org, query, &candidates)
}

fn within_block(id: i64) -> u32 {
    (id % BLOCK) as u32
}

/// The leads that have all trigrams of the terms, by block.
fn by_index(conn: &mut Db, org: OrgId, query: &Query) -> Result<BTreeMap<i64, RoaringBitmap>, DbError> {
    let mut wanted: Vec<i64> = query.terms.iter().flat_map(|term| trigrams_of_term(term)).map(|t| t.0).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted.truncate(MOST_TRIGRAMS);
    let asked: Vec<i64> = wanted.iter().copied().chain([Trigram::LIVE.0]).collect();
    let mut blocks: HashMap<i64, HashMap<i64, RoaringBitmap>> = HashMap::new();
    for posting in lead_search::postings(conn, org, &asked, None)? {
        blocks.entry(posting.block).or_default().insert(posting.trigram, bitmap(&posting.leads)?);
    }
    let mut candidates = BTreeMap::new();
    for (block, mut postings) in blocks {
        let live = postings.remove(&Trigram::LIVE.0).unwrap_or_default();
        let all: Option<Vec<RoaringBitmap>> = wanted.iter().map(|trigram| postings.remove(trigram)).collect();
        let Some(mut all) = all else { continue };
        // The shortest first, so that there is little to compare.
        all.sort_by_key(RoaringBitmap::len);
        let Some(having) = all.into_iter().reduce(|a, b| a & b) else { continue };
        let having = if query.deleted { having - live } else { having & live };
        if !having.is_empty() {
            candidates.insert(block, having);
        }
    }
    Ok(candidates)
}

/// Looks at candidates, the newest first, until there are enough matches.
fn look_at(
    conn: &mut Db,
    org: OrgId,
    query: &Query,
    candidates: &BTreeMap<i64, RoaringBitmap>,
) -> Result<Found, DbError> {
    let ids_of = |(block, leads): (&i64, &RoaringBitmap)| {
        let first = block * BLOCK;
        leads.clone().into_iter().rev().map(move |lead| first + i64::from(lead))
    };
    let mut newest_first = candidates.iter().rev().flat_map(ids_of).peekable();
    let mut matches: Vec<(Match, i64)> = Vec::new();
    let (mut looked_at, mut named) = (0, 0);
    while newest_first.peek().is_some() && named < ENOUGH && (matches.len() < ENOUGH || looked_at < LOOKED_AT) {
        let some: Vec<i64> = newest_first.by_ref().take(TOGETHER).collect();
        looked_at += some.len();
        for (lead, words) in words::of_leads(conn, org, Which::Ids(&some))? {
            if lead.deleted_at.is_some() == query.deleted
                && let Some(matching) = matching(&words, &query.terms)
            {
                named += usize::from(!matching.is_aside());
                matches.push((matching, lead.id));
            }
        }
    }
    // Of equal ones a name is before an email, and the newest before the others.
    let rank = |(matching, id): &(Match, i64)| {
        let place = matching.places.first().copied();
        (Reverse(matching.likeness), place, Reverse(*id))
    };
    matches.sort_unstable_by_key(rank);
    let has_more = newest_first.peek().is_some() || matches.len() > ENOUGH;
    matches.truncate(ENOUGH);
    let leads = matches.into_iter().map(|(matching, lead)| Hit { lead, places: matching.places }).collect();
    Ok(Found { leads, has_more })
}

fn damaged(error: std::io::Error) -> DbError {
    let text = format!("the index of searches is damaged: {error}");
    DbError::Query(diesel::result::Error::DeserializationError(text.into()))
}

fn bitmap(bytes: &[u8]) -> Result<RoaringBitmap, DbError> {
    RoaringBitmap::deserialize_from(bytes).map_err(damaged)
}
