//! Lead scores.

/// Reads a score: an integer from 0 to 100. A spreadsheet's `70.0` is 70, and so is `70%`.
pub fn parse(text: &str) -> Option<i16> {
    let text = text.trim();
    let text = text.strip_suffix('%').map_or(text, str::trim_end);
    let whole = text.split_once('.').filter(|(_, f)| f.bytes().all(|b| b == b'0')).map_or(text, |(w, _)| w);
    whole.parse().ok().filter(|score| (0..=100).contains(score))
}

/// Reads what makes up a score: an object of numbers, such as `{"engagement": 25, "intent": 15}`.
pub fn parse_factors(text: &str) -> Option<serde_json::Value> {
    let factors: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text.trim()).ok()?;
    let is_named = |(name, points): (&String, &serde_json::Value)| !name.trim().is_empty() && points.is_number();
    (!factors.is_empty() && factors.iter().all(is_named)).then_some(serde_json::Value::Object(factors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_numbers_by_name() {
        assert_eq!(parse_factors(r#" {"intent": 15, "engagement": 2.5} "#).unwrap()["intent"], 15);
        for bad in
            ["", "{}", "15", "[1]", r#"{"intent": "15"}"#, r#"{"intent": {"x": 1}}"#, r#"{" ": 1}"#, "{intent: 1}"]
        {
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
