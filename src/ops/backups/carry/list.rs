//! The do-not-call list, and requests that nobody has decided.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use super::{CarryError, Carried, Here};
use crate::db::models::dnc::dnc_entries::{self, DncEntry, EntryFilter};
use crate::db::models::dnc::dnc_requests::{self, DncRequest};
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::DncScope;
use crate::domain::dnc::bans::{Ban, Bans, Listing, Terms};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::add::{Request, honour, keep_doubtful};
use crate::ops::dnc::remove::expire;

/// What the replaced database forbids.
pub(super) struct List {
    /// Its live entries.
    pub entries: Vec<DncEntry>,
    /// What is still to be decided.
    requests: Vec<DncRequest>,
}

/// Entries that are read, and written, together.
const TOGETHER: i64 = 5000;

pub(super) fn read(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<List, DbError> {
    let mut entries = live(conn, org)?;
    entries.retain(|entry| entry.bans().left_at(now).is_some());
    Ok(List { entries, requests: dnc_requests::undecided(conn, org)? })
}

/// The entries that nobody has closed, the earliest first.
fn live(conn: &mut Db, org: OrgId) -> Result<Vec<DncEntry>, DbError> {
    let (mut all, filter) = (Vec::new(), EntryFilter::default());
    loop {
        let before = all.last().map(|entry: &DncEntry| entry.id);
        let page = dnc_entries::page(conn, org, &filter, before, TOGETHER)?;
        if page.is_empty() {
            all.reverse();
            return Ok(all);
        }
        all.extend(page);
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

/// Lists what is listed there and not here, or forbidden there for longer.
pub(super) fn carry(
    here: &mut Here<'_>,
    said: &List,
    zone: &TimeZone,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let (stamp, org) = (here.stamp, here.stamp.org);
    expire(here.conn, OnLocked::Wait, stamp)?;
    let known: HashMap<String, Bans> =
        live(here.conn, org)?.into_iter().map(|entry| (entry.phone_number.clone(), entry.bans())).collect();
    let mut requests = Vec::new();
    for entry in &said.entries {
        let Some(bans) = entry.bans().left_at(stamp.now) else { continue };
        let before = known.get(&entry.phone_number).copied();
        if matches!(Listing::of(before, bans), Listing::Covered(_)) {
            continue;
        }
        let Some(number) = E164::from_e164(&entry.phone_number) else {
            let why = "it is no phone number that can be listed";
            carried.left.push(here.left("do-not-call numbers", format!("entry {}", entry.id), why));
            continue;
        };
        carried.numbers_listed += 1;
        requests.extend(asked(bans).into_iter().map(|terms| Request {
            number,
            terms,
            source: entry.source,
            reason: entry.reason.clone(),
            text: entry.evidence.clone(),
            class: None,
            received_at: entry.added_at,
        }));
    }
    for some in requests.chunks(usize::try_from(TOGETHER).unwrap_or(usize::MAX)) {
        honour(here.conn, some, OnLocked::Wait, stamp, zone)?;
    }
    let there: HashSet<&str> = said.entries.iter().map(|entry| entry.phone_number.as_str()).collect();
    let again = known.iter().filter(|(number, bans)| {
        !there.contains(number.as_str()) && bans.left_at(stamp.now).is_some()
    });
    carried.listed_again += again.count() as u64;
    undecided(here, said, zone, carried)
}

/// Keeps requests that are still to be decided and came after the backup.
fn undecided(here: &mut Here<'_>, said: &List, zone: &TimeZone, carried: &mut Carried) -> Result<(), CarryError> {
    let key = |it: &DncRequest| (it.phone_number.clone(), it.received_at, it.source, it.scope);
    let known: HashSet<_> = dnc_requests::undecided(here.conn, here.stamp.org)?.iter().map(key).collect();
    let mut requests = Vec::new();
    for kept in said.requests.iter().filter(|kept| !known.contains(&key(kept))) {
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
