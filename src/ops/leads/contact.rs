//! When a lead was contacted: what is known of it in the lead's columns.

use super::fields::{set, text_of};
use super::upsert::apply::FieldChange;
use crate::db::lead_fields::StoredField;
use crate::db::models::leads::Lead;
use crate::domain::leads::contact::{ContactTimes, Reach, Times};
use crate::domain::timestamp::Timestamp;

/// What the lead's columns say.
pub fn times_of(lead: &Lead) -> ContactTimes {
    ContactTimes {
        attempted: Times { first: lead.first_attempted_at, last: lead.last_attempted_at },
        contacted: Times { first: lead.first_contacted_at, last: lead.last_contacted_at },
        last_engagement: lead.last_engagement_at,
    }
}

/// Writes times into the lead's columns, and tells which of them changed.
pub fn put(lead: &mut Lead, times: ContactTimes) -> Vec<FieldChange> {
    if times == times_of(lead) {
        return Vec::new();
    }
    let before = lead.clone();
    let ContactTimes { attempted, contacted, last_engagement } = times;
    (lead.first_attempted_at, lead.last_attempted_at) = (attempted.first, attempted.last);
    (lead.first_contacted_at, lead.last_contacted_at) = (contacted.first, contacted.last);
    lead.last_engagement_at = last_engagement;
    let change = |field: &StoredField| FieldChange {
        field: field.name.to_owned(),
        old: (field.text_of)(&before),
        new: (field.text_of)(lead),
    };
    StoredField::contact_times().map(change).filter(|change| change.old != change.new).collect()
}

/// Notes one more attempt, and tells what changed by it.
pub fn reached(lead: &mut Lead, reach: Reach, at: Timestamp) -> Vec<FieldChange> {
    put(lead, times_of(lead).reached(reach, at))
}

/// Sets when the lead is to be contacted next, and tells what changed.
pub fn plan(lead: &mut Lead, next: Timestamp) -> Option<FieldChange> {
    const FIELD: &str = "next_contact_at";
    let (old, new) = (text_of(lead, FIELD), Some(next.to_string()));
    (old != new && set(lead, FIELD, new.as_deref())).then(|| FieldChange { field: FIELD.into(), old, new })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_of_contact_is_read_and_written() {
        let at = |second: i64| Some(Timestamp::from_micros(second * 1_000_000));
        let times = ContactTimes {
            attempted: Times { first: at(1), last: at(2) },
            contacted: Times { first: at(3), last: at(4) },
            last_engagement: at(5),
        };
        let mut lead = Lead::default();
        let changes = put(&mut lead, times);
        assert_eq!(changes.len(), StoredField::contact_times().count());
        assert_eq!(times_of(&lead), times);
        assert!(put(&mut lead, times).is_empty());
    }
}
