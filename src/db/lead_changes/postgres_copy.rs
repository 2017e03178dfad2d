//! Values in COPY's text format (PostgreSQL manual, "COPY", file formats).

use std::fmt::Write as _;

use crate::db::types::{CivilDate, Json, Uid};
use crate::domain::Vocabulary;
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::timestamp::Timestamp;

/// A value that COPY can send.
pub(super) trait CopyText {
    /// Writes the value behind the others of its line.
    fn copy(&self, out: &mut String);
}

impl<T: CopyText> CopyText for Option<T> {
    fn copy(&self, out: &mut String) {
        match self {
            Some(value) => value.copy(out),
            None => out.push_str("\\N"),
        }
    }
}

impl CopyText for str {
    fn copy(&self, out: &mut String) {
        for c in self.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                c => out.push(c),
            }
        }
    }
}

impl CopyText for String {
    fn copy(&self, out: &mut String) {
        self.as_str().copy(out);
    }
}

impl<T: Vocabulary> CopyText for T {
    fn copy(&self, out: &mut String) {
        self.as_str().copy(out);
    }
}

impl CopyText for Json {
    fn copy(&self, out: &mut String) {
        self.0.to_string().copy(out);
    }
}

macro_rules! as_displayed {
    ($($type:ident $(. $inner:tt)?),+) => { $(
        impl CopyText for $type {
            fn copy(&self, out: &mut String) {
                // Writing to a text never fails.
                let _ = write!(out, "{}", self $(. $inner)?);
            }
        }
    )+ };
}
as_displayed!(i16, i32, i64, Timestamp, Uid.0, CivilDate.0, Probability.0);
