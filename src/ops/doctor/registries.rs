//! Whether registries can be relied on.

use sha2::{Digest, Sha256};

use super::Scope;
use super::finding::{Finding, some_of};
use crate::db::models::access::organizations::Organization;
use crate::db::models::dnc::registries::dnc_registry_revisions::Revision;
use crate::db::models::dnc::registries::required::{RequiredList, required};
use crate::db::models::dnc::registries::{dnc_registries, dnc_registry_blocks};
use crate::db::{Db, DbError};
use crate::domain::dnc::registry::{RevisionState, Shortfall, block};
use crate::domain::doctor::{Repair, Severity, Subject};
use crate::domain::text::hex;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::registries::broken_off;

/// The call that loads a registry anew; which file, only a person knows.
fn load(name: &str) -> [String; 8] {
    ["crmctl", "dnc", "registry", "load", name, "FILE", "--as-of", "DATE"].map(str::to_owned)
}

pub(super) fn age(conn: &mut Db, org: &Organization, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let finding = |list: RequiredList| {
        let why = match list.shortfall? {
            Shortfall::Missing => "is not loaded".to_owned(),
            Shortfall::TooOld { as_of, max_age_days } => {
                format!("is as of {as_of}, more than {max_age_days} days ago")
            }
            Shortfall::NotCovered { .. } => return None,
        };
        let message =
            format!("the registry {} must be honoured, and {why}: no number of {} is clear", list.name, list.country);
        Some(Finding::new(Subject::RegistryAge, Severity::Error, message).mended_by(load(&list.name)))
    };
    Ok(required(conn, org.org_id(), scope.now)?.into_iter().filter_map(finding).collect())
}

/// How long ago a load began that must have ended: an hour, where the largest list takes minutes.
const LOADING: i64 = 3_600_000_000;

/// The time before which a load began that must have ended.
pub(super) fn must_have_ended(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.as_micros().saturating_sub(LOADING))
}

pub(super) fn loads(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let (loads, leftovers) = broken_off(conn, must_have_ended(scope.now))?;
    let finding = |message: String| {
        Finding::new(Subject::RegistryLoads, Severity::Warning, message).repaired_by(Repair::RegistryLoads)
    };
    let mut findings = Vec::new();
    if !loads.is_empty() {
        let names: Vec<String> = loads.into_iter().map(|(name, _)| name).collect();
        findings.push(finding(format!("a load was broken off, and its numbers take room: {}", some_of(&names))));
    }
    if leftovers > 0 {
        findings.push(finding(format!("numbers that answer no more take room, of so many revisions: {leftovers}")));
    }
    Ok(findings)
}

/// Blocks that are read together: eight megabytes at most.
const TOGETHER: i64 = 1000;

pub(super) fn numbers(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let mut findings = Vec::new();
    for (registry, revision) in dnc_registries::all(conn)? {
        let fault = match (registry.current_revision, revision) {
            (None, _) => None,
            (Some(number), None) => Some(format!("revision {number} is to answer, and is not there")),
            (Some(_), Some(revision)) => fault(conn, &revision)?,
        };
        findings.extend(fault.map(|fault| {
            let message = format!("the registry {} is not what was loaded: {fault}; load it anew", registry.name);
            Finding::new(Subject::RegistryNumbers, Severity::Critical, message).mended_by(load(&registry.name))
        }));
    }
    Ok(findings)
}

/// What is wrong with the numbers of a revision.
fn fault(conn: &mut Db, revision: &Revision) -> Result<Option<String>, DbError> {
    if revision.state != RevisionState::Complete {
        return Ok(Some(format!("revision {} answers, and is {}", revision.revision, revision.state)));
    }
    let (mut digest, mut count, mut last) = (Sha256::new(), 0_u64, -1);
    loop {
        let blocks = dnc_registry_blocks::after(conn, revision.id, last, TOGETHER)?;
        for it in &blocks {
            digest.update(it.block.to_be_bytes());
            digest.update(&it.numbers);
            count += block::count(&it.numbers);
        }
        match blocks.last() {
            Some(it) => last = it.block,
            None => break,
        }
    }
    let recorded = revision.number_count.unwrap_or_default().unsigned_abs();
    Ok(match revision.digest.as_deref() == Some(&*hex(&digest.finalize())) {
        true if count == recorded => None,
        _ if count != recorded => Some(format!("it has {count} numbers, and {recorded} were written")),
        _ => Some("other numbers than those that were written".to_owned()),
    })
}
