//! Loading a registry: a new revision is written in short transactions beside the one that answers, then takes its place.

use std::borrow::Cow;
use std::iter::Peekable;

use jiff::civil::Date;
use roaring::RoaringTreemap;
use sha2::{Digest, Sha256};

use super::RegistryError;
use super::logged::{Answering, log};
use crate::db::models::dnc::registries::dnc_registries::{self, NewRegistry, Registry};
use crate::db::models::dnc::registries::dnc_registry_blocks::{self, Block};
use crate::db::models::dnc::registries::dnc_registry_revisions::{self, Completed, NewRevision, Revision};
use crate::db::types::{CivilDate, Json};
use crate::db::{Database, Db, DbError, Stamp};
use crate::domain::dnc::registry::area_codes::AreaCodes;
use crate::domain::dnc::registry::{Coverage, LoadMode, RevisionState, block, is_too_old, numbers};
use crate::domain::phone::equivalents::other_spellings;
use crate::domain::phone::{E164, nanp};
use crate::domain::text::hex;

/// Numbers of a file that are to be loaded, and what is said of them.
pub struct NewNumbers<'a> {
    pub registry: NewRegistry<'a>,
    pub mode: LoadMode,
    pub as_of: Date,
    /// What the list covers; `None` when nobody said.
    pub area_codes: Option<AreaCodes>,
    pub numbers: &'a RoaringTreemap,
    pub file_name: &'a str,
    pub file_sha256: &'a str,
    /// Lines that were left out.
    pub rejected: u64,
}

/// What is loaded before a load.
#[derive(Debug)]
pub struct Outlook {
    pub registry: Option<Registry>,
    pub current: Option<Revision>,
}

/// A registry after a load.
#[derive(Debug)]
pub struct Loaded {
    pub revision: i32,
    /// How many numbers it has.
    pub number_count: u64,
    /// How many it had before.
    pub before: u64,
    pub coverage: Coverage,
    pub digest: String,
    /// Whether the numbers that answered before are gone.
    pub is_swept: bool,
}

/// Blocks that one transaction writes: eight megabytes at most, so that nobody waits for it.
pub(super) const TOGETHER: usize = 1000;

/// What is loaded of a registry.
///
/// # Errors
/// The database cannot be read.
pub fn outlook(conn: &mut Db, name: &str) -> Result<Outlook, DbError> {
    let Some(registry) = dnc_registries::by_name(conn, name)? else {
        return Ok(Outlook { registry: None, current: None });
    };
    let mut revisions = dnc_registry_revisions::of_registry(conn, registry.id)?;
    revisions.retain(|revision| Some(revision.revision) == registry.current_revision);
    Ok(Outlook { registry: Some(registry), current: revisions.pop() })
}

impl Outlook {
    /// Refuses what cannot be loaded over it.
    ///
    /// # Errors
    /// The registry is another country's or of another kind, what is loaded is later, or there is nothing to add to or to remove from.
    pub fn check(&self, new: &NewNumbers<'_>) -> Result<(), RegistryError> {
        let name = || new.registry.name.to_owned();
        // One that is not loaded is whatever its next load says.
        let answering = self.registry.as_ref().filter(|_| self.current.is_some());
        if let Some(registry) = answering.filter(|registry| registry.country != new.registry.country) {
            return Err(RegistryError::OtherCountry { name: name(), country: registry.country.clone() });
        }
        if new.area_codes.is_some() && new.registry.calling_code != 1 {
            return Err(RegistryError::NoAreaCodes(name()));
        }
        if new.area_codes.is_some() && new.mode == LoadMode::Remove {
            return Err(RegistryError::CoverageStays(name()));
        }
        if let Some(was) = answering.filter(|_| new.mode != LoadMode::Full)
            && (was.kind, was.max_age_days) != (new.registry.kind, new.registry.max_age_days)
        {
            let (kind, max_age_days) = (was.kind, was.max_age_days);
            return Err(RegistryError::DescriptionStays { name: name(), kind, max_age_days });
        }
        match &self.current {
            None if new.mode != LoadMode::Full => Err(RegistryError::NothingLoaded { name: name(), mode: new.mode }),
            Some(current)
                if new.mode != LoadMode::Full && is_too_old(current.as_of.0, new.registry.max_age_days, new.as_of) =>
            {
                Err(RegistryError::BaseTooOld {
                    name: name(),
                    as_of: current.as_of.0.to_string(),
                    max_age_days: new.registry.max_age_days,
                })
            }
            Some(current) if current.as_of.0 > new.as_of => Err(RegistryError::Earlier {
                name: name(),
                loaded: current.as_of.0.to_string(),
                given: new.as_of.to_string(),
            }),
            _ => Ok(()),
        }
    }
}

