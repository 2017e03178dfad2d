//! A lead as it was at an earlier time: from what it is now, its log is taken back entry by entry.

use serde::Serialize;

use crate::db::models::lead_work::scores::lead_score_history;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_audit_log::{self, AuditEntry};
use crate::db::models::leads::lead_emails::{self, FURTHER_EMAIL, FurtherEmail};
use crate::db::models::leads::lead_notes::{self, Note};
use crate::db::models::leads::lead_phones::{self, FurtherPhone};
use crate::db::models::leads::lead_status_history::{self, StatusChange};
use crate::db::models::leads::lead_tags;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::leads::status::Trigger;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::leads::edit::phone::OTHER;
use crate::ops::leads::fields::set;
use crate::ops::leads::history::scored;
use crate::ops::leads::merge::ABSORBED;

/// A lead with what belongs to it.
#[derive(Debug, Serialize)]
pub struct LeadState {
    #[serde(flatten)]
    pub lead: Lead,
    pub tags: Vec<String>,
    pub phones: Vec<FurtherPhone>,
    pub emails: Vec<FurtherEmail>,
    pub notes: Vec<Note>,
}

/// Why there is no earlier state.
#[derive(Debug, thiserror::Error)]
pub enum AsOfError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {lead} was not there yet: it was written on")]
    NotYet { lead: i64, since: Timestamp },
    /// A value in the log that nobody of this program wrote.
    #[error("the log of the lead {lead} cannot be taken back: `{field}` was `{value}`")]
    Unreadable { lead: i64, field: String, value: String },
}

impl Explain for AsOfError {
    fn explain(&self) -> CommandError {
        let said = CommandError::failed(self.to_string());
        match self {
            AsOfError::Db(e) => e.explain(),
            AsOfError::NotYet { lead, since } => {
                said.at(since.to_jiff()).hint(format!("see when it changed: crmctl lead history {lead}"))
            }
            AsOfError::Unreadable { .. } => said.hint("the log was written by another program; name a later time"),
        }
    }
}

impl LeadState {
    /// A lead as it is now.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn now(conn: &mut Db, org: OrgId, lead: Lead) -> Result<LeadState, DbError> {
        let id = lead.id;
        Ok(LeadState {
            tags: lead_tags::of_leads(conn, org, &[id])?.remove(&id).unwrap_or_default(),
            phones: lead_phones::of_leads(conn, org, &[id])?.remove(&id).unwrap_or_default(),
            emails: lead_emails::of_leads(conn, org, &[id])?.remove(&id).unwrap_or_default(),
            notes: lead_notes::of_lead(conn, org, id)?,
            lead,
        })
    }
}

/// A lead as it was at a time, that time included.
///
/// # Errors
/// The lead was not there yet, or the database cannot be read.
pub fn as_of(conn: &mut Db, org: OrgId, lead: Lead, time: Timestamp) -> Result<LeadState, AsOfError> {
    let id = lead.id;
    let state = LeadState::now(conn, org, lead)?;
    let log = lead_audit_log::of_leads(conn, org, &[id])?;
    let history = lead_status_history::of_lead_as_recorded(conn, org, id)?;
    let scores = lead_score_history::of_leads(conn, org, &[id])?;
    let mut lent = Vec::new();
    for absorbed in log.iter().filter(|entry| entry.field_name.as_deref() == Some(ABSORBED)) {
        if let Some(lead) = absorbed.new_value.as_deref().and_then(|id| id.parse().ok()) {
            lent.extend(lead_notes::of_lead(conn, org, lead)?);
            let theirs = lead_audit_log::of_leads(conn, org, &[lead])?;
            lent.extend(theirs.iter().rev().filter_map(as_written));
        }
    }
    let mut then = take_back(state, &Logs { entries: &log, history: &history, lent: &lent }, time)?;
    scored::take_back(&mut then.lead, &log, &scores, time);
    Ok(then)
}

/// What is known of a lead's past.
struct Logs<'a> {
    /// Its audit entries and its status rows, in the order in which they were written.
    entries: &'a [AuditEntry],
    history: &'a [StatusChange],
    /// The notes of leads that it absorbed, what a merge copied and its undoing took away again: those that they have, then those
    /// of which their logs tell, the latest first.
    lent: &'a [Note],
}

