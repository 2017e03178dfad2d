//! The lists of a group of organizations of one company: what one of them wishes, each one's own list forbids.
//!
//! Row-level security shows one organization at a time, so a change travels in its own transaction, which goes on in each member by
//! turns, in the order of their ids. Entries end in all lists at once, so expiry need not travel.

use std::collections::{BTreeMap, HashMap};

use super::{Moved, move_leads_back, move_leads_to_dnc, settle};
use crate::db::models::access::organizations::{self, Organization};
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::models::dnc::dnc_list::{self, NewDncEntry};
use crate::db::models::dnc::dnc_spellings;
use crate::db::models::leads::OnLocked;
use crate::db::{Database, Db, DbError, Lock, OrgId, RunMode, Stamp, act_for};
use crate::domain::dnc::bans::{Ban, Bans, StoredBans};
use crate::domain::dnc::wishes::{Wishes, either};
use crate::domain::dnc::{DncOrigin, DncSource, RemovalKind};
use crate::domain::leads::status::Trigger;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// Leads of organizations that another transaction is changing: to be settled when it has ended.
pub type Skipped = Vec<(OrgId, i64)>;

/// A group of at least two organizations.
#[derive(Debug, Clone)]
pub struct Group {
    pub slug: String,
    /// By id.
    pub members: Vec<Organization>,
}

/// What is done about leads that another transaction is changing.
#[derive(Debug, Clone, Copy)]
pub struct Locked {
    pub home: OnLocked,
    pub elsewhere: OnLocked,
}

impl From<OnLocked> for Locked {
    fn from(both: OnLocked) -> Locked {
        Locked { home: both, elsewhere: both }
    }
}

/// What became of the list of one member.
#[derive(Debug, Default)]
pub struct Followed {
    /// Entries that were made, changed or closed.
    pub entries: u64,
    pub leads_moved: u64,
    pub skipped: Vec<i64>,
}

