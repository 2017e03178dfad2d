//! Requests not to be contacted: each is kept, its number goes on the list, and the leads with it go to `dnc`.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use super::sharing::{Locked, Skipped, own_at, travel};
use super::{Moved, move_leads_to_dnc};
use crate::db::Stamp;
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::models::dnc::dnc_list::{self, NewDncEntry};
use crate::db::models::dnc::dnc_requests::{self, DncRequest};
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::bans::{Bans, Listing, StoredBans, Terms};
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::dnc::wishes::Wishes;
use crate::domain::dnc::{Decision, DncOrigin, DncScope, DncSource, RemovalKind};
use crate::domain::phone::E164;
use crate::domain::time::business_days::dnc_deadline;
use crate::domain::timestamp::Timestamp;

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 2000;
/// The longest text of a request, in characters.
pub const LONGEST_TEXT: usize = 10_000;

/// One request not to be contacted.
#[derive(Debug, Clone)]
pub struct Request {
    pub number: E164,
    pub terms: Terms,
    pub source: DncSource,
    pub reason: Option<String>,
    /// What the person said, or other evidence.
    pub text: Option<String>,
    /// How certain a text is; `None` when a person said that it is a request.
    pub class: Option<OptOutClass>,
    pub received_at: Timestamp,
}

impl Request {
    /// That somebody makes of a lead by hand: for every way of contact, and without an end.
    pub fn by_hand(number: E164, reason: Option<String>, now: Timestamp) -> Request {
        let terms = Terms { scope: DncScope::All, expires_at: None };
        Request { number, terms, source: DncSource::Manual, reason, text: None, class: None, received_at: now }
    }
}

/// What adding did.
#[derive(Debug, Default)]
pub struct Added {
    /// What became of each request, in order.
    pub listings: Vec<Listing>,
    pub leads_moved: u64,
    /// Leads that another transaction is changing: to be settled when it has ended.
    pub skipped: Skipped,
}

