//! Records of scrubs: each with its certificate, in the chain of its organization.

pub mod numbers;
pub mod own_list;
pub mod since;

use numbers::{NumberSet, Numbers};

use crate::db::Stamp;
use crate::db::models::dnc::dnc_scrubs::{self, NewScrub, ScrubRecord};
use crate::db::models::dnc::signing_keys;
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::certificates::keys::{PublicKey, SigningKey};
use crate::domain::dnc::certificates::{
    Certificate, Earlier, Hash, ListState, ListUsed, NO_HASH, hash_of, hex, rendered,
};
use crate::domain::dnc::registry::concerns;
use crate::domain::dnc::{Channel, Verdict};
use crate::domain::phone::equivalents::other_spellings;
use crate::domain::phone::{E164, Region};

/// The place of the next certificate of an organization: its sequence, and the hash of the one before.
///
/// # Errors
/// The database cannot be read.
pub fn next_place(conn: &mut Db, org: OrgId) -> Result<(i64, Hash), DbError> {
    let latest = dnc_scrubs::latest(conn, org)?;
    let place = latest.and_then(|(sequence, hash)| Some((sequence + 1, hash.try_into().ok()?)));
    Ok(place.unwrap_or((1, NO_HASH)))
}

/// Puts a scrub into the chain: signs its certificate, and records it with its numbers. Returns the text of the certificate. Whether the
/// key counts is another matter.
///
/// # Errors
/// The database refuses.
pub fn record(
    conn: &mut Db,
    certificate: Certificate,
    numbers: Numbers,
    key: &SigningKey,
    stamp: &Stamp,
) -> Result<String, DbError> {
    let (sequence, previous) = next_place(conn, stamp.org)?;
    let certificate = Certificate { sequence, previous_hash: hex(&previous), ..certificate }.signed(key);
    let text = rendered(&certificate);
    let [clear, blocked, unknown] = numbers.packed().map_err(damaged)?;
    let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let counts = certificate.counts;
    let name: String = certificate.input.name.chars().filter(|c| *c != '\0').take(LONGEST_NAME).collect();
    dnc_scrubs::insert(
        conn,
        &NewScrub {
            organization_id: stamp.org.0,
            sequence,
            file_name: &name,
            file_sha256: &certificate.input.sha256,
            channel: certificate.rules.channel,
            rows_read: counted(counts.read),
            rows_clean: counted(counts.clean),
            rows_blocked: counted(counts.blocked),
            rows_unknown: counted(counts.unknown),
            lists_used: Json(serde_json::to_value(&certificate.lists).unwrap_or_default()),
            certificate: &text,
            previous_hash: &previous,
            hash: &hash_of(text.as_bytes()),
            clear_numbers: &clear,
            blocked_numbers: &blocked,
            unknown_numbers: &unknown,
            scrubbed_by: stamp.changed_by,
            actor: &stamp.actor,
            scrubbed_at: stamp.now,
        },
    )?;
    Ok(text)
}

/// The longest file name that a record keeps, in characters.
const LONGEST_NAME: usize = 400;

/// Lets what a key signed count for the organization, and returns whether it did not before. That is for admins.
///
/// # Errors
/// The database refuses.
pub fn trust(conn: &mut Db, key: &PublicKey, stamp: &Stamp) -> Result<bool, DbError> {
    if known_keys(conn, stamp.org)?.contains(key) {
        return Ok(false);
    }
    signing_keys::insert(conn, &key.fingerprint(), key.bytes(), stamp)?;
    Ok(true)
}

/// The keys that an admin of the organization has trusted.
///
/// # Errors
/// The database cannot be read.
pub fn known_keys(conn: &mut Db, org: OrgId) -> Result<Vec<PublicKey>, DbError> {
    let keys = signing_keys::all(conn, org)?;
    Ok(keys.into_iter().filter_map(|key| Some(PublicKey::of_bytes(key.public_key.try_into().ok()?))).collect())
}

