//! A restored backup resurrects nobody: what people have asked for since it was made is done again in it, by what the database says that
//! it replaces. Both are compared as they are, whatever their logs say of when: whatever forbids more there forbids it here.

mod earlier_leads;
mod erasures;
mod groups;
mod list;
mod opt_outs;
mod registries;
mod scrubs;
mod users;

use std::collections::HashSet;

use serde::Serialize;

use crate::db::models::access::organizations::{self, Organization};
use crate::db::models::access::users as access_users;
use crate::db::models::audit::audit_log::{self, NewEntry};
use crate::db::models::backups;
use crate::db::models::dnc::dnc_requests;
use crate::db::models::dnc::registries::dnc_requirements::{self, Requirement};
use crate::db::{Database, Db, DbError, Lock, OrgId, RunMode, Stamp};
use crate::domain::access::role::Role;
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
use crate::domain::leads::status::Trigger;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::audited;
use crate::ops::dnc::groups::GroupError;
use crate::ops::dnc::registries::{RegistryError, require};
use crate::ops::dnc::sharing::{Skipped, settle_all};
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
    /// Registries that must be honoured, or for other numbers.
    pub requirements: u64,
    /// Scrubs whose certificates continue the chain.
    pub scrubs: u64,
    /// Users who were disabled.
    pub users_disabled: u64,
    /// Organizations that were disabled.
    pub organizations_disabled: u64,
    /// Registries whose numbers are those of the replaced database again, or that it had dropped.
    pub registries: u64,
    /// Organizations that are in a group again.
    pub groups: u64,
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
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The replaced database cannot be read.
    #[error(transparent)]
    There(DbError),
}

