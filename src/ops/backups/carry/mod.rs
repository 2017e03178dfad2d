//! A restored backup resurrects nobody: what people have asked for since it was made is done again in it, by what the database says that
//! it replaces. Both are compared as they are, whatever their logs say of when: whatever forbids more there forbids it here.

mod erasures;
mod list;
mod opt_outs;
mod scrubs;
mod users;

use std::collections::HashSet;

use serde::Serialize;

use crate::db::models::access::organizations::{self, Organization};
use crate::db::models::audit::audit_log::{self, NewEntry};
use crate::db::models::backups;
use crate::db::models::dnc::registries::{dnc_registries, dnc_requirements};
use crate::db::{Database, Db, DbError, Lock, OrgId, RunMode, Stamp};
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
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
    /// Scrubs whose certificates continue the chain.
    pub scrubs: u64,
    /// Users who were disabled.
    pub users_disabled: u64,
    /// What could not be done again, and needs a person.
    pub left: Vec<Left>,
    /// Numbers that the database had taken off its list, and that are on it again.
    pub listed_again: u64,
    /// Some of these numbers.
    pub listed_again_numbers: Vec<String>,
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

/// Does it all in the restored database, by what another one says. What was done is told as far as it came, which is by organizations.
///
/// # Errors
/// One of both cannot be read, or the restored one refuses.
pub fn carry_over(from: &mut Database, to: &mut Database, who: &Who, told: &mut Carried) -> Result<(), CarryError> {
    let here = to.read_global(organizations::all)?;
    for there in from.read_global(organizations::all)? {
        let same = here.iter().find(|org| org.uid == there.uid).or(here.iter().find(|org| org.slug == there.slug));
        match same {
            Some(org) => {
                let mut carried = told.clone();
                carry_organization(from, &there, to, org, who, &mut carried)?;
                *told = carried;
            }
            None => told.left.extend(missing(from, &there)?),
        }
    }
    Ok(carry_records(from, to)?)
}

/// Writes into the log of each organization of a restored database that it was restored.
///
/// # Errors
/// The database refuses.
pub fn log(to: &mut Database, who: &Who, made_at: Option<Timestamp>) -> Result<(), DbError> {
    let backup = match made_at {
        Some(at) => format!("a backup of {at}"),
        None => "a plain copy".to_owned(),
    };
    for org in to.read_global(organizations::all)? {
        let stamp = who.stamp(&org);
        to.write(org.org_id(), |conn| {
            let entry = NewEntry::new(&stamp, Entity::Organization, org.id.into(), AuditAction::Restore);
            let entry = NewEntry { field_name: Some("database".into()), new_value: Some(backup.clone()), ..entry };
            audit_log::append(conn, &[entry])
        })?;
    }
    Ok(())
}

impl Who {
    fn stamp(&self, org: &Organization) -> Stamp {
        Stamp {
            org: org.org_id(),
            actor: self.actor.clone(),
            changed_by: None,
            ip_address: self.ip_address.clone(),
            import_id: None,
            trigger: Trigger::Manual,
            now: self.now,
        }
    }
}

fn carry_organization(
    from: &mut Database,
    there: &Organization,
    to: &mut Database,
    here: &Organization,
    who: &Who,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let stamp = who.stamp(here);
    let is_same = here.uid == there.uid;
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
                if dnc_registries::by_name(here.conn, &requirement.registry)?
                    .is_none_or(|it| it.current_revision.is_none())
                {
                    let name = &requirement.registry;
                    let why =
                        format!("it is not loaded: its numbers are unknown until crmctl dnc registry load {name}");
                    carried.left.push(here.left("required registries", name.clone(), why));
                }
            }
        }
        scrubs::carry(&mut here, &mut there, is_same, carried)?;
        users::carry(&mut here, &mut there, carried)?;
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
            .try_for_each(|backup| backups::add(conn, &backup.as_new()))?;
        known.iter().try_for_each(|backup| backups::renew(conn, backup))
    })
}
