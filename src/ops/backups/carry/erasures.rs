//! People who had themselves erased.

use std::collections::{BTreeMap, HashMap};

use super::opt_outs::bury_erased;
use super::{Carried, CarryError, Eraser, Here, There, earlier_leads};
use crate::db::models::erasure::erasures;
use crate::db::models::leads::{self, Lead};
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId, Stamp};
use crate::domain::erasure::KeyHash;
use crate::domain::leads::consent::OptOut;
use crate::ops::erasure::{EraseError, WhyLeft, erase};
use crate::ops::leads::keys::opt_out_of;

/// Those of the replaced database.
struct Tombstones {
    leads: Vec<Tombstone>,
    /// The key of their hashes.
    key: Option<KeyHash>,
}

/// A lead whose person was erased.
struct Tombstone {
    uid: Uid,
    lead: i64,
    reason: Option<String>,
    opt_out: OptOut,
    hashes: Vec<KeyHash>,
}

fn read(conn: &mut Db, org: OrgId) -> Result<Tombstones, DbError> {
    let key = erasures::hash_key(conn, org)?;
    let erased = erasures::all(conn, org)?;
    let ids: Vec<i64> = erased.iter().map(|(lead, _)| *lead).collect();
    let mut hashes = erasures::hashes(conn, org)?;
    let known: HashMap<i64, (Uid, OptOut)> =
        leads::by_ids(conn, org, &ids)?.into_iter().map(|lead| (lead.id, (lead.uid, opt_out_of(&lead)))).collect();
    let tombstones = erased.into_iter().filter_map(|(lead, reason)| {
        let (uid, opt_out) = known.get(&lead).copied()?;
        Some(Tombstone { uid, lead, reason, opt_out, hashes: hashes.remove(&lead).unwrap_or_default() })
    });
    Ok(Tombstones { leads: tombstones.collect(), key })
}

/// Erases everybody again who was erased there, and leads that were the same person in the backup. Of those who are not here at all the
/// tombstones stay, by which a later import knows them.
pub(super) fn carry(here: &mut Here<'_>, there: &mut There<'_>, carried: &mut Carried) -> Result<(), CarryError> {
    let said = there.read(read)?;
    let org = here.stamp.org;
    let uids: Vec<Uid> = said.leads.iter().map(|tombstone| tombstone.uid).collect();
    let by_uid: BTreeMap<Uid, i64> = leads::ids_by_uid(here.conn, org, &uids)?.into_iter().collect();
    let ids: Vec<i64> = by_uid.values().copied().collect();
    let gone = erasures::erased_among(here.conn, org, &ids)?;
    let key = match (erasures::hash_key(here.conn, org)?, said.key) {
        (None, Some(key)) => {
            erasures::set_hash_key(here.conn, org, &key)?;
            Some(key)
        }
        (key, _) => key,
    };
    let is_same_key = key == said.key;
    let mut again = Vec::new();
    for tombstone in &said.leads {
        match by_uid.get(&tombstone.uid) {
            None => bury(here, tombstone, is_same_key, carried)?,
            Some(id) if gone.contains_key(id) => {}
            Some(id) => {
                let Some(lead) = leads::by_ids(here.conn, org, &[*id])?.pop() else { continue };
                if erase_again(here, &lead, tombstone.reason.as_deref(), carried)? {
                    again.push((*id, tombstone));
                }
            }
        }
    }
    let Some(key) = key.filter(|_| is_same_key) else {
        if let Some((id, _)) = again.first() {
            let why = "what the person got since the backup is not known, for the backup has another key for hashes";
            carried.left.push(here.left("erasures", format!("lead {id}"), why));
        }
        return Ok(());
    };
    know_again(here, &again)?;
    // Also by what somebody who was erased before the backup is known by: it may be another person's number since.
    let is_since = |tombstone: &&Tombstone| by_uid.get(&tombstone.uid).is_none_or(|id| !gone.contains_key(id));
    let reasons: HashMap<KeyHash, Option<&str>> = said
        .leads
        .iter()
        .filter(is_since)
        .flat_map(|tombstone| tombstone.hashes.iter().map(|hash| (*hash, tombstone.reason.as_deref())))
        .collect();
    for (lead, hash) in earlier_leads::found(here, there, &key, &reasons.keys().copied().collect())? {
        erase_again(here, &lead, reasons.get(&hash).copied().flatten(), carried)?;
    }
    Ok(())
}

/// Whether it is erased then; where nobody may, that is told.
fn erase_again(
    here: &mut Here<'_>,
    lead: &Lead,
    reason: Option<&str>,
    carried: &mut Carried,
) -> Result<bool, CarryError> {
    let changed_by = match here.eraser {
        Eraser::Anybody => None,
        Eraser::Admin(admin) => Some(admin),
        Eraser::Nobody => {
            let why = format!("no user of it is an admin who may erase: make one, then crmctl lead erase {}", lead.id);
            carried.left.push(here.left("erasures", format!("lead {}", lead.id), why));
            return Ok(false);
        }
    };
    let stamp = Stamp { changed_by, ..here.stamp.clone() };
    match erase(here.conn, lead, reason, &stamp) {
        Ok(erased) => {
            carried.erased += 1;
            let places = erased.left.iter().filter(|left| left.why != WhyLeft::Kept).count();
            if places > 0 {
                let why = format!("{places} places may still speak of the person");
                carried.left.push(here.left("erasures", format!("lead {}", lead.id), why));
            }
            Ok(true)
        }
        // It is one person with a lead that came before.
        Err(EraseError::Erased(_)) => Ok(true),
        Err(e) => Err(e.into()),
    }
}

/// Adds what people got after the backup to what the leads erased here are known by.
fn know_again(here: &mut Here<'_>, again: &[(i64, &Tombstone)]) -> Result<(), CarryError> {
    if again.is_empty() {
        return Ok(());
    }
    let org = here.stamp.org;
    let known = erasures::hashes(here.conn, org)?;
    for (lead, tombstone) in again {
        let has = |hash: &KeyHash| known.get(lead).is_some_and(|known| known.contains(hash));
        let missing: Vec<KeyHash> = tombstone.hashes.iter().filter(|hash| !has(hash)).copied().collect();
        erasures::add_hashes(here.conn, org, *lead, &missing)?;
    }
    Ok(())
}

fn bury(
    here: &mut Here<'_>,
    tombstone: &Tombstone,
    is_same_key: bool,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    if !is_same_key {
        let why = "the person is not in the backup, whose key for hashes is another one";
        carried.left.push(here.left("erasures", format!("lead {} of the replaced database", tombstone.lead), why));
        return Ok(());
    }
    let id = bury_erased(here, tombstone.uid, tombstone.opt_out)?;
    erasures::insert(here.conn, id, tombstone.reason.as_deref(), &tombstone.hashes, here.stamp)?;
    carried.kept_deleted += 1;
    Ok(())
}