impl Group {
    /// The group that an organization is in, if it has other members.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(conn: &mut Db, org: OrgId) -> Result<Option<Group>, DbError> {
        let Some(slug) = organizations::group_of(conn, org)? else { return Ok(None) };
        let members = organizations::of_group(conn, &slug)?;
        Ok((members.len() > 1).then_some(Group { slug, members }))
    }

    /// The group that an organization is in or was, whose members matter to nobody.
    pub(super) fn around(conn: &mut Db, org: OrgId) -> Result<Group, DbError> {
        Ok(Group { slug: organizations::group_of(conn, org)?.unwrap_or_default(), members: Vec::new() })
    }

    /// The group in which one of these numbers is blocked because this organization lists it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn listing(conn: &mut Db, org: OrgId, numbers: &[E164], now: Timestamp) -> Result<Option<Group>, DbError> {
        let numbers: Vec<String> = numbers.iter().map(E164::to_string).collect();
        let entries = dnc_entries::live_among(conn, org, &numbers)?;
        if entries.iter().all(|entry| own_at(entry, now).is_none()) {
            return Ok(None);
        }
        Group::of(conn, org)
    }

    /// Says where else what an organization lists is blocked, or would be.
    pub fn told(&self, home: OrgId, mode: RunMode) -> String {
        let others = self.members.iter().filter(|member| member.org_id() != home).map(|member| member.slug.as_str());
        format!(
            "{} in every organization of the group {}: also in {}",
            if mode.is_dry_run() { "would be blocked" } else { "blocked" },
            self.slug,
            others.collect::<Vec<_>>().join(", ")
        )
    }

    /// What a change that came through the group carries: it tells nobody from whom.
    pub fn stamp(&self, org: OrgId, now: Timestamp) -> Stamp {
        Stamp {
            org,
            actor: format!("group {}", self.slug),
            changed_by: None,
            ip_address: None,
            import_id: None,
            trigger: Trigger::Manual,
            now,
        }
    }

    /// Makes the entries of these numbers forbid in each member's list what all members together wish, and moves the leads. What
    /// nobody wishes any more is closed by `removal`. The caller acts for no organization in particular afterwards.
    ///
    /// # Errors
    /// The database refuses.
    pub fn align(
        &self,
        conn: &mut Db,
        numbers: &[String],
        removal: RemovalKind,
        on_locked: impl Fn(OrgId) -> OnLocked,
        now: Timestamp,
    ) -> Result<Vec<Followed>, DbError> {
        let mut lists = Vec::with_capacity(self.members.len());
        let mut wished: HashMap<String, Bans> = HashMap::new();
        for member in &self.members {
            act_for(conn, member.org_id())?;
            let entries = dnc_entries::live_among(conn, member.org_id(), numbers)?;
            for entry in &entries {
                if let Some(own) = own_at(entry, now) {
                    let all = either(wished.get(&entry.phone_number).copied(), Some(own)).unwrap_or(own);
                    wished.insert(entry.phone_number.clone(), all);
                }
            }
            lists.push(entries);
        }
        let mut followed = Vec::with_capacity(self.members.len());
        for (member, entries) in self.members.iter().zip(lists) {
            let org = member.org_id();
            act_for(conn, org)?;
            let changes = self.changes(org, numbers, entries, &wished, now);
            followed.push(self.write(conn, &changes, removal, on_locked(org), &self.stamp(org, now))?);
        }
        Ok(followed)
    }

    /// What is to become of the entries of one member.
    fn changes(
        &self,
        org: OrgId,
        numbers: &[String],
        entries: Vec<DncEntry>,
        wished: &HashMap<String, Bans>,
        now: Timestamp,
    ) -> Changes {
        let mut live: HashMap<String, DncEntry> =
            entries.into_iter().map(|entry| (entry.phone_number.clone(), entry)).collect();
        let mut changes = Changes::default();
        for number in numbers {
            let entry = live.remove(number);
            let before = entry.as_ref().and_then(|entry| entry.wishes().left_at(now));
            let after = Wishes::together(before.and_then(|before| before.own), wished.get(number).copied());
            // An entry that has ended and that nobody wishes any more is closed by its expiry.
            if before == after {
                continue;
            }
            let bars = |wishes: Option<Wishes>| wishes.is_some_and(|wishes| wishes.whole.calls.holds(now));
            // Leads of an entry that has ended are `dnc` until it is closed, which may be now.
            let has_barred = entry.as_ref().is_some_and(|entry| entry.bans().calls != Ban::Never);
            match (bars(before), bars(after)) {
                (false, true) => changes.barred.push(number.clone()),
                (_, false) if has_barred => changes.freed.push(number.clone()),
                _ => {}
            }
            match (&entry, after) {
                (Some(entry), None) => changes.gone.push(entry.id),
                (Some(entry), Some(_)) => changes.replaced.push(entry.id),
                (None, _) => {}
            }
            let own = entry.filter(|_| before.is_some_and(|before| before.own.is_some()));
            changes.new.extend(after.map(|after| match own {
                Some(own) => again(&own, after, org, now),
                None => self.entry(number, after, org, now),
            }));
        }
        changes
    }

    fn write(
        &self,
        conn: &mut Db,
        changes: &Changes,
        removal: RemovalKind,
        on_locked: OnLocked,
        stamp: &Stamp,
    ) -> Result<Followed, DbError> {
        let kind = RemovalKind::Replacement;
        dnc_list::close(conn, &changes.replaced, kind, kind.reason(), stamp)?;
        let reason = format!("taken off in the companies of group {}", self.slug);
        dnc_list::close(conn, &changes.gone, removal, &reason, stamp)?;
        dnc_list::add(conn, &changes.new, stamp)?;
        let mut followed = Followed { entries: (changes.new.len() + changes.gone.len()) as u64, ..Followed::default() };
        for moved in [move_to(conn, &changes.barred, on_locked, stamp)?, move_back(conn, changes, on_locked, stamp)?] {
            followed.leads_moved += moved.leads;
            followed.skipped.extend(moved.skipped.into_iter().map(|(_, lead)| lead));
        }
        Ok(followed)
    }

    /// An entry that came through the group.
    pub(super) fn entry(&self, number: &str, wishes: Wishes, org: OrgId, now: Timestamp) -> NewDncEntry {
        let StoredBans { scope, expires_at, calls_expire_at, texts_expire_at } = wishes.whole.into();
        let entry = NewDncEntry {
            organization_id: org.0,
            phone_number: number.to_owned(),
            reason: Some(format!("listed in a company of group {}", self.slug)),
            source: DncSource::Group,
            scope,
            evidence: None,
            added_by: None,
            added_at: now,
            expires_at,
            calls_expire_at,
            texts_expire_at,
            updated_at: now,
            import_id: None,
            added_actor: format!("group {}", self.slug),
            origin: DncOrigin::Group,
            own_scope: None,
            own_expires_at: None,
            own_calls_expire_at: None,
            own_texts_expire_at: None,
        };
        entry.with(wishes)
    }
}

/// What is to become of one member's list.
#[derive(Debug, Default)]
struct Changes {
    replaced: Vec<i64>,
    gone: Vec<i64>,
    new: Vec<NewDncEntry>,
    /// Numbers that may not be called any more, and those that may be called again.
    barred: Vec<String>,
    freed: Vec<String>,
}

fn move_to(conn: &mut Db, numbers: &[String], on_locked: OnLocked, stamp: &Stamp) -> Result<Moved, DbError> {
    match numbers {
        [] => Ok(Moved::default()),
        some => move_leads_to_dnc(conn, some, on_locked, stamp),
    }
}

