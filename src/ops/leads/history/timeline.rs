//! All that happened to a lead in one order: changes, statuses, notes, tasks, recommendations, assignments, imports, and what concerned its numbers
//! on the do-not-call list.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::db::lead_fields::{Shape, StoredField};
use crate::db::models::audit::audit_log;
use crate::db::models::imports;
use crate::db::models::lead_work::next::recommendations::{self, Recommendation};
use crate::db::models::lead_work::next::tasks::{self, Task};
use crate::db::models::leads::lead_assignments::{self, Assignment};
use crate::db::models::leads::lead_audit_log::{self, AuditEntry};
use crate::db::models::leads::lead_emails::FURTHER_EMAIL;
use crate::db::models::leads::lead_merges::absorbed_by;
use crate::db::models::leads::lead_notes;
use crate::db::models::leads::lead_status_history::{self, StatusChange};
use crate::db::models::leads::{self, lead_phones};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
use crate::domain::imports::kind::ImportStatus;
use crate::domain::labels::label;
use crate::domain::lead_work::pools::context::read;
use crate::domain::phone::E164;
use crate::domain::time::shown;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::history::{self as dnc_history, Happening};
use crate::ops::leads::history::named::Named;
use crate::ops::leads::merge::ABSORBED;

vocabulary! {
    /// What happened to a lead. In this order at one time.
    LeadHappening {
        DncRequested = "dnc_requested",
        DncAdded = "dnc_added",
        DncRemoved = "dnc_removed",
        DncHonoured = "dnc_honoured",
        DncDismissed = "dnc_dismissed",
        DncChecked = "dnc_checked",
        DncScrubbed = "dnc_scrubbed",
        Import = "import",
        Created = "created",
        Merged = "merged",
        Changed = "changed",
        Status = "status",
        Assigned = "assigned",
        Note = "note",
        TaskAdded = "task_added",
        TaskDone = "task_done",
        /// Somebody said what became of a recommendation.
        Recommended = "recommended",
        Deleted = "deleted",
        Restored = "restored",
        Erased = "erased",
    }
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    pub at: Timestamp,
    pub event: LeadHappening,
    pub detail: Option<String>,
    pub actor: Option<String>,
    pub import_id: Option<i64>,
    /// The lead itself, or one that it absorbed; none for what concerns a number.
    pub lead_id: Option<i64>,
}

/// For whom it is told.
struct Reader<'a> {
    named: Named,
    zone: &'a TimeZone,
}

/// All that happened to a lead and to those that it absorbed, in the order of time; times in texts are those of the zone.
///
/// # Errors
/// The database cannot be read.
pub fn timeline(conn: &mut Db, org: OrgId, lead: i64, zone: &TimeZone) -> Result<Vec<Event>, DbError> {
    let mut ids = absorbed_by(conn, org, lead)?;
    ids.push(lead);
    let log = lead_audit_log::of_leads(conn, org, &ids)?;
    // An absorbed lead may have had another currency.
    let is_alone = log.iter().all(|entry| entry.lead_id == lead);
    let currency = leads::by_ids(conn, org, &[lead])?.pop().and_then(|lead| lead.currency).filter(|_| is_alone);
    let values = log.iter().map(|entry| (entry.field_name.as_deref(), entry.old_value.as_deref()));
    let reader = Reader { named: Named::read(conn, org, currency.as_deref(), values)?, zone };
    let emails = reader.named.emails();
    let mut events = of_log(&log, &reader);
    // A merge copies notes with their time.
    let mut told = HashSet::new();
    for id in &ids {
        let history = lead_status_history::of_lead(conn, org, *id)?;
        events.extend(history.into_iter().map(|row| of_status(*id, row, emails)));
        let assignments = lead_assignments::of_lead(conn, org, *id)?;
        events.extend(assignments.into_iter().map(|row| of_assignment(*id, row, &reader.named)));
        for note in lead_notes::of_lead(conn, org, *id)? {
            if !told.insert((note.created_at, note.body.clone())) {
                continue;
            }
            let actor = note.author_id.and_then(|id| emails.get(&id).cloned());
            let detail = Some(note.body);
            let (at, event) = (note.created_at, LeadHappening::Note);
            events.push(Event { at, event, detail, actor, import_id: None, lead_id: Some(*id) });
        }
    }
    for id in &ids {
        let said = recommendations::of_lead(conn, org, *id)?;
        events.extend(said.into_iter().filter_map(|row| of_recommendation(*id, row, &reader)));
    }
    let tasks = tasks::of_leads(conn, org, &ids)?;
    let mut makers = audit_log::makers(conn, org, Entity::Task, &tasks.iter().map(|task| task.id).collect::<Vec<_>>())?;
    for task in tasks {
        events.extend(of_task(&task, makers.remove(&task.id), &reader));
    }
    events.extend(of_imports(conn, org, &log)?);
    for number in numbers(conn, org, &ids, &log)? {
        events.extend(dnc_history::history(conn, org, number.into())?.into_iter().map(|event| of_dnc(number, event)));
    }
    events.sort_by_key(|event| (event.at, event.event as u8));
    Ok(events)
}