/// The recorded certificates before one.
///
/// # Errors
/// The database cannot be read.
pub fn before(conn: &mut Db, org: OrgId, sequence: i64) -> Result<Vec<Earlier>, DbError> {
    let certificates = dnc_scrubs::certificates_before(conn, org, sequence)?;
    let named = |(sequence, text): (i64, String)| Earlier {
        name: format!("number {sequence} of the database"),
        bytes: text.into_bytes(),
    };
    Ok(certificates.into_iter().map(named).collect())
}

/// What a scrub said of a number.
#[derive(Debug)]
pub struct Said {
    pub scrub: ScrubRecord,
    pub number: E164,
    pub verdict: Verdict,
}

/// What scrubs said of these numbers, the earliest first.
///
/// # Errors
/// The database cannot be read, or a set in it is damaged.
pub fn said_of(conn: &mut Db, org: OrgId, numbers: &[E164]) -> Result<Vec<Said>, DbError> {
    let (mut said, mut damage) = (Vec::new(), None);
    dnc_scrubs::each(conn, org, |scrub| match Recorded::of(&scrub) {
        Ok(recorded) => {
            let found = numbers.iter().find_map(|number| Some((*number, recorded.verdict(*number)?)));
            said.extend(found.map(|(number, verdict)| Said { scrub, number, verdict }));
        }
        Err(e) => damage = damage.take().or(Some(e)),
    })?;
    damage.map_or(Ok(said), Err)
}

/// The numbers of a recorded scrub.
#[derive(Debug)]
pub struct Recorded([(Verdict, NumberSet); 3]);

impl Recorded {
    /// Those of a record.
    ///
    /// # Errors
    /// Its sets are damaged.
    pub fn of(scrub: &ScrubRecord) -> Result<Recorded, DbError> {
        let set = |bytes: &[u8]| NumberSet::unpacked(bytes).map_err(damaged);
        Ok(Recorded([
            (Verdict::Blocked, set(&scrub.blocked_numbers)?),
            (Verdict::Unknown, set(&scrub.unknown_numbers)?),
            (Verdict::Clear, set(&scrub.clear_numbers)?),
        ]))
    }

    /// All numbers; one of which several things were said occurs several times.
    pub fn numbers(&self) -> Vec<E164> {
        self.0.iter().flat_map(|(_, set)| set.numbers()).collect()
    }

    /// What was said of a number; `None` of one that was not there.
    pub fn verdict(&self, number: E164) -> Option<Verdict> {
        self.0.iter().find(|(_, set)| set.has(number)).map(|(verdict, _)| *verdict)
    }
}

/// What the history of a number says of a scrub: only the lists that concern the number.
pub fn told(said: &Said) -> String {
    let scrub = &said.scrub;
    let channel = scrub.channel.map(|channel: Channel| format!(" for {channel}")).unwrap_or_default();
    let lists = scrub.lists_used.0.as_array().into_iter().flatten();
    let lists: Vec<String> = lists.filter_map(|list| told_list(list, said.number)).collect();
    format!(
        "{}{channel}, by lists of the scrub ({}), in `{}` (certificate {})",
        said.verdict,
        lists.join(", "),
        scrub.file_name,
        scrub.sequence
    )
}

/// A list that concerns a number, with what was wrong with it.
fn told_list(list: &serde_json::Value, number: E164) -> Option<String> {
    let list: ListUsed = serde_json::from_value(list.clone()).ok()?;
    let region: Option<Region> = list.country.as_deref().and_then(|country| country.parse().ok());
    let is_other = region.is_some_and(|region| {
        let concerns = |number| {
            region.calling_code().is_none_or(|code| concerns(number, list.country.as_deref().unwrap_or_default(), code))
        };
        !concerns(number) && !other_spellings(number).into_iter().any(concerns)
    });
    if is_other {
        return None;
    }
    Some(match list.state {
        Some(ListState::Missing) => format!("{}, which was missing", list.name),
        Some(ListState::TooOld) => format!("{}, which was too old", list.name),
        Some(ListState::Current) | None => list.name,
    })
}

/// The sets of a scrub cannot be written or read.
fn damaged(error: std::io::Error) -> DbError {
    let text = format!("the numbers of a scrub cannot be read or written: {error}");
    DbError::Query(diesel::result::Error::DeserializationError(text.into()))
}
