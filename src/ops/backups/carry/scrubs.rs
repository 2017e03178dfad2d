//! Scrubs that came after the backup: their certificates are with people, and the chain must not fork.

use std::collections::HashMap;

use super::{Carried, CarryError, Here, There};
use crate::db::Stamp;
use crate::db::models::access::users;
use crate::db::models::dnc::dnc_scrubs::{self, StoredScrub};
use crate::db::models::dnc::signing_keys;
use crate::db::types::Uid;
use crate::db::{Db, OrgId};
use crate::domain::dnc::certificates::{NO_HASH, hash_of};

/// Why the scrubs of another organization of this name are none of this one.
const OTHER_ORGANIZATION: &str = "the organization of this name in the backup is another one";
const FORKED: &str = "they do not continue the chain of the backup: two certificates have one number";

/// Adds the scrubs behind the last one of the backup, as long as each holds the hash of the one before, and lets the keys count that an
/// admin has trusted since.
pub(super) fn carry(
    here: &mut Here<'_>,
    there: &mut There<'_>,
    is_same: bool,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let org = here.stamp.org;
    let (mut place, mut last) = match dnc_scrubs::latest(here.conn, org)? {
        Some((sequence, hash)) => (sequence, hash),
        None => (0, NO_HASH.to_vec()),
    };
    let latest_there = there.read(dnc_scrubs::latest)?.map_or(0, |(sequence, _)| sequence);
    if is_same {
        keys(here, there)?;
    }
    let users = same_users(here, there)?;
    let last_of_backup = there.read(|conn, org| dnc_scrubs::next_stored(conn, org, place - 1))?;
    let mut fault = last_of_backup.filter(|it| it.sequence == place && it.hash != last).map(|it| (it.sequence, FORKED));
    while fault.is_none()
        && let Some(scrub) = there.read(|conn, org| dnc_scrubs::next_stored(conn, org, place))?
    {
        let why = if is_same { fault_of(&scrub, place, &last) } else { Some(OTHER_ORGANIZATION) };
        if let Some(why) = why {
            fault = Some((scrub.sequence, why));
            break;
        }
        let by = scrub.scrubbed_by.and_then(|id| users.get(&id).copied());
        dnc_scrubs::insert(here.conn, &scrub.as_new(org, by))?;
        carried.scrubs += 1;
        (place, last) = (scrub.sequence, scrub.hash);
    }
    if let Some((first, why)) = fault {
        let which = match first == latest_there {
            true => format!("number {first}"),
            false => format!("numbers {first} to {latest_there}"),
        };
        carried.left.push(here.left("certificates of scrubs", which, why));
    }
    Ok(())
}

/// Why a scrub does not come right behind this place of the chain.
fn fault_of(scrub: &StoredScrub, place: i64, last: &[u8]) -> Option<&'static str> {
    if scrub.sequence != place + 1 {
        return Some("scrubs between them and those of the backup are missing");
    }
    if scrub.previous_hash != last {
        return Some(FORKED);
    }
    (scrub.hash != hash_of(scrub.certificate.as_bytes())).then_some("the certificate is not what was recorded")
}

/// The ids here of the users there.
fn same_users(here: &mut Here<'_>, there: &mut There<'_>) -> Result<HashMap<i64, i64>, CarryError> {
    let ids: HashMap<Uid, i64> =
        users::all(here.conn, here.stamp.org)?.into_iter().map(|user| (user.uid, user.id)).collect();
    let known = there.read(users::all)?;
    Ok(known.into_iter().filter_map(|user| Some((user.id, *ids.get(&user.uid)?))).collect())
}

/// Lets keys count here that count there, from when they did.
fn keys(here: &mut Here<'_>, there: &mut There<'_>) -> Result<(), CarryError> {
    let all = |conn: &mut Db, org: OrgId| signing_keys::all(conn, org);
    let known = all(here.conn, here.stamp.org)?;
    for key in there.read(all)? {
        if known.iter().any(|other| other.fingerprint == key.fingerprint) {
            continue;
        }
        let stamp = Stamp { actor: key.actor, changed_by: None, now: key.recorded_at, ..here.stamp.clone() };
        signing_keys::insert(here.conn, &key.fingerprint, &key.public_key, &stamp)?;
    }
    Ok(())
}
