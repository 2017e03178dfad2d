//! Leads of the backup that are an erased person, whom the replaced database had under another lead when that was erased.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{CarryError, Here, There};
use crate::db::models::leads::{self, Lead, lead_emails, lead_identities, lead_phones};
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::erasure::{KeyHash, hash_of_email, hash_of_phone};

/// The leads here that are known by one of these hashes, each with one of them, but for those whose lead there is known by it, too: it
/// was another person's when the erasure let it be. A lead that was deleted since and is live here is not let be.
pub(super) fn found(
    here: &mut Here<'_>,
    there: &mut There<'_>,
    key: &KeyHash,
    sought: &HashSet<KeyHash>,
) -> Result<Vec<(Lead, KeyHash)>, CarryError> {
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let holders = holders(here.conn, here.stamp.org, key, sought)?;
    let ids: Vec<i64> = holders.keys().copied().collect();
    let leads = leads::by_ids(here.conn, here.stamp.org, &ids)?;
    let uids: Vec<Uid> = leads.iter().map(|lead| lead.uid).collect();
    let known = there.read(|conn, org| {
        let ids: Vec<i64> = leads::ids_by_uid(conn, org, &uids)?.into_iter().map(|(_, id)| id).collect();
        known_by(conn, org, key, &ids)
    })?;
    let mut found = Vec::new();
    for lead in leads {
        let hashes = holders.get(&lead.id).into_iter().flatten();
        let is_let_be = |hash: &KeyHash| {
            known
                .get(&lead.uid)
                .is_some_and(|(is_live, known)| known.contains(hash) && (*is_live || lead.deleted_at.is_some()))
        };
        if let Some(hash) = hashes.copied().find(|hash| !is_let_be(hash)) {
            found.push((lead, hash));
        }
    }
    found.sort_unstable_by_key(|(lead, _)| lead.id);
    Ok(found)
}

/// The leads, live or deleted, that have a phone or email with one of these hashes, and which.
fn holders(
    conn: &mut Db,
    org: OrgId,
    key: &KeyHash,
    sought: &HashSet<KeyHash>,
) -> Result<BTreeMap<i64, Vec<KeyHash>>, DbError> {
    let mut holders: BTreeMap<i64, Vec<KeyHash>> = BTreeMap::new();
    let mut look = |lead: i64, hash: KeyHash| {
        if sought.contains(&hash) {
            holders.entry(lead).or_default().push(hash);
        }
    };
    lead_identities::each_person(conn, org, |person| {
        person.phone_number.iter().for_each(|number| look(person.id, hash_of_phone(key, number)));
        person.email.iter().for_each(|email| look(person.id, hash_of_email(key, email)));
    })?;
    lead_phones::each(conn, org, |lead, number| look(lead, hash_of_phone(key, number)))?;
    lead_emails::each(conn, org, |lead, email| look(lead, hash_of_email(key, email)))?;
    Ok(holders)
}

/// Whether these leads are live, and what they are known by, by their identities.
fn known_by(
    conn: &mut Db,
    org: OrgId,
    key: &KeyHash,
    ids: &[i64],
) -> Result<HashMap<Uid, (bool, HashSet<KeyHash>)>, DbError> {
    let mut phones = lead_phones::of_leads(conn, org, ids)?;
    let mut emails = lead_emails::of_leads(conn, org, ids)?;
    let known = |lead: Lead| {
        let further = phones.remove(&lead.id).unwrap_or_default().into_iter().map(|phone| phone.phone_number);
        let numbers = lead.phone_number.into_iter().chain(further).map(|number| hash_of_phone(key, &number));
        let further = emails.remove(&lead.id).unwrap_or_default().into_iter().map(|email| email.email);
        let addresses = lead.email.into_iter().chain(further).map(|email| hash_of_email(key, &email));
        (lead.uid, (lead.deleted_at.is_none(), numbers.chain(addresses).collect()))
    };
    Ok(leads::by_ids(conn, org, ids)?.into_iter().map(known).collect())
}
