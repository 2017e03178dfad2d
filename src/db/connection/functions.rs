//! Functions that SQL uses on both engines. On PostgreSQL a migration makes them; SQLite is given these.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::domain::dnc::registry::{block, concerns};
use crate::domain::phone::equivalents::other_spellings;
use crate::domain::phone::{E164, nanp};
use crate::domain::text::{fold_case, number_of};

mod declared {
    use diesel::sql_types::{Binary, Integer, Nullable, Text};

    #[diesel::declare_sql_function]
    extern "SQL" {
        /// A text in the form in which its case does not matter.
        fn fold_case(text: Nullable<Text>) -> Nullable<Text>;
        /// The value of a text that is a plain decimal number.
        fn number_of(text: Nullable<Text>) -> Nullable<diesel::sql_types::Double>;
        /// The custom field with this key, as text; NULL when it is missing or empty.
        fn custom_text(fields: Text, key: Text) -> Nullable<Text>;
        /// Whether a block of a registry has the number with these lowest 16 bits.
        fn dnc_block_has(numbers: Binary, place: Integer) -> Bool;
        /// Whether a registry of a country has to be asked about a number.
        fn dnc_concerns(country: Text, calling_code: Integer, phone: Nullable<Text>) -> Nullable<Bool>;
        /// Whether a list of these area codes, or of a whole country when there are none, covers a number.
        fn dnc_covers(area_codes: Nullable<Text>, phone: Text) -> Bool;
    }
}

/// Gives a connection the functions.
pub(in crate::db) fn register(conn: &mut SqliteConnection) -> QueryResult<()> {
    declared::fold_case_utils::register_impl(conn, |text: Option<String>| text.map(|text| fold_case(&text)))?;
    declared::number_of_utils::register_impl(conn, |text: Option<String>| text.and_then(|text| number_of(&text)))?;
    declared::custom_text_utils::register_impl(conn, |fields: String, key: String| custom_text(&fields, &key))?;
    // What is no block has every number: nobody is called because of damage.
    declared::dnc_block_has_utils::register_impl(conn, |numbers: Vec<u8>, place: i32| {
        u16::try_from(place).map_or(true, |place| block::contains(&numbers, place).unwrap_or(true))
    })?;
    declared::dnc_concerns_utils::register_impl(conn, |country: String, code: i32, phone: Option<String>| {
        let concerns = |number| concerns(number, &country, code);
        phone.map(|phone| match E164::from_e164(&phone) {
            None => true,
            Some(number) => concerns(number) || other_spellings(number).into_iter().any(concerns),
        })
    })?;
    declared::dnc_covers_utils::register_impl(conn, |area_codes: Option<String>, phone: String| {
        let Some(area_codes) = area_codes else { return true };
        let code = E164::from_e164(&phone).and_then(nanp::area_code);
        let codes: Vec<u16> = serde_json::from_str(&area_codes).unwrap_or_default();
        code.is_some_and(|code| codes.contains(&code))
    })
}

fn custom_text(fields: &str, key: &str) -> Option<String> {
    if fields == "{}" {
        return None;
    }
    let text = match FieldNamed(key).deserialize(&mut serde_json::Deserializer::from_str(fields)).ok()?? {
        Value::Null => return None,
        Value::String(text) => text,
        other => other.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Reads one field of an object and passes over the others, which a filter does in every row.
struct FieldNamed<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for FieldNamed<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldNamed<'_> {
    type Value = Option<Value>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = fields.next_key::<String>()? {
            match key == self.0 {
                true => found = Some(fields.next_value()?),
                false => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_field_is_found_among_others() {
        let fields =
            r#"{"a": {"b": [1, {"b": 2}]}, "b": "x", "Ünï\u0020c": 1.50, "n": null, "e": "", "b": "last", "f": true}"#;
        for (key, text) in
            [("b", Some("last")), ("Ünï c", Some("1.5")), ("n", None), ("e", None), ("f", Some("true")), ("x", None)]
        {
            assert_eq!(custom_text(fields, key).as_deref(), text, "{key}");
        }
        assert_eq!(custom_text(fields, "a").as_deref(), Some(r#"{"b":[1,{"b":2}]}"#));
        for none in ["{}", "[]", "no JSON", "{\"b\": \"cut"] {
            assert_eq!(custom_text(none, "b"), None, "{none}");
        }
    }
}
