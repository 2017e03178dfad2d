//! A value of a row, as the embedded engine stores it: times are microseconds since 1970, flags 0 or 1, dates text, UUIDs their 16
//! bytes, JSON text.

use std::fmt;

/// The most characters of a value that an error repeats.
const SHOWN: usize = 60;

/// A value of either engine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// A text whose bytes are not UTF-8: SQLite keeps what other programs write.
    NotText(Vec<u8>),
}

impl Value {
    pub fn integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    /// Prints the value as an error names it: the beginning of a long one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Text(text) => shortened(f, text),
            Value::NotText(bytes) => shortened(f, &String::from_utf8_lossy(bytes)),
            Value::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

fn shortened(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => write!(f, "`{}…`", text.get(..end).unwrap_or_default().escape_debug()),
        None => write!(f, "`{}`", text.escape_debug()),
    }
}
