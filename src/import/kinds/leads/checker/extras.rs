//! Cells that are kept as custom fields.

use super::Work;
use crate::domain::leads::custom::{MAX_KEY, MAX_VALUE};
use crate::domain::text::cell_text;
use crate::import::kinds::leads::fields::LeadField;

impl Work<'_> {
    /// Keeps a cell of a field that cannot hold it, under its header.
    pub(super) fn keep_as(&mut self, field: LeadField, column: &str, text: &str) {
        match self.at.is_some() && !column.trim().is_empty() {
            true => self.keep(column.trim(), text),
            false => self.keep(field.as_str(), text),
        }
    }

    /// Keeps a cell that no field claims: nothing that the file held is lost.
    pub(super) fn keep(&mut self, key: &str, cell: &str) {
        let text = cell_text(cell);
        if text.len() > MAX_VALUE && text.chars().count() > MAX_VALUE {
            return self.too_long(key.to_owned(), text, MAX_VALUE);
        }
        if !text.is_empty()
            && let serde_json::Value::Object(fields) = &mut self.draft.lead.custom_fields.0
        {
            let value = serde_json::Value::String(text.to_owned());
            let mut key = match key.len() {
                ..=MAX_KEY => key.to_owned(),
                _ => key.chars().take(MAX_KEY).collect(),
            };
            let mut again = 2;
            // Another cell may be kept under this name already.
            while fields.get(&key).is_some_and(|kept| *kept != value) {
                key = format!("{} {again}", key.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end());
                again += 1;
            }
            fields.insert(key, value);
        }
    }
}
