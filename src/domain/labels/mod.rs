//! What people call a key of the machine-readable forms: in titles of columns, records and answers.

pub mod versioned;

use std::borrow::Cow;

/// Keys that people call other than [`plain`] says.
const CALLED: [(&str, &str); 21] = [
    ("absorbed_lead_id", "absorbed leads"),
    ("avatar_url", "avatar"),
    ("base_currency", "currency"),
    ("consent_at", "consent since"),
    ("consent_status", "consent"),
    ("default_region", "region"),
    ("dnc_id", "entry"),
    ("external_id", "external id"),
    ("file_name", "file"),
    ("file_sha256", "SHA-256"),
    ("file_size", "bytes"),
    ("further_email", "further emails"),
    ("group_slug", "group"),
    ("lead_score", "score"),
    ("lead_score_factors", "score factors"),
    ("linkedin_url", "LinkedIn"),
    ("phone", "further phones"),
    ("phone_extension", "ext."),
    ("phone_number", "phone"),
    ("status_changed_at", "status since"),
    ("tag", "tags"),
];

/// What people call a key: `status since` for `status_changed_at`. What they named themselves stays as it is.
pub fn label(key: &str) -> Cow<'static, str> {
    match CALLED.iter().find(|(known, _)| *known == key) {
        Some((_, called)) => Cow::Borrowed(called),
        None if key.contains('.') => Cow::Owned(key.to_owned()),
        None => Cow::Owned(plain(key)),
    }
}

/// A key as words: without what says how its value is written.
fn plain(key: &str) -> String {
    let bare = key.strip_prefix("is_").unwrap_or(key);
    let bare = ["_at", "_cents", "_id"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    bare.replace('_', " ")
}

/// How a logged value is written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Words and numbers, as they are.
    Plain,
    /// What people wrote, between quotation marks.
    Text,
    Time,
    /// Minor units of the currency that goes with it.
    Money,
    /// One of several that a thing has, which is added or taken away.
    Part,
    /// A part that people wrote.
    TextPart,
}

/// Fields that hold what people wrote.
const TEXTS: [&str; 20] = [
    "campaign",
    "city",
    "company",
    "decision_reason",
    "description",
    "external_id",
    "external_source",
    "filter",
    "first_name",
    "industry",
    "job_title",
    "last_name",
    "name",
    "postal_code",
    "reason",
    "size",
    "source_metadata",
    "state",
    "lead_score_factors",
    "preferences",
];

/// How the value of a field is written.
pub fn shape_of(key: &str) -> Shape {
    match key {
        "tag" | "phone" | "further_email" | "absorbed_lead_id" => Shape::Part,
        "note" => Shape::TextPart,
        // A name that people gave says nothing of what it holds.
        _ if key.starts_with("custom.") => Shape::Text,
        "absent_from" | "absent_until" => Shape::Time,
        _ if key.ends_with("_at") => Shape::Time,
        _ if key.ends_with("_cents") => Shape::Money,
        _ if TEXTS.contains(&key) => Shape::Text,
        _ => Shape::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_words() {
        for (key, called) in [
            ("status_changed_at", "status since"),
            ("owner_id", "owner"),
            ("value_cents", "value"),
            ("is_active", "active"),
            ("first_contacted_at", "first contacted"),
            ("city", "city"),
            ("id", "id"),
            ("uid", "uid"),
            ("custom.Shoe_size", "custom.Shoe_size"),
            ("dnc.record_checks", "dnc.record_checks"),
        ] {
            assert_eq!(label(key), called);
        }
        assert!(
            CALLED.iter().all(|(key, called)| plain(key) != *called || key.contains('.')),
            "what is said needlessly"
        );
    }
}
