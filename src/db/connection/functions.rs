//! Functions that SQL uses on both engines. On PostgreSQL a migration makes them; SQLite is given these.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use crate::domain::text::{fold_case, number_of};

mod declared {
    use diesel::sql_types::{Nullable, Text};

    #[diesel::declare_sql_function]
    extern "SQL" {
        /// A text in the form in which its case does not matter.
        fn fold_case(text: Nullable<Text>) -> Nullable<Text>;
        /// The value of a text that is a plain decimal number.
        fn number_of(text: Nullable<Text>) -> Nullable<diesel::sql_types::Double>;
        /// The custom field with this key, as text; NULL when it is missing or empty.
        fn custom_text(fields: Text, key: Text) -> Nullable<Text>;
    }
}

/// Gives a connection the functions.
pub(in crate::db) fn register(conn: &mut SqliteConnection) -> QueryResult<()> {
    declared::fold_case_utils::register_impl(conn, |text: Option<String>| text.map(|text| fold_case(&text)))?;
    declared::number_of_utils::register_impl(conn, |text: Option<String>| text.and_then(|text| number_of(&text)))?;
    declared::custom_text_utils::register_impl(conn, |fields: String, key: String| custom_text(&fields, &key))
}

fn custom_text(fields: &str, key: &str) -> Option<String> {
    if fields == "{}" {
        return None;
    }
    let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(fields).ok()?;
    let text = match fields.remove(key)? {
        serde_json::Value::Null => return None,
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}
