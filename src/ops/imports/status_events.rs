//! Status events of another system, written among a lead's history at their own times.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Written};
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_status_history::{self, NewStatusChange};
use crate::db::models::leads::status_rows::{self, Counted};
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::leads::consent::{Consent, OptOut};
use crate::domain::leads::contact::{ContactTimes, Reach};
use crate::domain::leads::status::{MoveRule, Status, Trigger};
use crate::domain::leads::status_events::{Effect, KeptBy, KnownStatuses, Placement, Standing};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::ops::leads::contact;
use crate::ops::leads::edit::field_audit;
use crate::ops::leads::upsert::apply::inherit;

/// One event.
#[derive(Debug, Clone)]
pub struct StatusEvent {
    pub lead: i64,
    pub status: Status,
    pub at: Timestamp,
    /// The user who did it, if it was one of this organization.
    pub changed_by: Option<i64>,
    pub reason: Option<String>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Written,
    /// The lead was known to have that status at that time.
    Known,
    /// The same, of the latest that is known of it.
    KnownLast,
    /// A lead without a phone number cannot be `dnc`.
    NoPhone,
}

/// The latest event of a lead.
#[derive(Debug, Clone, Copy)]
pub struct Latest {
    pub lead: i64,
    pub status: Status,
    pub at: Timestamp,
    /// The status before, as far as it was known.
    pub from: Option<Status>,
    /// What all its events tell of when it was contacted.
    pub contacts: ContactTimes,
    /// Where it stands in the file.
    pub row: u64,
}

/// A lead whose status stays although its latest event tells of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub lead: i64,
    pub row: u64,
    pub from: Status,
    pub to: Status,
    pub by: KeptBy,
}

impl StatusEvent {
    /// What the event tells of when the lead was contacted.
    pub fn contacts(&self) -> ContactTimes {
        match self.status {
            Status::Contacted => ContactTimes::default().reached(Reach::Contacted, self.at),
            _ => ContactTimes::default(),
        }
    }
}

/// What became of leads whose latest events were written.
#[derive(Debug, Default)]
pub struct Moves {
    /// Leads that have another status now.
    pub moved: u64,
    /// Leads whose status stays.
    pub kept: Vec<Kept>,
    /// Numbers of leads whose latest event is `dnc`, with its time: the caller puts them on the do-not-call list.
    pub listed: Vec<(E164, Timestamp)>,
}

/// Writes events of live leads at their own times, and tells what became of each and the status before it. Moves that leads
/// cannot make are written as forced by the actor where the rule permits them. The caller holds
/// [`crate::db::Lock::DncImport`].
///
/// # Errors
/// The database refuses.
pub fn write(
    conn: &mut Db,
    events: &[StatusEvent],
    rule: MoveRule,
    stamp: &Stamp,
) -> Result<Vec<(Fate, Option<Status>)>, DbError> {
    let mut by_lead: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        by_lead.entry(event.lead).or_default().push(place);
    }
    let ids: Vec<i64> = by_lead.keys().copied().collect();
    let mut known = known_statuses(conn, &ids, stamp)?;
    let without_phone = without_phone(conn, events, stamp)?;
    let mut fates = vec![(Fate::Known, None); events.len()];
    let mut changes = LeadChanges::default();
    for (id, mut places) in by_lead {
        let Some(known) = known.get_mut(&id) else { continue };
        places.sort_by_key(|place| events[*place].at);
        for place in &places {
            let (place, event) = (*place, &events[*place]);
            if event.status == Status::Dnc && without_phone.contains(&id) {
                fates[place] = (Fate::NoPhone, None);
            } else if let Placement::Move { from } = known.place(event.at, event.status) {
                fates[place] = (Fate::Written, from);
                changes.history.push(row(event, from, rule, stamp));
            }
        }
        for place in places {
            let (event, fate) = (&events[place], &mut fates[place]);
            if let (Fate::Known, Some(from)) = (fate.0, known.before_last(event.at, event.status)) {
                *fate = (Fate::KnownLast, from);
            }
        }
    }
    write_changes(conn, &changes, stamp)?;
    Ok(fates)
}

