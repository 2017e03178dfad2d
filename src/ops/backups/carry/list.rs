//! The do-not-call list, and requests that nobody has decided.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use super::{Carried, CarryError, Here, There};
use crate::db::models::dnc::dnc_entries::{self, DncEntry, EntryFilter};
use crate::db::models::dnc::dnc_requests::{self, DncRequest};
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::bans::{Ban, Bans, Listing, Terms};
use crate::domain::dnc::{DncOrigin, DncScope};
use crate::domain::phone::E164;
use crate::ops::dnc::add::{Request, honour, keep_doubtful, list_unasked};
use crate::ops::dnc::remove::expire;

/// Entries that are read, and written, together.
const TOGETHER: i64 = 5000;
/// Numbers that are told one by one.
const MOST_TOLD: usize = 20;

/// Some of the entries that nobody has closed, from the one before `before` on.
fn page(conn: &mut Db, org: OrgId, before: Option<i64>) -> Result<Vec<DncEntry>, DbError> {
    dnc_entries::page(conn, org, &EntryFilter::default(), before, TOGETHER)
}

fn numbers_of(entries: &[DncEntry]) -> Vec<String> {
    entries.iter().map(|entry| entry.phone_number.clone()).collect()
}

/// How many entries the replaced database has.
pub(super) fn count(there: &mut There<'_>) -> Result<usize, CarryError> {
    let (mut count, mut before) = (0, None);
    loop {
        let entries = there.read(|conn, org| page(conn, org, before))?;
        count += entries.len();
        match entries.last() {
            None => return Ok(count),
            Some(last) => before = Some(last.id),
        }
    }
}

/// What an entry asks for: of one that forbids calls and texts for different times, both.
fn asked(bans: Bans) -> Vec<Terms> {
    let terms = |scope, ban| match ban {
        Ban::Never => None,
        Ban::Until(end) => Some(Terms { scope, expires_at: Some(end) }),
        Ban::Forever => Some(Terms { scope, expires_at: None }),
    };
    match bans.calls == bans.texts {
        true => terms(DncScope::All, bans.calls).into_iter().collect(),
        false => {
            [terms(DncScope::Calls, bans.calls), terms(DncScope::Texts, bans.texts)].into_iter().flatten().collect()
        }
    }
}

/// Lists what the organization itself has listed there and not here, or forbidden there for longer.
pub(super) fn carry(
    here: &mut Here<'_>,
    there: &mut There<'_>,
    zone: &TimeZone,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    expire(here.conn, OnLocked::Wait, here.stamp)?;
    listed_here_alone(here, there, carried)?;
    let mut before = None;
    loop {
        let entries = there.read(|conn, org| page(conn, org, before))?;
        let Some(last) = entries.last() else { break };
        before = Some(last.id);
        let known: HashMap<String, Bans> = dnc_entries::live_among(here.conn, here.stamp.org, &numbers_of(&entries))?
            .into_iter()
            .filter_map(|entry| Some((entry.phone_number.clone(), entry.wishes().own?.left_at(here.stamp.now)?)))
            .collect();
        let mut requests = Vec::new();
        for entry in &entries {
            let own = entry.wishes().own.and_then(|own| own.left_at(here.stamp.now));
            let Some(bans) = own else { continue };
            if matches!(Listing::of(known.get(&entry.phone_number).copied(), bans), Listing::Covered(_)) {
                continue;
            }
            requests.extend(requests_of(here, entry, bans, carried));
        }
        if !requests.is_empty() {
            here.skipped.extend(honour(here.conn, &requests, OnLocked::Wait, here.stamp, zone)?.skipped);
        }
    }
    Ok(())
}

