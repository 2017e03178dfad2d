//! Organizations of one company join a group, whose lists become one, and leave it, with all that is listed.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::sharing::{Followed, Group, again, own_at};
use crate::db::models::access::organizations::{self, Organization};
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::models::dnc::dnc_list::{self, NewDncEntry};
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError, Stamp, act_for};
use crate::domain::dnc::bans::Bans;
use crate::domain::dnc::wishes::{Wishes, either};
use crate::domain::dnc::{DncOrigin, RemovalKind};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::audited;

/// An organization, and who acts in it.
pub type Acting = (Organization, Stamp);

/// Why a group was not changed.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("`{org}` is in the group `{group}`")]
    InAnother { org: String, group: String },
    #[error("`{org}` is not in the group `{group}`")]
    NotIn { org: String, group: String },
    #[error("no group has the name `{0}`")]
    Unknown(String),
    #[error("the group `{0}` has changed meanwhile")]
    Changed(String),
}

impl Explain for GroupError {
    fn explain(&self) -> CommandError {
        let said = CommandError::failed(self.to_string());
        match self {
            GroupError::Db(e) => e.explain(),
            GroupError::InAnother { org, group } => said.hint(format!(
                "an organization is in one group at most; take it out first: crmctl org group remove {group} {org}"
            )),
            GroupError::NotIn { group, .. } => said.hint(format!("see who is in it: crmctl org group show {group}")),
            GroupError::Unknown(_) => said.hint("list them: crmctl org group list"),
            GroupError::Changed(_) => said.hint("try again; nothing was changed"),
        }
    }
}

/// What became of one organization of the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberChange {
    pub organization: String,
    /// Whether it joined the group or left it.
    pub is_changed: bool,
    /// Entries that others brought or made forbid more, or that became the organization's own.
    pub entries: u64,
    pub leads_moved: u64,
}

/// Lets organizations join a group, made by that if it is new, and makes the lists of all its members forbid what any of them does. The
/// caller holds the memberships of these and of `known`, the members that the person may act for.
///
/// # Errors
/// One of them is in another group, the group has other members than `known`, or the database refuses.
pub fn join(
    conn: &mut Db,
    group: &str,
    joining: &[Acting],
    known: &[Organization],
    now: Timestamp,
    step: &mut dyn FnMut(u64) -> Result<(), DbError>,
) -> Result<Vec<MemberChange>, GroupError> {
    members_as_known(conn, group, known)?;
    let mut new = HashSet::new();
    for (org, stamp) in joining {
        let org = as_stored(conn, org)?;
        if org.group_slug == group {
            continue;
        }
        if !org.group_slug.is_empty() {
            return Err(GroupError::InAnother { org: org.slug, group: org.group_slug });
        }
        set_group(conn, &org, group, stamp)?;
        new.insert(org.id);
    }
    let group = Group { slug: group.to_owned(), members: organizations::of_group(conn, group)? };
    let mut followed: Vec<Followed> = group.members.iter().map(|_| Followed::default()).collect();
    // Of every member, also of those from before: what another program wrote into a list has not travelled.
    let mut seen = 0;
    for member in &group.members {
        act_for(conn, member.org_id())?;
        let last = dnc_list::last_id(conn, member.org_id())?;
        let mut after = 0;
        loop {
            act_for(conn, member.org_id())?;
            let mut page = dnc_list::live_after(conn, member.org_id(), after, false)?;
            page.retain(|(id, _)| *id <= last);
            let Some((id, _)) = page.last() else { break };
            after = *id;
            let numbers: Vec<String> = page.into_iter().map(|(_, number)| number).collect();
            let done = group.align(conn, &numbers, RemovalKind::Replacement, |_| OnLocked::Wait, now)?;
            for (sum, one) in followed.iter_mut().zip(done) {
                sum.entries += one.entries;
                sum.leads_moved += one.leads_moved;
            }
            seen += numbers.len() as u64;
            step(seen)?;
        }
    }
    let told = group.members.iter().zip(followed).map(|(org, followed)| MemberChange {
        organization: org.slug.clone(),
        is_changed: new.contains(&org.id),
        entries: followed.entries,
        leads_moved: followed.leads_moved,
    });
    Ok(told.collect())
}