impl Explain for CarryError {
    fn explain(&self) -> CommandError {
        match self {
            CarryError::Db(e) | CarryError::There(e) => e.explain(),
            CarryError::Edit(e) => e.explain(),
            CarryError::Erase(e) => e.explain(),
            CarryError::Registry(e) => e.explain(),
            CarryError::Group(e) => e.explain(),
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

impl Who {
    /// The same in one organization.
    fn stamp(&self, org: OrgId) -> Stamp {
        Stamp {
            org,
            actor: self.actor.clone(),
            changed_by: None,
            ip_address: self.ip_address.clone(),
            import_id: None,
            trigger: Trigger::Manual,
            now: self.now,
        }
    }
}

/// An organization in both databases.
struct Pair {
    there: Organization,
    here: Organization,
}

/// Does it all in the restored database, by what another one says. What was done is told as far as it came, which is by organizations. Done
/// again, it finds nothing to do.
///
/// # Errors
/// One of both cannot be read, or the restored one refuses. It is then good for nothing until this was done. What is damaged of the other
/// one is told as left, and the rest is done.
pub fn carry_over(from: &mut Database, to: &mut Database, who: &Who, told: &mut Carried) -> Result<(), CarryError> {
    let done = carry_all(from, to, who, told);
    unless_damaged(done, told, |why| left("all", "organizations", SOME, why))
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
        let stamp = who.stamp(org.org_id());
        to.write(org.org_id(), |conn| {
            let entry = NewEntry::new(&stamp, Entity::Organization, org.id.into(), AuditAction::Restore);
            let entry = NewEntry { field_name: Some("database".into()), new_value: Some(backup.clone()), ..entry };
            audit_log::append(conn, &[entry])
        })?;
    }
    Ok(())
}

fn carry_all(from: &mut Database, to: &mut Database, who: &Who, carried: &mut Carried) -> Result<(), CarryError> {
    let here = to.read_global(organizations::all)?;
    let mut pairs = Vec::new();
    for there in from.read_global(organizations::all).map_err(CarryError::There)? {
        let same = here.iter().find(|org| org.uid == there.uid).or(here.iter().find(|org| org.slug == there.slug));
        match same {
            Some(here) => pairs.push(Pair { there, here: here.clone() }),
            None => missing(from, &there, carried)?,
        }
    }
    for pair in &pairs {
        // What a transaction takes back is not told.
        let mut so_far = carried.clone();
        carry_organization(from, to, pair, who, &mut so_far)?;
        *carried = so_far;
    }
    groups::carry(to, &pairs, who, carried)?;
    for pair in pairs.iter().filter(|pair| !pair.there.group_slug.is_empty()) {
        in_organization(from, to, pair, who, |here, there| {
            let done = list::carry_shared(here, there, carried);
            unless_damaged(done, carried, |why| here.left("do-not-call numbers", SOME.into(), why))
        })?;
    }
    let registries = registries::carry(from, to, &pairs, who, carried);
    unless_damaged(registries, carried, |why| left("all", "registries", SOME, why))?;
    let records = carry_records(from, to);
    unless_damaged(records, carried, |why| left("all", "records of backups", SOME, why))
}

/// Which ones of a kind cannot be read.
const SOME: &str = "all or some of them";

/// Goes on without what is damaged of the replaced database.
fn unless_damaged(
    done: Result<(), CarryError>,
    carried: &mut Carried,
    left: impl FnOnce(String) -> Left,
) -> Result<(), CarryError> {
    match done {
        Err(CarryError::There(e)) if e.is_damage() => {
            let why = match e {
                DbError::Damaged { reason, .. } => reason,
                e => e.to_string(),
            };
            carried.left.push(left(format!("the replaced database is damaged: {why}")));
            Ok(())
        }
        done => done,
    }
}

fn left(organization: &str, what: &'static str, which: &str, problem: impl Into<String>) -> Left {
    Left { organization: organization.to_owned(), what, which: which.to_owned(), problem: problem.into() }
}

/// Does something in one organization of the restored database, and settles leads afterwards that others held.
fn in_organization(
    from: &mut Database,
    to: &mut Database,
    pair: &Pair,
    who: &Who,
    work: impl FnOnce(&mut Here<'_>, &mut There<'_>) -> Result<(), CarryError>,
) -> Result<(), CarryError> {
    let stamp = who.stamp(pair.here.org_id());
    let mut there = There { db: from, org: pair.there.org_id() };
    let skipped = to.write_under(Lock::Carry, stamp.org, RunMode::Commit, |conn| {
        let eraser = Eraser::of(conn, stamp.org)?;
        let mut here = Here { conn, stamp: &stamp, eraser, slug: &pair.here.slug, skipped: Skipped::new() };
        work(&mut here, &mut there)?;
        Ok::<_, CarryError>(here.skipped)
    })?;
    settle_all(to, &skipped, &stamp)?;
    Ok(())
}

fn carry_organization(
    from: &mut Database,
    to: &mut Database,
    pair: &Pair,
    who: &Who,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let is_same = pair.here.uid == pair.there.uid;
    in_organization(from, to, pair, who, |here, there| {
        let zone = organizations::time_zone(here.conn, here.stamp.org)?;
        let done = list::carry(here, there, &zone, carried);
        unless_damaged(done, carried, |why| here.left("do-not-call numbers", SOME.into(), why))?;
        let done = list::undecided(here, there, &zone, carried);
        unless_damaged(done, carried, |why| here.left("do-not-call requests", SOME.into(), why))?;
        let done = opt_outs::carry(here, there, carried);
        unless_damaged(done, carried, |why| here.left("opt-outs", SOME.into(), why))?;
        // Last, so that what was written before is swept, too.
        let done = erasures::carry(here, there, carried);
        unless_damaged(done, carried, |why| here.left("erasures", SOME.into(), why))?;
        let done = require_again(here, there, carried);
        unless_damaged(done, carried, |why| here.left("required registries", SOME.into(), why))?;
        let done = scrubs::carry(here, there, is_same, carried);
        unless_damaged(done, carried, |why| here.left("certificates", SOME.into(), why))?;
        let done = users::carry(here, there, carried);
        unless_damaged(done, carried, |why| here.left("users", SOME.into(), why))?;
        if pair.here.is_active && !pair.there.is_active {
            let id = pair.here.id.into();
            audited::change::<Organization, DbError>(here.conn, id, here.stamp, |org| {
                org.is_active = false;
                Ok(())
            })?;
            carried.organizations_disabled += 1;
        }
        Ok(())
    })
}

/// Requires each registry as it is required there.
fn require_again(here: &mut Here<'_>, there: &mut There<'_>, carried: &mut Carried) -> Result<(), CarryError> {
    for requirement in &there.read(dnc_requirements::all)? {
        let Requirement { registry, country, calling_code, subscription, .. } = requirement;
        let done = require(here.conn, registry, country, *calling_code, subscription.as_deref(), here.stamp)?;
        carried.requirements += u64::from(!done.changes.is_empty());
    }
    Ok(())
}

/// The organization in which it is done.
struct Here<'a> {
    conn: &'a mut Db,
    stamp: &'a Stamp,
    /// Who erases people here: an admin, where there are users.
    eraser: Eraser,
    slug: &'a str,
    /// Leads to be settled afterwards.
    skipped: Skipped,
}

/// As whom people are erased: an admin, if there is one. PostgreSQL lets nobody else (`record_erasure`), whoever restores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Eraser {
    /// There are no users, or the database lets everybody.
    Anybody,
    Admin(i64),
    /// There are users, and none of them is an admin who is active.
    Nobody,
}