/// What is said of a lead whose texts named somebody else.
const REDACTED: &str = "somebody who was erased was taken out of its texts";

/// The entries of the log, those of one change together. Moves, assignments and notes have records of their own.
fn of_log(log: &[AuditEntry], reader: &Reader<'_>) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for entry in log {
        let (event, detail) = match (entry.action, entry.field_name.as_deref()) {
            (AuditAction::Create, _) => (LeadHappening::Created, None),
            (AuditAction::Delete, _) => (LeadHappening::Deleted, None),
            (AuditAction::Erase, _) => (LeadHappening::Erased, None),
            (AuditAction::Restore, None) => (LeadHappening::Restored, None),
            (AuditAction::Restore, Some(_)) => (LeadHappening::Restored, Some(in_words(entry, reader))),
            (AuditAction::Merge, Some(ABSORBED)) => {
                let other = entry.new_value.clone().unwrap_or_default();
                (LeadHappening::Merged, Some(format!("absorbed lead {other}")))
            }
            (AuditAction::Merge, Some("merged_into_id")) => {
                let other = entry.new_value.clone().unwrap_or_default();
                (LeadHappening::Merged, Some(format!("merged into lead {other}")))
            }
            (AuditAction::Redact, _) => (LeadHappening::Changed, Some(REDACTED.to_owned())),
            (_, Some("status" | "note")) => continue,
            _ => (LeadHappening::Changed, Some(in_words(entry, reader))),
        };
        let joins = |last: &&mut Event| {
            last.event == event
                && matches!(event, LeadHappening::Changed | LeadHappening::Restored)
                && (last.at, last.lead_id, last.import_id) == (entry.changed_at, Some(entry.lead_id), entry.import_id)
        };
        match events.last_mut().filter(joins) {
            Some(last) => {
                let (before, more) = (last.detail.take().unwrap_or_default(), detail.unwrap_or_default());
                last.detail = Some(format!("{before}; {more}"));
            }
            None => events.push(Event {
                at: entry.changed_at,
                event,
                detail,
                actor: Some(entry.actor.clone()),
                import_id: entry.import_id,
                lead_id: Some(entry.lead_id),
            }),
        }
    }
    events
}

/// `city: Albany → Troy`, with users by their emails.
fn in_words(entry: &AuditEntry, reader: &Reader<'_>) -> String {
    let field = entry.field_name.as_deref().unwrap_or_default();
    let is_time = StoredField::of_column(field).is_some_and(|field| field.shape == Shape::Time);
    let told = |value: &Option<String>| match value {
        None => "–".to_owned(),
        Some(text) if is_time => text.parse().map_or(text.clone(), |time| shown::minute(time, reader.zone)),
        Some(text) => reader.named.value(field, text),
    };
    let name = label(field);
    match (&entry.old_value, &entry.new_value) {
        (None, new) if matches!(field, "tag" | "phone" | FURTHER_EMAIL) => format!("{name} + {}", told(new)),
        (old, None) if matches!(field, "tag" | "phone" | FURTHER_EMAIL) => format!("{name} − {}", told(old)),
        (old, new) => format!("{name}: {} → {}", told(old), told(new)),
    }
}

fn of_status(lead: i64, row: StatusChange, emails: &HashMap<i64, String>) -> Event {
    let moved = match row.from_status {
        Some(from) => format!("{from} → {}", row.to_status),
        None => row.to_status.to_string(),
    };
    let reason = row.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let undone = if row.undone { ", undone since" } else { "" };
    Event {
        at: row.changed_at,
        event: LeadHappening::Status,
        detail: Some(format!("{moved}{reason}{undone}")),
        actor: row.changed_by.and_then(|id| emails.get(&id).cloned()),
        import_id: row.import_id,
        lead_id: Some(lead),
    }
}