fn move_back(conn: &mut Db, changes: &Changes, on_locked: OnLocked, stamp: &Stamp) -> Result<Moved, DbError> {
    match changes.freed.as_slice() {
        [] => Ok(Moved::default()),
        some => move_leads_back(conn, some, on_locked, stamp),
    }
}

/// What the organization itself wishes at a time.
pub(super) fn own_at(entry: &DncEntry, now: Timestamp) -> Option<Bans> {
    entry.wishes().own.and_then(|own| own.left_at(now))
}

/// An entry for the same reason, by the same person, that forbids something else.
pub(super) fn again(entry: &DncEntry, wishes: Wishes, org: OrgId, now: Timestamp) -> NewDncEntry {
    let made = NewDncEntry {
        organization_id: org.0,
        phone_number: entry.phone_number.clone(),
        reason: entry.reason.clone(),
        source: entry.source,
        scope: entry.scope,
        evidence: entry.evidence.clone(),
        added_by: entry.added_by,
        added_at: entry.added_at,
        expires_at: None,
        calls_expire_at: None,
        texts_expire_at: None,
        updated_at: now,
        import_id: entry.import_id,
        added_actor: entry.added_actor.clone().unwrap_or_default(),
        origin: DncOrigin::Own,
        own_scope: None,
        own_expires_at: None,
        own_calls_expire_at: None,
        own_texts_expire_at: None,
    };
    made.with(wishes)
}

/// Numbers that are looked at together, in the lists of all members.
const TOGETHER: usize = 8000;

/// Lets a change of these numbers in the list of the stamp's organization travel to the others of its group. The transaction goes on
/// in the organization itself. Every change of a list but expiry ends with it.
///
/// # Errors
/// The database refuses.
pub fn travel(
    conn: &mut Db,
    numbers: &[String],
    removal: RemovalKind,
    on_locked: Locked,
    stamp: &Stamp,
) -> Result<Skipped, DbError> {
    if numbers.is_empty() {
        return Ok(Skipped::new());
    }
    let Some(group) = Group::of(conn, stamp.org)? else { return Ok(Skipped::new()) };
    let at = |org: OrgId| if org == stamp.org { on_locked.home } else { on_locked.elsewhere };
    let mut skipped = Skipped::new();
    for some in numbers.chunks(TOGETHER) {
        let followed = group.align(conn, some, removal, at, stamp.now)?;
        for (member, followed) in group.members.iter().zip(followed) {
            skipped.extend(followed.skipped.into_iter().map(|lead| (member.org_id(), lead)));
        }
    }
    act_for(conn, stamp.org)?;
    Ok(skipped)
}

/// Settles leads that were skipped, each organization's once what held them has ended, and returns how many of the stamp's own
/// organization moved.
///
/// # Errors
/// The wait was interrupted, or the database refuses.
pub fn settle_all(db: &mut Database, skipped: &[(OrgId, i64)], stamp: &Stamp) -> Result<u64, DbError> {
    let mut by_org: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
    for (org, lead) in skipped {
        by_org.entry(org.0).or_default().push(*lead);
    }
    let mut moved = 0;
    for (org, leads) in by_org {
        let org = OrgId(org);
        let settled = db.write_under(Lock::Quiet, org, RunMode::Commit, |conn| {
            let stamp = stamp_in(conn, org, stamp)?;
            settle(conn, &leads, &stamp)
        })?;
        moved += if org == stamp.org { settled } else { 0 };
    }
    Ok(moved)
}

/// Moves the leads of the other organizations of the group that have one of these numbers, which an import has listed: it saw neither
/// those that were being changed nor those that were imported meanwhile.
///
/// # Errors
/// The wait was interrupted, or the database refuses.
pub fn follow_elsewhere(db: &mut Database, numbers: &[String], stamp: &Stamp) -> Result<(), DbError> {
    let Some(group) = db.read(stamp.org, |conn| Group::of(conn, stamp.org))? else { return Ok(()) };
    for org in group.members.iter().map(Organization::org_id).filter(|org| *org != stamp.org) {
        db.write_under(Lock::Quiet, org, RunMode::Commit, |conn| {
            for some in numbers.chunks(TOGETHER) {
                let barred = dnc_spellings::barred_among(conn, org, some, stamp.now)?;
                let barred: Vec<String> = barred.iter().map(E164::to_string).collect();
                move_to(conn, &barred, OnLocked::Wait, &group.stamp(org, stamp.now))?;
            }
            Ok::<_, DbError>(())
        })?;
    }
    Ok(())
}

/// The stamp itself at home, that of the group elsewhere.
fn stamp_in(conn: &mut Db, org: OrgId, stamp: &Stamp) -> Result<Stamp, DbError> {
    if org == stamp.org {
        return Ok(stamp.clone());
    }
    Ok(Group::around(conn, org)?.stamp(org, stamp.now))
}
