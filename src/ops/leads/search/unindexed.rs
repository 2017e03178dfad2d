//! Whether the index knows the leads that it has seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;

use super::{BLOCK, bitmap, within_block, words};
use crate::db::models::leads::lead_search::{self, Which};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::search::{Trigram, trigrams};

/// The leads within these ranges of ids that the index has seen and does not have whole: by some of their words a search does not find
/// them.
///
/// # Errors
/// The database cannot be read, or the index is damaged.
pub fn unindexed(conn: &mut Db, org: OrgId, ranges: &[(i64, i64)]) -> Result<Vec<i64>, DbError> {
    let Some(seen) = lead_search::seen(conn, org)? else { return Ok(Vec::new()) };
    let changed = lead_search::changed_since(conn, org, seen)?;
    let mut wanted: BTreeMap<i64, Vec<(i64, BTreeSet<i64>)>> = BTreeMap::new();
    for (first, last) in ranges {
        for (lead, words) in words::of_leads(conn, org, Which::Between(*first, *last))? {
            if changed.binary_search(&lead.id).is_ok() {
                continue;
            }
            let mut of_lead: BTreeSet<i64> = words.iter().flat_map(|(_, word)| trigrams(word)).map(|it| it.0).collect();
            of_lead.extend(lead.deleted_at.is_none().then_some(Trigram::LIVE.0));
            wanted.entry(lead.id / BLOCK).or_default().push((lead.id, of_lead));
        }
    }
    let mut missing = Vec::new();
    for (block, leads) in wanted {
        let asked: BTreeSet<i64> = leads.iter().flat_map(|(_, trigrams)| trigrams.iter().copied()).collect();
        let asked: Vec<i64> = asked.into_iter().collect();
        let mut known: HashMap<i64, RoaringBitmap> = HashMap::new();
        for posting in lead_search::postings(conn, org, &asked, Some(block))? {
            known.insert(posting.trigram, bitmap(&posting.leads)?);
        }
        let has = |lead: i64, trigram: &i64| known.get(trigram).is_some_and(|leads| leads.contains(within_block(lead)));
        let lacking = leads.iter().filter(|(lead, trigrams)| !trigrams.iter().all(|trigram| has(*lead, trigram)));
        missing.extend(lacking.map(|(lead, _)| *lead));
    }
    missing.sort_unstable();
    Ok(missing)
}
