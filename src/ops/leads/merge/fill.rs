//! What a survivor takes over from a lead that is merged into it: what it lacks, the status that is further on, and
//! every opt-out.

use crate::db::lead_fields::{FIELDS, StoredField};
use crate::db::models::leads::Lead;
use crate::domain::leads::consent::Consent;
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;
use crate::ops::leads::contact;
use crate::ops::leads::fields::{CUSTOM, set, text_of};
use crate::ops::leads::upsert::apply::FieldChange;

/// What says who the lead is and what it is worth, in the log behind its texts.
const IDENTITY_AND_WORTH: [&str; 3] = ["phone_number", "external_source", "value_cents"];

/// The fields that are taken over, each with its parts, in the order of the log.
fn merged() -> Vec<&'static StoredField> {
    let mut fields: Vec<&StoredField> =
        FIELDS.iter().filter(|field| field.is_merged && field.part_of.is_none()).collect();
    fields.sort_by_key(|field| match IDENTITY_AND_WORTH.iter().position(|name| *name == field.name) {
        Some(place) => 1 + place,
        None if field.max_length.is_some() => 0,
        None if field.is_value => 1 + IDENTITY_AND_WORTH.len(),
        None => 2 + IDENTITY_AND_WORTH.len(),
    });
    fields
}

/// Fills a survivor from another lead, and tells which fields changed.
pub fn fill(lead: &mut Lead, other: &Lead, now: Timestamp) -> Vec<FieldChange> {
    let before = lead.clone();
    let mut fields: Vec<String> = Vec::new();
    for field in merged() {
        let lacks = (field.is_empty)(lead) && !(field.is_empty)(other);
        for part in std::iter::once(field).chain(field.parts()) {
            if lacks {
                (part.take)(lead, other);
            }
            fields.push(part.name.to_owned());
        }
    }
    for key in other.custom_fields.0.as_object().into_iter().flat_map(|fields| fields.keys()) {
        let field = format!("{CUSTOM}{key}");
        if text_of(lead, &field).is_none() {
            set(lead, &field, text_of(other, &field).as_deref());
        }
        fields.push(field);
    }
    // Who was to be contacted first is not made to wait.
    lead.next_contact_at = earliest(lead.next_contact_at, other.next_contact_at);
    let _ = contact::put(lead, contact::times_of(lead).and(contact::times_of(other)));
    opt_out(lead, other, now);
    if let (Some(theirs), Some(own)) = (rank(other.status), rank(lead.status))
        && theirs > own
    {
        (lead.status, lead.status_changed_at) = (other.status, now);
    }
    fields.extend(StoredField::contact_times().map(|field| field.name.to_owned()));
    let others = ["consent_status", "consent_at", "email_opted_out_at", "status"];
    fields.extend(others.map(str::to_owned));
    let change = |field: String| {
        let (old, new) = (text_of(&before, &field), text_of(lead, &field));
        (old != new).then_some(FieldChange { field, old, new })
    };
    fields.into_iter().filter_map(change).collect()
}

/// The opt-outs of both hold. A consent that the other lead gave was for its own number, and is not taken over.
fn opt_out(lead: &mut Lead, other: &Lead, now: Timestamp) {
    let denied = other.consent_status == Consent::Denied || (other.status == Status::Dnc && lead.status != Status::Dnc);
    if denied && lead.consent_status != Consent::Denied {
        lead.consent_status = Consent::Denied;
        lead.consent_at = other.consent_at.filter(|_| other.consent_status == Consent::Denied).or(Some(now));
    }
    lead.email_opted_out_at = earliest(lead.email_opted_out_at, other.email_opted_out_at);
}

fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// How far a status is on its way; the exits are not compared: a survivor leaves one only by a person's hand, and goes
/// to none because of another lead.
fn rank(status: Status) -> Option<u8> {
    Some(match status {
        Status::New => 0,
        Status::Contacted => 1,
        Status::Qualified => 2,
        Status::Nurturing => 3,
        Status::Hot => 4,
        Status::Recruited => 5,
        Status::Cold | Status::Dnc => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::OrgId;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn lead(phone: Option<&str>) -> Lead {
        let mut lead = Lead::blank(OrgId(1), Timestamp::from_micros(0));
        lead.phone_number = phone.map(str::to_owned);
        lead
    }

    fn fields(changes: &[FieldChange]) -> Vec<&str> {
        changes.iter().map(|change| change.field.as_str()).collect()
    }

    #[test]
    fn what_is_missing_is_taken_over_and_nothing_else() {
        let (mut survivor, mut other) = (lead(None), lead(Some("+12125550143")));
        (survivor.city, other.city, other.state) = (Some("Albany".into()), Some("Boston".into()), Some("MA".into()));
        (other.phone_extension, other.value_cents, other.currency) = ("9".into(), Some(5), Some("EUR".into()));
        (survivor.lead_score, other.lead_score) = (Some(1), Some(2));
        other.custom_fields.0["Budget"] = "10".into();
        let changes = fill(&mut survivor, &other, NOW);
        assert_eq!(
            fields(&changes),
            ["state", "phone_number", "phone_extension", "value_cents", "currency", "custom.Budget"]
        );
        assert_eq!((survivor.city.as_deref(), survivor.lead_score), (Some("Albany"), Some(1)));
        assert_eq!(fill(&mut survivor, &other, NOW), []);
    }

    #[test]
    fn the_earlier_next_contact_of_the_two_wins() {
        let merged = |own: Option<i64>, theirs: Option<i64>| {
            let (mut survivor, mut other) = (lead(None), lead(None));
            survivor.next_contact_at = own.map(Timestamp::from_micros);
            other.next_contact_at = theirs.map(Timestamp::from_micros);
            let changes = fill(&mut survivor, &other, NOW);
            (survivor.next_contact_at.map(Timestamp::as_micros), fields(&changes) == ["next_contact_at"])
        };
        assert_eq!(merged(Some(2), Some(1)), (Some(1), true));
        assert_eq!(merged(Some(1), Some(2)), (Some(1), false));
        assert_eq!(merged(None, Some(2)), (Some(2), true));
        assert_eq!(merged(Some(2), None), (Some(2), false));
    }

    #[test]
    fn the_status_further_on_wins_and_exits_stay() {
        let moved = |from: Status, other: Status| {
            let (mut survivor, mut absorbed) = (lead(None), lead(None));
            (survivor.status, absorbed.status) = (from, other);
            fill(&mut survivor, &absorbed, NOW);
            survivor.status
        };
        assert_eq!(moved(Status::New, Status::Hot), Status::Hot);
        assert_eq!(moved(Status::Hot, Status::New), Status::Hot);
        assert_eq!(moved(Status::New, Status::Cold), Status::New);
        assert_eq!(moved(Status::Cold, Status::Recruited), Status::Cold);
        assert_eq!(moved(Status::Dnc, Status::Hot), Status::Dnc);
    }

    #[test]
    fn opt_outs_of_either_hold_and_a_consent_is_not_lent() {
        let (mut survivor, mut other) = (lead(None), lead(None));
        other.consent_status = Consent::Granted;
        assert_eq!(fill(&mut survivor, &other, NOW), []);
        survivor.consent_status = Consent::Granted;
        other.status = Status::Dnc;
        other.email_opted_out_at = Some(Timestamp::from_micros(7));
        assert_eq!(fields(&fill(&mut survivor, &other, NOW)), ["consent_status", "consent_at", "email_opted_out_at"]);
        assert_eq!((survivor.consent_status, survivor.consent_at), (Consent::Denied, Some(NOW)));
        assert_eq!(survivor.status, Status::New);
    }
}
