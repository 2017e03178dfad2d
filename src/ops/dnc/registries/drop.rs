//! Dropping a registry, and taking away the numbers of revisions that answer no more.

use super::RegistryError;
use super::logged::{Answering, log};
use crate::db::models::access::organizations::Organization;
use crate::db::models::dnc::registries::{
    dnc_registries, dnc_registry_blocks, dnc_registry_revisions, dnc_requirements,
};
use crate::db::{Database, Db, DbError, RunMode, Stamp};
use crate::domain::dnc::registry::RevisionState;
use crate::domain::timestamp::Timestamp;

/// Blocks that one transaction deletes.
const TOGETHER: i64 = 2000;

/// Takes the numbers of a registry away. Its revisions stay known; organizations that require it get no clear answers.
///
/// # Errors
/// There is no such registry, nothing of it is loaded, or the database refuses.
pub fn drop_registry(db: &mut Database, name: &str, stamp: &Stamp) -> Result<(), RegistryError> {
    db.write(stamp.org, |conn| {
        let unknown = || RegistryError::Unknown(name.to_owned());
        let registry = dnc_registries::held(conn, name)?.ok_or_else(unknown)?;
        let mut revisions = dnc_registry_revisions::of_registry(conn, registry.id)?;
        revisions.retain(|revision| matches!(revision.state, RevisionState::Complete | RevisionState::Loading));
        if registry.current_revision.is_none() && revisions.is_empty() {
            return Err(unknown());
        }
        let answering =
            revisions.iter().find(|revision| Some(revision.revision) == registry.current_revision).map(Answering::of);
        for revision in revisions {
            let state = match revision.state {
                RevisionState::Complete => RevisionState::Removed,
                _ => RevisionState::Abandoned,
            };
            dnc_registry_revisions::set_state(conn, revision.id, state, stamp.now)?;
        }
        dnc_registries::set_current(conn, registry.id, None, stamp.now)?;
        match answering {
            Some(answering) => Ok(log(conn, &registry, Some(&answering), None, stamp)?),
            None => Ok(()),
        }
    })?;
    // They answer no more; what is left over goes with the next load.
    sweep(db, stamp).or(Ok(()))
}

/// Loads that began before a time and have not ended, each with the name of its registry: whoever loads writes all the while, so they
/// were broken off. And how many revisions answer no more and still have numbers.
///
/// # Errors
/// The database cannot be read.
pub fn broken_off(conn: &mut Db, before: Timestamp) -> Result<(Vec<(String, i64)>, usize), DbError> {
    let mut loads = Vec::new();
    for (registry, _) in dnc_registries::all(conn)? {
        for revision in dnc_registry_revisions::of_registry(conn, registry.id)? {
            if revision.state == RevisionState::Loading && revision.started_at < before {
                loads.push((registry.name.clone(), revision.id));
            }
        }
    }
    Ok((loads, with_leftovers(conn)?.len()))
}

/// Gives up loads that were broken off, and takes away their numbers and those that answer no more; returns how many revisions that were.
///
/// # Errors
/// The database refuses; what is left is taken away by the next load.
pub fn give_up(db: &mut Database, before: Timestamp, stamp: &Stamp, mode: RunMode) -> Result<u64, RegistryError> {
    let given_up = db.write_global_as(mode, |conn| {
        let (loads, leftovers) = broken_off(conn, before)?;
        for (_, revision) in &loads {
            // Another load may have given it up meanwhile.
            if dnc_registry_revisions::held_state(conn, *revision)? == RevisionState::Loading {
                dnc_registry_revisions::set_state(conn, *revision, RevisionState::Abandoned, stamp.now)?;
            }
        }
        Ok::<_, RegistryError>((loads.len() + leftovers) as u64)
    })?;
    if !mode.is_dry_run() {
        sweep(db, stamp)?;
    }
    Ok(given_up)
}

/// Takes away the numbers of revisions that are given up or replaced, of all registries: a call that was killed may have left some.
///
/// # Errors
/// The database refuses; what is left is taken away by the next load.
pub(super) fn sweep(db: &mut Database, stamp: &Stamp) -> Result<(), RegistryError> {
    let left: Vec<i64> = db.read(stamp.org, with_leftovers)?;
    for revision in left {
        while db.write(stamp.org, |conn| dnc_registry_blocks::delete_some(conn, revision, TOGETHER))? > 0 {}
    }
    Ok(())
}

/// Revisions that answer no more and still have numbers.
fn with_leftovers(conn: &mut Db) -> Result<Vec<i64>, DbError> {
    let mut left = Vec::new();
    for (registry, _) in dnc_registries::all(conn)? {
        for revision in dnc_registry_revisions::of_registry(conn, registry.id)? {
            let is_gone = matches!(revision.state, RevisionState::Abandoned | RevisionState::Removed);
            if is_gone && !dnc_registry_blocks::after(conn, revision.id, -1, 1)?.is_empty() {
                left.push(revision.id);
            }
        }
    }
    Ok(left)
}

/// The slugs of the organizations that require a registry, of those that are given.
///
/// # Errors
/// The database cannot be read.
pub fn requiring(db: &mut Database, name: &str, organizations: &[Organization]) -> Result<Vec<String>, DbError> {
    let mut slugs = Vec::new();
    for org in organizations {
        let id = org.org_id();
        let requirement = db.read(id, |conn| dnc_requirements::of(conn, id, name))?;
        if requirement.is_some() {
            slugs.push(org.slug.clone());
        }
    }
    Ok(slugs)
}