/// Lets organizations leave a group, which is gone with its last member. Opt-outs only ratchet up: what an organization that leaves has
/// listed through the group becomes its own, and what only it had listed becomes the own of those that stay. The caller holds the
/// memberships of these and of `known`.
///
/// # Errors
/// One of them is not in the group, the group has other members than `known`, or the database refuses.
pub fn leave(
    conn: &mut Db,
    group: &str,
    leaving: &[Acting],
    known: &[Organization],
    now: Timestamp,
) -> Result<Vec<MemberChange>, GroupError> {
    if members_as_known(conn, group, known)?.is_empty() {
        return Err(GroupError::Unknown(group.to_owned()));
    }
    let mut changes = Vec::new();
    for (org, stamp) in leaving {
        let org = as_stored(conn, org)?;
        if org.group_slug != group {
            return Err(GroupError::NotIn { org: org.slug, group: group.to_owned() });
        }
        set_group(conn, &org, "", stamp)?;
        let mut entries = 0;
        while let page @ [_, ..] = dnc_list::live_after(conn, org.org_id(), 0, true)?.as_slice() {
            let numbers: Vec<String> = page.iter().map(|(_, number)| number.clone()).collect();
            let mut shared = dnc_entries::live_among(conn, org.org_id(), &numbers)?;
            shared.retain(|entry| entry.origin != DncOrigin::Own);
            entries += take_over(conn, &shared, stamp)?;
        }
        changes.push(MemberChange { organization: org.slug, is_changed: true, entries, leads_moved: 0 });
    }
    let group = Group { slug: group.to_owned(), members: organizations::of_group(conn, group)? };
    let mut kept: HashMap<i32, u64> = HashMap::new();
    for member in &group.members {
        let mut after = 0;
        loop {
            act_for(conn, member.org_id())?;
            let page = dnc_list::live_after(conn, member.org_id(), after, true)?;
            let Some((id, _)) = page.last() else { break };
            after = *id;
            let numbers: Vec<String> = page.into_iter().map(|(_, number)| number).collect();
            keep(conn, &group, &numbers, &mut kept, now)?;
        }
    }
    changes.extend(group.members.iter().map(|org| MemberChange {
        organization: org.slug.clone(),
        is_changed: false,
        entries: kept.get(&org.id).copied().unwrap_or_default(),
        leads_moved: 0,
    }));
    Ok(changes)
}

/// Makes entries the members' own that forbid more than all of them together wish: whoever wished the rest has left.
fn keep(
    conn: &mut Db,
    group: &Group,
    numbers: &[String],
    kept: &mut HashMap<i32, u64>,
    now: Timestamp,
) -> Result<(), DbError> {
    let mut lists = Vec::with_capacity(group.members.len());
    let mut wished: HashMap<String, Option<Bans>> = HashMap::new();
    for member in &group.members {
        act_for(conn, member.org_id())?;
        let entries = dnc_entries::live_among(conn, member.org_id(), numbers)?;
        for entry in &entries {
            let all = wished.entry(entry.phone_number.clone()).or_default();
            *all = either(*all, own_at(entry, now));
        }
        lists.push(entries);
    }
    for (member, entries) in group.members.iter().zip(lists) {
        let is_backed =
            |entry: &DncEntry| wished.get(&entry.phone_number).copied().flatten() == entry.bans().left_at(now);
        let entries: Vec<DncEntry> =
            entries.into_iter().filter(|entry| entry.origin != DncOrigin::Own && !is_backed(entry)).collect();
        if !entries.is_empty() {
            let org = member.org_id();
            act_for(conn, org)?;
            *kept.entry(org.0).or_default() += take_over(conn, &entries, &group.stamp(org, now))?;
        }
    }
    Ok(())
}

/// Makes entries that came through the group the organization's own, and returns how many. What an import listed here is
/// written anew, and of no import any more: undoing that would take off what others wished.
fn take_over(conn: &mut Db, shared: &[DncEntry], stamp: &Stamp) -> Result<u64, DbError> {
    let (imported, others): (Vec<&DncEntry>, Vec<&DncEntry>) =
        shared.iter().partition(|entry| entry.import_id.is_some() && entry.bans().left_at(stamp.now).is_some());
    let ids = |entries: &[&DncEntry]| entries.iter().map(|entry| entry.id).collect::<Vec<i64>>();
    let kind = RemovalKind::Replacement;
    let closed = dnc_list::close(conn, &ids(&imported), kind, kind.reason(), stamp)?;
    let own = |entry: &&DncEntry| NewDncEntry {
        import_id: None,
        ..again(entry, Wishes::own(entry.bans()), stamp.org, stamp.now)
    };
    let anew: Vec<NewDncEntry> = imported.iter().map(own).collect();
    dnc_list::add(conn, &anew, stamp)?;
    Ok(closed.len() as u64 + dnc_list::take_over(conn, &ids(&others), stamp)?)
}

/// The members of a group, if the person may act for all of them.
fn members_as_known(conn: &mut Db, group: &str, known: &[Organization]) -> Result<Vec<Organization>, GroupError> {
    let members = organizations::of_group(conn, group)?;
    match members.iter().all(|member| known.iter().any(|known| known.id == member.id)) {
        true => Ok(members),
        false => Err(GroupError::Changed(group.to_owned())),
    }
}

fn as_stored(conn: &mut Db, org: &Organization) -> Result<Organization, GroupError> {
    Ok(organizations::by_slug(conn, &org.slug)?.ok_or(DbError::Query(diesel::result::Error::NotFound))?)
}

/// Writes down which group an organization is in. The transaction goes on in the organization.
fn set_group(conn: &mut Db, org: &Organization, group: &str, stamp: &Stamp) -> Result<(), DbError> {
    act_for(conn, org.org_id())?;
    let edited = audited::change(conn, org.id.into(), stamp, |org: &mut Organization| -> Result<(), DbError> {
        group.clone_into(&mut org.group_slug);
        Ok(())
    })?;
    edited.map(drop).ok_or(DbError::Query(diesel::result::Error::NotFound))
}