/// Moves leads to the statuses of their latest events, as of the times of those, unless something later is known of a
/// lead. The events are in the history already.
///
/// # Errors
/// The database refuses.
pub fn follow(conn: &mut Db, latest: &[Latest], rule: MoveRule, stamp: &Stamp) -> Result<Moves, DbError> {
    let events: HashMap<i64, &Latest> = latest.iter().map(|event| (event.lead, event)).collect();
    let ids: Vec<i64> = latest.iter().map(|event| event.lead).collect();
    let mut leads = leads::by_ids_for_change(conn, stamp.org, &ids)?;
    leads.sort_unstable_by_key(|lead| lead.id);
    let (mut moves, mut changes) = (Moves::default(), LeadChanges::default());
    for mut lead in leads {
        let Some(event) = events.get(&lead.id).copied() else { continue };
        let known = contact::times_of(&lead).and(event.contacts);
        let times = contact::put(&mut lead, known);
        let has_times = !times.is_empty();
        changes.audit.extend(times.into_iter().map(|change| field_audit(lead.id, change, stamp)));
        if event.status == Status::Dnc {
            let number = lead.phone_number.as_deref().and_then(E164::from_e164);
            moves.listed.extend(number.map(|number| (number, event.at)));
        }
        let denies = lead.consent_status == Consent::Denied;
        let standing = Standing { status: lead.status, since: lead.status_changed_at, denies };
        let effect = standing.follow(event.from, event.status, event.at, rule);
        if let Effect::Kept(by) = effect {
            let from = if by == KeptBy::Dnc { lead.status } else { standing.before(event.from) };
            moves.kept.push(Kept { lead: lead.id, row: event.row, from, to: event.status, by });
        }
        let moves_on = effect == Effect::Moves;
        if moves_on {
            moves.moved += 1;
            move_lead(&mut lead, event, &mut changes, stamp);
        }
        if moves_on || has_times {
            lead.updated_at = stamp.now;
            lead.version += 1;
            changes.updated.push(lead);
        }
    }
    write_changes(conn, &changes, stamp)?;
    Ok(moves)
}

/// Leads that did not follow their latest events when these were written, though force would have moved them; and the imports that
/// wrote them.
///
/// # Errors
/// The database cannot be read.
pub fn not_followed(conn: &mut Db, latest: &[Latest], stamp: &Stamp) -> Result<(Vec<Kept>, BTreeSet<i64>), DbError> {
    let events: HashMap<i64, &Latest> = latest.iter().map(|event| (event.lead, event)).collect();
    let ids: Vec<i64> = latest.iter().map(|event| event.lead).collect();
    let mut kept = Vec::new();
    for lead in leads::by_ids(conn, stamp.org, &ids)? {
        let Some(event) = events.get(&lead.id) else { continue };
        let denies = lead.consent_status == Consent::Denied;
        let standing = Standing { status: lead.status, since: lead.status_changed_at, denies };
        if standing.follow(event.from, event.status, event.at, MoveRule::Forced) == Effect::Moves {
            let from = standing.before(event.from);
            kept.push(Kept { lead: lead.id, row: event.row, from, to: event.status, by: KeptBy::Known });
        }
    }
    kept.sort_unstable_by_key(|kept| kept.lead);
    let of_kept: Vec<i64> = kept.iter().map(|kept| kept.lead).collect();
    let is_its = |(lead, at, status, _): &(i64, Timestamp, Status, i64)| {
        events.get(lead).is_some_and(|event| (event.at, event.status) == (*at, *status))
    };
    let written = lead_status_history::of_histories(conn, stamp.org, &of_kept)?;
    Ok((kept, written.into_iter().filter(is_its).map(|(.., import)| import).collect()))
}

