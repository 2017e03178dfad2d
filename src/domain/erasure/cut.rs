//! What is cut out of a text that speaks of a person: places and a mark, so that whoever does it needs no other text.

use std::ops::Range;

use serde_json::Value;

use super::redaction::{ERASED, Redaction};

/// From this length on, in characters, a text may be as long as its column takes, so that it must not become longer.
const MAY_BE_CUT: usize = 400;

/// The places of a text that are cut out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// In bytes, in their order, none within another.
    spans: Vec<Range<usize>>,
    /// Whether each character becomes a star, so that the text does not grow.
    by_stars: bool,
}

impl Cut {
    /// Cuts these places out; `None` when there are none.
    pub(super) fn of(text: &str, mut spans: Vec<Range<usize>>) -> Option<Cut> {
        if spans.is_empty() {
            return None;
        }
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        let mut apart: Vec<Range<usize>> = Vec::new();
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => apart.push(span),
            }
        }
        let mut cut = Cut { spans: apart, by_stars: false };
        let length = text.chars().count();
        cut.by_stars = length >= MAY_BE_CUT && cut.apply(text)?.chars().count() > length;
        Some(cut)
    }

    /// The text with a mark where something was cut out.
    pub fn apply(&self, text: &str) -> Option<String> {
        let (mut left, mut done) = (String::with_capacity(text.len()), 0);
        for span in &self.spans {
            left.push_str(text.get(done..span.start)?);
            match self.by_stars {
                true => left.extend(text.get(span.clone())?.chars().map(|_| '*')),
                false => left.push_str(ERASED),
            }
            done = span.end;
        }
        left.push_str(text.get(done..)?);
        Some(left)
    }

    /// For the database, which counts in characters: where each place of the text begins and how long it is. The text is that of a
    /// column, or stands in its JSON at the end of a path.
    pub fn to_json(&self, column: &str, path: &[String], text: &str) -> Value {
        let count = |range: Range<usize>| text.get(range).unwrap_or_default().chars().count();
        let spans: Vec<[usize; 2]> =
            self.spans.iter().map(|span| [count(0..span.start), count(span.clone())]).collect();
        serde_json::json!({ "column": column, "path": path, "stars": self.by_stars, "spans": spans })
    }
}

/// What is cut out of the texts of a JSON value, for the database.
pub fn cuts_of_json(what: &Redaction, column: &str, value: &Value) -> Vec<Value> {
    let mut cuts = Vec::new();
    walk(value, &mut Vec::new(), &mut |path, text| {
        cuts.extend(what.cut(text).map(|cut| cut.to_json(column, path, text)));
    });
    cuts
}

/// Gives each text of a JSON value with its path.
fn walk(value: &Value, path: &mut Vec<String>, take: &mut dyn FnMut(&[String], &str)) {
    let mut step = |key: String, item: &Value| {
        path.push(key);
        walk(item, path, take);
        path.pop();
    };
    match value {
        Value::String(text) => take(path, text),
        Value::Array(items) => items.iter().enumerate().for_each(|(place, item)| step(place.to_string(), item)),
        Value::Object(fields) => fields.iter().for_each(|(key, item)| step(key.clone(), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::redaction::name_words;
    use super::*;

    fn ada() -> Redaction {
        Redaction::of([], &["+12125550101".to_owned()], [name_words("Ada Müller")])
    }

    #[test]
    fn places_are_counted_in_characters() {
        let text = "für Ada Müller: 212 555 0101";
        let cut = ada().cut(text).unwrap();
        assert_eq!(cut.apply(text).unwrap(), "für [erased]: [erased]");
        let expected =
            serde_json::json!({ "column": "reason", "path": [], "stars": false, "spans": [[4, 10], [16, 12]] });
        assert_eq!(cut.to_json("reason", &[], text), expected);
    }

    #[test]
    fn places_in_json_have_their_path() {
        let value = serde_json::json!([{ "a": "x" }, { "b": ["Ada Müller", 7] }]);
        let expected =
            serde_json::json!([{ "column": "reasons", "path": ["1", "b", "0"], "stars": false, "spans": [[0, 10]] }]);
        assert_eq!(Value::from(cuts_of_json(&ada(), "reasons", &value)), expected);
        assert!(cuts_of_json(&ada(), "reasons", &serde_json::json!({ "Ada Müller": 1 })).is_empty());
    }
}
