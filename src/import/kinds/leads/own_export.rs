//! Our own JSON of leads, which an import reads back: keys of the data model, beside the values that imports know.

/// What an export in JSON has besides the keys of the data model, so that an import reads it back.
pub const READ_BACK: [&str; 14] = [
    "phone",
    "further_phone",
    "further_email",
    "value",
    "owner",
    "email_opt_out",
    "source_spelling",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "gclid",
    "fbclid",
];

/// Keys of the data model that say what others say, too, or what only holds in their database.
const OF_THE_DATABASE: [&str; 19] = [
    "id",
    "uid",
    "owner_id",
    "phone_number",
    "phone_extension",
    "status_changed_at",
    "source_metadata",
    "value_cents",
    "consent_at",
    "email_opted_out_at",
    "import_id",
    "merged_into_id",
    "deleted_at",
    "updated_at",
    "version",
    "blocked",
    "on_dnc",
    "territory_id",
    "territory_source",
];

/// What nobody else's file has together.
const SIGNATURE: [&str; 7] =
    ["uid", "phone_number", "phone", "value_cents", "value", "consent_status", "status_changed_at"];

/// Whether a column of these is one of our own export that says nothing by itself.
pub fn is_of_the_database(headers: &[String], header: &str) -> bool {
    // Of an object such as `source_metadata` there is a column for each key.
    let key = header.split('.').next().unwrap_or_default();
    OF_THE_DATABASE.contains(&key) && SIGNATURE.iter().all(|name| headers.iter().any(|header| header == name))
}
