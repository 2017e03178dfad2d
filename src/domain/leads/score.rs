//! Lead scores.

use serde_json::{Value, json};

/// The key under which the factors of a score that no model gave say where it is from.
pub const SOURCE: &str = "source";

/// The words for that.
const SOURCES: [&str; 2] = ["import", "hand"];

/// Reads a score: an integer from 0 to 100. A spreadsheet's `70.0` is 70, and so is `70%`.
pub fn parse(text: &str) -> Option<i16> {
    let text = text.trim();
    let text = text.strip_suffix('%').map_or(text, str::trim_end);
    let whole = text.split_once('.').filter(|(_, f)| f.bytes().all(|b| b == b'0')).map_or(text, |(w, _)| w);
    whole.parse().ok().filter(|score| (0..=100).contains(score))
}

/// The factors of a score that a file or a person gave without saying what it is made of.
pub fn given_by(is_import: bool) -> Value {
    let [import, hand] = SOURCES;
    json!({ SOURCE: if is_import { import } else { hand } })
}

/// Whether factors say only where the score is from.
pub fn is_source(factors: &Value) -> bool {
    let word = factors.as_object().filter(|factors| factors.len() == 1).and_then(|factors| factors.get(SOURCE));
    word.and_then(Value::as_str).is_some_and(|word| SOURCES.contains(&word))
}

/// Reads what makes up a score: an object of numbers, such as `{"engagement": 25, "intent": 15}`, or where it is from.
pub fn parse_factors(text: &str) -> Option<Value> {
    let factors: Value = serde_json::from_str(text.trim()).ok()?;
    if is_source(&factors) {
        return Some(factors);
    }
    let named = factors.as_object().filter(|factors| !factors.is_empty())?;
    let is_named = |(name, points): (&String, &Value)| !name.trim().is_empty() && points.is_number();
    named.iter().all(is_named).then_some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_numbers_by_name() {
        assert_eq!(parse_factors(r#" {"intent": 15, "engagement": 2.5} "#).unwrap()["intent"], 15);
        assert_eq!(parse_factors(r#"{"source":"import"}"#), Some(given_by(true)));
        assert!(is_source(&given_by(false)) && !is_source(&json!({ "intent": 15 })));
        for bad in [
            "",
            "{}",
            "15",
            "[1]",
            r#"{"intent": "15"}"#,
            r#"{"source": "luck"}"#,
            r#"{"source": "import", "x": 1}"#,
            r#"{"intent": {"x": 1}}"#,
            r#"{" ": 1}"#,
            "{intent: 1}",
        ] {
            assert_eq!(parse_factors(bad), None, "{bad}");
        }
    }

    #[test]
    fn whole_and_in_range() {
        assert_eq!(parse("70"), Some(70));
        assert_eq!(parse(" 70.0 "), Some(70));
        assert_eq!((parse("85%"), parse("85.0 %")), (Some(85), Some(85)));
        for bad in ["101", "-1", "70.5", "high", "", "%", "120%", "70.5%", "7%0"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
