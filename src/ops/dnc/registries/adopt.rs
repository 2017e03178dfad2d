//! Taking over what another database has loaded of a registry.

use sha2::{Digest, Sha256};

use super::RegistryError;
use super::load::{TOGETHER, stop_if_asked};
use super::logged::{Answering, log};
use crate::db::models::dnc::registries::dnc_registries::{self, NewRegistry, Registry};
use crate::db::models::dnc::registries::dnc_registry_blocks::{self, Block};
use crate::db::models::dnc::registries::dnc_registry_revisions::{self, Completed, NewRevision, Revision};
use crate::db::{Database, Db, Stamp};
use crate::domain::dnc::registry::RevisionState;
use crate::domain::text::hex;

/// Copies what answers for a registry in another database, and lets it answer here, too. Of two ages the lesser counts from now on.
///
/// # Errors
/// The registry here is another country's, what the other database holds is not what was loaded, the person asked to stop, or one of
/// both refuses; then what answered before still answers.
pub fn adopt(
    from: &mut Database,
    to: &mut Database,
    (registry, revision): (&Registry, &Revision),
    stamp: &Stamp,
) -> Result<(), RegistryError> {
    let damaged = || RegistryError::Damaged(registry.name.clone());
    let completed = Completed {
        area_codes: revision.area_codes.clone(),
        number_count: revision.number_count.ok_or_else(damaged)?,
        rejected_count: revision.rejected_count,
        digest: revision.digest.clone().ok_or_else(damaged)?,
        file_sha256: revision.file_sha256.clone().ok_or_else(damaged)?,
    };
    let begun = to.write(stamp.org, |conn| begin(conn, registry, revision, stamp))?;
    match copy(from, to, revision, begun.id, stamp) {
        Ok(digest) if digest == completed.digest => {}
        copied => {
            to.write(stamp.org, |conn| {
                dnc_registry_revisions::set_state(conn, begun.id, RevisionState::Abandoned, stamp.now)
            })?;
            super::drop::sweep(to, stamp)?;
            return Err(match copied {
                Err(RegistryError::Db(e)) if !e.is_damage() => e.into(),
                _ => damaged(),
            });
        }
    }
    to.write(stamp.org, |conn| take_place(conn, registry, &begun, &completed, stamp))?;
    super::drop::sweep(to, stamp)
}

/// Holds the registry of this name to an age, if it may be older here.
///
/// # Errors
/// The database refuses.
pub fn limit_age(to: &mut Database, name: &str, max_age_days: i32, stamp: &Stamp) -> Result<(), RegistryError> {
    to.write(stamp.org, |conn| match dnc_registries::held(conn, name)? {
        Some(here) if here.max_age_days > max_age_days => {
            Ok(dnc_registries::describe(conn, here.id, &NewRegistry { max_age_days, ..described(&here) }, stamp.now)?)
        }
        _ => Ok(()),
    })
}

fn described(registry: &Registry) -> NewRegistry<'_> {
    let Registry { kind, calling_code, max_age_days, .. } = *registry;
    NewRegistry { name: &registry.name, kind, country: &registry.country, calling_code, max_age_days }
}

/// Begins a revision with the number that it has there, or the next one.
fn begin(conn: &mut Db, registry: &Registry, revision: &Revision, stamp: &Stamp) -> Result<Revision, RegistryError> {
    let name = || registry.name.clone();
    if dnc_registries::held(conn, &registry.name)?.is_none() {
        dnc_registries::add(conn, &described(registry), stamp.now)?;
    }
    let here = dnc_registries::held(conn, &registry.name)?.ok_or_else(|| RegistryError::Unknown(name()))?;
    if here.country != registry.country {
        return Err(RegistryError::OtherCountry { name: name(), country: here.country });
    }
    let known = dnc_registry_revisions::of_registry(conn, here.id)?;
    for other in known.iter().filter(|other| other.state == RevisionState::Loading) {
        dnc_registry_revisions::set_state(conn, other.id, RevisionState::Abandoned, stamp.now)?;
    }
    let next = known.last().map_or(1, |last| last.revision.saturating_add(1));
    let row = NewRevision {
        registry_id: here.id,
        revision: revision.revision.max(next),
        state: RevisionState::Loading,
        mode: revision.mode,
        as_of: revision.as_of,
        file_name: &revision.file_name,
        actor: &revision.actor,
        started_at: revision.started_at,
        updated_at: stamp.now,
    };
    Ok(dnc_registry_revisions::begin(conn, &row)?)
}

/// Copies the numbers, and returns the digest over those that were read.
fn copy(
    from: &mut Database,
    to: &mut Database,
    revision: &Revision,
    new: i64,
    stamp: &Stamp,
) -> Result<String, RegistryError> {
    let (mut digest, mut last) = (Sha256::new(), -1);
    loop {
        let stored = from.read_global(|conn| dnc_registry_blocks::after(conn, revision.id, last, TOGETHER as i64))?;
        let Some(end) = stored.last() else { return Ok(hex(&digest.finalize())) };
        last = end.block;
        for block in &stored {
            digest.update(block.block.unsigned_abs().to_be_bytes());
            digest.update(&block.numbers);
        }
        let rows: Vec<Block> = stored.into_iter().map(|block| Block { revision_id: new, ..block }).collect();
        to.write(stamp.org, |conn| dnc_registry_blocks::append(conn, &rows))?;
        stop_if_asked(to)?;
    }
}

fn take_place(
    conn: &mut Db,
    registry: &Registry,
    begun: &Revision,
    completed: &Completed,
    stamp: &Stamp,
) -> Result<(), RegistryError> {
    let name = || registry.name.clone();
    let here = dnc_registries::held(conn, &registry.name)?.ok_or_else(|| RegistryError::Unknown(name()))?;
    let known = dnc_registry_revisions::of_registry(conn, here.id)?;
    let before = known.iter().find(|known| Some(known.revision) == here.current_revision);
    let max_age_days = here.max_age_days.min(registry.max_age_days);
    dnc_registries::describe(conn, here.id, &NewRegistry { max_age_days, ..described(registry) }, stamp.now)?;
    dnc_registry_revisions::complete(conn, begun.id, completed, stamp.now)?;
    dnc_registries::set_current(conn, here.id, Some(begun.revision), stamp.now)?;
    if let Some(before) = before {
        dnc_registry_revisions::set_state(conn, before.id, RevisionState::Removed, stamp.now)?;
    }
    let answering = Answering { number_count: Some(completed.number_count), ..Answering::of(begun) };
    Ok(log(conn, &here, before.map(Answering::of).as_ref(), Some(&answering), stamp)?)
}