/// Opts leads out for what the reasons of their events ask. The caller holds [`crate::db::Lock::DncImport`].
///
/// # Errors
/// The database refuses.
pub fn opt_out(conn: &mut Db, asked: &[(i64, OptOut)], stamp: &Stamp) -> Result<(), DbError> {
    let mut of_leads: BTreeMap<i64, OptOut> = BTreeMap::new();
    for (lead, asked) in asked {
        let known = of_leads.entry(*lead).or_default();
        *known = known.or(*asked);
    }
    let ids: Vec<i64> = of_leads.keys().copied().collect();
    let mut changes = LeadChanges::default();
    for mut lead in leads::by_ids_for_change(conn, stamp.org, &ids)? {
        let asked = of_leads.get(&lead.id).copied().unwrap_or_default();
        let fields = inherit(&mut lead, asked, stamp.now);
        if !fields.is_empty() {
            changes.audit.extend(fields.into_iter().map(|change| field_audit(lead.id, change, stamp)));
            lead.updated_at = stamp.now;
            lead.version += 1;
            changes.updated.push(lead);
        }
    }
    write_changes(conn, &changes, stamp)
}

/// The leads without a phone among those of events that say `dnc`.
fn without_phone(conn: &mut Db, events: &[StatusEvent], stamp: &Stamp) -> Result<HashSet<i64>, DbError> {
    let mut ids: Vec<i64> = events.iter().filter(|event| event.status == Status::Dnc).map(|event| event.lead).collect();
    ids.sort_unstable();
    ids.dedup();
    let leads = leads::by_ids(conn, stamp.org, &ids)?;
    Ok(leads.into_iter().filter(|lead| lead.phone_number.is_none()).map(|lead| lead.id).collect())
}

fn write_changes(conn: &mut Db, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    match lead_changes::write(conn, changes, stamp)? {
        Written::All => Ok(()),
        // Nothing of a lead changes that another can have.
        Written::LostRace => Err(DbError::Query(diesel::result::Error::RollbackTransaction)),
    }
}

fn known_statuses(conn: &mut Db, ids: &[i64], stamp: &Stamp) -> Result<HashMap<i64, KnownStatuses>, DbError> {
    let counted = Counted::of(conn, stamp.org)?;
    let mut rows: HashMap<i64, Vec<(i64, Timestamp, Status)>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    status_rows::each_of(conn, counted, ids, |row| {
        rows.entry(row.lead).or_default().push((row.id, row.at, row.status));
    })?;
    let in_order = |mut rows: Vec<(i64, Timestamp, Status)>| {
        rows.sort_unstable_by_key(|(id, ..)| *id);
        KnownStatuses::new(rows.into_iter().map(|(_, at, status)| (at, status)).collect())
    };
    Ok(rows.into_iter().map(|(id, rows)| (id, in_order(rows))).collect())
}

fn row(event: &StatusEvent, from: Option<Status>, rule: MoveRule, stamp: &Stamp) -> NewStatusChange {
    let of_actor = stamp.status_change(event.lead, from, event.status);
    let before = from.filter(|from| *from != Status::Dnc);
    let is_forced = rule == MoveRule::Forced && before.is_some_and(|from| !from.may_move_to(event.status));
    // Who makes an exception is told with it.
    let forced = is_forced.then(|| format!("forced by {}", stamp.actor));
    let said: Vec<String> = event.reason.clone().into_iter().chain(forced).collect();
    NewStatusChange {
        trigger_type: Trigger::Import,
        reason: (!said.is_empty()).then(|| said.join(", ")),
        changed_by: event.changed_by.or(of_actor.changed_by.filter(|_| is_forced)),
        changed_at: event.at,
        ..of_actor
    }
}

fn move_lead(lead: &mut Lead, event: &Latest, changes: &mut LeadChanges, stamp: &Stamp) {
    changes.audit.push(NewAuditEntry {
        field_name: Some("status".into()),
        old_value: Some(lead.status.to_string()),
        new_value: Some(event.status.to_string()),
        ..stamp.audit(lead.id, AuditAction::Update)
    });
    (lead.status, lead.status_changed_at) = (event.status, event.at);
}