impl Eraser {
    fn of(conn: &mut Db, org: OrgId) -> Result<Eraser, DbError> {
        let users = access_users::all(conn, org)?;
        let admins = users.iter().filter(|user| user.is_active && user.role == Role::Admin).map(|user| user.id);
        Ok(match admins.min() {
            Some(admin) => Eraser::Admin(admin),
            None if users.is_empty() || matches!(conn, Db::Sqlite(_)) => Eraser::Anybody,
            None => Eraser::Nobody,
        })
    }
}

impl Here<'_> {
    fn left(&self, what: &'static str, which: String, why: impl Into<String>) -> Left {
        left(self.slug, what, &which, why)
    }
}

/// The organization of the replaced database, which says what is to be done. A million entries of a list are not held at once: it is asked
/// again and again.
struct There<'a> {
    db: &'a mut Database,
    org: OrgId,
}

impl There<'_> {
    fn read<T>(&mut self, what: impl FnOnce(&mut Db, OrgId) -> Result<T, DbError>) -> Result<T, CarryError> {
        let org = self.org;
        self.db.read(org, |conn| what(conn, org)).map_err(CarryError::There)
    }
}

/// Tells what is lost with an organization that the backup has not.
fn missing(from: &mut Database, org: &Organization, carried: &mut Carried) -> Result<(), CarryError> {
    const WHY: &str = "the organization is not in the backup";
    type Count = fn(&mut There<'_>) -> Result<usize, CarryError>;
    let kinds: [(&'static str, Count); 5] = [
        ("do-not-call numbers", list::count),
        ("do-not-call requests", |there| Ok(there.read(dnc_requests::undecided)?.len())),
        ("opt-outs", |there| Ok(there.read(opt_outs::ids)?.len())),
        ("erasures", |there| Ok(there.read(crate::db::models::erasure::erasures::all)?.len())),
        ("required registries", |there| Ok(there.read(dnc_requirements::all)?.len())),
    ];
    carried.left.push(left(&org.slug, "organizations", &org.slug, WHY));
    let mut there = There { db: from, org: org.org_id() };
    for (what, count) in kinds {
        let counted = count(&mut there).map(|count| match count {
            0 => {}
            count => carried.left.push(left(&org.slug, what, &format!("all {count}"), WHY)),
        });
        unless_damaged(counted, carried, |why| left(&org.slug, what, SOME, why))?;
    }
    Ok(())
}

/// Which backups there are is true of the files, whatever is restored.
fn carry_records(from: &mut Database, to: &mut Database) -> Result<(), CarryError> {
    let known = from.read_global(backups::all).map_err(CarryError::There)?;
    let added: Result<(), DbError> = to.write_global(|conn| {
        let here: HashSet<_> = backups::all(conn)?.into_iter().map(|backup| backup.uid).collect();
        known
            .iter()
            .rev()
            .filter(|backup| !here.contains(&backup.uid))
            .try_for_each(|backup| backups::add(conn, &backup.as_new()))?;
        known.iter().try_for_each(|backup| backups::renew(conn, backup))
    });
    Ok(added?)
}
