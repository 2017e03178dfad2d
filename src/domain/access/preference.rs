//! Values that people give to free settings and preferences: JSON, or plain text.

use serde_json::Value;

/// The longest value, in characters: what a setting and the audit log take.
pub const MAX_VALUE: usize = 10_000;
/// The longest key, in characters.
pub const MAX_KEY: usize = 80;

/// The value that a text gives: JSON when it is, else the text itself.
///
/// # Errors
/// It is too long.
pub fn value(text: &str) -> Result<Value, String> {
    let value = match serde_json::from_str(text) {
        // A number that would lose digits is kept as it is written.
        Ok(Value::Number(number)) if number.to_string() != text.trim() => Value::String(text.to_owned()),
        Ok(value) => value,
        Err(_) => Value::String(text.to_owned()),
    };
    let written = value.to_string();
    match written.chars().count() {
        // No engine keeps it.
        _ if written.contains("\\u0000") => Err("the value holds the character U+0000".into()),
        ..=MAX_VALUE => Ok(value),
        length => Err(format!("the value has {length} characters, and at most {MAX_VALUE} are kept")),
    }
}

/// The normal form of a key: lower case.
///
/// # Errors
/// A sentence that says what a key is.
pub fn key(text: &str) -> Result<String, String> {
    let key = text.trim().to_lowercase();
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    match !key.is_empty() && key.bytes().all(allowed) && key.len() <= MAX_KEY {
        true => Ok(key),
        false => Err(format!("`{text}` is no key: use letters, digits, `.`, `_` and `-`, at most {MAX_KEY} of them")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_no_json_is_text() {
        for (text, expected) in [
            ("dark", json!("dark")),
            ("\"dark\"", json!("dark")),
            ("5", json!(5)),
            ("true", json!(true)),
            ("null", Value::Null),
            ("{\"a\": [1, 2]}", json!({"a": [1, 2]})),
            ("{broken", json!("{broken")),
            ("", json!("")),
            ("007", json!("007")),
            ("-2.5", json!(-2.5)),
            ("12345678901234567890123", json!("12345678901234567890123")),
            ("1e3", json!("1e3")),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
        assert!(value(&"é".repeat(MAX_VALUE)).is_err());
        assert!(value("\"a\\u0000\"").is_err() && value("a\0").is_err());
    }

    #[test]
    fn keys_are_words() {
        for (text, expected) in [("Theme", "theme"), (" list.page-size ", "list.page-size"), ("a_1", "a_1")] {
            assert_eq!(key(text).as_deref(), Ok(expected));
        }
        for bad in ["", " ", "a b", "ä", "a=b", "a\"b", &"a".repeat(81)] {
            assert!(key(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_value_is_read_back(text in "\\PC{0,80}") {
            if let Ok(read) = value(&text) {
                prop_assert_eq!(value(&read.to_string()), Ok(read));
            }
        }
    }
}