fn of_assignment(lead: i64, row: Assignment, emails: &Named) -> Event {
    let named = |user: Option<i64>| user.and_then(|id| emails.email(id)).map_or("nobody", String::as_str).to_owned();
    let moved = format!("{} → {}", named(row.from_user_id), named(row.to_user_id));
    let said = row.context.as_deref().and_then(read);
    let detail = match said {
        Some(_) => format!("{moved} ({})", emails.context(row.context.as_deref().unwrap_or_default())),
        None => moved,
    };
    Event {
        at: row.assigned_at,
        event: LeadHappening::Assigned,
        detail: Some(detail),
        actor: Some(row.actor),
        import_id: None,
        lead_id: Some(lead),
    }
}

/// When and by whom a task was made, and done.
fn of_task(task: &Task, maker: Option<String>, reader: &Reader<'_>) -> Vec<Event> {
    let about = task.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    let due = shown::minute(task.due_at.to_jiff(), reader.zone);
    let event = |at, event, detail, actor| Event {
        at,
        event,
        detail: Some(detail),
        actor,
        import_id: None,
        lead_id: Some(task.lead_id),
    };
    let made = event(task.created_at, LeadHappening::TaskAdded, format!("{}, due {due}{about}", task.kind), maker);
    let doer = task.done_by.and_then(|id| reader.named.email(id)).cloned();
    let done = task.done_at.map(|at| event(at, LeadHappening::TaskDone, format!("{}{about}", task.kind), doer));
    std::iter::once(made).chain(done).collect()
}

/// What became of a recommendation, and until when the lead is not recommended again. Who is compared is no happening.
fn of_recommendation(lead: i64, row: Recommendation, reader: &Reader<'_>) -> Option<Event> {
    let until = shown::minute(row.expires_at.to_jiff(), reader.zone);
    let note = row.note.map(|note| format!(": {note}")).unwrap_or_default();
    Some(Event {
        at: row.recommended_at,
        event: LeadHappening::Recommended,
        detail: Some(format!("{} {}, until {until}{note}", row.channel, row.outcome?)),
        actor: Some(row.actor),
        import_id: None,
        lead_id: Some(lead),
    })
}

/// The imports that wrote about the lead, and the undos of imports.
fn of_imports(conn: &mut Db, org: OrgId, log: &[AuditEntry]) -> Result<Vec<Event>, DbError> {
    let ids: BTreeSet<i64> = log.iter().filter_map(|entry| entry.import_id).collect();
    let mut events = Vec::new();
    for id in ids {
        let Some(import) = imports::by_id(conn, org, id)? else { continue };
        let detail = match import.undoes_import_id {
            Some(undone) => format!("undo of import {undone}, {}", import.file_name),
            None if import.status == ImportStatus::Undone => format!("{}, undone since", import.file_name),
            None => import.file_name,
        };
        events.push(Event {
            at: import.started_at,
            event: LeadHappening::Import,
            detail: Some(detail),
            actor: Some(import.actor),
            import_id: Some(id),
            lead_id: None,
        });
    }
    Ok(events)
}

/// Every number that these leads have or had.
///
/// # Errors
/// The database cannot be read.
pub fn numbers(conn: &mut Db, org: OrgId, ids: &[i64], log: &[AuditEntry]) -> Result<BTreeSet<E164>, DbError> {
    let mut texts: Vec<String> = Vec::new();
    texts.extend(leads::by_ids(conn, org, ids)?.into_iter().filter_map(|lead| lead.phone_number));
    texts.extend(lead_phones::of_leads(conn, org, ids)?.into_values().flatten().map(|phone| phone.phone_number));
    for entry in log.iter().filter(|e| matches!(e.field_name.as_deref(), Some("phone_number" | "phone"))) {
        texts.extend(entry.old_value.clone());
        texts.extend(entry.new_value.clone());
    }
    Ok(texts.iter().filter_map(|text| E164::from_e164(text)).collect())
}

fn of_dnc(number: E164, event: dnc_history::Event) -> Event {
    let detail = event.detail.map(|detail| format!(": {detail}")).unwrap_or_default();
    Event {
        at: event.at,
        event: match event.event {
            Happening::Requested => LeadHappening::DncRequested,
            Happening::Added => LeadHappening::DncAdded,
            Happening::Removed => LeadHappening::DncRemoved,
            Happening::Honoured => LeadHappening::DncHonoured,
            Happening::Dismissed => LeadHappening::DncDismissed,
            Happening::Checked => LeadHappening::DncChecked,
            Happening::Scrubbed => LeadHappening::DncScrubbed,
        },
        detail: Some(format!("{number}{detail}")),
        actor: event.actor,
        import_id: event.import_id,
        lead_id: None,
    }
}
