//! JSON output.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::escape::Safe;
use super::{Column, UiError};

/// One value on several lines.
pub fn pretty<T: Serialize>(value: &T) -> Result<Safe, UiError> {
    serde_json::to_string_pretty(value).map(Safe::json).map_err(UiError::Json)
}

/// One value on one line.
pub fn line<T: Serialize>(value: &T) -> Result<Safe, UiError> {
    serde_json::to_string(value).map(Safe::json).map_err(UiError::Json)
}

/// One record on one line, its keys in the order of the columns.
pub fn line_in_order<T: Serialize>(record: &T, columns: &[Column]) -> Result<Safe, UiError> {
    let Value::Object(mut values) = serde_json::to_value(record).map_err(UiError::Json)? else { return line(record) };
    let of_columns: Vec<(String, Value)> =
        columns.iter().filter_map(|column| values.remove_entry(&*column.key)).collect();
    let mut printed = String::from("{");
    for (place, (key, value)) in of_columns.into_iter().chain(values).enumerate() {
        let key = serde_json::to_string(&key).map_err(UiError::Json)?;
        printed.push_str(&format!("{}{key}:{value}", if place > 0 { "," } else { "" }));
    }
    printed.push('}');
    Ok(Safe::json(printed))
}

/// Whether a record stays as it is written: its keys are in the order of the columns, or are others than theirs.
pub fn is_in_order<T: Serialize>(record: &T, columns: &[Column]) -> Result<bool, UiError> {
    let written = serde_json::to_string(record).map_err(UiError::Json)?;
    let keys = serde_json::from_str::<Keys>(&written).map(|keys| keys.0).unwrap_or_default();
    let of_columns: Vec<&str> = columns.iter().map(|column| &*column.key).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let [mut sorted_columns, mut sorted_keys] = [of_columns.clone(), keys.clone()];
    sorted_columns.sort_unstable();
    sorted_keys.sort_unstable();
    Ok(keys == of_columns || sorted_keys != sorted_columns)
}

/// The keys of an object, as they are written.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Keys, D::Error> {
        from.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, _)) = map.next_entry::<String, IgnoredAny>()? {
            keys.push(key);
        }
        Ok(Keys(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Record {
        b: u8,
        a: &'static str,
        rest: [u8; 2],
    }

    #[test]
    fn keys_follow_the_columns() {
        let record = Record { b: 1, a: "\"x", rest: [1, 2] };
        let columns = [Column::text("a", "a"), Column::hidden("rest"), Column::number("b", "b")];
        assert_eq!(line_in_order(&record, &columns).unwrap().as_str(), r#"{"a":"\"x","rest":[1,2],"b":1}"#);
        assert!(!is_in_order(&record, &columns).unwrap());
        // A list for programs that is none of these columns stays as it is.
        assert!(is_in_order(&record, &columns[..2]).unwrap());
        let own = [Column::number("b", "b"), Column::text("a", "a"), Column::hidden("rest")];
        assert!(is_in_order(&record, &own).unwrap());
    }
}
