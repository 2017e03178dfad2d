//! A restored backup resurrects nobody: what people have asked for since it was made is done again in it, by what the database says that
//! it replaces. Both are compared as they are, whatever their logs say of when: whatever forbids more there forbids it here.

mod erasures;
mod list;
mod opt_outs;

use std::collections::HashSet;

use serde::Serialize;

use crate::db::models::access::organizations::{self, Organization};
use crate::db::models::backups;
use crate::db::models::dnc::registries::dnc_requirements;
use crate::db::{Database, Db, DbError, Lock, OrgId, RunMode, Stamp};
use crate::domain::leads::status::Trigger;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::dnc::registries::{RegistryError, require};
use crate::ops::erasure::EraseError;
use crate::ops::leads::edit::EditError;

/// What was done again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// Numbers that went on the do-not-call list.
    pub numbers_listed: u64,
    /// Requests that are to be decided.
    pub requests: u64,
    /// Leads that opted out.
    pub opt_outs: u64,
    /// Leads that opted out, or were erased, and are not in the backup: they stay as deleted leads without anything else, by which a
    /// later import knows them.
    pub kept_deleted: u64,
    /// People who were erased.
    pub erased: u64,
    /// Registries that must be honoured.
    pub requirements: u64,
    /// What could not be done again, and needs a person.
    pub left: Vec<Left>,
    /// Numbers that the database had taken off its list, and that are on it again.
    pub listed_again: u64,
}

/// Something that was not done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    pub organization: String,
    /// What it is.
    pub what: &'static str,
    /// Which one, without saying who.
    pub which: String,
    pub problem: String,
}

/// Why nothing was done again.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Edit(#[from] EditError),
    #[error(transparent)]
    Erase(#[from] EraseError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Explain for CarryError {
    fn explain(&self) -> CommandError {
        match self {
            CarryError::Db(e) => e.explain(),
            CarryError::Edit(e) => e.explain(),
            CarryError::Erase(e) => e.explain(),
            CarryError::Registry(e) => e.explain(),
        }
    }
}

/// Who does it, and when.
#[derive(Debug, Clone)]
pub struct Who {
    pub actor: String,
    pub ip_address: Option<String>,
    pub now: Timestamp,
}

/// Does it all in the restored database, by what another one says.
///
/// # Errors
/// One of both cannot be read, or the restored one refuses. It is then good for nothing.
pub fn carry_over(from: &mut Database, to: &mut Database, who: &Who) -> Result<Carried, CarryError> {
    let mut carried = Carried::default();
    let here = to.read_global(organizations::all)?;
    for there in from.read_global(organizations::all)? {
        let same = here.iter().find(|org| org.uid == there.uid).or(here.iter().find(|org| org.slug == there.slug));
        match same {
            Some(org) => carry_organization(from, &there, to, org, who, &mut carried)?,
            None => carried.left.extend(missing(from, &there)?),
        }
    }
    carry_records(from, to)?;
    Ok(carried)
}

fn carry_organization(
    from: &mut Database,
    there: &Organization,
    to: &mut Database,
    here: &Organization,
    who: &Who,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let stamp = Stamp {
        org: here.org_id(),
        actor: who.actor.clone(),
        changed_by: None,
        ip_address: who.ip_address.clone(),
        import_id: None,
        trigger: Trigger::Manual,
        now: who.now,
    };
    let mut there = There { db: from, org: there.org_id() };
    to.write_under(Lock::Erasure, here.org_id(), RunMode::Commit, |conn| {
        let mut here = Here { conn, stamp: &stamp, slug: &here.slug };
        let zone = organizations::time_zone(here.conn, stamp.org)?;
        list::carry(&mut here, &mut there, &zone, carried)?;
        opt_outs::carry(&mut here, &mut there, carried)?;
        // Last, so that what was written before is swept, too.
        erasures::carry(&mut here, &mut there, carried)?;
        for requirement in &there.read(dnc_requirements::all)? {
            if dnc_requirements::of(here.conn, stamp.org, &requirement.registry)?.is_none() {
                let (country, code) = (&requirement.country, requirement.calling_code);
                require(here.conn, &requirement.registry, country, code, requirement.subscription.as_deref(), &stamp)?;
                carried.requirements += 1;
            }
        }
        Ok(())
    })
}

/// The organization in which it is done.
struct Here<'a> {
    conn: &'a mut Db,
    stamp: &'a Stamp,
    slug: &'a str,
}

impl Here<'_> {
    fn left(&self, what: &'static str, which: String, why: impl Into<String>) -> Left {
        Left { organization: self.slug.to_owned(), what, which, problem: why.into() }
    }
}

/// The organization of the replaced database, which says what is to be done. A million entries of a list are not held at once: it is asked
/// again and again.
struct There<'a> {
    db: &'a mut Database,
    org: OrgId,
}

impl There<'_> {
    fn read<T>(&mut self, what: impl FnOnce(&mut Db, OrgId) -> Result<T, DbError>) -> Result<T, DbError> {
        let org = self.org;
        self.db.read(org, |conn| what(conn, org))
    }
}

/// What is lost with an organization that the backup has not.
fn missing(from: &mut Database, org: &Organization) -> Result<Vec<Left>, DbError> {
    const WHY: &str = "the organization is not in the backup";
    let mut there = There { db: from, org: org.org_id() };
    let numbers = list::count(&mut there)?;
    let opt_outs = there.read(opt_outs::ids)?.len();
    let erased = there.read(crate::db::models::erasure::erasures::all)?.len();
    let kinds = [("do-not-call numbers", numbers), ("opt-outs", opt_outs), ("erasures", erased)];
    let left = kinds.into_iter().filter(|(_, count)| *count > 0);
    Ok(left
        .map(|(what, count)| Left {
            organization: org.slug.clone(),
            what,
            which: format!("all {count}"),
            problem: WHY.to_owned(),
        })
        .collect())
}

/// Which backups there are is true of the files, whatever is restored.
fn carry_records(from: &mut Database, to: &mut Database) -> Result<(), DbError> {
    let known = from.read_global(backups::all)?;
    to.write_global(|conn| {
        let here: HashSet<_> = backups::all(conn)?.into_iter().map(|backup| backup.uid).collect();
        known
            .iter()
            .rev()
            .filter(|backup| !here.contains(&backup.uid))
            .try_for_each(|backup| backups::add(conn, &backup.as_new()))
    })
}