/// Lists what came to the organization through its group there and is not listed here: whoever of the group wished it is not in the
/// backup, or is in another group here. Nobody asked this organization, so that no request is kept.
pub(super) fn carry_shared(
    here: &mut Here<'_>,
    there: &mut There<'_>,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let mut before = None;
    loop {
        let mut entries = there.read(|conn, org| page(conn, org, before))?;
        let Some(last) = entries.last() else { return Ok(()) };
        before = Some(last.id);
        entries.retain(|entry| entry.origin != DncOrigin::Own);
        let known: HashMap<String, Bans> = dnc_entries::live_among(here.conn, here.stamp.org, &numbers_of(&entries))?
            .into_iter()
            .map(|entry| (entry.phone_number.clone(), entry.bans()))
            .collect();
        let mut requests = Vec::new();
        for entry in &entries {
            let Some(bans) = entry.bans().left_at(here.stamp.now) else { continue };
            if !matches!(Listing::of(known.get(&entry.phone_number).copied(), bans), Listing::Covered(_)) {
                requests.extend(requests_of(here, entry, bans, carried));
            }
        }
        if !requests.is_empty() {
            here.skipped.extend(list_unasked(here.conn, &requests, OnLocked::Wait, here.stamp)?.skipped);
        }
    }
}

/// What lists the number of an entry for these bans.
fn requests_of(here: &Here<'_>, entry: &DncEntry, bans: Bans, carried: &mut Carried) -> Vec<Request> {
    let Some(number) = E164::from_e164(&entry.phone_number) else {
        let why = "it is no phone number that can be listed";
        carried.left.push(here.left("do-not-call numbers", format!("entry {}", entry.id), why));
        return Vec::new();
    };
    carried.numbers_listed += 1;
    let request = |terms| Request {
        number,
        terms,
        source: entry.source,
        reason: entry.reason.clone(),
        text: entry.evidence.clone(),
        class: None,
        received_at: entry.added_at,
    };
    asked(bans).into_iter().map(request).collect()
}

/// Tells of the numbers that are listed here and not there.
fn listed_here_alone(here: &mut Here<'_>, there: &mut There<'_>, carried: &mut Carried) -> Result<(), CarryError> {
    let mut before = None;
    loop {
        let entries = page(here.conn, here.stamp.org, before)?;
        let Some(last) = entries.last() else { return Ok(()) };
        before = Some(last.id);
        let numbers = numbers_of(&entries);
        let known: HashSet<String> = there
            .read(|conn, org| dnc_entries::live_among(conn, org, &numbers))?
            .into_iter()
            .map(|entry| entry.phone_number)
            .collect();
        let holds = |entry: &&DncEntry| entry.bans().left_at(here.stamp.now).is_some();
        for entry in entries.iter().filter(holds).filter(|entry| !known.contains(&entry.phone_number)) {
            carried.listed_again += 1;
            if carried.listed_again_numbers.len() < MOST_TOLD {
                carried.listed_again_numbers.push(entry.phone_number.clone());
            }
        }
    }
}

/// Keeps requests that are still to be decided and came after the backup.
pub(super) fn undecided(
    here: &mut Here<'_>,
    there: &mut There<'_>,
    zone: &TimeZone,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let key = |it: &DncRequest| (it.phone_number.clone(), it.received_at, it.source, it.scope);
    let known: HashSet<_> = dnc_requests::undecided(here.conn, here.stamp.org)?.iter().map(key).collect();
    let mut requests = Vec::new();
    for kept in there.read(dnc_requests::undecided)?.iter().filter(|kept| !known.contains(&key(kept))) {
        let Some(number) = E164::from_e164(&kept.phone_number) else {
            let why = "its number is none that can be listed";
            carried.left.push(here.left("do-not-call requests", format!("request {}", kept.id), why));
            continue;
        };
        requests.push(Request {
            number,
            terms: Terms { scope: kept.scope, expires_at: kept.expires_at.filter(|end| *end > here.stamp.now) },
            source: kept.source,
            reason: kept.reason.clone(),
            text: kept.text.clone(),
            class: kept.class,
            received_at: kept.received_at,
        });
    }
    let undecided = keep_doubtful(here.conn, &requests, here.stamp, zone)?;
    carried.requests += undecided.into_iter().filter(|is_undecided| *is_undecided).count() as u64;
    Ok(())
}
