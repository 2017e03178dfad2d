//! The fields of a lead by their names in the audit log, as the texts that stand there.

use crate::db::lead_fields::StoredField;
use crate::db::models::leads::Lead;

pub use crate::domain::leads::custom::PREFIX as CUSTOM;

/// A field's value as the audit log writes it; `None` when it is empty.
pub fn text_of(lead: &Lead, field: &str) -> Option<String> {
    match field.strip_prefix(CUSTOM) {
        Some(key) => lead.custom_fields.0.get(key).map(json_text),
        None => logged(field).and_then(|field| (field.text_of)(lead)),
    }
}

/// Sets a field to a value as the audit log writes it. Returns false for a field or value that it does not know; then
/// the lead is as it was.
pub fn set(lead: &mut Lead, field: &str, value: Option<&str>) -> bool {
    let Some(key) = field.strip_prefix(CUSTOM) else {
        return logged(field).is_some_and(|field| (field.set)(lead, value));
    };
    let serde_json::Value::Object(fields) = &mut lead.custom_fields.0 else { return false };
    match value {
        Some(text) => drop(fields.insert(key.to_owned(), text.into())),
        None => drop(fields.remove(key)),
    }
    true
}

/// The field that is in the audit log under this name.
fn logged(name: &str) -> Option<&'static StoredField> {
    StoredField::of_column(name).filter(|field| field.is_logged)
}

/// A JSON value as the audit log shows it: text without quotes.
pub fn json_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::OrgId;
    use crate::db::lead_fields::{FIELDS, Shape};
    use crate::domain::timestamp::Timestamp;

    /// A value of a field, as the log writes it.
    fn sample(field: &StoredField) -> &'static str {
        let candidates: &[&str] = match field.shape {
            Shape::Number => &["70"],
            Shape::Time => &["2026-03-04T12:00:00.000001Z"],
            Shape::Json => &[r#"{"age":7}"#],
            // What is none of these is a word that a vocabulary knows, and then no text.
            _ => &["2026-03-31", "warm", "hot", "denied", "9"],
        };
        let mut lead = Lead::default();
        candidates.iter().find(|text| (field.set)(&mut lead, Some(text))).unwrap()
    }

    #[test]
    fn what_is_set_is_read_back() {
        let mut lead = Lead::blank(OrgId(1), Timestamp::from_micros(0));
        let stored = FIELDS.iter().filter(|field| field.is_logged).map(|field| (field.name, sample(field)));
        for (field, value) in stored.chain([("custom.Budget", "10"), ("value_cents", "-125")]) {
            let before = text_of(&lead, field);
            assert!(set(&mut lead, field, Some(value)), "{field}");
            assert_eq!(text_of(&lead, field).as_deref(), Some(value), "{field}");
            assert!(set(&mut lead, field, before.as_deref()), "{field}");
            assert_eq!(text_of(&lead, field), before, "{field}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_set() {
        let mut lead = Lead::default();
        for (field, value) in [
            ("lead_score", Some("many")),
            ("shoe_size", Some("9")),
            ("status", None),
            ("status", Some("Hot")),
            ("version", Some("7")),
        ] {
            assert!(!set(&mut lead, field, value), "{field}");
        }
        assert_eq!(text_of(&lead, "version"), None);
    }

    #[test]
    fn an_empty_extension_is_none() {
        let mut lead = Lead { phone_extension: "9".into(), ..Lead::default() };
        assert!(set(&mut lead, "phone_extension", None));
        assert_eq!((lead.phone_extension.as_str(), text_of(&lead, "phone_extension")), ("", None));
    }
}
