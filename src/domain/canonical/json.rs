//! JSON in one form: PostgreSQL's `jsonb` keeps neither blanks nor the order of keys, and writes numbers in its own way.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// How deep arrays and objects may lie in each other: as deep as crmctl reads them anywhere else.
const DEPTH: usize = 127;

/// The most digits of a number before its point, and behind it, that `jsonb` has room for (PostgreSQL manual, "Numeric Types").
const BEFORE_POINT: i64 = 131_072;
const BEHIND_POINT: i64 = 16_383;

/// Why a text is no JSON that both engines can store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    #[error("it is no JSON")]
    NotJson,
    #[error("it holds the character U+0000")]
    ZeroCharacter,
    #[error("it has the key `{0}` twice in one object")]
    Twice(String),
    #[error("it is nested more than {DEPTH} deep")]
    TooDeep,
    #[error("it holds a number that is too long")]
    Number,
}

/// How numbers are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    AsTheyAre,
    /// Equal numbers alike.
    Alike,
}

/// The text without blanks and with its keys in order: as crmctl stores JSON in the embedded engine.
///
/// # Errors
/// It is none that both engines can store.
pub fn compact(text: &str) -> Result<String, JsonProblem> {
    written(text, Numbers::AsTheyAre)
}

/// The same text for all that are equal as JSON, to compare by.
///
/// # Errors
/// It is none that both engines can store.
pub fn canonical(text: &str) -> Result<String, JsonProblem> {
    written(text, Numbers::Alike)
}

fn written(text: &str, numbers: Numbers) -> Result<String, JsonProblem> {
    if text == "{}" {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    write(&mut out, parsed(text)?, numbers, DEPTH)?;
    Ok(out)
}

fn parsed<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, JsonProblem> {
    serde_json::from_str(text).map_err(|_| JsonProblem::NotJson)
}

fn write(out: &mut String, value: &RawValue, numbers: Numbers, depth: usize) -> Result<(), JsonProblem> {
    let text = value.get();
    let deeper = || depth.checked_sub(1).ok_or(JsonProblem::TooDeep);
    match text.as_bytes().first() {
        Some(b'{') => {
            let depth = deeper()?;
            let mut separator = "{";
            for (key, value) in members(text)? {
                out.push_str(separator);
                write_text(out, &key)?;
                out.push(':');
                write(out, value, numbers, depth)?;
                separator = ",";
            }
            out.push_str(if separator == "{" { "{}" } else { "}" });
        }
        Some(b'[') => {
            let depth = deeper()?;
            out.push('[');
            for (place, value) in parsed::<Vec<&RawValue>>(text)?.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(out, value, numbers, depth)?;
            }
            out.push(']');
        }
        Some(b'"') => write_text(out, &parsed::<String>(text)?)?,
        Some(b'-' | b'0'..=b'9') => {
            let alike = number(text).ok_or(JsonProblem::Number)?;
            out.push_str(if numbers == Numbers::Alike { &alike } else { text });
        }
        _ => out.push_str(text),
    }
    Ok(())
}

fn write_text(out: &mut String, text: &str) -> Result<(), JsonProblem> {
    if text.contains('\0') {
        return Err(JsonProblem::ZeroCharacter);
    }
    out.push_str(&serde_json::to_string(text).map_err(|_| JsonProblem::NotJson)?);
    Ok(())
}

/// The members of an object by their keys.
fn members(text: &str) -> Result<BTreeMap<String, &RawValue>, JsonProblem> {
    struct Members<'a>(Vec<(String, &'a RawValue)>);
    impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Vec<(String, &'de RawValue)>;
                fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                    formatter.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut members = Vec::new();
                    while let Some(member) = map.next_entry()? {
                        members.push(member);
                    }
                    Ok(members)
                }
            }
            deserializer.deserialize_map(Visitor).map(Members)
        }
    }
    let mut members = BTreeMap::new();
    for (key, value) in parsed::<Members<'_>>(text)?.0 {
        if members.contains_key(&key) {
            return Err(JsonProblem::Twice(key));
        }
        members.insert(key, value);
    }
    Ok(members)
}

