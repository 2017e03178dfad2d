//! JSON output.

use serde::Serialize;

use super::UiError;
use super::escape::Safe;

/// One value on several lines.
pub fn pretty<T: Serialize>(value: &T) -> Result<Safe, UiError> {
    serde_json::to_string_pretty(value).map(Safe::json).map_err(UiError::Json)
}

/// One value on one line.
pub fn line<T: Serialize>(value: &T) -> Result<Safe, UiError> {
    serde_json::to_string(value).map(Safe::json).map_err(UiError::Json)
}
