//! JSON output.

use serde::Serialize;

use super::UiError;
use super::escape;

/// One value on several lines.
pub fn pretty<T: Serialize>(value: &T) -> Result<String, UiError> {
    serde_json::to_string_pretty(value).map(|text| escape::json(&text).into_owned()).map_err(UiError::Json)
}

/// One value on one line.
pub fn line<T: Serialize>(value: &T) -> Result<String, UiError> {
    serde_json::to_string(value).map(|text| escape::json(&text).into_owned()).map_err(UiError::Json)
}