/// Honours requests: writes them and their entries, and moves the leads. The caller holds [`crate::db::Lock::DncList`];
/// `zone` is the organization's.
///
/// # Errors
/// The database refuses.
pub fn honour(
    conn: &mut Db,
    requests: &[Request],
    on_locked: impl Into<Locked>,
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<Added, DbError> {
    let on_locked = on_locked.into();
    let Listed { numbers, listings, skipped: elsewhere } = list(conn, requests, on_locked, stamp)?;
    let entries: HashMap<String, i64> =
        dnc_entries::live_among(conn, stamp.org, &numbers)?.into_iter().map(|e| (e.phone_number, e.id)).collect();
    let rows: Vec<DncRequest> = requests
        .iter()
        .map(|request| DncRequest {
            decision: Some(Decision::Honour),
            decided_by: stamp.changed_by,
            decided_actor: Some(stamp.actor.clone()),
            decided_at: Some(stamp.now),
            dnc_id: entries.get(&request.number.to_string()).copied(),
            ..row(request, stamp, zone)
        })
        .collect();
    dnc_requests::append(conn, &rows, stamp)?;
    honour_undecided(conn, &entries, requests, &listings, stamp)?;
    let Moved { leads: leads_moved, mut skipped } = move_leads(conn, requests, &listings, on_locked.home, stamp)?;
    skipped.extend(elsewhere);
    Ok(Added { listings, leads_moved, skipped })
}

/// Decides earlier requests that the entries of these numbers honour, too.
fn honour_undecided(
    conn: &mut Db,
    entries: &HashMap<String, i64>,
    requests: &[Request],
    listings: &[Listing],
    stamp: &Stamp,
) -> Result<(), DbError> {
    let undecided = dnc_requests::undecided(conn, stamp.org)?;
    if undecided.is_empty() {
        return Ok(());
    }
    // The last listing of a number says what its entry forbids.
    let bans: HashMap<String, Bans> =
        requests.iter().zip(listings).map(|(request, listing)| (request.number.to_string(), listing.bans())).collect();
    for kept in undecided {
        let asked = Terms { scope: kept.scope, expires_at: kept.expires_at };
        let Some(listed) = bans.get(&kept.phone_number) else { continue };
        if matches!(Listing::of(Some(*listed), asked.into()), Listing::Covered(_)) {
            let entry = entries.get(&kept.phone_number).copied();
            dnc_requests::decide(conn, kept.id, Decision::Honour, Some(LISTED_MEANWHILE), entry, stamp)?;
        }
    }
    Ok(())
}

/// Why an earlier request is honoured.
const LISTED_MEANWHILE: &str = "a later request put the number on the list";

/// Keeps requests that a person must decide, and tells for each whether that is so: what the organization itself forbids already
/// needs no decision.
///
/// # Errors
/// The database refuses.
pub fn keep_doubtful(
    conn: &mut Db,
    requests: &[Request],
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<Vec<bool>, DbError> {
    let numbers: Vec<String> = requests.iter().map(|request| request.number.to_string()).collect();
    let stored = dnc_entries::live_among(conn, stamp.org, &numbers)?;
    let live: HashMap<&str, &DncEntry> = stored.iter().map(|entry| (entry.phone_number.as_str(), entry)).collect();
    let mut undecided = Vec::with_capacity(requests.len());
    let mut rows = Vec::with_capacity(requests.len());
    for (request, number) in requests.iter().zip(&numbers) {
        let entry = live.get(number.as_str()).copied();
        let covered =
            entry.filter(|e| matches!(Listing::of(own_at(e, stamp.now), request.terms.into()), Listing::Covered(_)));
        let row = row(request, stamp, zone);
        undecided.push(covered.is_none());
        rows.push(match covered {
            None => row,
            Some(entry) => DncRequest {
                decision: Some(Decision::Honour),
                decision_reason: Some(LISTED_ALREADY.into()),
                decided_by: stamp.changed_by,
                decided_actor: Some(stamp.actor.clone()),
                decided_at: Some(stamp.now),
                dnc_id: Some(entry.id),
                ..row
            },
        });
    }
    dnc_requests::append(conn, &rows, stamp)?;
    Ok(undecided)
}

/// Why a doubtful request needs no decision.
const LISTED_ALREADY: &str = "the number was listed already";

/// Puts the numbers of requests that are kept already on the list, and moves the leads.
///
/// # Errors
/// The database refuses.
pub(super) fn list_kept(
    conn: &mut Db,
    kept: &[DncRequest],
    on_locked: OnLocked,
    stamp: &Stamp,
) -> Result<Added, DbError> {
    let requests: Vec<Request> = kept.iter().filter_map(|request| of_kept(request, stamp.now)).collect();
    list_unasked(conn, &requests, on_locked, stamp)
}

/// Puts numbers on the list without a request to be kept, and moves the leads. The caller holds [`crate::db::Lock::DncList`].
///
/// # Errors
/// The database refuses.
pub fn list_unasked(conn: &mut Db, requests: &[Request], on_locked: OnLocked, stamp: &Stamp) -> Result<Added, DbError> {
    let Listed { listings, skipped: elsewhere, .. } = list(conn, requests, on_locked.into(), stamp)?;
    let Moved { leads: leads_moved, mut skipped } = move_leads(conn, requests, &listings, on_locked, stamp)?;
    skipped.extend(elsewhere);
    Ok(Added { listings, leads_moved, skipped })
}

/// A kept request as it was made; an end that lies in the past by now is none.
fn of_kept(kept: &DncRequest, now: Timestamp) -> Option<Request> {
    Some(Request {
        number: E164::from_e164(&kept.phone_number)?,
        terms: Terms { scope: kept.scope, expires_at: kept.expires_at.filter(|end| *end > now) },
        source: kept.source,
        reason: kept.reason.clone(),
        text: kept.text.clone(),
        class: kept.class,
        received_at: kept.received_at,
    })
}

/// What became of requests.
struct Listed {
    /// Their numbers, each once.
    numbers: Vec<String>,
    /// What became of each request.
    listings: Vec<Listing>,
    /// Leads of other organizations of the group.
    skipped: Skipped,
}

/// Writes the entries, also in the lists of the other organizations of the group. What others of the group forbid already is listed by
/// the organization itself, too.
fn list(conn: &mut Db, requests: &[Request], on_locked: Locked, stamp: &Stamp) -> Result<Listed, DbError> {
    let mut numbers: Vec<String> = requests.iter().map(|request| request.number.to_string()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let stored = dnc_entries::live_among(conn, stamp.org, &numbers)?;
    let mut live: HashMap<E164, Wishes> =
        stored.iter().filter_map(|entry| Some((number_of(entry)?, wishes_of(entry, stamp)))).collect();
    let mut new: HashMap<E164, (usize, NewDncEntry)> = HashMap::new();
    let mut listings = Vec::with_capacity(requests.len());
    for (place, request) in requests.iter().enumerate() {
        let before = live.get(&request.number).copied();
        let listing = Listing::of(before.and_then(|before| before.own), request.terms.into());
        let wishes = before.map_or(Wishes::own(listing.bans()), |before| before.with_own(listing.bans()));
        live.insert(request.number, wishes);
        if !matches!(listing, Listing::Covered(_)) {
            // An entry that a later request of the same call widens was never another's: it is written once.
            new.entry(request.number)
                .and_modify(|(_, entry)| *entry = entry.clone().with(wishes))
                .or_insert_with(|| (place, entry(request, wishes, stamp)));
        }
        listings.push(listing);
    }
    // Who gives no reason leaves that of the entry before.
    for earlier in stored.iter().filter(|earlier| own_at(earlier, stamp.now).is_some()) {
        if let Some((_, entry)) = number_of(earlier).and_then(|number| new.get_mut(&number)) {
            entry.reason = entry.reason.take().or_else(|| earlier.reason.clone());
            entry.evidence = entry.evidence.take().or_else(|| earlier.evidence.clone());
        }
    }
    let superseded: Vec<i64> =
        stored.iter().filter(|e| number_of(e).is_some_and(|n| new.contains_key(&n))).map(|entry| entry.id).collect();
    let kind = RemovalKind::Replacement;
    dnc_list::close(conn, &superseded, kind, kind.reason(), stamp)?;
    let mut entries: Vec<(usize, NewDncEntry)> = new.into_values().collect();
    entries.sort_unstable_by_key(|(place, _)| *place);
    let entries: Vec<NewDncEntry> = entries.into_iter().map(|(_, entry)| entry).collect();
    dnc_list::add(conn, &entries, stamp)?;
    // Also what was listed already: an entry that another program wrote has not travelled.
    let skipped = travel(conn, &numbers, kind, on_locked, stamp)?;
    Ok(Listed { numbers, listings, skipped })
}

/// Those of these numbers that the organization itself forbids for ever and for everything already.
///
/// # Errors
/// The database cannot be read.
pub fn covered(conn: &mut Db, org: OrgId, numbers: &[E164], now: Timestamp) -> Result<HashSet<E164>, DbError> {
    let texts: Vec<String> = numbers.iter().map(E164::to_string).collect();
    let for_good = Terms { scope: DncScope::All, expires_at: None };
    let is_covered = |e: &DncEntry| matches!(Listing::of(own_at(e, now), for_good.into()), Listing::Covered(_));
    let entries = dnc_entries::live_among(conn, org, &texts)?;
    Ok(entries.iter().filter(|entry| is_covered(entry)).filter_map(number_of).collect())
}

/// Those of these numbers that others of the group list, and the organization itself does not.
///
/// # Errors
/// The database cannot be read.
pub fn shared_only(conn: &mut Db, org: OrgId, numbers: &[E164], now: Timestamp) -> Result<Vec<E164>, DbError> {
    let texts: Vec<String> = numbers.iter().map(E164::to_string).collect();
    let entries = dnc_entries::live_among(conn, org, &texts)?;
    Ok(entries.iter().filter(|entry| own_at(entry, now).is_none()).filter_map(number_of).collect())
}

/// Why a number is listed for a draft that asks not to be called.
pub const FLAGGED: &str = "do-not-call flag of a lead";

/// Why a number is listed that comes to somebody who has refused to be contacted.
pub const OF_REFUSER: &str = "its lead has refused to be contacted";

/// Puts numbers on the list for ever and for everything, because drafts of leads said so, and moves the leads. No request is
/// kept: the drafts are the evidence. No other import runs, and nobody else changes the list. Leads of other organizations of the group
/// that are being imported are skipped.
///
/// # Errors
/// The database refuses.
pub fn list_flagged(
    conn: &mut Db,
    numbers: &[E164],
    reason: &str,
    evidence: &str,
    stamp: &Stamp,
) -> Result<(), DbError> {
    let request = |number| Request {
        number,
        terms: Terms { scope: DncScope::All, expires_at: None },
        source: if stamp.import_id.is_some() { DncSource::Import } else { DncSource::Manual },
        reason: Some(reason.to_owned()),
        text: Some(evidence.to_owned()),
        class: None,
        received_at: stamp.now,
    };
    for some in numbers.chunks(TOGETHER) {
        let requests: Vec<Request> = some.iter().copied().map(request).collect();
        let on_locked = Locked { home: OnLocked::Wait, elsewhere: OnLocked::Skip };
        let listings = list(conn, &requests, on_locked, stamp)?.listings;
        move_leads(conn, &requests, &listings, OnLocked::Wait, stamp)?;
    }
    Ok(())
}

/// Numbers that are listed together.
const TOGETHER: usize = 8000;

/// Moves the leads whose number may not be called.
fn move_leads(
    conn: &mut Db,
    requests: &[Request],
    listings: &[Listing],
    on_locked: OnLocked,
    stamp: &Stamp,
) -> Result<Moved, DbError> {
    let barred = requests.iter().zip(listings).filter(|(_, listing)| listing.bans().calls.holds(stamp.now));
    let mut numbers: Vec<String> = barred.map(|(request, _)| request.number.to_string()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    move_leads_to_dnc(conn, &numbers, on_locked, stamp)
}

fn number_of(entry: &DncEntry) -> Option<E164> {
    E164::from_e164(&entry.phone_number)
}

/// What an entry forbids; of what came through the group the organization's own part may have ended before.
fn wishes_of(entry: &DncEntry, stamp: &Stamp) -> Wishes {
    match entry.origin {
        DncOrigin::Own => entry.wishes(),
        DncOrigin::Group | DncOrigin::Both => Wishes { own: own_at(entry, stamp.now), ..entry.wishes() },
    }
}

fn entry(request: &Request, wishes: Wishes, stamp: &Stamp) -> NewDncEntry {
    let StoredBans { scope, expires_at, calls_expire_at, texts_expire_at } = wishes.whole.into();
    let entry = NewDncEntry {
        organization_id: stamp.org.0,
        phone_number: request.number.to_string(),
        reason: request.reason.clone(),
        source: request.source,
        scope,
        evidence: request.text.clone(),
        added_by: stamp.changed_by,
        added_at: stamp.now,
        expires_at,
        calls_expire_at,
        texts_expire_at,
        updated_at: stamp.now,
        import_id: stamp.import_id,
        added_actor: stamp.actor.clone(),
        origin: DncOrigin::Own,
        own_scope: None,
        own_expires_at: None,
        own_calls_expire_at: None,
        own_texts_expire_at: None,
    };
    entry.with(wishes)
}

/// A request that nobody has decided yet.
fn row(request: &Request, stamp: &Stamp, zone: &TimeZone) -> DncRequest {
    DncRequest {
        id: 0,
        organization_id: stamp.org.0,
        phone_number: request.number.to_string(),
        source: request.source,
        scope: request.terms.scope,
        reason: request.reason.clone(),
        text: request.text.clone(),
        class: request.class,
        expires_at: request.terms.expires_at,
        received_at: request.received_at,
        due_at: dnc_deadline(request.received_at, zone),
        recorded_by: stamp.changed_by,
        actor: stamp.actor.clone(),
        recorded_at: stamp.now,
        import_id: stamp.import_id,
        decision: None,
        decision_reason: None,
        decided_by: None,
        decided_actor: None,
        decided_at: None,
        dnc_id: None,
    }
}