/// Takes back what the log wrote after a time.
fn take_back(mut state: LeadState, logs: &Logs<'_>, time: Timestamp) -> Result<LeadState, AsOfError> {
    let (before, after): (Vec<&AuditEntry>, Vec<&AuditEntry>) =
        logs.entries.iter().partition(|entry| entry.changed_at <= time);
    let id = state.lead.id;
    let Some(last) = before.last() else {
        let since = after.first().map_or(state.lead.created_at, |entry| entry.changed_at);
        return Err(AsOfError::NotYet { lead: id, since });
    };
    for entry in after.iter().rev() {
        take_back_one(&mut state, entry, &before, logs.lent)?;
    }
    state.tags.sort_unstable();
    in_order(&mut state.phones, "phone", |phone| &phone.phone_number, &before);
    in_order(&mut state.emails, FURTHER_EMAIL, |email| &email.email, &before);
    state.notes.sort_by_key(|note| note.created_at);
    state.lead.updated_at = before.iter().map(|entry| entry.changed_at).max().unwrap_or(last.changed_at);
    // Each change counts the version up, and the entries of a change have one time.
    let mut times: Vec<Timestamp> = after.iter().map(|entry| entry.changed_at).collect();
    times.dedup();
    state.lead.version -= i32::try_from(times.len()).unwrap_or(i32::MAX);
    (state.lead.deleted_at, state.lead.merged_into_id) = deletion(&before);
    if let Some(since) = status_since(logs.history, time) {
        state.lead.status_changed_at = since;
    }
    Ok(state)
}

fn take_back_one(
    state: &mut LeadState,
    entry: &AuditEntry,
    before: &[&AuditEntry],
    lent: &[Note],
) -> Result<(), AsOfError> {
    let (old, new) = (entry.old_value.as_deref(), entry.new_value.as_deref());
    match entry.field_name.as_deref() {
        None | Some(ABSORBED | "merged_into_id" | "deleted_at") => {}
        Some("tag") => {
            state.tags.retain(|tag| Some(tag.as_str()) != new);
            state.tags.extend(old.map(str::to_owned));
        }
        Some("phone") => {
            state.phones.retain(|phone| Some(phone.phone_number.as_str()) != new);
            if let Some(number) = old {
                // The log does not say of what kind a number was.
                let again = FurtherPhone { phone_number: number.to_owned(), kind: OTHER.to_owned() };
                state.phones.insert(0, again);
            }
        }
        Some(FURTHER_EMAIL) => {
            state.emails.retain(|email| Some(email.email.as_str()) != new);
            if let Some(email) = old {
                state.emails.insert(0, FurtherEmail { email: email.to_owned(), kind: OTHER.to_owned() });
            }
        }
        Some("note") => {
            if let Some(place) = new.and_then(|body| state.notes.iter().rposition(|note| note.body == body)) {
                state.notes.remove(place);
            }
            state.notes.extend(old.map(|body| note_of(body, before, lent)));
        }
        Some(field) => {
            if !set(&mut state.lead, field, old) {
                let value = old.unwrap_or_default().to_owned();
                return Err(AsOfError::Unreadable { lead: state.lead.id, field: field.to_owned(), value });
            }
        }
    }
    Ok(())
}

/// Puts numbers or addresses, of which the log tells under `field`, into the order in which they were added up to a time. What a
/// lead was created with is in no entry of its own and comes first; of those, the ones that were taken away first.
fn in_order<T>(further: &mut [T], field: &str, value: impl Fn(&T) -> &str, before: &[&AuditEntry]) {
    further.sort_by_cached_key(|one| {
        let adds = |entry: &&AuditEntry| {
            entry.field_name.as_deref() == Some(field) && entry.new_value.as_deref() == Some(value(one))
        };
        before.iter().rposition(adds)
    });
}

/// A note that is gone by now, as the log tells of its writing.
fn note_of(body: &str, before: &[&AuditEntry], lent: &[Note]) -> Note {
    let written = before
        .iter()
        .rfind(|entry| entry.field_name.as_deref() == Some("note") && entry.new_value.as_deref() == Some(body))
        .or(before.first());
    // What the absorbed lead got only after the merge is not what the merge copied.
    let copied = |note: &&Note| {
        note.body == body && written.is_some_and(|w| w.action == AuditAction::Merge && note.created_at <= w.changed_at)
    };
    if let Some(note) = lent.iter().find(copied) {
        return note.clone();
    }
    let created_at = written.map_or(Timestamp::from_micros(0), |entry| entry.changed_at);
    Note { id: 0, body: body.to_owned(), author_id: written.and_then(|entry| entry.changed_by), created_at }
}

