//! The fields of a lead by their names in the audit log, as the texts that stand there.

use std::str::FromStr;

use crate::db::models::leads::{Lead, TEXT_COLUMNS};
use crate::db::types::{CivilDate, Json};
use crate::domain::leads::consent::{Consent, Temperature};
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

pub use crate::domain::leads::custom::PREFIX as CUSTOM;

/// A field's value as the audit log writes it; `None` when it is empty.
pub fn text_of(lead: &Lead, field: &str) -> Option<String> {
    let number = |value: Option<i64>| value.map(|n| n.to_string());
    if let Some(key) = field.strip_prefix(CUSTOM) {
        return lead.custom_fields.0.get(key).map(json_text);
    }
    match field {
        "phone_number" => lead.phone_number.clone(),
        "phone_extension" => Some(lead.phone_extension.clone()).filter(|text| !text.is_empty()),
        "lead_score" => number(lead.lead_score.map(i64::from)),
        "temperature" => lead.temperature.map(|t| t.to_string()),
        "owner_id" => number(lead.owner_id),
        "value_cents" => number(lead.value_cents),
        "currency" => lead.currency.clone(),
        "status" => Some(lead.status.to_string()),
        "consent_status" => Some(lead.consent_status.to_string()),
        "consent_at" => lead.consent_at.map(|t| t.to_string()),
        "email_opted_out_at" => lead.email_opted_out_at.map(|t| t.to_string()),
        "first_contacted_at" => lead.first_contacted_at.map(|t| t.to_string()),
        "last_contacted_at" => lead.last_contacted_at.map(|t| t.to_string()),
        "expected_close_date" => lead.expected_close_date.map(|date| date.0.to_string()),
        "lead_score_factors" => lead.lead_score_factors.as_ref().map(|json| json.0.to_string()),
        "source_metadata" => lead.source_metadata.as_ref().map(|json| json.0.to_string()),
        "merged_into_id" => number(lead.merged_into_id),
        "deleted_at" => lead.deleted_at.map(|t| t.to_string()),
        _ => TEXT_COLUMNS.iter().find(|column| column.name == field).and_then(|column| (column.get)(lead).clone()),
    }
}

/// Sets a field to a value as the audit log writes it. Returns false for a field or value that it does not know; then
/// the lead is as it was.
pub fn set(lead: &mut Lead, field: &str, value: Option<&str>) -> bool {
    fn parsed<T: FromStr>(value: Option<&str>) -> Option<Option<T>> {
        value.map(str::parse).transpose().ok()
    }
    fn put<T>(slot: &mut T, value: Option<T>) -> bool {
        value.map(|value| *slot = value).is_some()
    }
    let time = |value: Option<&str>| parsed::<jiff::Timestamp>(value).map(|time| time.map(Timestamp::from));
    if let Some(key) = field.strip_prefix(CUSTOM) {
        let serde_json::Value::Object(fields) = &mut lead.custom_fields.0 else { return false };
        match value {
            Some(text) => drop(fields.insert(key.to_owned(), text.into())),
            None => drop(fields.remove(key)),
        }
        return true;
    }
    match field {
        "phone_number" => put(&mut lead.phone_number, Some(value.map(str::to_owned))),
        "phone_extension" => put(&mut lead.phone_extension, Some(value.unwrap_or_default().to_owned())),
        "lead_score" => put(&mut lead.lead_score, parsed(value)),
        "temperature" => put(&mut lead.temperature, parsed::<Temperature>(value)),
        "owner_id" => put(&mut lead.owner_id, parsed(value)),
        "value_cents" => put(&mut lead.value_cents, parsed(value)),
        "currency" => put(&mut lead.currency, Some(value.map(str::to_owned))),
        "status" => put(&mut lead.status, value.and_then(|text| Status::from_str(text).ok())),
        "consent_status" => put(&mut lead.consent_status, value.and_then(|text| Consent::from_str(text).ok())),
        "consent_at" => put(&mut lead.consent_at, time(value)),
        "email_opted_out_at" => put(&mut lead.email_opted_out_at, time(value)),
        "first_contacted_at" => put(&mut lead.first_contacted_at, time(value)),
        "last_contacted_at" => put(&mut lead.last_contacted_at, time(value)),
        "expected_close_date" => put(&mut lead.expected_close_date, parsed(value).map(|date| date.map(CivilDate))),
        "lead_score_factors" => put(&mut lead.lead_score_factors, parsed(value).map(|json| json.map(Json))),
        "source_metadata" => put(&mut lead.source_metadata, parsed(value).map(|json| json.map(Json))),
        "merged_into_id" => put(&mut lead.merged_into_id, parsed(value)),
        "deleted_at" => put(&mut lead.deleted_at, time(value)),
        _ => match TEXT_COLUMNS.iter().find(|column| column.name == field) {
            Some(column) => put((column.get_mut)(lead), Some(value.map(str::to_owned))),
            None => false,
        },
    }
}

/// A JSON value as the audit log shows it: text without quotes.
pub fn json_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::OrgId;

    #[test]
    fn what_is_set_is_read_back() {
        let mut lead = Lead::blank(OrgId(1), Timestamp::from_micros(0));
        for (field, value) in [
            ("city", "Albany"),
            ("phone_number", "+12125550142"),
            ("phone_extension", "9"),
            ("lead_score", "70"),
            ("temperature", "warm"),
            ("owner_id", "3"),
            ("value_cents", "-125"),
            ("currency", "EUR"),
            ("status", "hot"),
            ("consent_status", "denied"),
            ("consent_at", "2026-03-04T12:00:00.000001Z"),
            ("email_opted_out_at", "2026-03-04T12:00:00Z"),
            ("first_contacted_at", "2026-03-04T12:00:00Z"),
            ("last_contacted_at", "2026-03-04T12:00:00Z"),
            ("expected_close_date", "2026-03-31"),
            ("lead_score_factors", "{\"age\":7}"),
            ("source_metadata", "{\"form\":\"fair\"}"),
            ("merged_into_id", "7"),
            ("deleted_at", "2026-03-04T12:00:00Z"),
            ("custom.Budget", "10"),
        ] {
            let before = text_of(&lead, field);
            assert!(set(&mut lead, field, Some(value)), "{field}");
            assert_eq!(text_of(&lead, field).as_deref(), Some(value), "{field}");
            assert!(set(&mut lead, field, before.as_deref()), "{field}");
            assert_eq!(text_of(&lead, field), before, "{field}");
        }
        assert!(!set(&mut lead, "lead_score", Some("many")) && !set(&mut lead, "shoe_size", Some("9")));
        assert!(!set(&mut lead, "status", None));
    }
}