/// A number as its digits without zeros at either end, and the power of ten of the last one; `None` for one that is too long.
fn number(text: &str) -> Option<String> {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |text| ("-", text));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    if trimmed.is_empty() {
        return Some("0".to_owned());
    }
    let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let fraction = i64::try_from(fraction.len()).ok()?;
    let lowest = exponent.checked_sub(fraction)?;
    let highest = lowest.checked_add(i64::try_from(significant.len()).ok()?)?;
    if lowest < -BEHIND_POINT || highest > BEFORE_POINT {
        return None;
    }
    let power = lowest.checked_add(i64::try_from(significant.len() - trimmed.len()).ok()?)?;
    Some(format!("{sign}{trimmed}e{power}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn texts_that_are_equal_as_json_are_written_alike() {
        for (one, other) in [
            ("{}", " { } "),
            (r#"{"b": 1, "a": [1, 2.0]}"#, r#"{"a":[1.0,2],"b":1e0}"#),
            ("1.50", "15e-1"),
            ("-0", "0.00"),
            ("1e21", "1000000000000000000000"),
            (r#""\u00e9\/""#, r#""é/""#),
            ("12345678901234567890123", "1.2345678901234567890123E+22"),
        ] {
            assert_eq!(canonical(one).unwrap(), canonical(other).unwrap(), "{one} {other}");
        }
        for (one, other) in
            [("1.5", "1.51"), ("1", "-1"), ("12345678901234567890123", "12345678901234567890124"), ("[1]", "[[1]]")]
        {
            assert_ne!(canonical(one).unwrap(), canonical(other).unwrap(), "{one} {other}");
        }
    }

    #[test]
    fn numbers_are_kept_as_they_are() {
        let text = r#"{"b": [1.50, 12345678901234567890123], "a": {"c": null, "B": true}}"#;
        assert_eq!(compact(text).unwrap(), r#"{"a":{"B":true,"c":null},"b":[1.50,12345678901234567890123]}"#);
    }

    #[test]
    fn what_an_engine_refuses_is_told() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for (text, problem) in [
            ("", JsonProblem::NotJson),
            ("{'a': 1}", JsonProblem::NotJson),
            (r#""\ud800""#, JsonProblem::NotJson),
            (r#"{"a": ["x\u0000"]}"#, JsonProblem::ZeroCharacter),
            (r#"{"a\u0000": 1}"#, JsonProblem::ZeroCharacter),
            (r#"[{"a": 1, "a": 2}]"#, JsonProblem::Twice("a".into())),
            (&deep, JsonProblem::TooDeep),
            ("1e200000", JsonProblem::Number),
            ("1e-20000", JsonProblem::Number),
            ("1e99999999999999999999", JsonProblem::Number),
        ] {
            assert_eq!(compact(text), Err(problem), "{text}");
        }
        assert_eq!(canonical("0e99999").unwrap(), "0");
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e15..1e15_f64).prop_map(Value::from),
            "[^\\x00]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[^\\x00]{0,3}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// What crmctl stores is what comes out, and the form for people is the same JSON.
        #[test]
        fn what_crmctl_stores_stays_as_it_is(value in json()) {
            let stored = value.to_string();
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(&compact(&pretty).unwrap(), &stored);
            prop_assert_eq!(canonical(&pretty).unwrap(), canonical(&stored).unwrap());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}\",:0-9eE.+\\\\u a-]{0,24}") {
            let is_json = serde_json::from_str::<Value>(&text).is_ok();
            prop_assert!(!is_json || compact(&text).is_ok() || canonical(&text).is_err());
            if let Ok(compacted) = compact(&text) {
                prop_assert_eq!(canonical(&compacted).unwrap(), canonical(&text).unwrap());
            }
        }
    }
}
