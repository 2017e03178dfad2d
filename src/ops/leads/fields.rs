//! The fields of a lead by their names in the audit log, as the texts that stand there; and by the names that people give
//! to those that can be emptied.

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

/// What people call other than its column, or is more than one.
const CALLED: [(&str, &[&str]); 4] = [
    ("phone", &["phone_number"]),
    ("value", &["value_cents"]),
    ("owner", &["owner_id"]),
    ("name", &["first_name", "last_name"]),
];

/// What can be emptied: what people fill in, but for the name that another system has for the lead.
fn clearable() -> impl Iterator<Item = &'static StoredField> {
    let texts = StoredField::texts().filter(|field| !matches!(field.name, "external_source" | "external_id"));
    let others = ["phone_number", "owner_id", "value_cents"].into_iter().filter_map(StoredField::of_column);
    texts.chain(StoredField::values()).chain(StoredField::contact_times()).chain(others)
}

/// The names of all, as imports, `lead add` and `lead edit --set` take them.
pub fn clearable_names() -> Vec<&'static str> {
    let called = |column: &str| CALLED.into_iter().find(|(_, columns)| *columns == [column]).map(|(name, _)| name);
    clearable().map(|field| called(field.name).unwrap_or(field.called)).chain(["name"]).collect()
}

/// The columns that a name means, one of [`clearable_names`] or a column's own; `None` when it is none that can be emptied.
pub fn clearable_columns(name: &str) -> Option<Vec<&str>> {
    if name.strip_prefix(CUSTOM).is_some_and(|key| !key.is_empty()) {
        return Some(vec![name]);
    }
    if let Some((_, columns)) = CALLED.iter().find(|(called, _)| *called == name) {
        return Some(columns.to_vec());
    }
    let field = clearable().find(|field| field.name == name || field.called == name)?;
    Some(vec![field.name])
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
            Shape::Probability => &["0.25"],
            Shape::Date => &["2026-03-31"],
            Shape::Time => &["2026-03-04T12:00:00.000001Z"],
            Shape::Json => &[r#"{"age":7}"#],
            // What is none of these is a word that a vocabulary knows, and then no text.
            _ => &["2026-03-31", "warm", "hot", "denied", "manual", "9"],
        };
        let mut lead = Lead::default();
        candidates.iter().find(|text| (field.set)(&mut lead, Some(text))).unwrap_or_else(|| panic!("{}", field.name))
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

    #[test]
    fn names_of_people_and_of_columns_mean_the_same() {
        for (name, columns) in [
            ("value", &["value_cents"][..]),
            ("value_cents", &["value_cents"]),
            ("score", &["lead_score"]),
            ("lead_score", &["lead_score"]),
            ("phone", &["phone_number"]),
            ("owner", &["owner_id"]),
            ("name", &["first_name", "last_name"]),
            ("city", &["city"]),
            ("custom.Budget", &["custom.Budget"]),
        ] {
            assert_eq!(clearable_columns(name).as_deref(), Some(columns), "{name}");
        }
        for name in ["status", "currency", "external_id", "note", "shoe_size", "", "custom."] {
            assert_eq!(clearable_columns(name), None, "{name}");
        }
    }

    #[test]
    fn every_name_that_is_told_is_taken() {
        for name in clearable_names() {
            assert!(clearable_columns(name).is_some(), "{name}");
        }
        assert!(!clearable_names().iter().any(|name| name.ends_with("_cents") || name.ends_with("_id")));
    }
}