/// The note whose writing an entry tells of.
fn as_written(entry: &AuditEntry) -> Option<Note> {
    let body = entry.new_value.clone().filter(|_| entry.field_name.as_deref() == Some("note"))?;
    Some(Note { id: 0, body, author_id: entry.changed_by, created_at: entry.changed_at })
}

/// Since when a lead was deleted, and into which it was merged, by its log up to a time.
fn deletion(log: &[&AuditEntry]) -> (Option<Timestamp>, Option<i64>) {
    let (mut deleted_at, mut merged_into) = (None, None);
    for entry in log {
        let new = entry.new_value.as_deref();
        match (entry.action, entry.field_name.as_deref()) {
            (AuditAction::Delete | AuditAction::Erase, None) => deleted_at = Some(entry.changed_at),
            (AuditAction::Merge, Some("merged_into_id")) => {
                (deleted_at, merged_into) = (Some(entry.changed_at), new.and_then(|id| id.parse().ok()));
            }
            (AuditAction::Restore, Some("deleted_at")) => {
                deleted_at = new.and_then(|text| text.parse::<jiff::Timestamp>().ok()).map(Timestamp::from);
            }
            (AuditAction::Restore, _) => (deleted_at, merged_into) = (None, None),
            _ => {}
        }
    }
    (deleted_at, merged_into)
}

