//! All that was ever said and done about one number, in the order of time.

use serde::Serialize;

use super::scrubs::{self, Said};
use crate::db::models::dnc::dnc_checks::{self, DncCheck};
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::models::dnc::dnc_requests::{self, DncRequest};
use crate::db::models::dnc::dnc_spellings;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::E164;
use crate::domain::phone::reading::Reading;
use crate::domain::timestamp::Timestamp;

vocabulary! {
    /// What happened to a number.
    Happening {
        Requested = "requested",
        Added = "added",
        Removed = "removed",
        Honoured = "honoured",
        Dismissed = "dismissed",
        Checked = "checked",
        Scrubbed = "scrubbed",
    }
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    pub at: Timestamp,
    /// The spelling of the number to which it happened.
    pub number: String,
    pub event: Happening,
    /// The reason, the text of a request, or the verdict of a check.
    pub detail: Option<String>,
    pub source: Option<DncSource>,
    pub scope: Option<DncScope>,
    pub actor: Option<String>,
    pub by_user_id: Option<i64>,
    pub import_id: Option<i64>,
    pub dnc_id: Option<i64>,
    pub request_id: Option<i64>,
}

/// The history of a number, in every spelling that reaches its subscriber.
///
/// # Errors
/// The database cannot be read.
pub fn history(conn: &mut Db, org: OrgId, reading: Reading) -> Result<Vec<Event>, DbError> {
    let own = reading.number.to_string();
    let read: Vec<String> = reading.all().map(|number| number.to_string()).collect();
    let mut events = Vec::new();
    for number in dnc_spellings::with_others(&read) {
        let first = events.len();
        dnc_requests::of_number(conn, org, &number)?.into_iter().for_each(|request| of_request(request, &mut events));
        dnc_entries::of_number(conn, org, &number)?.into_iter().for_each(|entry| of_entry(entry, &mut events));
        events.extend(dnc_checks::of_number(conn, org, &number)?.into_iter().map(of_check));
        for event in events.iter_mut().skip(first) {
            event.number.clone_from(&number);
            if number != own {
                let detail = event.detail.take().map(|detail| format!(": {detail}")).unwrap_or_default();
                event.detail = Some(format!("as {number}{detail}"));
            }
        }
    }
    let spellings: Vec<E164> = std::iter::once(own.clone())
        .chain(dnc_spellings::with_others(&read))
        .filter_map(|n| E164::from_e164(&n))
        .collect();
    events.extend(scrubs::said_of(conn, org, &spellings)?.iter().map(|said| of_scrub(said, &own)));
    // A request precedes what it led to at the same time.
    events.sort_by_key(|event| event.at);
    Ok(events)
}

fn blank(at: Timestamp, event: Happening) -> Event {
    Event {
        at,
        number: String::new(),
        event,
        detail: None,
        source: None,
        scope: None,
        actor: None,
        by_user_id: None,
        import_id: None,
        dnc_id: None,
        request_id: None,
    }
}

fn of_request(request: DncRequest, events: &mut Vec<Event>) {
    events.push(Event {
        detail: request.text.or(request.reason),
        source: Some(request.source),
        scope: Some(request.scope),
        actor: Some(request.actor),
        by_user_id: request.recorded_by,
        import_id: request.import_id,
        request_id: Some(request.id),
        ..blank(request.received_at, Happening::Requested)
    });
    let Some((decision, at)) = request.decision.zip(request.decided_at) else { return };
    let event = match decision {
        crate::domain::dnc::Decision::Honour => Happening::Honoured,
        crate::domain::dnc::Decision::Dismiss => Happening::Dismissed,
    };
    events.push(Event {
        detail: request.decision_reason,
        actor: request.decided_actor,
        by_user_id: request.decided_by,
        request_id: Some(request.id),
        dnc_id: request.dnc_id,
        ..blank(at, event)
    });
}

fn of_entry(entry: DncEntry, events: &mut Vec<Event>) {
    events.push(Event {
        detail: entry.reason.or(entry.evidence),
        source: Some(entry.source),
        scope: Some(entry.scope),
        actor: entry.added_actor,
        by_user_id: entry.added_by,
        import_id: entry.import_id,
        dnc_id: Some(entry.id),
        ..blank(entry.added_at, Happening::Added)
    });
    if let Some(at) = entry.removed_at {
        events.push(Event {
            detail: entry.removal_reason,
            actor: entry.removed_actor,
            by_user_id: entry.removed_by,
            dnc_id: Some(entry.id),
            ..blank(at, Happening::Removed)
        });
    }
}

fn of_check(check: DncCheck) -> Event {
    let channel = check.channel.map(|channel| format!(" for {channel}")).unwrap_or_default();
    let lists = check.lists_checked.0.as_array().into_iter().flatten().filter_map(|list| list.as_str());
    let lists = lists.collect::<Vec<_>>().join(", ");
    let on = if lists.is_empty() { "no list".to_owned() } else { lists };
    Event {
        detail: Some(format!("{}{channel}, on {on}", check.verdict)),
        actor: Some(check.actor),
        ..blank(check.checked_at, Happening::Checked)
    }
}

fn of_scrub(said: &Said, own: &str) -> Event {
    let (number, told) = (said.number.to_string(), scrubs::told(said));
    let detail = if number == own { told } else { format!("as {number}: {told}") };
    Event {
        number,
        detail: Some(detail),
        actor: Some(said.scrub.actor.clone()),
        ..blank(said.scrub.scrubbed_at, Happening::Scrubbed)
    }
}
