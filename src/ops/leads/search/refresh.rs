//! Bringing the index of searches up to date: what the audit log tells after the entry up to which the index has seen the
//! leads. Imports need not keep it.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::{BLOCK, bitmap, damaged, within_block, words};
use crate::db::models::leads::lead_search::{self, Posting, Searchable, Which};
use crate::db::{Database, Db, DbError, Lock, OrgId, RunMode};
use crate::domain::leads::search::{Trigram, Word, trigrams};

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
    let last = db.aside(|db| db.write_if_free(Lock::Quiet, org, |conn| lead_search::last_audit_id(conn, org)))?;
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
                    let mut all = Postings::new(block);
                    read_block(conn, org, block, |lead, words| all.add(lead, words))?;
                    all.store(conn, org, false)?;
                    progress(((block + 1) * BLOCK).clamp(first, newest).abs_diff(first), newest.abs_diff(first));
                }
            }
            Some(seen) if seen < last => {
                let changed = lead_search::changed_since(conn, org, seen)?;
                let mut done = 0;
                for ids in changed.chunk_by(|a, b| a / BLOCK == b / BLOCK) {
                    stop()?;
                    let Some(block) = ids.first().map(|id| id / BLOCK) else { continue };
                    let mut new = Postings::new(block);
                    if ids.len() < WORTH_A_RANGE {
                        let leads = words::of_leads(conn, org, Which::Ids(ids))?;
                        leads.iter().for_each(|(lead, words)| new.add(lead, words));
                    } else {
                        let is_meant = |lead: &Searchable| ids.binary_search(&lead.id).is_ok();
                        read_block(conn, org, block, |lead, words| {
                            if is_meant(lead) {
                                new.add(lead, words)
                            }
                        })?;
                    }
                    new.store(conn, org, true)?;
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

/// So many leads are read together: their notes may be long.
const SLICE: i64 = 4096;

/// Goes through the leads of a block.
fn read_block(
    conn: &mut Db,
    org: OrgId,
    block: i64,
    mut take: impl FnMut(&Searchable, &[Word]),
) -> Result<(), DbError> {
    for first in (block * BLOCK..(block + 1) * BLOCK).step_by(SLICE as usize) {
        let leads = words::of_leads(conn, org, Which::Between(first, first + SLICE - 1))?;
        leads.iter().for_each(|(lead, words)| take(lead, words));
    }
    Ok(())
}

/// The bitmaps of the trigrams of some leads of one block.
struct Postings {
    block: i64,
    bitmaps: HashMap<i64, RoaringBitmap>,
    deleted: RoaringBitmap,
}

impl Postings {
    fn new(block: i64) -> Postings {
        let bitmaps = HashMap::from([(Trigram::LIVE.0, RoaringBitmap::new())]);
        Postings { block, bitmaps, deleted: RoaringBitmap::new() }
    }

    fn add(&mut self, lead: &Searchable, words: &[Word]) {
        let place = within_block(lead.id);
        for trigram in words.iter().flat_map(|(_, word)| trigrams(word)) {
            self.bitmaps.entry(trigram.0).or_default().insert(place);
        }
        match lead.deleted_at {
            Some(_) => self.deleted.insert(place),
            None => self.bitmaps.entry(Trigram::LIVE.0).or_default().insert(place),
        };
    }

    /// Adds the bitmaps to those that are stored, if there may be some. A trigram that a lead has no more stays: every
    /// candidate is looked at anyway.
    fn store(mut self, conn: &mut Db, org: OrgId, has_some: bool) -> Result<(), DbError> {
        if has_some {
            let known: Vec<i64> = self.bitmaps.keys().copied().collect();
            for posting in lead_search::postings(conn, org, &known, Some(self.block))? {
                if let Some(new) = self.bitmaps.get_mut(&posting.trigram) {
                    *new |= bitmap(&posting.leads)?;
                }
            }
        }
        if let Some(live) = self.bitmaps.get_mut(&Trigram::LIVE.0) {
            *live -= self.deleted;
        }
        let mut postings = Vec::with_capacity(self.bitmaps.len());
        for (trigram, bitmap) in self.bitmaps {
            postings.push(posting(trigram, self.block, &bitmap)?);
        }
        postings.sort_unstable_by_key(|posting| posting.trigram);
        lead_search::store(conn, org, &postings)
    }
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