/// Loads numbers; `progress` is told how many are written, of how many. A load that is killed or fails leaves what answered before.
///
/// # Errors
/// Those of [`Outlook::check`], another load came between, the person asked to stop, or the database refuses.
pub fn load(
    db: &mut Database,
    new: &NewNumbers<'_>,
    stamp: &Stamp,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Loaded, RegistryError> {
    let with_spellings = with_spellings(new);
    let new = &NewNumbers { numbers: with_spellings.as_ref(), area_codes: new.area_codes.clone(), ..*new };
    // Until the new revision answers, nothing has changed for anybody: what is written before is aside.
    let begun = db.aside(|db| db.write(stamp.org, |conn| begin(conn, new, stamp)));
    let (revision, base) = begun.map_err(|error| match error {
        // Two began at the same moment.
        RegistryError::Db(e) if e.is_unique_violation() => RegistryError::Superseded(new.registry.name.to_owned()),
        error => error,
    })?;
    db.aside(|db| super::drop::sweep(db, stamp))?;
    let written = db.aside(|db| match (new.mode, &base) {
        (LoadMode::Full, _) | (_, None) => write_full(db, new, &revision, stamp, progress),
        (mode, Some(base)) => write_changed(db, new, &revision, base, mode == LoadMode::Add, stamp, progress),
    })?;
    if written.count == 0 {
        db.aside(|db| {
            db.write(stamp.org, |conn| {
                dnc_registry_revisions::set_state(conn, revision.id, RevisionState::Abandoned, stamp.now)
            })
        })?;
        return Err(RegistryError::NothingLeft(new.registry.name.to_owned()));
    }
    let coverage = coverage_after(new, base.as_ref());
    let completed = Completed {
        area_codes: match &coverage {
            Coverage::Country => None,
            Coverage::AreaCodes(codes) => Some(Json(codes.iter().copied().collect())),
        },
        number_count: written.count as i64,
        rejected_count: new.rejected as i64,
        digest: written.digest,
        file_sha256: new.file_sha256.to_owned(),
    };
    db.write(stamp.org, |conn| take_place(conn, new, &revision, base.as_ref(), &completed, stamp))?;
    // It answers already; what is left over does no harm.
    let is_swept = db.aside(|db| super::drop::sweep(db, stamp)).is_ok();
    let before = base.and_then(|base| base.number_count).unwrap_or_default();
    Ok(Loaded {
        revision: revision.revision,
        number_count: written.count,
        before: before.unsigned_abs(),
        coverage,
        digest: completed.digest,
        is_swept,
    })
}

/// Calling codes whose valid numbers have one spelling only.
const OF_ONE_SPELLING: [i32; 2] = [1, 44];

/// The numbers with their other spellings, so that SQL finds them by any; where there are none, as they are.
fn with_spellings<'a>(new: &NewNumbers<'a>) -> Cow<'a, RoaringTreemap> {
    if OF_ONE_SPELLING.contains(&new.registry.calling_code) {
        return Cow::Borrowed(new.numbers);
    }
    let others = new.numbers.iter().filter_map(E164::of_digits).flat_map(other_spellings).map(E164::digits);
    let mut all = new.numbers.clone();
    all.extend(others);
    Cow::Owned(all)
}

/// Begins a revision; any other that is being written is given up.
fn begin(conn: &mut Db, new: &NewNumbers<'_>, stamp: &Stamp) -> Result<(Revision, Option<Revision>), RegistryError> {
    if dnc_registries::held(conn, new.registry.name)?.is_none() {
        dnc_registries::add(conn, &new.registry, stamp.now)?;
    }
    let registry = dnc_registries::held(conn, new.registry.name)?
        .ok_or_else(|| RegistryError::Unknown(new.registry.name.to_owned()))?;
    // Held, it is what the new revision will stand beside.
    outlook(conn, new.registry.name)?.check(new)?;
    let revisions = dnc_registry_revisions::of_registry(conn, registry.id)?;
    for other in revisions.iter().filter(|revision| revision.state == RevisionState::Loading) {
        dnc_registry_revisions::set_state(conn, other.id, RevisionState::Abandoned, stamp.now)?;
    }
    let base = revisions.iter().find(|revision| Some(revision.revision) == registry.current_revision).cloned();
    let row = NewRevision {
        registry_id: registry.id,
        revision: revisions.last().map_or(1, |last| last.revision.saturating_add(1)),
        state: RevisionState::Loading,
        mode: new.mode,
        // What is taken away does not make the rest younger.
        as_of: CivilDate(match (&base, new.mode) {
            (Some(base), LoadMode::Remove) => base.as_of.0,
            _ => new.as_of,
        }),
        file_name: new.file_name,
        actor: &stamp.actor,
        started_at: stamp.now,
        updated_at: stamp.now,
    };
    Ok((dnc_registry_revisions::begin(conn, &row)?, base))
}