/// Since when the status was what it was at a time. Where an undo put it back, it had been so since before.
fn status_since(history: &[StatusChange], time: Timestamp) -> Option<Timestamp> {
    let mut until: Vec<&StatusChange> = history.iter().filter(|row| row.recorded_at <= time).collect();
    // What was written later may be of an earlier time: events of another system.
    until.sort_by_key(|row| row.changed_at);
    let (last, earlier) = until.split_last()?;
    let first_time = earlier
        .iter()
        .rfind(|row| row.to_status == last.to_status && row.trigger_type != Trigger::Undo && !row.undone)
        .filter(|_| last.trigger_type == Trigger::Undo);
    Some(first_time.unwrap_or(last).changed_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::leads::status::Status;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    fn entry(
        second: i64,
        action: AuditAction,
        field: Option<&str>,
        old: Option<&str>,
        new: Option<&str>,
    ) -> AuditEntry {
        AuditEntry {
            lead_id: 1,
            changed_at: at(second),
            action,
            field_name: field.map(str::to_owned),
            old_value: old.map(str::to_owned),
            new_value: new.map(str::to_owned),
            actor: "tester".into(),
            changed_by: None,
            ip_address: None,
            import_id: None,
        }
    }

    fn state() -> LeadState {
        let mut lead = Lead::blank(OrgId(1), at(0));
        (lead.id, lead.city, lead.version) = (1, Some("Troy".into()), 4);
        LeadState { lead, tags: vec!["vip".into()], phones: Vec::new(), emails: Vec::new(), notes: Vec::new() }
    }

    #[test]
    fn entries_after_the_time_are_taken_back_latest_first() {
        let log = [
            entry(1, AuditAction::Create, None, None, None),
            entry(2, AuditAction::Update, Some("city"), None, Some("Albany")),
            entry(2, AuditAction::Update, Some("note"), None, Some("hello")),
            entry(3, AuditAction::Update, Some("city"), Some("Albany"), Some("Troy")),
            entry(3, AuditAction::Update, Some("note"), Some("hello"), None),
            entry(4, AuditAction::Update, Some("tag"), Some("fair"), Some("vip")),
        ];
        let logs = Logs { entries: &log, history: &[], lent: &[] };
        let past = take_back(state(), &logs, at(2)).unwrap();
        assert_eq!((past.lead.city.as_deref(), past.lead.version, past.lead.updated_at), (Some("Albany"), 2, at(2)));
        assert_eq!(
            (past.tags, past.notes[0].body.as_str(), past.notes[0].created_at),
            (vec!["fair".into()], "hello", at(2))
        );
        assert_eq!(take_back(state(), &logs, at(1)).unwrap().lead.city, None);
        assert!(matches!(take_back(state(), &logs, at(0)), Err(AsOfError::NotYet { since, .. }) if since == at(1)));
        let strange = [
            entry(1, AuditAction::Create, None, None, None),
            entry(2, AuditAction::Update, Some("shoe_size"), Some("9"), None),
        ];
        assert!(matches!(
            take_back(state(), &Logs { entries: &strange, ..logs }, at(1)),
            Err(AsOfError::Unreadable { .. })
        ));
    }

    #[test]
    fn a_copied_note_is_the_one_that_the_absorbed_lead_had_then() {
        let note = |second, body: &str| Note { id: 0, body: body.into(), author_id: None, created_at: at(second) };
        let log = [
            entry(1, AuditAction::Create, None, None, None),
            entry(4, AuditAction::Merge, Some("note"), None, Some("imported")),
            entry(5, AuditAction::Restore, Some("note"), Some("imported"), None),
        ];
        // The absorbed lead lost its note after the merge, and got it again.
        let theirs = [entry(3, AuditAction::Update, Some("note"), None, Some("imported"))];
        let lent: Vec<Note> = [note(7, "imported")].into_iter().chain(theirs.iter().filter_map(as_written)).collect();
        let past = take_back(state(), &Logs { entries: &log, history: &[], lent: &lent }, at(4)).unwrap();
        assert_eq!(past.notes.iter().map(|note| note.created_at).collect::<Vec<_>>(), [at(3)]);
    }

    #[test]
    fn numbers_stand_in_the_order_of_their_time() {
        let further = |number: &str| FurtherPhone { phone_number: number.to_owned(), kind: OTHER.to_owned() };
        let phone = |second, old, new| entry(second, AuditAction::Update, Some("phone"), old, new);
        // Created with 1 and 2; 3 and 4 were added, then 1, 3 and 2 went, 3 came again, and 4 became the first number.
        let log = [
            entry(1, AuditAction::Create, None, None, None),
            phone(2, None, Some("3")),
            phone(3, None, Some("4")),
            phone(4, Some("1"), None),
            phone(5, Some("3"), None),
            phone(6, Some("2"), None),
            phone(7, None, Some("3")),
            entry(8, AuditAction::Update, Some("phone_number"), Some("9"), Some("4")),
            phone(8, Some("4"), None),
            phone(8, None, Some("9")),
        ];
        let logs = Logs { entries: &log, history: &[], lent: &[] };
        for (time, numbers) in
            [(8, "39"), (7, "43"), (6, "4"), (5, "24"), (4, "234"), (3, "1234"), (2, "123"), (1, "12")]
        {
            let now = LeadState { phones: vec![further("3"), further("9")], ..state() };
            let past = take_back(now, &logs, at(time)).unwrap();
            let found: String = past.phones.iter().map(|phone| phone.phone_number.as_str()).collect();
            assert_eq!(found, numbers, "as of {time}");
        }
    }

    #[test]
    fn deletions_merges_and_restores() {
        let log = [
            entry(1, AuditAction::Create, None, None, None),
            entry(2, AuditAction::Delete, None, None, None),
            entry(3, AuditAction::Merge, Some("merged_into_id"), None, Some("7")),
            entry(4, AuditAction::Restore, Some("merged_into_id"), Some("7"), None),
            entry(4, AuditAction::Restore, Some("deleted_at"), None, Some("1970-01-01T00:00:02Z")),
            entry(5, AuditAction::Restore, None, None, None),
        ];
        let until = |count: usize| deletion(&log.iter().take(count).collect::<Vec<_>>());
        assert_eq!(until(1), (None, None));
        assert_eq!(until(2), (Some(at(2)), None));
        assert_eq!(until(3), (Some(at(3)), Some(7)));
        assert_eq!(until(5), (Some(at(2)), None));
        assert_eq!(until(6), (None, None));
    }

    #[test]
    fn a_status_that_was_put_back_has_been_so_since_before() {
        let row = |second: i64, to: Status, trigger: Trigger, undone: bool| StatusChange {
            changed_at: at(second),
            from_status: None,
            to_status: to,
            trigger_type: trigger,
            reason: None,
            changed_by: None,
            import_id: None,
            recorded_at: at(second),
            undone,
        };
        let history = [
            row(1, Status::New, Trigger::Manual, false),
            row(2, Status::Hot, Trigger::Import, true),
            row(3, Status::New, Trigger::Undo, false),
        ];
        assert_eq!(status_since(&history, at(2)), Some(at(2)));
        assert_eq!(status_since(&history, at(3)), Some(at(1)));
        assert_eq!(status_since(&history, at(0)), None);
    }
}
