//! Bringing the index of searches up to date: what the audit log tells after the entry up to which the index has seen the
//! leads. Imports need not keep it.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::{BLOCK, bitmap, damaged, within_block, words_of};
use crate::db::models::leads::lead_phones;
use crate::db::models::leads::lead_search::{self, Posting, Searchable};
use crate::db::{Database, Db, DbError, Lock, OrgId, RunMode};
use crate::domain::leads::search::{Trigram, trigrams};

/// So many changed leads are looked at one by one by each search, rather than brought into the index.
const FEW: usize = 1000;

/// From how many changed leads of a block on the whole block is read.
const WORTH_A_RANGE: usize = 4000;

/// Brings the index up to date when more than a few leads changed; false when others are writing, so that it had to be
/// left as it is. `progress` hears how many of how many leads are done.
///
/// # Errors
/// The database refuses, or the person stopped it.
pub fn refresh(db: &mut Database, org: OrgId, progress: &mut dyn FnMut(u64, u64)) -> Result<bool, DbError> {
    match bring_up_to_date(db, org, progress) {
        // Who may only read finds everything all the same, though not as fast.
        Err(DbError::PermissionDenied(_) | DbError::BypassesRowSecurity(_) | DbError::ReadOnly(_)) => Ok(false),
        result => result,
    }
}

fn bring_up_to_date(db: &mut Database, org: OrgId, progress: &mut dyn FnMut(u64, u64)) -> Result<bool, DbError> {
    let is_behind = db.read(org, |conn| -> Result<bool, DbError> {
        Ok(match lead_search::seen(conn, org)? {
            None => lead_search::id_range(conn, org)?.is_some(),
            Some(seen) => lead_search::changed_since(conn, org, seen)?.len() > FEW,
        })
    })?;
    if !is_behind {
        return Ok(true);
    }
    // While nobody else writes leads, no entry with a lower id can still appear; nobody is kept waiting after that.
    let last = db.aside(|db| db.write_if_free(Lock::DncImport, org, |conn| lead_search::last_audit_id(conn, org)))?;
    let Some(last) = last else { return Ok(false) };
    let interrupted = db.interrupted();
    let stop = || match interrupted.load(std::sync::atomic::Ordering::Relaxed) {
        true => Err(DbError::Interrupted),
        false => Ok(()),
    };
    let work = |conn: &mut Db| -> Result<(), DbError> {
        let seen = lead_search::seen(conn, org)?;
        let Some((first, newest)) = lead_search::id_range(conn, org)? else { return Ok(()) };
        match seen {
            None => {
                for block in first / BLOCK..=newest / BLOCK {
                    stop()?;
                    let leads = read_block(conn, org, block)?;
                    bring_in(conn, org, block, &leads, false)?;
                    progress(((block + 1) * BLOCK).clamp(first, newest).abs_diff(first), newest.abs_diff(first));
                }
            }
            Some(seen) if seen < last => {
                let changed = lead_search::changed_since(conn, org, seen)?;
                let mut done = 0;
                for ids in changed.chunk_by(|a, b| a / BLOCK == b / BLOCK) {
                    stop()?;
                    let Some(block) = ids.first().map(|id| id / BLOCK) else { continue };
                    let leads = match ids.len() < WORTH_A_RANGE {
                        true => read_leads(conn, org, ids)?,
                        false => {
                            let mut all = read_block(conn, org, block)?;
                            all.retain(|(_, lead)| ids.binary_search(&lead.id).is_ok());
                            all
                        }
                    };
                    bring_in(conn, org, block, &leads, true)?;
                    done += ids.len();
                    progress(done as u64, changed.len() as u64);
                }
            }
            Some(_) => return Ok(()),
        }
        lead_search::set_seen(conn, org, last)
    };
    db.aside(|db| db.write_under(Lock::SearchIndex, org, RunMode::Commit, work))?;
    Ok(true)
}

/// A lead's further numbers, and the lead.
type Read = (Vec<String>, Searchable);

fn read_block(conn: &mut Db, org: OrgId, block: i64) -> Result<Vec<Read>, DbError> {
    let (first, last) = (block * BLOCK, block * BLOCK + BLOCK - 1);
    let mut further = lead_search::further_numbers(conn, org, first, last)?;
    let leads = lead_search::searchable_between(conn, org, first, last)?;
    Ok(leads.into_iter().map(|lead| (further.remove(&lead.id).unwrap_or_default(), lead)).collect())
}

fn read_leads(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Read>, DbError> {
    let mut further = lead_phones::of_leads(conn, org, ids)?;
    let leads = lead_search::searchable(conn, org, ids)?;
    let mut numbers = |lead: i64| -> Vec<String> {
        further.remove(&lead).into_iter().flatten().map(|phone| phone.phone_number).collect()
    };
    Ok(leads.into_iter().map(|lead| (numbers(lead.id), lead)).collect())
}

/// Adds leads of one block to the bitmaps of their trigrams. A trigram that a lead has no more stays: every candidate is
/// looked at anyway.
fn bring_in(conn: &mut Db, org: OrgId, block: i64, leads: &[Read], has_some: bool) -> Result<(), DbError> {
    let mut bitmaps: HashMap<i64, RoaringBitmap> = HashMap::new();
    let mut deleted = RoaringBitmap::new();
    bitmaps.entry(Trigram::LIVE.0).or_default();
    for (further, lead) in leads {
        let place = within_block(lead.id);
        for word in words_of(lead, further.iter().map(String::as_str)) {
            for trigram in trigrams(&word) {
                bitmaps.entry(trigram.0).or_default().insert(place);
            }
        }
        match lead.deleted_at {
            Some(_) => deleted.insert(place),
            None => bitmaps.entry(Trigram::LIVE.0).or_default().insert(place),
        };
    }
    if has_some {
        let known: Vec<i64> = bitmaps.keys().copied().collect();
        for posting in lead_search::postings(conn, org, &known, Some(block))? {
            if let Some(new) = bitmaps.get_mut(&posting.trigram) {
                *new |= bitmap(&posting.leads)?;
            }
        }
    }
    if let Some(live) = bitmaps.get_mut(&Trigram::LIVE.0) {
        *live -= deleted;
    }
    let mut postings = Vec::with_capacity(bitmaps.len());
    for (trigram, bitmap) in bitmaps {
        postings.push(posting(trigram, block, &bitmap)?);
    }
    postings.sort_unstable_by_key(|posting| posting.trigram);
    lead_search::store(conn, org, &postings)
}

/// Takes leads out of the index: nothing of them stays in it. The caller holds [`Lock::SearchIndex`].
///
/// # Errors
/// The database refuses.
pub fn take_out(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<(), DbError> {
    let mut blocks: HashMap<i64, RoaringBitmap> = HashMap::new();
    for lead in leads {
        blocks.entry(lead / BLOCK).or_default().insert(within_block(*lead));
    }
    for (block, gone) in blocks {
        let mut changed = Vec::new();
        for before in lead_search::postings_of_block(conn, org, block)? {
            let having = bitmap(&before.leads)?;
            let left = &having - &gone;
            if left != having {
                changed.push(posting(before.trigram, block, &left)?);
            }
        }
        lead_search::store(conn, org, &changed)?;
    }
    Ok(())
}

fn posting(trigram: i64, block: i64, bitmap: &RoaringBitmap) -> Result<Posting, DbError> {
    let mut leads = Vec::with_capacity(bitmap.serialized_size());
    bitmap.serialize_into(&mut leads).map_err(damaged)?;
    Ok(Posting { trigram, block, leads })
}
