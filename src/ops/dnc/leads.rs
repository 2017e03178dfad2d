//! The leads with a number of the do-not-call list: to `dnc`, and back.

use std::collections::{HashMap, HashSet};

use super::registries::Registries;
use super::sharing::Skipped;
use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Shift};
use crate::db::models::dnc::{dnc_requests, dnc_spellings};
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_phones;
use crate::db::models::leads::lead_status_history::{self, NewStatusChange};
use crate::db::models::leads::{self, Lead, OnLocked};
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::audit::AuditAction;
use crate::domain::leads::status::{Status, Trigger};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// Why a lead goes to `dnc`.
pub const LISTED_REASON: &str = "its number is on the do-not-call list";
/// Why a lead leaves `dnc`.
const DELISTED_REASON: &str = "its number is off the do-not-call list";
/// Why a lead leaves `dnc` that got another number.
const DELISTED_NUMBER: &str = "its new number is not on the do-not-call list";

/// What became of the leads with some numbers.
#[derive(Debug, Default)]
pub struct Moved {
    pub leads: u64,
    /// Leads that another transaction is changing: [`settle`] them when it has ended.
    pub skipped: Skipped,
}

/// Moves every live lead with one of these listed numbers, as its first or a further one and in whatever spelling, to `dnc`,
/// with audit and status history.
///
/// # Errors
/// The database refuses.
pub fn move_leads_to_dnc(
    conn: &mut Db,
    numbers: &[String],
    on_locked: OnLocked,
    stamp: &Stamp,
) -> Result<Moved, DbError> {
    let mut changes = LeadChanges::default();
    let numbers = dnc_spellings::with_others(numbers);
    let held = leads::hold_with_numbers(conn, stamp.org, &numbers, on_locked)?;
    let mut moved = Moved { leads: 0, skipped: of_org(stamp.org, held.skipped) };
    for (lead, status) in held.statuses {
        if status != Status::Dnc {
            moved.leads += 1;
            changes.shift(lead, Shift::Status(Status::Dnc));
            write_down(lead, status, Status::Dnc, LISTED_REASON, &mut changes, stamp);
        }
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(moved)
}

fn of_org(org: OrgId, leads: Vec<i64>) -> Skipped {
    leads.into_iter().map(|lead| (org, lead)).collect()
}

/// Sets the status of a stored lead, which the list makes move, and writes the move down.
pub fn record_move(lead: &mut Lead, to: Status, reason: &str, changes: &mut LeadChanges, stamp: &Stamp) {
    let from = std::mem::replace(&mut lead.status, to);
    (lead.status_changed_at, lead.updated_at) = (stamp.now, stamp.now);
    write_down(lead.id, from, to, reason, changes, stamp);
}

/// The audit entry and the status row of a move that the list makes.
fn write_down(lead: i64, from: Status, to: Status, reason: &str, changes: &mut LeadChanges, stamp: &Stamp) {
    changes.audit.push(NewAuditEntry {
        field_name: Some("status".into()),
        old_value: Some(from.to_string()),
        new_value: Some(to.to_string()),
        ..stamp.audit(lead, AuditAction::Update)
    });
    changes.history.push(status_row(lead, from, to, reason, stamp));
}

/// The status row of a move that the list makes.
pub fn status_row(lead: i64, from: Status, to: Status, reason: &str, stamp: &Stamp) -> NewStatusChange {
    NewStatusChange {
        trigger_type: Trigger::Dnc,
        reason: Some(reason.into()),
        ..stamp.status_change(lead, Some(from), to)
    }
}

/// Puts every live lead with one of these numbers, none of whose numbers is listed any more, back from `dnc` to the status
/// that it had before, with audit and status history.
///
/// # Errors
/// The database refuses.
pub fn move_leads_back(
    conn: &mut Db,
    numbers: &[String],
    on_locked: OnLocked,
    stamp: &Stamp,
) -> Result<Moved, DbError> {
    let numbers = dnc_spellings::with_others(numbers);
    let mut held = leads::hold_with_numbers(conn, stamp.org, &numbers, on_locked)?;
    held.statuses.retain(|(_, status)| *status == Status::Dnc);
    let mut ids: Vec<i64> = held.statuses.iter().map(|(lead, _)| *lead).collect();
    let barred = with_barred_number(conn, stamp, &ids)?;
    ids.retain(|lead| !barred.contains(lead));
    let before = lead_status_history::before_dnc(conn, stamp.org, &ids)?;
    let mut changes = LeadChanges::default();
    for lead in &ids {
        let status = before.get(lead).copied().unwrap_or(Status::New);
        changes.shift(*lead, Shift::Status(status));
        write_down(*lead, Status::Dnc, status, DELISTED_REASON, &mut changes, stamp);
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(Moved { leads: ids.len() as u64, skipped: of_org(stamp.org, held.skipped) })
}

/// Makes the statuses of leads follow their numbers: of those that were skipped before. The caller holds
/// [`crate::db::Lock::Quiet`].
///
/// # Errors
/// The database refuses.
pub fn settle(conn: &mut Db, leads: &[i64], stamp: &Stamp) -> Result<u64, DbError> {
    leads.chunks(TOGETHER).map(|some| settle_some(conn, some, stamp)).sum()
}

fn settle_some(conn: &mut Db, leads: &[i64], stamp: &Stamp) -> Result<u64, DbError> {
    let mut held = leads::by_ids_for_change(conn, stamp.org, leads)?;
    held.retain(|lead| lead.deleted_at.is_none());
    let barred = with_barred_number(conn, stamp, leads)?;
    held.retain(|lead| barred.contains(&lead.id) != (lead.status == Status::Dnc));
    let ids: Vec<i64> = held.iter().map(|lead| lead.id).collect();
    let before = lead_status_history::before_dnc(conn, stamp.org, &ids)?;
    let mut changes = LeadChanges::default();
    for lead in held {
        let (to, reason) = match barred.contains(&lead.id) {
            true => (Status::Dnc, LISTED_REASON),
            false => (before.get(&lead.id).copied().unwrap_or(Status::New), DELISTED_REASON),
        };
        changes.shift(lead.id, Shift::Status(to));
        write_down(lead.id, lead.status, to, reason, &mut changes, stamp);
    }
    lead_changes::write(conn, &changes, stamp)?;
    Ok(ids.len() as u64)
}

/// Which of these leads have a number, the first or a further one, that may not be called.
///
/// # Errors
/// The database cannot be read.
pub fn with_barred_number(conn: &mut Db, stamp: &Stamp, leads: &[i64]) -> Result<HashSet<i64>, DbError> {
    barred_at(conn, stamp.org, leads, stamp.now)
}

/// The same at a time.
///
/// # Errors
/// The database cannot be read.
pub fn barred_at(conn: &mut Db, org: OrgId, leads: &[i64], now: Timestamp) -> Result<HashSet<i64>, DbError> {
    let mut barred = HashSet::new();
    for some in leads.chunks(TOGETHER) {
        let numbers = numbers_of(conn, org, some)?;
        let texts: Vec<String> = numbers.iter().map(|(_, number)| number.clone()).collect();
        let listed: HashSet<String> =
            dnc_spellings::barred_among(conn, org, &texts, now)?.iter().map(E164::to_string).collect();
        barred.extend(numbers.into_iter().filter(|(_, number)| listed.contains(number)).map(|(lead, _)| lead));
    }
    Ok(barred)
}

/// Leads that are looked up together.
const TOGETHER: usize = 1000;

/// Which of these leads, none of whose numbers is listed, may leave `dnc`: an entry of a number of theirs has been closed, or has ended,
/// since they went to it, and no honoured request for one stands without its entry. Of all others nobody has said that they may be
/// called again.
///
/// # Errors
/// The database cannot be read.
pub fn released(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashSet<i64>, DbError> {
    let standing: HashSet<String> =
        dnc_requests::without_entry(conn, org)?.into_iter().map(|(number, _)| number).collect();
    let mut released = HashSet::new();
    for some in leads.chunks(TOGETHER) {
        let numbers = numbers_of(conn, org, some)?;
        let texts: Vec<String> = numbers.iter().map(|(_, number)| number.clone()).collect();
        let ends = ends_of_entries(conn, org, &texts)?;
        let since = barred_since(conn, org, some)?;
        let has_ended = |lead: &i64, number: &str| {
            ends.get(number).is_some_and(|end| since.get(lead).is_none_or(|since| end >= since))
        };
        released.extend(numbers.iter().filter(|(lead, number)| has_ended(lead, number)).map(|(lead, _)| *lead));
        for (lead, _) in numbers.iter().filter(|(_, number)| standing.contains(number)) {
            released.remove(lead);
        }
    }
    Ok(released)
}

/// Which entries forbid calls, for each number.
const FORBID_CALLS: &str = ") AND e.scope <> 'texts' AND coalesce(e.removal_kind, '') <> 'replacement' GROUP BY 1";

/// When the last entry that forbade calls to these numbers was closed, or ended: in microseconds since 1970.
fn ends_of_entries(conn: &mut Db, org: OrgId, numbers: &[String]) -> Result<HashMap<String, i64>, DbError> {
    let mut ends: HashMap<String, i64> = HashMap::new();
    // A number is reached by its own entries, and by those of other spellings.
    if numbers.is_empty() {
        return Ok(ends);
    }
    let asked = || numbers.iter().map(|number| Statement::default().text(number.as_str()));
    let own = Statement::new(
        "SELECT e.phone_number, max(coalesce(e.removed_at, e.calls_expire_at, e.expires_at)) FROM dnc_list e WHERE e.organization_id = ",
    )
    .org(org)
    .sql(" AND e.phone_number IN (")
    .joined(asked(), ", ")
    .sql(FORBID_CALLS);
    let of_other_spellings = Statement::new(
        "SELECT s.phone_number, max(coalesce(e.removed_at, e.calls_expire_at, e.expires_at)) FROM dnc_spellings s
         JOIN dnc_list e ON e.organization_id = s.organization_id AND e.id = s.dnc_id WHERE s.organization_id = ",
    )
    .org(org)
    .sql(" AND s.phone_number IN (")
    .joined(asked(), ", ")
    .sql(FORBID_CALLS);
    for statement in [own, of_other_spellings] {
        for row in statement.rows(conn)? {
            if let (Some(number), Some(end)) = (row.at(0).text(), row.at(1).number()) {
                let known = ends.entry(number.to_owned()).or_insert(end);
                *known = end.max(*known);
            }
        }
    }
    Ok(ends)
}

/// When these leads went to `dnc` for the last time, by their histories: in microseconds since 1970.
fn barred_since(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let asked = leads.iter().map(|lead| Statement::default().number(*lead));
    let rows = Statement::new(
        "SELECT lead_id, max(changed_at) FROM lead_status_history WHERE to_status = 'dnc' AND organization_id = ",
    )
    .org(org)
    .sql(" AND lead_id IN (")
    .joined(asked, ", ")
    .sql(") GROUP BY lead_id")
    .rows(conn)?;
    Ok(rows.iter().filter_map(|row| Some((row.at(0).number()?, row.at(1).number()?))).collect())
}

/// The numbers of leads, the first and further ones.
pub fn numbers_of(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<(i64, String)>, DbError> {
    let mut numbers = leads::first_numbers(conn, org, ids)?;
    for (lead, phones) in lead_phones::of_leads(conn, org, ids)? {
        numbers.extend(phones.into_iter().map(|phone| (lead, phone.phone_number)));
    }
    Ok(numbers)
}

/// Makes the status of a lead follow its numbers, the first and these further ones: to `dnc`, or back. Tells whether that
/// moved it.
///
/// # Errors
/// The database refuses.
pub fn follow_numbers(
    conn: &mut Db,
    lead: &mut Lead,
    further: &[String],
    changes: &mut LeadChanges,
    stamp: &Stamp,
) -> Result<bool, DbError> {
    let numbers: Vec<String> = lead.phone_number.iter().chain(further).cloned().collect();
    let is_listed = !dnc_spellings::barred_among(conn, stamp.org, &numbers, stamp.now)?.is_empty();
    if is_listed && lead.status != Status::Dnc {
        record_move(lead, Status::Dnc, LISTED_REASON, changes, stamp);
        return Ok(true);
    }
    if !is_listed && lead.status == Status::Dnc {
        let before = lead_status_history::before_dnc(conn, stamp.org, &[lead.id])?.remove(&lead.id);
        record_move(lead, before.unwrap_or(Status::New), DELISTED_NUMBER, changes, stamp);
        return Ok(true);
    }
    Ok(false)
}

/// The listed number by which a lead may not be called.
///
/// # Errors
/// The database cannot be read.
pub fn listed_number(conn: &mut Db, lead: i64, stamp: &Stamp) -> Result<Option<String>, DbError> {
    let numbers: Vec<String> = numbers_of(conn, stamp.org, &[lead])?.into_iter().map(|(_, number)| number).collect();
    let reached = dnc_spellings::reaching(conn, stamp.org, &numbers, stamp.now)?;
    let barring = reached.into_iter().find(|reached| reached.entry.bans().calls.holds(stamp.now));
    Ok(barring.map(|reached| reached.entry.phone_number))
}

/// Those numbers of each lead, the first and further ones, that may not be contacted on one channel or on any. A lead
/// without such numbers is missing.
///
/// # Errors
/// The database cannot be read.
pub fn blocked_numbers<'a>(
    conn: &mut Db,
    org: OrgId,
    leads: impl IntoIterator<Item = &'a Lead>,
    now: Timestamp,
) -> Result<HashMap<i64, Vec<String>>, DbError> {
    let mut numbers: Vec<(i64, String)> = Vec::new();
    let mut ids = Vec::new();
    for lead in leads {
        ids.push(lead.id);
        numbers.extend(lead.phone_number.clone().map(|number| (lead.id, number)));
    }
    for (lead, phones) in lead_phones::of_leads(conn, org, &ids)? {
        numbers.extend(phones.into_iter().map(|phone| (lead, phone.phone_number)));
    }
    let texts: Vec<String> = numbers.iter().map(|(_, number)| number.clone()).collect();
    let reached = dnc_spellings::reaching(conn, org, &texts, now)?;
    let mut listed: HashSet<&str> = reached.iter().map(|reached| reached.number.as_str()).collect();
    let registries = Registries::required(conn, org, now)?;
    let asked: Vec<E164> = texts.iter().filter_map(|number| E164::from_e164(number)).collect();
    let answers = registries.ask(conn, &asked)?;
    let is_on_registry = |text: &&String| E164::from_e164(text).is_some_and(|number| registries.have(&answers, number));
    listed.extend(texts.iter().filter(is_on_registry).map(String::as_str));
    let mut blocked: HashMap<i64, Vec<String>> = HashMap::new();
    for (lead, number) in numbers.into_iter().filter(|(_, number)| listed.contains(number.as_str())) {
        blocked.entry(lead).or_default().push(number);
    }
    Ok(blocked)
}