/// Blocks of a revision as they are written.
struct Writer<'a> {
    revision: &'a Revision,
    name: &'a str,
    digest: Sha256,
    count: u64,
}

struct Written {
    count: u64,
    digest: String,
}

impl<'a> Writer<'a> {
    fn new(revision: &'a Revision, name: &'a str) -> Writer<'a> {
        Writer { revision, name, digest: Sha256::new(), count: 0 }
    }

    fn row(&mut self, block: u64, numbers: Vec<u8>) -> Block {
        self.digest.update(block.to_be_bytes());
        self.digest.update(&numbers);
        self.count += block::count(&numbers);
        Block { revision_id: self.revision.id, block: block as i64, numbers }
    }

    /// Refuses to go on when another load was begun.
    fn still_loads(&self, conn: &mut Db) -> Result<(), RegistryError> {
        match dnc_registry_revisions::held_state(conn, self.revision.id)? {
            RevisionState::Loading => Ok(()),
            _ => Err(RegistryError::Superseded(self.name.to_owned())),
        }
    }

    fn finish(self) -> Written {
        Written { count: self.count, digest: hex(&self.digest.finalize()) }
    }
}

fn write_full(
    db: &mut Database,
    new: &NewNumbers<'_>,
    revision: &Revision,
    stamp: &Stamp,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, RegistryError> {
    let mut writer = Writer::new(revision, new.registry.name);
    let all = new.numbers.len();
    let mut blocks = numbers::blocks(new.numbers).peekable();
    while blocks.peek().is_some() {
        let rows: Vec<Block> =
            blocks.by_ref().take(TOGETHER).map(|(block, lows)| writer.row(block, block::encode(&lows))).collect();
        db.write(stamp.org, |conn| {
            writer.still_loads(conn)?;
            Ok::<_, RegistryError>(dnc_registry_blocks::append(conn, &rows)?)
        })?;
        stop_if_asked(db)?;
        progress(writer.count, all);
    }
    Ok(writer.finish())
}

/// Writes the blocks of the revision that answers, with numbers added or taken away.
fn write_changed(
    db: &mut Database,
    new: &NewNumbers<'_>,
    revision: &Revision,
    base: &Revision,
    adds: bool,
    stamp: &Stamp,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, RegistryError> {
    let mut writer = Writer::new(revision, new.registry.name);
    let mut changes = numbers::blocks(new.numbers).peekable();
    let (mut last, mut is_whole) = (-1, false);
    let mut stored_digest = Sha256::new();
    while !is_whole {
        db.write(stamp.org, |conn| {
            writer.still_loads(conn)?;
            let stored = dnc_registry_blocks::after(conn, base.id, last, TOGETHER as i64)?;
            is_whole = stored.len() < TOGETHER;
            for block in &stored {
                stored_digest.update(block.block.unsigned_abs().to_be_bytes());
                stored_digest.update(&block.numbers);
            }
            let up_to = stored.last().map_or(i64::MAX, |block| block.block);
            let up_to = if is_whole { i64::MAX } else { up_to };
            let rows = merged(stored, &mut changes, up_to, adds, &mut writer)?;
            last = up_to;
            Ok::<_, RegistryError>(dnc_registry_blocks::append(conn, &rows)?)
        })?;
        stop_if_asked(db)?;
        progress(writer.count, base.number_count.unwrap_or_default().unsigned_abs());
    }
    match base.digest.as_deref() == Some(&*hex(&stored_digest.finalize())) {
        true => Ok(writer.finish()),
        false => Err(RegistryError::Damaged(new.registry.name.to_owned())),
    }
}

/// The blocks up to this one after a change, from those that are stored and the changes.
fn merged(
    stored: Vec<Block>,
    changes: &mut Peekable<impl Iterator<Item = (u64, Vec<u16>)>>,
    up_to: i64,
    adds: bool,
    writer: &mut Writer<'_>,
) -> Result<Vec<Block>, RegistryError> {
    let mut rows = Vec::with_capacity(stored.len());
    let mut stored = stored.into_iter().peekable();
    loop {
        let old = stored.peek().map(|block| block.block);
        let change = changes.peek().map(|(block, _)| *block as i64).filter(|block| *block <= up_to);
        let (at, old, lows) = match (old, change) {
            (None, None) => return Ok(rows),
            (Some(at), change) if change.is_none_or(|change| at < change) => (at, stored.next(), None),
            (old, Some(at)) if old.is_none_or(|old| at < old) => (at, None, changes.next()),
            (Some(at), _) | (None, Some(at)) => (at, stored.next(), changes.next()),
        };
        let bytes = match (old, lows) {
            (Some(old), None) => Some(old.numbers),
            (old, lows) => {
                let lows = lows.map(|(_, lows)| lows).unwrap_or_default();
                numbers::changed(old.as_ref().map(|old| old.numbers.as_slice()), &lows, adds)
                    .map_err(|_| RegistryError::Damaged(writer.name.to_owned()))?
            }
        };
        rows.extend(bytes.map(|bytes| writer.row(at.unsigned_abs(), bytes)));
    }
}

pub(super) fn stop_if_asked(db: &Database) -> Result<(), RegistryError> {
    match db.interrupted().load(std::sync::atomic::Ordering::Relaxed) {
        true => Err(DbError::Interrupted.into()),
        false => Ok(()),
    }
}

/// What a registry covers after a load. Where nobody said so, a full list covers the area codes that are in it: of others
/// nothing is known.
fn coverage_after(new: &NewNumbers<'_>, base: Option<&Revision>) -> Coverage {
    match (&new.area_codes, base) {
        (Some(AreaCodes::All), _) => Coverage::Country,
        (Some(AreaCodes::These(codes)), Some(base)) if new.mode == LoadMode::Add => match base.coverage() {
            Coverage::Country => Coverage::Country,
            Coverage::AreaCodes(known) => Coverage::AreaCodes(&known | codes),
        },
        (Some(AreaCodes::These(codes)), _) => Coverage::AreaCodes(codes.clone()),
        (None, Some(base)) if new.mode != LoadMode::Full => base.coverage(),
        _ if new.registry.calling_code != 1 => Coverage::Country,
        _ => Coverage::AreaCodes(covered_by(new.numbers)),
    }
}

/// How much rarer than usual the numbers of an area code may be that a list covers.
const STRAY: u64 = 100;

/// The area codes of the North American Numbering Plan that occur among numbers, each with how many it has.
pub fn area_codes_in(numbers: &RoaringTreemap) -> impl Iterator<Item = (u16, u64)> {
    let count = |code: u16| {
        let first = 10_000_000_000 + u64::from(code) * 10_000_000;
        numbers.range_cardinality(first..first + 10_000_000)
    };
    let is_code = |code: &u16| {
        E164::of_digits(10_000_000_000 + u64::from(*code) * 10_000_000).and_then(nanp::area_code) == Some(*code)
    };
    (200..1000).filter(is_code).map(move |code| (code, count(code))).filter(|(_, count)| *count > 0)
}

/// The area codes that a list seems to cover.
fn covered_by(numbers: &RoaringTreemap) -> std::collections::BTreeSet<u16> {
    let counts: Vec<(u16, u64)> = area_codes_in(numbers).collect();
    let mut sorted: Vec<u64> = counts.iter().map(|(_, count)| *count).collect();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    // A few numbers that have strayed into a list say nothing of their area code.
    counts.into_iter().filter(|(_, count)| count * STRAY >= middle).map(|(code, _)| code).collect()
}

/// Lets the new revision answer.
fn take_place(
    conn: &mut Db,
    new: &NewNumbers<'_>,
    revision: &Revision,
    base: Option<&Revision>,
    completed: &Completed,
    stamp: &Stamp,
) -> Result<(), RegistryError> {
    let name = || new.registry.name.to_owned();
    let registry = dnc_registries::held(conn, new.registry.name)?.ok_or_else(|| RegistryError::Unknown(name()))?;
    if dnc_registry_revisions::held_state(conn, revision.id)? != RevisionState::Loading {
        return Err(RegistryError::Superseded(name()));
    }
    if registry.current_revision != base.map(|base| base.revision) {
        return Err(RegistryError::BaseChanged(name()));
    }
    dnc_registries::describe(conn, registry.id, &new.registry, stamp.now)?;
    dnc_registry_revisions::complete(conn, revision.id, completed, stamp.now)?;
    dnc_registries::set_current(conn, registry.id, Some(revision.revision), stamp.now)?;
    if let Some(base) = base {
        dnc_registry_revisions::set_state(conn, base.id, RevisionState::Removed, stamp.now)?;
    }
    let answering = Answering {
        version: revision.revision,
        as_of: revision.as_of.0.to_string(),
        number_count: Some(completed.number_count),
    };
    Ok(log(conn, &registry, base.map(Answering::of).as_ref(), Some(&answering), stamp)?)
}
