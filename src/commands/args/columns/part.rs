//! What of a record is shown to programs.

use serde::Serialize;
use serde_json::Value;

/// What of a record is shown.
pub enum Part<'a, T> {
    Whole(&'a T),
    /// Keys and values, as they were asked for.
    Asked(Vec<(String, Value)>),
}

impl<T: Serialize> Serialize for Part<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Part::Whole(record) => record.serialize(serializer),
            Part::Asked(pairs) => serializer.collect_map(pairs.iter().map(|(key, value)| (key, value))),
        }
    }
}
